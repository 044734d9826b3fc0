package spark

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"stedi/pipeline"
)

// Result is what a script writes to its --result after it has written all rows.
type Result struct {
	Table   string                  `json:"table"`
	Funnel  pipeline.Funnel         `json:"funnel"`
	Columns []pipeline.ColumnRecord `json:"columns"`
}

// Rows is the number of rows written.
func (r *Result) Rows() int64 { return r.Funnel.Written() }

// Read is the number of rows of the table's inputs.
func (r *Result) Read(t *pipeline.Table) int64 {
	var rows int64
	for _, input := range r.Funnel[:len(t.Transform.Inputs)] {
		rows += input.Rows
	}
	return rows
}

// ErrNoResult means that a text is not the result of a table's script.
var ErrNoResult = errors.New("not the result of this table's script")

// ParseResult reads the result of the script of t. The funnel of a result that
// it returns has the table's inputs and stages, and then the table itself; the
// columns are those of the table. It returns ErrNoResult if the text is damaged
// or about another table.
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
