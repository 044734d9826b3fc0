package pipeline

import (
	"context"
	"errors"
	"fmt"
)

// A table changes in one step: a reader sees the old file or the new one.
//
//	staged and durable → old one linked aside → intent → commit → manifest → intent gone
//
// Whatever is cut off in between, the next run's recovery reads the intent,
// compares the file with it, and either completes the manifest or forgets the
// intent. The commit itself is one rename, or one conditional PUT.

// publication is one table's way into its zone.
type publication struct {
	store    Store
	table    *Table
	manifest Manifest   // of the new version; its file is filled in by the commit
	old      *Manifest  // of the version to be replaced, if there is one
	staged   StagedFile // closed
}

func (p *publication) publish(ctx context.Context) (*Manifest, error) {
	if c := cataloguedIn(p.store); c != nil {
		return c.publishStaged(ctx, p)
	}
	if err := p.setAside(ctx); err != nil {
		return nil, fmt.Errorf("keeping the previous version: %w", err)
	}
	intent := intentName(p.table.Name)
	if err := writeJSON(ctx, p.store, intent, p.manifest); err != nil {
		return nil, fmt.Errorf("recording the intent: %w", err)
	}
	var replaced *File
	if p.old != nil {
		replaced = &p.old.Files[0].File
	}
	file, err := p.store.Commit(ctx, p.staged, p.table.Part(), replaced)
	if errors.Is(err, ErrChanged) {
		return nil, errors.Join(fmt.Errorf("publishing: %w", err), p.store.Delete(ctx, intent))
	}
	if err != nil {
		// The file may be in place all the same: the intent stays, and the
		// next run finds out.
		return nil, fmt.Errorf("publishing: %w", err)
	}
	return settle(ctx, p.store, p.manifest, file)
}

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

// setAside keeps the version that is about to be replaced, for rollback.
func (p *publication) setAside(ctx context.Context) error {
	if p.old == nil {
		return nil
	}
	folder := previousFolder(p.manifest.Run) + "/"
	if err := p.store.Copy(ctx, p.table.Part(), folder+p.table.Part()); err != nil {
		return err
	}
	return writeJSON(ctx, p.store, folder+p.table.Name+".json", p.old)
}

// recover brings a lake into order that an earlier run left behind half done:
// staging is emptied, and every commit that was under way is completed if its
// file is in place, and forgotten if it is not.
func recoverLake(ctx context.Context, store Store, lake *Lake) error {
	if err := store.Sweep(ctx); err != nil {
		return fmt.Errorf("emptying the staging folder: %w", err)
	}
	intents, err := store.List(ctx, stateFolder+"/intent")
	if err != nil {
		return fmt.Errorf("looking for commits that were cut off: %w", err)
	}
	for _, f := range intents {
		if err := recoverTable(ctx, store, lake, f.Name); err != nil {
			return fmt.Errorf("recovering from %s: %w", f.Name, err)
		}
	}
	return nil
}

func recoverTable(ctx context.Context, store Store, lake *Lake, intent string) error {
	m, err := readManifest(ctx, store, intent)
	if err != nil {
		return err
	}
	if m == nil {
		return store.Delete(ctx, intent)
	}
	table := lake.Table(m.Table)
	if c := cataloguedIn(store); c != nil && table != nil && m.Folder != "" {
		return c.recover(ctx, store, table, m)
	}
	if table == nil || len(m.Files) != 1 {
		return store.Delete(ctx, intent)
	}
	files, err := store.List(ctx, table.Path)
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Name != table.Part() || f.Size != m.Bytes {
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
	return store.Delete(ctx, intent)
}
