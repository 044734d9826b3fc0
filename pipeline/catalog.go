package pipeline

import (
	"context"
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

// CatalogTable is a table of a catalog's database, whoever made it.
type CatalogTable struct {
	Name       string
	Zone       string // of the lake's table that lies there; "other" if there is none
	Kind       string // table or view
	Location   string
	Format     string // such as JSON, Parquet or CSV
	Columns    []ColumnRecord
	Partitions []ColumnRecord // columns that stand in the paths of files
	Updated    time.Time
	Ours       bool // this program made it
}

// catalogued is the store of a lake whose catalog says where tables lie: the
// files of a table's folder are those of its present version.
type catalogued struct {
	Store
	catalog Catalog
	lake    *Lake
}

// WithCatalog returns a store whose tables lie, and are published, where the
// catalog says. Landing tables lie where the definition says.
func WithCatalog(store Store, catalog Catalog, lake *Lake) Store {
	return &catalogued{Store: store, catalog: catalog, lake: lake}
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

// versionFolder is where a run lays a version of a table, in a lake with a
// catalog.
func versionFolder(t *Table, run string) string { return fmt.Sprintf("%s/run=%s", t.Path, run) }
