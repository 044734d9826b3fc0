package pipeline

import (
	"context"
	"time"
)

// Catalog maps table names to the folders of their rows, for readers such as
// Athena. In a lake with a catalog each version of a table has its own folder,
// and the catalog decides which version is current.
type Catalog interface {
	// Place returns the folder of the current version of a table.
	Place(ctx context.Context, table *Table) (Place, error)
	// Move makes a folder below the lake's root the current version, in one
	// step, if the table's place still equals from; otherwise it changes
	// nothing and returns ErrChanged.
	Move(ctx context.Context, table *Table, from Place, folder string) error
}

// Place is the folder of a table, as stated by a catalog.
type Place struct {
	Folder  string // below the lake's root
	Version string // version of the catalog's entry
}

// CatalogTable is any table of a catalog's database.
type CatalogTable struct {
	Name       string         `json:"table"`
	Zone       string         `json:"zone"` // of the lake's table with the same folder; "other" if there is no such table
	Kind       string         `json:"kind"` // table or view
	Location   string         `json:"location"`
	Format     string         `json:"format"` // such as JSON, Parquet or CSV
	Columns    []ColumnRecord `json:"columns"`
	Partitions []ColumnRecord `json:"partitions,omitempty"` // columns whose values are part of the file paths
	Updated    time.Time      `json:"updated"`
	Ours       bool           `json:"ours"` // created by this program
}
