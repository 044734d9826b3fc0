package spark

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"stedi/pipeline"
)

// Result is the content of a script's --result file, written after all rows.
type Result struct {
	Table   string                  `json:"table"`
	Funnel  pipeline.Funnel         `json:"funnel"`
	Columns []pipeline.ColumnRecord `json:"columns"`
}

// Rows is the number of rows written.
func (r *Result) Rows() int64 { return r.Funnel.Written() }

// Read returns the number of rows of the table's inputs.
func (r *Result) Read(t *pipeline.Table) int64 {
	var rows int64
	for _, input := range r.Funnel[:len(t.Transform.Inputs)] {
		rows += input.Rows
	}
	return rows
}

// ErrNoResult reports that a text is not the result of a table's script.
var ErrNoResult = errors.New("not the result of this table's script")

// ParseResult parses the result of the script of t. The funnel of the result
// lists the table's inputs and stages, and then the table itself; the columns
// match those of the table. It returns ErrNoResult if the text is damaged or
// belongs to another table.
func ParseResult(text []byte, t *pipeline.Table) (*Result, error) {
	var result Result
	if json.Unmarshal(text, &result) != nil || result.Table != t.Name {
		return nil, ErrNoResult
	}
	fits := result.Funnel.Fits(t) &&
		slices.EqualFunc(result.Columns, t.Columns, func(have pipeline.ColumnRecord, want pipeline.Column) bool {
			return strings.EqualFold(have.Name, want.Name) && have.Type == want.Type.String()
		})
	if !fits {
		return nil, pipeline.Fail(pipeline.BadUsage, t.Name, "Cast the columns of its SELECT to the types that the embedded engine finds.",
			"audit: Spark builds other columns from its SELECT than the embedded engine; not published")
	}
	return &result, nil
}
