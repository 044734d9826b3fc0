package pager

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"stedi/pipeline"
)

// CountRows queries the number of rows of a view, and returns also what is
// missing from it.
func CountRows(ctx context.Context, q pipeline.Querier, table *pipeline.Table, v View) (n int64, left []pipeline.LeftOut, err error) {
	text, err := v.SelectCount(table)
	if err != nil {
		return 0, nil, err
	}
	rows, err := q.Query(ctx, text)
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	page, err := rows.Next(ctx)
	if err != nil {
		return 0, nil, err
	}
	if len(page) != 1 || len(page[0]) != 1 {
		return 0, nil, fmt.Errorf("%s: a count that is not one number", table.Name)
	}
	n, ok := page[0][0].(int64)
	if !ok {
		return 0, nil, fmt.Errorf("%s: a count that is not a number", table.Name)
	}
	if _, err := rows.Next(ctx); !errors.Is(err, io.EOF) {
		return 0, nil, cmp.Or(err, fmt.Errorf("%s: more than one count", table.Name))
	}
	return n, pipeline.LeftOutBy(rows), nil
}
