// Package ui has the parts that every screen uses: panes on a canvas, styled
// text, colours, key bindings and actions, background work, toasts, dialogs,
// prompts and readers. It does not depend on a screen; a part requests actions
// outside of itself with Kit.Want.
package ui
