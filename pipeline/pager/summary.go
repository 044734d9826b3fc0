package pager

import (
	"cmp"
	"context"
	"math"
	"slices"

	"stedi/pipeline"
	"stedi/pipeline/printable"
	"stedi/pipeline/rowcode"
)

// Frequency is a combination of values, and the number of rows that have it.
type Frequency struct {
	Values []any
	Rows   int64
}

// The limits of summaries: the number of combinations that are counted, of
// distinct values per column, and of numbers for a median.
const (
	mostFrequencies = 500_000
	mostDistinct    = 50_000
	mostForMedian   = 2_000_000
)

// Frequencies counts the rows of a source by the values of some columns, the
// most frequent first. It reads the rows in order, and periodically calls
// progress with their number.
func Frequencies(ctx context.Context, src Source, columns []int, progress func(rows int64)) (list []Frequency, rows int64, err error) {
	at := map[string]int{}
	var key []byte
	values := make([]any, len(columns))
	rows, err = eachRow(ctx, src, progress, func(row []any) error {
		for i, c := range columns {
			values[i] = row[c]
		}
		if key, err = rowcode.Append(key[:0], values); err != nil {
			return err
		}
		i, known := at[string(key)]
		if !known {
			if len(list) == mostFrequencies {
				return pipeline.Fail(pipeline.BadUsage, "", "Filter the rows, or count another column.",
					"there are more than %d different values", mostFrequencies)
			}
			i = len(list)
			at[string(key)] = i
			list = append(list, Frequency{Values: slices.Clone(values)})
		}
		list[i].Rows++
		return nil
	})
	numbers := make([]bool, len(columns))
	for i, c := range columns {
		numbers[i] = src.Columns()[c].IsNumber()
	}
	slices.SortFunc(list, func(a, b Frequency) int {
		c := cmp.Compare(b.Rows, a.Rows)
		for i := 0; c == 0 && i < len(columns); i++ {
			c = compare(a.Values[i], b.Values[i], numbers[i], false)
		}
		return c
	})
	return list, rows, err
}

// eachRow calls f for all rows of a source, and returns their number.
func eachRow(ctx context.Context, src Source, progress func(rows int64), f func(row []any) error) (rows int64, err error) {
	for {
		page, err := src.Page(ctx, rows, searchRows)
		if err != nil || len(page) == 0 {
			return rows, err
		}
		for _, row := range page {
			if err := f(row); err != nil {
				return rows, err
			}
		}
		rows += int64(len(page))
		progress(rows)
	}
}

// Statistics describe the values of a column.
type Statistics struct {
	Rows     int64
	Nulls    int64
	Distinct int64 // without nulls
	More     bool  // there are more distinct values
	Min, Max any   // nil if there are no values
	Mean     float64
	Median   float64
	Numbers  int64 // number of values in Mean; 0: it has no meaning
	Sampled  bool  // Median is that of the first values only
}

// Summarize returns the statistics of every column of a source, and reads its
// rows like Frequencies.
func Summarize(ctx context.Context, src Source, progress func(rows int64)) ([]Statistics, error) {
	columns := src.Columns()
	list := make([]summary, len(columns))
	for i, c := range columns {
		list[i] = summary{numbers: c.IsNumber(), seen: map[string]bool{}}
	}
	_, err := eachRow(ctx, src, progress, func(row []any) error {
		for i, v := range row {
			list[i].add(v)
		}
		return nil
	})
	result := make([]Statistics, len(columns))
	for i := range list {
		result[i] = list[i].result()
	}
	return result, err
}

// summary collects the values of a column.
type summary struct {
	Statistics
	numbers bool
	seen    map[string]bool
	sum     float64
	values  []float64
	key     []byte
}

func (s *summary) add(v any) {
	s.Rows++
	if v == nil {
		s.Nulls++
		return
	}
	if s.Min == nil || compare(v, s.Min, s.numbers, false) < 0 {
		s.Min = v
	}
	if s.Max == nil || compare(v, s.Max, s.numbers, false) > 0 {
		s.Max = v
	}
	s.distinct(v)
	if x, ok := number(v); ok && s.numbers {
		s.Numbers++
		s.sum += x
		if len(s.values) < mostForMedian {
			s.values = append(s.values, x)
		} else {
			s.Sampled = true
		}
	}
}

func (s *summary) distinct(v any) {
	var err error
	if s.key, err = rowcode.Append(s.key[:0], []any{v}); err != nil {
		s.key = append(s.key[:0], printable.Value(v)...)
	}
	switch {
	case s.seen[string(s.key)]:
	case len(s.seen) < mostDistinct:
		s.seen[string(s.key)] = true
	default:
		s.More = true
	}
}

// number returns a value as a number that is neither NaN nor an infinity.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	default:
		return 0, false
	}
}

func (s *summary) result() Statistics {
	s.Distinct = int64(len(s.seen))
	if s.Numbers > 0 {
		s.Mean = s.sum / float64(s.Numbers)
		slices.Sort(s.values)
		half := len(s.values) / 2
		s.Median = s.values[half]
		if len(s.values)%2 == 0 {
			s.Median = s.values[half-1]/2 + s.values[half]/2
		}
	}
	return s.Statistics
}

// Pick returns a source with only the given rows of another, in that order.
// Closing it does not close the other.
func Pick(src Source, rows []int64) Source { return picked{src, rows} }

type picked struct {
	Source
	rows []int64
}

func (p picked) Count() (rows int64, all bool) { return int64(len(p.rows)), true }

func (p picked) Close() error { return nil }

func (p picked) Page(ctx context.Context, first int64, n int) (page [][]any, err error) {
	for row := first; row >= 0 && row < min(first+int64(n), int64(len(p.rows))); row++ {
		one, err := p.Source.Page(ctx, p.rows[row], 1)
		if err != nil {
			return nil, err
		}
		page = append(page, one...)
	}
	return page, nil
}

// Columns returns a source with only the given columns of another; with none it
// returns the other. It closes the other.
func Columns(src Source, columns []int) Source {
	if len(columns) == 0 {
		return src
	}
	return chosen{src, columns}
}

type chosen struct {
	Source
	columns []int
}

func (c chosen) Columns() []pipeline.ResultColumn {
	all := c.Source.Columns()
	list := make([]pipeline.ResultColumn, len(c.columns))
	for i, at := range c.columns {
		list[i] = all[at]
	}
	return list
}

// LeftOut returns what is missing from the other source.
func (c chosen) LeftOut() []pipeline.LeftOut {
	if s, ok := c.Source.(interface{ LeftOut() []pipeline.LeftOut }); ok {
		return s.LeftOut()
	}
	return nil
}

func (c chosen) Page(ctx context.Context, first int64, n int) ([][]any, error) {
	page, err := c.Source.Page(ctx, first, n)
	rows := make([][]any, len(page))
	for i, row := range page {
		rows[i] = make([]any, len(c.columns))
		for j, at := range c.columns {
			rows[i][j] = row[at]
		}
	}
	return rows, err
}
