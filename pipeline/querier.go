package pipeline

import (
	"context"
	"fmt"
	"strings"
	"time"

	"stedi/pipeline/ndjson"
	"stedi/pipeline/sqlquote"
)

// Querier runs read-only SQL on the tables of a lake.
type Querier interface {
	// Query starts a query, and closes the previous one if it is still open. An
	// error in the text, or an operation that is not allowed, gives a *Failure.
	Query(ctx context.Context, sql string) (Rows, error)
	Close() error
}

// Rows are the rows of a query, page by page.
type Rows interface {
	// Columns returns the columns of every row.
	Columns() []ResultColumn
	// Next returns the next rows. A value is nil, a bool, an int64, a float64
	// or a string. After the last page it returns io.EOF; after any other error
	// it returns the same error again.
	//
	// All rows come from the same versions of the tables. If a run publishes a
	// version meanwhile, Next returns a failure of kind Conflict.
	Next(ctx context.Context) ([][]any, error)
	// Close ends the query if it is still running.
	Close() error
}

// QueryUsage is the usage that a service reports for a query. It is zero for a
// local engine.
type QueryUsage struct {
	Queued       time.Duration
	Ran          time.Duration
	ScannedBytes int64
	CostUSD      float64
	QueryID      string
}

// UsageOf returns the usage of a query so far; zero if its rows do not report
// it.
func UsageOf(rows Rows) QueryUsage {
	if r, ok := rows.(interface{ Usage() QueryUsage }); ok {
		return r.Usage()
	}
	return QueryUsage{}
}

// LeftOutBy returns what is missing from the tables that a query has read; nil
// if its rows do not report it. The result is complete after the last row.
func LeftOutBy(rows Rows) []LeftOut {
	if r, ok := rows.(interface{ LeftOut() []LeftOut }); ok {
		return r.LeftOut()
	}
	return nil
}

// ResultColumn is a column of a result. Values of the types BOOLEAN, the
// integers up to BIGINT, FLOAT and DOUBLE are returned as bool, int64 and
// float64. Values of all other types are returned as the engine's text, and
// Type states what they are.
type ResultColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// resultTypes maps a lake's types without parameters to their names in results.
var resultTypes = map[ndjson.Kind]string{
	ndjson.KindString: "VARCHAR", ndjson.KindVarchar: "VARCHAR", ndjson.KindChar: "VARCHAR", ndjson.KindBoolean: "BOOLEAN",
	ndjson.KindTinyint: "TINYINT", ndjson.KindSmallint: "SMALLINT", ndjson.KindInt: "INTEGER", ndjson.KindBigint: "BIGINT",
	ndjson.KindFloat: "FLOAT", ndjson.KindDouble: "DOUBLE", ndjson.KindDate: "DATE", ndjson.KindTimestamp: "TIMESTAMP",
	ndjson.KindAny: "VARCHAR",
}

// ResultType returns the name in results, which is that of DuckDB's SQL, for a
// type of a lake's tables.
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

// TypeName returns the column's type in the notation of a lake. A type that
// tables of a lake cannot have keeps the engine's name.
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

// IsNested reports whether the values of the column are arrays or objects. They
// are returned as JSON text if tables of a lake can have such a column.
func (c ResultColumn) IsNested() bool {
	return strings.HasSuffix(c.Type, "]") || strings.HasPrefix(c.Type, "STRUCT(") || strings.HasPrefix(c.Type, "MAP(")
}

// IsNumber reports whether the values of the column are numbers, including
// those that are returned as text because they may be too large.
func (c ResultColumn) IsNumber() bool {
	switch base, _, _ := strings.Cut(c.Type, "("); base {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL":
		return true
	default:
		return false
	}
}
