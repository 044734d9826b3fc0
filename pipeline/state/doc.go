// Package state reads and writes the state of a lake below .stedi: manifests,
// intents, previous versions, run records, events and caches. It also has the
// two publishers, one that renames files and one that updates a catalog.
package state
