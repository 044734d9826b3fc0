package pipeline

import (
	"encoding/json"

	"stedi/pipeline/ndjson"
)

// Manifest describes the content of a table when a run last built or read it.
type Manifest struct {
	Schema string `json:"schema"` // stedi.table/1
	Table  string `json:"table"`
	Run    string `json:"run"`  // the run that built the table; for a landing table, that read it
	Rows   int64  `json:"rows"` // rejected lines left out
	Bytes  int64  `json:"bytes"`
	// Hash identifies the content: of the one data file, or of all landing
	// files with their names.
	Hash ndjson.Hash `json:"hash"`
	// Files are the data files at that time.
	Files []ManifestFile `json:"files"`
	// Shape is ShapeOf the table by whose columns the lines were read or written.
	Shape string `json:"shape,omitempty"`

	// The following fields are for derived tables.
	SQL    string                 `json:"sql,omitempty"`    // the text of the transform
	Inputs map[string]ndjson.Hash `json:"inputs,omitempty"` // content of each input
	Funnel Funnel                 `json:"funnel,omitempty"`
	// Guards are the guards that have passed, with keys of what else they read.
	Guards map[string]Hash `json:"guards,omitempty"`
	// RolledBack says that this version was put back in place of a newer one.
	RolledBack bool `json:"rolled_back,omitempty"`

	// This is for tables of a lake with a catalog.
	Folder string          `json:"folder,omitempty"` // where this version lies
	Engine string          `json:"engine,omitempty"` // a remote one that builds it
	Token  string          `json:"token,omitempty"`  // of that attempt
	Query  string          `json:"query,omitempty"`  // by which it is under way
	From   map[string]Hash `json:"from,omitempty"`   // versions of its input files

	// The following fields are for landing tables.
	Rejected      int64    `json:"rejected,omitempty"`       // rejected lines
	RejectedBytes int64    `json:"rejected_bytes,omitempty"` // bytes of the rejected lines
	Uncounted     int64    `json:"uncounted,omitempty"`      // rejected lines that may hold any number of rows
	Text          int64    `json:"text,omitempty"`           // bytes of all lines, if some were rejected
	Skipped       []string `json:"skipped,omitempty"`        // files that were not read
	Notes         []string `json:"notes,omitempty"`
}

// ManifestFile is a data file and the hash of its content.
type ManifestFile struct {
	File
	Hash ndjson.Hash `json:"hash"`
	Rows int64       `json:"rows"`
}

// ShapeOf returns a text that is the same for two tables if the same lines are
// their rows.
func ShapeOf(t *Table) string {
	columns, _ := json.Marshal(t.Columns) // names, types and flags can always be encoded
	h := ndjson.NewHasher()
	_, _ = h.Write(columns) // it never fails
	return h.Sum().String()
}

// DataFiles returns the data files at the time of the manifest.
func (m *Manifest) DataFiles() []File {
	files := make([]File, len(m.Files))
	for i, f := range m.Files {
		files[i] = f.File
	}
	return files
}

// ColumnsOf returns the columns of a table's files, or nil if they were built
// by an SQL text other than that of the definition.
func ColumnsOf(t *Table, m *Manifest) []ColumnRecord {
	if t.Transform != nil && m.SQL != t.Transform.SQL {
		return nil
	}
	columns := make([]ColumnRecord, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = ColumnRecord{c.Name, c.Type.String()}
	}
	return columns
}
