package pager

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"stedi/pipeline"
)

// Sorted holds rows of another Source in memory, filtered and sorted.
type Sorted struct {
	columns []pipeline.ResultColumn
	rows    [][]any
	left    []pipeline.LeftOut
}

const (
	sortedRows  = 200_000
	sortedBytes = 64 << 20
)

// Arrange filters and sorts the rows of a source that is complete, as a View
// does for a table. Equal rows keep their order. If the rows need too much
// memory, or a condition is SQL, the error is a *pipeline.Failure.
//
// The source may be closed afterwards.
func Arrange(ctx context.Context, src Source, where []Condition, sort []Order) (*Sorted, error) {
	s := &Sorted{columns: src.Columns()}
	tests, err := s.tests(where)
	if err != nil {
		return nil, err
	}
	keys := make([]int, len(sort))
	for i, o := range sort {
		if keys[i], err = s.column(o.Column); err != nil {
			return nil, err
		}
	}
	if err := s.load(ctx, src, tests); err != nil {
		return nil, err
	}
	if from, ok := src.(interface{ LeftOut() []pipeline.LeftOut }); ok {
		s.left = from.LeftOut()
	}
	slices.SortStableFunc(s.rows, func(a, b []any) int {
		for i, key := range keys {
			if c := compare(a[key], b[key], s.columns[key].IsNumber(), sort[i].Descending); c != 0 {
				return c
			}
		}
		return 0
	})
	return s, nil
}

// load keeps the rows that pass all tests.
func (s *Sorted) load(ctx context.Context, src Source, tests []func([]any) bool) error {
	bytes := 0
	for row := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		page, err := src.Page(ctx, row, 1000)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		row += int64(len(page))
		bytes += size(page)
		if row > sortedRows || bytes > sortedBytes {
			return pipeline.Fail(pipeline.BadUsage, "", "Write ORDER BY, WHERE or LIMIT into the SQL instead.",
				"the result is too large to sort or filter here: more than %d rows or %d MB", sortedRows, sortedBytes>>20)
		}
		for _, values := range page {
			if passes(values, tests) {
				s.rows = append(s.rows, values)
			}
		}
	}
	return nil
}

func passes(values []any, tests []func([]any) bool) bool {
	for _, test := range tests {
		if !test(values) {
			return false
		}
	}
	return true
}

// Columns returns the columns of every row.
func (s *Sorted) Columns() []pipeline.ResultColumn { return s.columns }

// LeftOut returns what is missing from the tables that the source has read.
func (s *Sorted) LeftOut() []pipeline.LeftOut { return s.left }

// Count returns the number of rows.
func (s *Sorted) Count() (rows int64, all bool) { return int64(len(s.rows)), true }

// Page returns at most n rows from row first.
func (s *Sorted) Page(_ context.Context, first int64, n int) ([][]any, error) {
	if first < 0 || n <= 0 || first >= int64(len(s.rows)) {
		return nil, nil
	}
	last := min(first+int64(n), int64(len(s.rows)))
	return s.rows[first:last:last], nil
}

// Close releases the rows.
func (s *Sorted) Close() error {
	s.rows = nil
	return nil
}

func (s *Sorted) column(name string) (int, error) {
	i := slices.IndexFunc(s.columns, func(c pipeline.ResultColumn) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		return 0, pipeline.Fail(pipeline.BadUsage, "", "", "there is no column %q", name)
	}
	return i, nil
}

// tests converts each condition to a function.
func (s *Sorted) tests(where []Condition) ([]func([]any) bool, error) {
	tests := make([]func([]any) bool, len(where))
	for i, c := range where {
		if c.SQL != "" {
			return nil, pipeline.Fail(pipeline.BadUsage, "", "Write it into the SQL of the query.", "a result cannot be filtered by SQL")
		}
		column, err := s.column(c.Column)
		if err != nil {
			return nil, err
		}
		value, ok := c.valueFor(s.columns[column])
		if !ok {
			return nil, pipeline.Fail(pipeline.BadUsage, "", fmt.Sprintf("Compare it with a value of type %s.", s.columns[column].Type),
				"column %s cannot be compared with what was given", s.columns[column].Name)
		}
		numbers := s.columns[column].IsNumber()
		tests[i] = func(row []any) bool { return c.Op.holds(row[column], value, numbers) }
	}
	return tests, nil
}

// valueFor converts a condition's value to the type of its column.
func (c Condition) valueFor(column pipeline.ResultColumn) (any, bool) {
	text := fmt.Sprint(c.Value)
	switch {
	case c.Value == nil:
		return nil, c.Op == Equal || c.Op == NotEqual || c.Op == IsNull || c.Op == NotNull || c.Op == IsEmpty
	case c.Op == Contains || c.Op == StartsWith:
		return strings.ToLower(text), true
	case column.Type == "BOOLEAN":
		b, err := strconv.ParseBool(text)
		return b, err == nil
	case !column.IsNumber():
		return text, true
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil && !math.IsNaN(x) && !math.IsInf(x, 0)
}
