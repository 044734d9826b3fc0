package export

import (
	"encoding/csv"
	"fmt"
	"io"

	"stedi/pipeline"
)

// Format is an output format for rows.
type Format string

// The output formats.
const (
	JSON     Format = "json"   // one array of objects
	NDJSON   Format = "ndjson" // one object per line
	CSV      Format = "csv"
	Markdown Format = "md" // a table
	Parquet  Format = "parquet"
)

// Formats lists all formats.
var Formats = []Format{JSON, NDJSON, CSV, Markdown, Parquet}

// Writer writes rows one by one. Its memory does not depend on their number.
type Writer interface {
	// Row writes a row: a nil, a bool, an int64, a float64 or a string for each
	// column.
	Row(values []any) error
	// End writes the rest of the output. It must be called, also after an
	// error. No row can be written afterwards.
	End() error
}

// NewWriter returns a Writer for rows with the columns.
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
		return &jsonRows{w: w, names: members(names), nested: nested, array: true}
	default:
		return &jsonRows{w: w, names: members(names), nested: nested}
	}
}

// unique returns a column name that is not used yet. Column names may repeat in
// a query, but not in a file. Names with the same key are the same there.
func unique(name string, used map[string]bool, key func(string) string) string {
	free := name
	for n := 2; used[key(free)]; n++ {
		free = fmt.Sprintf("%s_%d", name, n)
	}
	used[key(free)] = true
	return free
}

// members returns the names of the columns in JSON objects: of equal members most
// readers keep only the last one.
func members(names []string) []string {
	used := map[string]bool{}
	return mapped(names, func(name string) string {
		return unique(name, used, func(name string) string { return name })
	})
}

func mapped(texts []string, f func(string) string) []string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = f(s)
	}
	return out
}
