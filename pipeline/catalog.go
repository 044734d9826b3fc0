package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Catalog says where the rows of a lake's tables lie, for those who read them
// by name, such as Athena. In a lake that has one, each version of a table has
// a folder of its own, and the catalog decides which of them is the table.
type Catalog interface {
	// Place returns where the present version of a table lies.
	Place(ctx context.Context, table *Table) (Place, error)
	// Move makes a folder below the lake's root the table, in one step, if its
	// place still is from; else it changes nothing, and the error is
	// ErrChanged.
	Move(ctx context.Context, table *Table, from Place, folder string) error
}

// Place is where a table lies.
type Place struct {
	Folder  string // below the lake's root
	Version string // of what the catalog says
}

// CatalogTable is a table of a catalog's database, managed or not.
type CatalogTable struct {
	Name       string         `json:"table"`
	Zone       string         `json:"zone"` // of the lake's table that lies there; "other" if there is none
	Kind       string         `json:"kind"` // table or view
	Location   string         `json:"location"`
	Format     string         `json:"format"` // such as JSON, Parquet or CSV
	Columns    []ColumnRecord `json:"columns"`
	Partitions []ColumnRecord `json:"partitions,omitempty"` // columns that stand in the paths of files
	Updated    time.Time      `json:"updated"`
	Ours       bool           `json:"ours"` // this program made it
}

// catalogued is the store of a lake whose catalog says where tables lie: the
// files of a table's folder are those of its present version.
type catalogued struct {
	Store
	catalog Catalog
	lake    *Lake
}

// List returns the files of a table's present version, or of any other folder
// what is in it.
func (c *catalogued) List(ctx context.Context, folder string) ([]File, error) {
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

// catalogPublisher publishes by one update of the catalog, which moves the
// table to the folder of its new version.
type catalogPublisher struct{ *catalogued }

// ByCatalog returns a store whose tables lie where the catalog says, and the
// Publisher that goes with it. Landing tables lie where the definition says.
func ByCatalog(store Store, catalog Catalog, lake *Lake) (Store, Publisher) {
	c := &catalogued{Store: store, catalog: catalog, lake: lake}
	return c, catalogPublisher{c}
}

func (c catalogPublisher) OneFile() bool { return false }

// Folder is that of a version of its own.
func (c catalogPublisher) Folder(t *Table, run string) string { return versionFolder(t, run) }

func (c catalogPublisher) Publish(ctx context.Context, v Version) (*Manifest, error) {
	if v.Staged == nil {
		return c.move(ctx, v)
	}
	return c.upload(ctx, v)
}

// move makes a version that lies there the table. A reader finds the old
// version or the new one, whole.
func (c catalogPublisher) move(ctx context.Context, v Version) (*Manifest, error) {
	t, m := v.Table, v.Manifest
	place, err := c.catalog.Place(ctx, t)
	if err != nil {
		return nil, err
	}
	if v.Old != nil {
		if v.Old.Folder != place.Folder {
			return nil, fmt.Errorf("publishing: the catalog: %w", ErrChanged)
		}
		if err := writeJSON(ctx, c, previousFolder(m.Run)+"/"+t.Name+".json", v.Old); err != nil {
			return nil, fmt.Errorf("keeping the previous version: %w", err)
		}
	}
	if err := writeJSON(ctx, c, intentName(t.Name), m); err != nil {
		return nil, fmt.Errorf("recording the intent: %w", err)
	}
	if err := c.catalog.Move(ctx, t, place, m.Folder); err != nil {
		// The table may have been moved all the same, unless the catalog says
		// that it was not: then the intent stays, and the next run finds out.
		return nil, fmt.Errorf("publishing: %w", err)
	}
	return record(ctx, c, m)
}

// upload puts a staged file into the folder of a version of its own, and makes
// that the table.
func (c catalogPublisher) upload(ctx context.Context, v Version) (*Manifest, error) {
	open, err := readManifest(ctx, c, intentName(v.Table.Name))
	if err != nil {
		return nil, err
	}
	if open != nil { // of an engine that works in place, whose process was killed
		if err := dropVersion(ctx, c, open); err != nil {
			return nil, err
		}
	}
	m := v.Manifest
	m.Folder = versionFolder(v.Table, m.Run)
	if err := writeJSON(ctx, c, intentName(m.Table), m); err != nil {
		return nil, fmt.Errorf("recording the intent: %w", err)
	}
	file, err := c.Commit(ctx, v.Staged, m.Folder+"/part-00000.json", nil)
	if err != nil {
		return nil, fmt.Errorf("publishing: %w", err)
	}
	m.Files[0].File = file
	published, err := c.move(ctx, Version{Table: v.Table, Manifest: m, Old: v.Old})
	if errors.Is(err, ErrChanged) {
		err = errors.Join(err, dropVersion(ctx, c, &m))
	}
	return published, err
}

// Recover finds out whether a version whose publishing was cut off is the
// table. If it is not it is deleted, unless an engine may go on with it.
func (c catalogPublisher) Recover(ctx context.Context, store Store, t *Table, m *Manifest) error {
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
	case m.RolledBack: // it is a kept version still
		return store.Delete(ctx, intentName(m.Table))
	case m.Token != "":
		return nil
	}
	return dropVersion(ctx, store, m)
}

// Prune deletes the folder of a kept version, unless it is the table again.
func (c catalogPublisher) Prune(ctx context.Context, t *Table, m *Manifest) error {
	if m.Folder == "" {
		return nil
	}
	place, err := c.catalog.Place(ctx, t)
	if err != nil || place.Folder == m.Folder {
		return err
	}
	return c.Delete(ctx, m.Folder)
}

// versionFolder is where a run lays a version of a table, in a lake with a
// catalog.
func versionFolder(t *Table, run string) string { return fmt.Sprintf("%s/run=%s", t.Path, run) }

// dropVersion forgets a version that was never published.
func dropVersion(ctx context.Context, store Store, open *Manifest) error {
	if open.Folder == "" {
		return nil
	}
	if err := store.Delete(ctx, open.Folder); err != nil {
		return err
	}
	return store.Delete(ctx, intentName(open.Table))
}
