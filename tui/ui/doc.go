// Package ui has the parts that every screen is made of: panes on a canvas,
// styled text, colours, key bindings and actions, background work, messages,
// dialogs, prompts and readers. It knows no screen; a screen asks for something
// that is not its own to do with Kit.Want.
package ui
