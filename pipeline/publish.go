package pipeline

import (
	"context"
	"errors"
	"fmt"
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

// filePublisher publishes a table as one file, in place of the file before:
//
//	staged and durable → old one linked aside → intent → commit → manifest → intent gone
//
// Whatever is cut off in between, Recover reads the intent, compares the file
// with it, and either completes the manifest or forgets the intent. The commit
// itself is one rename, or one conditional PUT: Store.Commit.
type filePublisher struct{ store Store }

// ByFile returns the Publisher of a lake without a catalog.
func ByFile(store Store) Publisher { return filePublisher{store} }

func (p filePublisher) OneFile() bool { return true }

// Folder is a staging folder, which Store.Sweep empties.
func (p filePublisher) Folder(t *Table, run string) string {
	return stateFolder + "/staging/" + run + "/" + t.Name
}

func (p filePublisher) Publish(ctx context.Context, v Version) (*Manifest, error) {
	if err := p.setAside(ctx, v); err != nil {
		return nil, fmt.Errorf("keeping the previous version: %w", err)
	}
	intent := intentName(v.Table.Name)
	if err := writeJSON(ctx, p.store, intent, v.Manifest); err != nil {
		return nil, fmt.Errorf("recording the intent: %w", err)
	}
	var replaced *File
	if v.Old != nil {
		replaced = &v.Old.Files[0].File
	}
	file, err := p.store.Commit(ctx, v.Staged, v.Table.Part(), replaced)
	if errors.Is(err, ErrChanged) {
		return nil, errors.Join(fmt.Errorf("publishing: %w", err), p.store.Delete(ctx, intent))
	}
	if err != nil {
		// The file may be in place all the same: the intent stays, and the
		// next run finds out.
		return nil, fmt.Errorf("publishing: %w", err)
	}
	return settle(ctx, p.store, v.Manifest, file)
}

// setAside keeps the version that is about to be replaced, for rollback.
func (p filePublisher) setAside(ctx context.Context, v Version) error {
	if v.Old == nil {
		return nil
	}
	folder := previousFolder(v.Manifest.Run) + "/"
	if err := p.store.Copy(ctx, v.Table.Part(), folder+v.Table.Part()); err != nil {
		return err
	}
	return writeJSON(ctx, p.store, folder+v.Table.Name+".json", v.Old)
}

// Recover completes the manifest of a commit whose file is in place, and
// forgets the intent of one whose file is not.
func (p filePublisher) Recover(ctx context.Context, store Store, t *Table, m *Manifest) error {
	if m.Token != "" {
		return nil // nothing was committed yet: the engine may have to release it
	}
	if len(m.Files) != 1 {
		return store.Delete(ctx, intentName(m.Table))
	}
	files, err := store.List(ctx, t.Path)
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Name != t.Part() || f.Size != m.Bytes {
			continue
		}
		same, err := holds(ctx, store, f, m.Hash)
		if err != nil {
			return err
		}
		if same {
			_, err := settle(ctx, store, *m, f)
			return err
		}
	}
	return store.Delete(ctx, intentName(m.Table))
}

// Prune does nothing: all of a kept version is in the folder of previous ones.
func (p filePublisher) Prune(context.Context, *Table, *Manifest) error { return nil }

// settle completes a manifest once its file is in place.
func settle(ctx context.Context, store Store, m Manifest, file File) (*Manifest, error) {
	m.Files[0].File = file
	return record(ctx, store, m)
}

// record makes a manifest what is known of a table, which it is in place.
func record(ctx context.Context, store Store, m Manifest) (*Manifest, error) {
	if err := writeJSON(ctx, store, manifestName(m.Table), m); err != nil {
		return nil, fmt.Errorf("%s is published, its manifest is not; the next run completes it: %w", m.Table, err)
	}
	if err := store.Delete(ctx, intentName(m.Table)); err != nil {
		return nil, fmt.Errorf("removing the intent: %w", err)
	}
	return &m, nil
}

// recoverLake brings a lake into order that an earlier run left behind half
// done: staging is emptied, and every commit that was under way is completed if
// its files are in place, and forgotten if they are not.
func recoverLake(ctx context.Context, store Store, publisher Publisher, lake *Lake) error {
	if err := store.Sweep(ctx); err != nil {
		return fmt.Errorf("emptying the staging folder: %w", err)
	}
	intents, err := store.List(ctx, stateFolder+"/intent")
	if err != nil {
		return fmt.Errorf("finding interrupted commits: %w", err)
	}
	for _, f := range intents {
		if err := recoverTable(ctx, store, publisher, lake, f.Name); err != nil {
			return fmt.Errorf("recovering from %s: %w", f.Name, err)
		}
	}
	return nil
}

func recoverTable(ctx context.Context, store Store, publisher Publisher, lake *Lake, intent string) error {
	m, err := readManifest(ctx, store, intent)
	if err != nil {
		return err
	}
	if m == nil || lake.Table(m.Table) == nil {
		return store.Delete(ctx, intent)
	}
	return publisher.Recover(ctx, store, lake.Table(m.Table), m)
}
