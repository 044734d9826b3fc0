package pipeline

import (
	"context"
	"slices"
	"strings"
	"time"

	"stedi/pipeline/ndjson"
)

// Querier answers read-only SQL over the tables of a lake.
type Querier interface {
	// Query begins a query; the one before it, if it is still open, ends. What
	// is wrong with the text, or with what it asks for, is a *Failure.
	Query(ctx context.Context, sql string) (Rows, error)
	Close() error
}

// Rows are the rows of a query, page by page.
type Rows interface {
	// Columns are the columns of every row.
	Columns() []ResultColumn
	// Next returns some more rows. A value is nil, a bool, an int64, a float64
	// or a string. After the last page it returns io.EOF, after any error the
	// same one again.
	//
	// All rows are of one version of the tables: if one is published
	// meanwhile, Next says so with a failure of kind Conflict.
	Next(ctx context.Context) ([][]any, error)
	// Close ends the query, if it has not ended by itself.
	Close() error
}

// QueryUsage is what a service says a query has used. An engine that runs here
// uses nothing that costs.
type QueryUsage struct {
	Queued       time.Duration
	Ran          time.Duration
	ScannedBytes int64
	CostUSD      float64
	QueryID      string
}

// UsageOf returns what a query has used so far, if its rows can tell.
func UsageOf(rows Rows) QueryUsage {
	if r, ok := rows.(interface{ Usage() QueryUsage }); ok {
		return r.Usage()
	}
	return QueryUsage{}
}

// LeftOutBy returns what the tables lack that a query has read, if its rows can
// tell. They can after the last of them.
func LeftOutBy(rows Rows) []LeftOut {
	if r, ok := rows.(interface{ LeftOut() []LeftOut }); ok {
		return r.LeftOut()
	}
	return nil
}

// ResultColumn is a column of a result. Values of the types BOOLEAN, the
// integers up to BIGINT, FLOAT and DOUBLE come as bool, int64 and float64; of
// all others as the text that the engine makes of them, with Type telling what
// they are.
type ResultColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// resultTypes are the names that results have for the types of a lake's tables.
var resultTypes = [...]string{
	ndjson.String: "VARCHAR", ndjson.Boolean: "BOOLEAN", ndjson.Int: "INTEGER", ndjson.Bigint: "BIGINT", ndjson.Double: "DOUBLE",
}

// ResultType is the name that results have for a type of a lake's tables, which
// is that of DuckDB's SQL.
func ResultType(t ndjson.Type) string { return resultTypes[t] }

// TypeName is what a lake calls the column's type. One that its tables cannot
// have keeps the engine's name.
func (c ResultColumn) TypeName() string {
	if t := slices.Index(resultTypes[:], c.Type); t >= 0 {
		return ndjson.Type(t).String()
	}
	return c.Type
}

// IsNumber tells whether the values of the column are numbers, even if they
// come as text because they may be too large.
func (c ResultColumn) IsNumber() bool {
	switch base, _, _ := strings.Cut(c.Type, "("); base {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL":
		return true
	default:
		return false
	}
}
