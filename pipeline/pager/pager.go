package pager

import (
	"context"

	"stedi/pipeline"
)

// Source is a sequence of rows with random access. Its methods are safe for
// concurrent use.
type Source interface {
	// Columns returns the columns of every row.
	Columns() []pipeline.ResultColumn
	// Page returns at most n rows from row first, counted from 0. It returns
	// fewer if they are long, and 0 only beyond the last row. A value is nil, a
	// bool, an int64, a float64 or a string. The caller must not change the
	// rows.
	Page(ctx context.Context, first int64, n int) ([][]any, error)
	// Count returns the number of rows known so far, and whether it is final.
	Count() (rows int64, all bool)
	Close() error
}
