package pager

import (
	"context"
	"errors"
	"fmt"

	"stedi/pipeline"
)

// CountRows asks for the number of rows of a view.
func CountRows(ctx context.Context, q pipeline.Querier, table *pipeline.Table, v View) (n int64, err error) {
	text, err := v.SelectCount(table)
	if err != nil {
		return 0, err
	}
	rows, err := q.Query(ctx, text)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	page, err := rows.Next(ctx)
	if err != nil {
		return 0, err
	}
	if len(page) != 1 || len(page[0]) != 1 {
		return 0, fmt.Errorf("%s: a count that is not one number", table.Name)
	}
	n, ok := page[0][0].(int64)
	if !ok {
		return 0, fmt.Errorf("%s: a count that is not a number", table.Name)
	}
	return n, nil
}
