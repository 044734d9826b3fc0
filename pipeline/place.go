package pipeline

import (
	"context"
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
