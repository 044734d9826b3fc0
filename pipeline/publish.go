package pipeline

import (
	"context"
)

// Publisher makes a version of a table the current one, in one step: a reader
// sees the old version or the new one. It is chosen once, when a lake is
// opened. If Publish is interrupted at any point, Recover completes it or
// undoes it.
type Publisher interface {
	// OneFile means that a table is one data file: part files are joined
	// before they are published.
	OneFile() bool
	// Folder returns the folder, below the lake's root, in which an engine
	// writes the part files of a run's version of a table.
	Folder(t *Table, run string) string
	// Publish makes a version current if the table still is v.Old; otherwise it
	// changes nothing and returns ErrChanged. After any other error the version
	// may be current nevertheless.
	Publish(ctx context.Context, v Version) (*Manifest, error)
	// Recover completes or undoes the change of a table that an intent
	// describes. It makes all changes through store.
	Recover(ctx context.Context, store Store, t *Table, intent *Manifest) error
	// Prune deletes the rows of a previous version that are outside the folder
	// of previous versions, unless that version is current again.
	Prune(ctx context.Context, t *Table, kept *Manifest) error
}

// Version is a built and audited version of a table.
type Version struct {
	Table    *Table
	Manifest Manifest // Publish fills in the identity of its files
	// Staged holds the rows, closed. If nil, the rows are part files in
	// Manifest.Folder, which requires that Publisher.OneFile is false.
	Staged StagedFile
	Old    *Manifest // of the version to be replaced, if there is one
}
