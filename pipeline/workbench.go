package pipeline

import (
	"context"

	"stedi/pipeline/ndjson"
)

// Workbench is a private SQL session: tables are loaded once and queried many
// times, and nothing of it is seen outside. Its tables end with it. It is used
// by one goroutine at a time, while its engine may do other things.
type Workbench interface {
	// Load reads the files of a table into a table of the given name. Lines
	// that cannot be read are left out and reported.
	Load(ctx context.Context, name string, input Input) (ndjson.Report, error)
	// Exec runs one or more statements.
	Exec(ctx context.Context, sql string, args ...any) error
	// Rows returns the result of a query. A value is what the driver gives.
	Rows(ctx context.Context, sql string, args ...any) (columns []string, rows [][]any, err error)
	Syntax
	Close() error
}

// Syntax makes trees of SQL and SQL of trees.
type Syntax interface {
	// Tree returns the syntax tree of one SELECT, as json_serialize_sql gives
	// the node of its query.
	Tree(ctx context.Context, sql string) (map[string]any, error)
	// Text returns the SQL text of a tree.
	Text(ctx context.Context, tree map[string]any) (string, error)
}

// Bencher is an engine that has workbenches.
type Bencher interface {
	Workbench(ctx context.Context) (Workbench, error)
}
