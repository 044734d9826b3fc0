package awstest

import "context"

// sqlEngine runs what the Athena server is given.
type sqlEngine interface {
	// run hands over each page of what a statement gives. What is wrong with
	// the statement is a *sqlError. When ctx ends, the statement is cancelled.
	run(ctx context.Context, database, sql string, each func(*Answer)) error
	// tables are the names in a database, in order.
	tables(ctx context.Context, database string) ([]string, error)
}

// Answer is a page of what a statement has given.
type Answer struct {
	NextURI string
	Columns []Column
	Data    [][]any
	Stats   struct {
		PhysicalInputBytes int64
		ElapsedTimeMillis  int64
		QueuedTimeMillis   int64
	}
	UpdateType  string
	UpdateCount *int64
	Error       *sqlError
}

// Column is a column of an answer, its type as Trino writes it.
type Column struct{ Name, Type string }

// sqlError is why a statement has failed.
type sqlError struct {
	Message   string
	ErrorName string // as Trino names it: TABLE_NOT_FOUND
}

func (e *sqlError) Error() string { return e.ErrorName + ": " + e.Message }

// rowsOf runs a statement to its end and returns its rows.
func rowsOf(ctx context.Context, engine sqlEngine, database, sql string) ([][]any, error) {
	var rows [][]any
	err := engine.run(ctx, database, sql, func(page *Answer) { rows = append(rows, page.Data...) })
	return rows, err
}
