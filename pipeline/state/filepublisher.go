package state

import (
	"context"
	"errors"
	"fmt"

	"stedi/pipeline"
)

// PublisherOf returns the publisher of r; without one, tables are published
// by renaming files.
func PublisherOf(r *pipeline.Runner) pipeline.Publisher {
	if r.Publisher != nil {
		return r.Publisher
	}
	return ByFile(r.Store)
}

// filePublisher publishes a table as one file, which replaces the file before:
//
//	staged → intent → old one kept → durable → commit → manifest → intent gone
//
// After an interruption at any point, Recover reads the intent, compares the
// file with it, and either completes the manifest, or deletes what was kept of
// the old one and then the intent. What is kept shares the bytes of the file, and
// deleting it later would change the file's listing. The
// commit itself is one rename, or one conditional PUT: Store.Commit.
type filePublisher struct{ store pipeline.Store }

// ByFile returns the Publisher of a lake without a catalog.
func ByFile(store pipeline.Store) pipeline.Publisher { return filePublisher{store} }

func (p filePublisher) OneFile() bool { return true }

// Folder returns a staging folder, which Store.Sweep empties.
func (p filePublisher) Folder(t *pipeline.Table, run string) string {
	return pipeline.StateFolder + "/staging/" + run + "/" + t.Name
}

func (p filePublisher) Publish(ctx context.Context, v pipeline.Version) (*pipeline.Manifest, error) {
	intent := IntentName(v.Table.Name)
	if err := WriteJSON(ctx, p.store, intent, v.Manifest); err != nil {
		return nil, fmt.Errorf("recording the intent: %w", err)
	}
	replaced, err := p.setAside(ctx, v)
	if err != nil {
		return nil, fmt.Errorf("keeping the previous version: %w", errors.Join(err, p.undo(context.WithoutCancel(ctx), p.store, v.Manifest)))
	}
	file, err := p.store.Commit(ctx, v.Staged, v.Table.Part(), replaced)
	if errors.Is(err, pipeline.ErrChanged) {
		return nil, errors.Join(fmt.Errorf("publishing: %w", err), p.undo(ctx, p.store, v.Manifest))
	}
	if err != nil {
		// The file may be in place nevertheless: the intent remains, and the
		// next run finds out.
		return nil, fmt.Errorf("publishing: %w", err)
	}
	return settle(ctx, p.store, v.Manifest, file)
}

// setAside keeps the version that is about to be replaced, for rollback. It
// returns the file to replace, or nil. The manifest comes first, so that undo
// finds whatever was kept.
func (p filePublisher) setAside(ctx context.Context, v pipeline.Version) (*pipeline.File, error) {
	if v.Old == nil {
		return nil, nil //nolint:nilnil // there is no file to replace
	}
	folder := previousFolder(v.Manifest.Run) + "/"
	if err := WriteJSON(ctx, p.store, folder+v.Table.Name+".json", v.Old); err != nil {
		return nil, err
	}
	file, err := p.store.Keep(ctx, v.Old.Files[0].File, folder+v.Table.Part())
	return &file, err
}

// undo deletes what was kept of the current version for a commit that did not
// take place, and then the intent.
func (p filePublisher) undo(ctx context.Context, store pipeline.Store, m pipeline.Manifest) error {
	folder := previousFolder(m.Run) + "/"
	kept, err := ReadManifest(ctx, store, folder+m.Table+".json")
	if err != nil {
		return err
	}
	now, err := ReadManifest(ctx, store, ManifestName(m.Table))
	if err != nil {
		return err
	}
	if kept != nil && now != nil && kept.Run == now.Run && len(kept.Files) == 1 {
		err = errors.Join(store.Delete(ctx, folder+kept.Files[0].Name), store.Delete(ctx, folder+m.Table+".json"))
	}
	if err != nil {
		return err
	}
	return store.Delete(ctx, IntentName(m.Table))
}

// Recover completes the manifest of a commit whose file is in place, and
// deletes the intent of a commit whose file is not.
func (p filePublisher) Recover(ctx context.Context, store pipeline.Store, t *pipeline.Table, m *pipeline.Manifest) error {
	if m.Token != "" {
		return nil // nothing was committed yet: the engine may have to release it
	}
	if len(m.Files) != 1 {
		return store.Delete(ctx, IntentName(m.Table))
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
			return p.complete(ctx, store, *m, f)
		}
	}
	return p.undo(ctx, store, *m)
}

// complete completes the manifest of a file with the content of a version. If the
// version before has the same content, the file may be of either. It counts as
// the one before, so that nothing is kept that shares its bytes.
func (p filePublisher) complete(ctx context.Context, store pipeline.Store, m pipeline.Manifest, file pipeline.File) error {
	kept, err := ReadManifest(ctx, store, previousFolder(m.Run)+"/"+m.Table+".json")
	if err != nil {
		return err
	}
	if kept != nil && kept.Hash == m.Hash {
		return p.undo(ctx, store, m)
	}
	_, err = settle(ctx, store, m, file)
	return err
}

// Prune does nothing: a previous version is entirely in the folder of previous
// versions.
func (p filePublisher) Prune(context.Context, *pipeline.Table, *pipeline.Manifest) error { return nil }

// settle completes a manifest after its file is in place.
func settle(ctx context.Context, store pipeline.Store, m pipeline.Manifest, file pipeline.File) (*pipeline.Manifest, error) {
	m.Files[0].File = file
	return record(ctx, store, m)
}

// record stores the manifest of a published version and deletes the intent.
func record(ctx context.Context, store pipeline.Store, m pipeline.Manifest) (*pipeline.Manifest, error) {
	if err := WriteJSON(ctx, store, ManifestName(m.Table), m); err != nil {
		return nil, fmt.Errorf("%s is published, its manifest is not; the next run completes it: %w", m.Table, err)
	}
	if err := store.Delete(ctx, IntentName(m.Table)); err != nil {
		return nil, fmt.Errorf("removing the intent: %w", err)
	}
	return &m, nil
}

// RecoverLake recovers a lake that an earlier run left unfinished: it empties
// the staging folder, completes every started commit whose files are in place,
// and deletes the intents of the others.
func RecoverLake(ctx context.Context, store pipeline.Store, publisher pipeline.Publisher, lake *pipeline.Lake) error {
	if err := store.Sweep(ctx); err != nil {
		return fmt.Errorf("emptying the staging folder: %w", err)
	}
	intents, err := store.List(ctx, pipeline.StateFolder+"/intent")
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

func recoverTable(ctx context.Context, store pipeline.Store, publisher pipeline.Publisher, lake *pipeline.Lake, intent string) error {
	m, err := ReadManifest(ctx, store, intent)
	if err != nil {
		return err
	}
	if m == nil || lake.Table(m.Table) == nil {
		return store.Delete(ctx, intent)
	}
	return publisher.Recover(ctx, store, lake.Table(m.Table), m)
}
