package pipeline

import (
	"context"
)

// Publisher makes a version of a table the one that readers see, in one step: a
// reader sees the old version or the new one. It is chosen once, when a lake is
// opened. Whatever cuts Publish off, Recover completes it or takes it back.
type Publisher interface {
	// OneFile means that a table is one data file: part files are joined
	// before they are published.
	OneFile() bool
	// Folder is where an engine leaves the part files of a run's version of a
	// table, below the lake's root.
	Folder(t *Table, run string) string
	// Publish makes a version the table, if the table still is v.Old; else
	// nothing changes and the error is ErrChanged. After any other error the
	// version may be the table all the same.
	Publish(ctx context.Context, v Version) (*Manifest, error)
	// Recover brings a table into order whose intent was left. All that it
	// changes goes through store.
	Recover(ctx context.Context, store Store, t *Table, intent *Manifest) error
	// Prune deletes the rows of a kept version that are not in the folder of
	// previous versions, unless they are the table again.
	Prune(ctx context.Context, t *Table, kept *Manifest) error
}

// Version is a version of a table that was built and audited.
type Version struct {
	Table    *Table
	Manifest Manifest // the identity of its files is filled in when they are in place
	// Staged holds the rows, closed. Nil: they are part files in
	// Manifest.Folder, which Publisher.OneFile rules out.
	Staged StagedFile
	Old    *Manifest // of the version to be replaced, if there is one
}
