package awstest

import "context"

// sqlEngine runs the statements of the Athena server.
type sqlEngine interface {
	// run calls each with every page of the result. An error in the statement
	// is a *sqlError. When ctx ends, the statement is cancelled.
	run(ctx context.Context, database, sql string, each func(*Answer)) error
	// tables returns the names of a database's tables, in order.
	tables(ctx context.Context, database string) ([]string, error)
}

// Answer is a page of a statement's result.
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

// Column is a column of a result, with its Trino type.
type Column struct{ Name, Type string }

// sqlError is the error of a failed statement.
type sqlError struct {
	Message   string
	ErrorName string // Trino's name, such as TABLE_NOT_FOUND
}

func (e *sqlError) Error() string { return e.ErrorName + ": " + e.Message }

// rowsOf runs a statement to its end and returns its rows.
func rowsOf(ctx context.Context, engine sqlEngine, database, sql string) ([][]any, error) {
	var rows [][]any
	err := engine.run(ctx, database, sql, func(page *Answer) { rows = append(rows, page.Data...) })
	return rows, err
}
