package pager

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"stedi/pipeline"
)

// SQLView pages through the rows of a view. It queries blocks of rows on
// demand, and keeps the last few. The order is that of the view, and for equal
// rows that of their other columns, so each row has a fixed position.
//
// It needs exclusive use of the Querier during a query: another query at that
// time fails the page with a failure of kind Cancelled.
type SQLView struct {
	querier pipeline.Querier
	table   *pipeline.Table
	view    View
	columns []pipeline.ResultColumn
	rows    int64
	left    []pipeline.LeftOut
	order   []Order

	turn      chan struct{} // holds a value while a caller uses the other fields
	blockRows int64
	blocks    []block // the last few blocks, the most recently used at the end
}

// OpenView counts the rows of a view. If the view is invalid, the error is a
// *pipeline.Failure.
func OpenView(ctx context.Context, q pipeline.Querier, table *pipeline.Table, v View) (*SQLView, error) {
	chosen, err := v.Chosen(table)
	if err != nil {
		return nil, err
	}
	s := &SQLView{
		querier: q, table: table, view: v, columns: resultColumns(chosen),
		order: v.complete(table), turn: make(chan struct{}, 1), blockRows: blockRows,
	}
	if s.rows, s.left, err = CountRows(ctx, q, table, v); err != nil {
		return nil, err
	}
	return s, nil
}

// complete returns an order by all columns: first those of the view's Sort,
// then the chosen ones, then the rest.
func (v View) complete(table *pipeline.Table) []Order {
	order := slices.Clone(v.Sort)
	names := slices.Clone(v.Columns)
	for _, c := range table.Columns {
		names = append(names, c.Name)
	}
	for _, name := range names {
		if !slices.ContainsFunc(order, func(o Order) bool { return strings.EqualFold(o.Column, name) }) {
			order = append(order, Order{Column: name})
		}
	}
	return order
}

// Columns returns the columns of every row.
func (s *SQLView) Columns() []pipeline.ResultColumn { return s.columns }

// Count returns the number of rows.
func (s *SQLView) Count() (rows int64, all bool) { return s.rows, true }

// LeftOut returns what is missing from the table.
func (s *SQLView) LeftOut() []pipeline.LeftOut { return s.left }

// Close does nothing: the Querier belongs to the caller.
func (s *SQLView) Close() error { return nil }

// Page returns at most n rows from row first. It returns fewer if they are
// long.
func (s *SQLView) Page(ctx context.Context, first int64, n int) ([][]any, error) {
	if first < 0 || n <= 0 {
		return nil, nil
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.turn }()
	var page [][]any
	bytes := 0
	for last := min(first+int64(n), s.rows); first < last && bytes < longRows; {
		rows := s.held(first)
		if rows == nil {
			var err error
			if rows, err = s.ask(ctx, first); err != nil {
				return nil, err
			}
		}
		rows = rows[:min(int64(len(rows)), last-first)]
		page = append(page, rows...)
		first += int64(len(rows))
		bytes += size(rows)
	}
	return page, nil
}

const (
	blockRows  = 1000    // per query
	blockBytes = 8 << 20 // size of texts above which a query requests fewer rows
	heldBlocks = 8

	// Far from both ends an engine sorts all rows for any block, so a longer
	// block costs the same.
	deepRows   = 20_000
	deepBlocks = 10
)

// ask queries the block that contains a row, and returns its rows from there.
// The block is counted from the nearer end, so the last rows cost no more than
// the first.
func (s *SQLView) ask(ctx context.Context, row int64) ([][]any, error) {
	for {
		length := s.blockRows
		if min(row, s.rows-row) > deepRows {
			length *= deepBlocks
		}
		first := row / length * length
		part := slice{Order: s.order, Offset: first, Limit: min(length, s.rows-first)}
		if after := s.rows - first - part.Limit; after < first {
			part.Order, part.Offset, part.Reverse = turned(s.order), after, true
		}
		text, err := s.view.text(s.table, part)
		if err != nil {
			return nil, err
		}
		rows, err := s.take(ctx, text)
		if errors.Is(err, errLong) {
			s.blockRows = max(1, s.blockRows/8)
			continue
		}
		if err != nil {
			return nil, err
		}
		if int64(len(rows)) != part.Limit {
			return nil, pipeline.Fail(pipeline.Conflict, s.table.Name, "Open the view again.", "the rows have changed: %w", pipeline.ErrChanged)
		}
		if part.Reverse {
			slices.Reverse(rows)
		}
		s.keep(block{first, rows})
		return rows[row-first:], nil
	}
}

func turned(order []Order) []Order {
	turned := slices.Clone(order)
	for i := range turned {
		turned[i].Descending = !turned[i].Descending
	}
	return turned
}

// errLong reports that the rows are too long for a block.
var errLong = errors.New("long rows")

// take reads the rows of a query.
func (s *SQLView) take(ctx context.Context, text string) (rows [][]any, err error) {
	q, err := s.querier.Query(ctx, text)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	for bytes := 0; bytes < blockBytes || s.blockRows == 1; {
		page, err := q.Next(ctx)
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, page...)
		bytes += size(page)
	}
	return nil, errLong
}

// block is some rows of a view.
type block struct {
	first int64
	rows  [][]any
}

// held returns the rows of the kept blocks from a row.
func (s *SQLView) held(row int64) [][]any {
	for i, b := range s.blocks {
		if skip := row - b.first; skip >= 0 && skip < int64(len(b.rows)) {
			s.blocks = append(slices.Delete(s.blocks, i, i+1), b)
			return b.rows[skip:]
		}
	}
	return nil
}

func (s *SQLView) keep(b block) {
	if len(s.blocks) == heldBlocks {
		s.blocks = slices.Delete(s.blocks, 0, 1)
	}
	s.blocks = append(s.blocks, b)
}
