package pager

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"stedi/pipeline"
)

// SQLView pages through the rows of a view. It asks for blocks of them as they
// are wanted, and keeps the last few. Rows are in the order of the view, equal
// ones in that of their other columns, so that each has one place.
//
// It needs the Querier for itself while it asks: another query in between ends
// the page with a failure of kind Cancelled.
type SQLView struct {
	querier pipeline.Querier
	table   *pipeline.Table
	view    View
	columns []pipeline.ResultColumn
	rows    int64
	left    []pipeline.LeftOut
	order   []Order

	turn      chan struct{} // holds a value while a caller uses the rest
	blockRows int64
	blocks    []block // the last few, the one that was used last at the end
}

// OpenView counts the rows of a view. What is wrong with it is a
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

// complete orders by all columns: first those of the view, then the chosen
// ones, then the rest.
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

// Columns are the columns of every row.
func (s *SQLView) Columns() []pipeline.ResultColumn { return s.columns }

// Count returns how many rows there are.
func (s *SQLView) Count() (rows int64, all bool) { return s.rows, true }

// LeftOut says what is missing from the table.
func (s *SQLView) LeftOut() []pipeline.LeftOut { return s.left }

// Close does nothing: the Querier belongs to the caller.
func (s *SQLView) Close() error { return nil }

// Page returns rows. There may be fewer than n if they are long.
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
	blockRows  = 1000    // that one query is asked for
	blockBytes = 8 << 20 // of texts, beyond which a query is asked for fewer
	heldBlocks = 8

	// Far from both ends an engine has to sort all rows for any block, so
	// that a longer one costs as much.
	deepRows   = 20_000
	deepBlocks = 10
)

// ask gets a block that holds a row, and returns what it has from there on.
// The block is counted from the nearer end, so that the last rows cost no more
// than the first.
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

// errLong says that rows are too long for a block of them.
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

// held returns what the kept blocks have from a row on.
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
