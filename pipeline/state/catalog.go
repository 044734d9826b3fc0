package state

import (
	"context"
	"errors"
	"fmt"

	"stedi/pipeline"
)

// catalogued is the store of a lake whose catalog decides where tables are: the
// files of a table's folder are those of its current version.
type catalogued struct {
	pipeline.Store
	catalog pipeline.Catalog
	lake    *pipeline.Lake
}

// List returns the files of a table's current version, or the content of any
// other folder.
func (c *catalogued) List(ctx context.Context, folder string) ([]pipeline.File, error) {
	for _, t := range c.lake.Tables {
		if t.Path == folder && !t.IsLanding() {
			place, err := c.catalog.Place(ctx, t)
			if err != nil {
				return nil, err
			}
			return c.Store.List(ctx, place.Folder)
		}
	}
	return c.Store.List(ctx, folder)
}

// catalogPublisher publishes with one update of the catalog, which moves the
// table to the folder of its new version.
type catalogPublisher struct{ *catalogued }

// ByCatalog returns a store in which the catalog decides where derived tables
// are, and its Publisher. Landing tables are where the definition states.
func ByCatalog(store pipeline.Store, catalog pipeline.Catalog, lake *pipeline.Lake) (pipeline.Store, pipeline.Publisher) {
	c := &catalogued{Store: store, catalog: catalog, lake: lake}
	return c, catalogPublisher{c}
}

func (c catalogPublisher) OneFile() bool { return false }

// Folder returns the folder of the new version.
func (c catalogPublisher) Folder(t *pipeline.Table, run string) string { return versionFolder(t, run) }

func (c catalogPublisher) Publish(ctx context.Context, v pipeline.Version) (*pipeline.Manifest, error) {
	if v.Staged == nil {
		return c.move(ctx, v)
	}
	return c.upload(ctx, v)
}

// move makes a version in its folder the current one. A reader sees the
// complete old version or the complete new one.
func (c catalogPublisher) move(ctx context.Context, v pipeline.Version) (*pipeline.Manifest, error) {
	t, m := v.Table, v.Manifest
	place, err := c.catalog.Place(ctx, t)
	if err != nil {
		return nil, err
	}
	if v.Old != nil {
		if v.Old.Folder != place.Folder {
			return nil, fmt.Errorf("publishing: the catalog: %w", pipeline.ErrChanged)
		}
		if err := WriteJSON(ctx, c, previousFolder(m.Run)+"/"+t.Name+".json", v.Old); err != nil {
			return nil, fmt.Errorf("keeping the previous version: %w", err)
		}
	}
	if err := WriteJSON(ctx, c, IntentName(t.Name), m); err != nil {
		return nil, fmt.Errorf("recording the intent: %w", err)
	}
	if err := c.catalog.Move(ctx, t, place, m.Folder); err != nil {
		// The table may have been moved nevertheless, unless the catalog
		// reports that it was not. The intent remains, and the next run finds
		// out.
		return nil, fmt.Errorf("publishing: %w", err)
	}
	return record(ctx, c, m)
}

// upload writes a staged file to the folder of the new version, and makes that
// version current.
func (c catalogPublisher) upload(ctx context.Context, v pipeline.Version) (*pipeline.Manifest, error) {
	open, err := ReadManifest(ctx, c, IntentName(v.Table.Name))
	if err != nil {
		return nil, err
	}
	if open != nil { // of an engine that works in place, whose process was killed
		if err := DropVersion(ctx, c, open); err != nil {
			return nil, err
		}
	}
	m := v.Manifest
	m.Folder = versionFolder(v.Table, m.Run)
	if err := WriteJSON(ctx, c, IntentName(m.Table), m); err != nil {
		return nil, fmt.Errorf("recording the intent: %w", err)
	}
	file, err := c.Commit(ctx, v.Staged, m.Folder+"/part-00000.json", nil)
	if err != nil {
		return nil, fmt.Errorf("publishing: %w", err)
	}
	m.Files[0].File = file
	published, err := c.move(ctx, pipeline.Version{Table: v.Table, Manifest: m, Old: v.Old})
	if errors.Is(err, pipeline.ErrChanged) {
		err = errors.Join(err, DropVersion(ctx, c, &m))
	}
	return published, err
}

// Recover finds out whether a version whose publishing was interrupted is
// current. If it is not, it is deleted, unless an engine may resume it.
func (c catalogPublisher) Recover(ctx context.Context, store pipeline.Store, t *pipeline.Table, m *pipeline.Manifest) error {
	if m.Folder == "" { // from before the lake had a catalog
		return filePublisher{store}.Recover(ctx, store, t, m)
	}
	place, err := c.catalog.Place(ctx, t)
	if err != nil {
		return err
	}
	if place.Folder == m.Folder {
		_, err := record(ctx, store, *m)
		return err
	}
	switch {
	case m.RolledBack: // it is still a previous version
		return store.Delete(ctx, IntentName(m.Table))
	case m.Token != "":
		return nil
	}
	return DropVersion(ctx, store, m)
}

// Prune deletes the folder of a previous version, unless it is current again.
func (c catalogPublisher) Prune(ctx context.Context, t *pipeline.Table, m *pipeline.Manifest) error {
	if m.Folder == "" {
		return nil
	}
	place, err := c.catalog.Place(ctx, t)
	if err != nil || place.Folder == m.Folder {
		return err
	}
	return c.Delete(ctx, m.Folder)
}

// versionFolder returns the folder of a run's version of a table, in a lake
// with a catalog.
func versionFolder(t *pipeline.Table, run string) string {
	return fmt.Sprintf("%s/run=%s", t.Path, run)
}

// DropVersion deletes a version that was never published.
func DropVersion(ctx context.Context, store pipeline.Store, open *pipeline.Manifest) error {
	if open.Folder == "" {
		return nil
	}
	if err := store.Delete(ctx, open.Folder); err != nil {
		return err
	}
	return store.Delete(ctx, IntentName(open.Table))
}
