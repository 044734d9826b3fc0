package pipeline

import (
	"context"
	"fmt"
	"strings"
	"time"

	"stedi/pipeline/ndjson"
	"stedi/pipeline/sqlquote"
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

// resultTypes are the names that results have for the types of a lake's tables
// that have no parameters.
var resultTypes = map[ndjson.Kind]string{
	ndjson.KindString: "VARCHAR", ndjson.KindVarchar: "VARCHAR", ndjson.KindChar: "VARCHAR", ndjson.KindBoolean: "BOOLEAN",
	ndjson.KindTinyint: "TINYINT", ndjson.KindSmallint: "SMALLINT", ndjson.KindInt: "INTEGER", ndjson.KindBigint: "BIGINT",
	ndjson.KindFloat: "FLOAT", ndjson.KindDouble: "DOUBLE", ndjson.KindDate: "DATE", ndjson.KindTimestamp: "TIMESTAMP",
}

// ResultType is the name that results have for a type of a lake's tables, which
// is that of DuckDB's SQL.
func ResultType(t ndjson.Type) string {
	shape := t.Shape()
	return resultType(&shape)
}

func resultType(s *ndjson.Shape) string {
	switch s.Kind {
	case ndjson.KindDecimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", s.Precision, s.Scale)
	case ndjson.KindArray:
		return resultType(s.Element) + "[]"
	case ndjson.KindMap:
		return "MAP(VARCHAR, " + resultType(s.Element) + ")"
	case ndjson.KindStruct:
		fields := make([]string, len(s.Fields))
		for i, f := range s.Fields {
			fields[i] = sqlquote.ANSI.Name(f.Name) + " " + resultType(&f.Shape)
		}
		return "STRUCT(" + strings.Join(fields, ", ") + ")"
	default:
		return resultTypes[s.Kind]
	}
}

// TypeName is what a lake calls the column's type. One that its tables cannot
// have keeps the engine's name.
func (c ResultColumn) TypeName() string {
	if c.Type == "VARCHAR" {
		return ndjson.String.String()
	}
	for kind, name := range resultTypes {
		if c.Type == name {
			return string((&ndjson.Shape{Kind: kind}).Type())
		}
	}
	if strings.HasPrefix(c.Type, "DECIMAL(") {
		return strings.ToLower(c.Type)
	}
	return c.Type
}

// IsNested tells whether the values of the column are arrays or objects. They
// come as JSON text if tables of a lake can have such a column.
func (c ResultColumn) IsNested() bool {
	return strings.HasSuffix(c.Type, "]") || strings.HasPrefix(c.Type, "STRUCT(") || strings.HasPrefix(c.Type, "MAP(")
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
