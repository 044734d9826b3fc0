// Package export writes rows in the forms that other programs read.
package export

import (
	"encoding/csv"
	"io"

	"stedi/pipeline"
)

// Format is a form of rows.
type Format string

// The forms in which rows can be written.
const (
	JSON     Format = "json"   // one array of objects
	NDJSON   Format = "ndjson" // one object a line
	CSV      Format = "csv"
	Markdown Format = "md" // a table
	Parquet  Format = "parquet"
)

// Formats are all of them.
var Formats = []Format{JSON, NDJSON, CSV, Markdown, Parquet}

// Writer writes rows one after the other. What it holds in memory does not
// depend on how many there are.
type Writer interface {
	// Row writes a row: a nil, a bool, an int64, a float64 or a string for
	// each column.
	Row(values []any) error
	// End writes what comes after the last row, after which nothing can be
	// written. It must be called, after an error too.
	End() error
}

// NewWriter begins to write rows with the columns.
func NewWriter(w io.Writer, format Format, columns []pipeline.ResultColumn) Writer {
	names, nested := make([]string, len(columns)), make([]bool, len(columns))
	for i, c := range columns {
		names[i], nested[i] = c.Name, c.IsNested()
	}
	switch format {
	case CSV:
		c := &csvRows{csv.NewWriter(w)}
		_ = c.csv.Write(mapped(names, neutral)) // the writer keeps its error for Flush
		return c
	case Markdown:
		return &markdownRows{w: w, names: names}
	case Parquet:
		return newParquetRows(w, columns)
	case JSON:
		return &jsonRows{w: w, names: names, nested: nested, array: true}
	default:
		return &jsonRows{w: w, names: names, nested: nested}
	}
}

func mapped(texts []string, f func(string) string) []string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = f(s)
	}
	return out
}
