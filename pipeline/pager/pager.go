// Package pager pages through rows of any number, forward and back, with
// bounded memory.
//
// A Source is where the rows come from: the files of a table as they are stored
// (OpenFiles), a table sorted and filtered by SQL (OpenView), or the result of
// a query (Spool).
package pager

import (
	"context"

	"stedi/pipeline"
)

// Source is rows to page through, from the first to the last and back. Its
// methods may be called from several goroutines.
type Source interface {
	// Columns are the columns of every row.
	Columns() []pipeline.ResultColumn
	// Page returns at most n rows from row first on, counted from 0: fewer if
	// they are long, none only beyond the last. A value is nil, a bool, an
	// int64, a float64 or a string. The rows are not to be changed.
	Page(ctx context.Context, first int64, n int) ([][]any, error)
	// Count returns how many rows are known so far, and whether these are all.
	Count() (rows int64, all bool)
	Close() error
}
