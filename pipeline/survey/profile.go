package survey

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// ColumnProfile holds the column stats of a column.
type ColumnProfile struct {
	pipeline.Column
	Rows     int64 // of the table
	Nulls    int64
	Empty    int64 // empty strings
	Distinct int64 // distinct values without null
	// Approximate: Distinct is an estimate with a standard error of 13 %, that
	// of HyperLogLog with the 64 registers of DuckDB 1.5 (1.04/√64). Up to
	// about 50,000 it is exact.
	Approximate bool
	Min, Max    string  // as text, cut at 64 characters; "" if there is no value
	Mean        float64 // of numbers; NaN if there is no value
	// Shape is a histogram: the number of values in each of at most 16 equal
	// steps from the least to the greatest. For strings it counts their lengths
	// in steps from the shortest to the longest.
	Shape []int64
	// Top are the most frequent values, at most 5, the most frequent first. The
	// counts are exact; if all values are almost equally frequent, other values
	// may be more frequent. Values that occur once are left out.
	Top []ValueCount
	// LeftOut is what is missing from the table.
	LeftOut []pipeline.LeftOut
	// Unit is "epoch ms" or "epoch s" if all values of a bigint column are
	// times from 2000 to 2100 in that unit, else "".
	Unit string
}

// ValueCount is a value as text, cut at 64 characters, and how often it occurs.
type ValueCount struct {
	Value string
	Count int64
}

const (
	profileTop     = 5
	profileBuckets = 16
	profileExact   = 50_000 // if estimated to be at most this many, distinct values are counted one by one
	profileCut     = 64     // characters of a value
)

// profileColumn is a column in the form that sql/profile.sql takes.
type profileColumn struct {
	pipeline.Column
	shape ndjson.Shape
}

// IsText reports whether lengths are measured.
func (c profileColumn) IsText() bool { return c.shape.IsText() || c.IsNested() }

// IsNested reports whether the values are treated as text.
func (c profileColumn) IsNested() bool { return c.shape.IsNested() }

// IsTime reports whether seconds are measured.
func (c profileColumn) IsTime() bool {
	return c.shape.Kind == ndjson.KindDate || c.shape.Kind == ndjson.KindTimestamp
}

// IsDouble reports whether the values are continuous.
func (c profileColumn) IsDouble() bool {
	return c.shape.Kind >= ndjson.KindFloat && c.shape.Kind <= ndjson.KindTimestamp
}

func (c profileColumn) IsNumber() bool { return c.shape.IsNumber() }

// profileText is the largest text of a query for column stats; a querier takes
// somewhat more.
const profileText = 100 << 10

// ProfileColumns computes the column stats of a table. It reads the table
// twice, in one query; a table with very many columns needs several.
func ProfileColumns(ctx context.Context, q pipeline.Querier, t *pipeline.Table) ([]ColumnProfile, error) {
	return profileSome(ctx, q, t, t.Columns)
}

// profileSome is ProfileColumns for some columns of a table.
func profileSome(ctx context.Context, q pipeline.Querier, t *pipeline.Table, some []pipeline.Column) ([]ColumnProfile, error) {
	values := map[string]any{"Name": t.Name, "Top": profileTop, "Buckets": profileBuckets, "Exact": profileExact}
	var columns []profileColumn
	for _, c := range some {
		columns = append(columns, profileColumn{c, c.Type.Shape()})
	}
	var tops []int
	for k := range profileTop {
		tops = append(tops, k+1)
	}
	values["Columns"], values["Tops"] = columns, tops
	sql, err := sqlFiles.Text("profile.sql", values)
	if err != nil {
		return nil, err
	}
	if half := len(some) / 2; len(sql) > profileText && half > 0 {
		profiles, err := profileSome(ctx, q, t, some[:half])
		if err != nil {
			return nil, err
		}
		rest, err := profileSome(ctx, q, t, some[half:])
		return append(profiles, rest...), err
	}
	row, left, err := onlyRow(ctx, q, sql)
	if err != nil {
		return nil, fmt.Errorf("column stats of %s: %w", t.Name, err)
	}
	r := profileRow{left: row}
	rows := r.number()
	var profiles []ColumnProfile
	for _, c := range some {
		column := r.column(c, rows)
		column.LeftOut = left
		profiles = append(profiles, column)
	}
	if len(r.left) > 0 {
		r.err = cmp.Or(r.err, errors.New("there are values left over"))
	}
	if r.err != nil {
		return nil, fmt.Errorf("column stats of %s: %w", t.Name, r.err)
	}
	return profiles, nil
}

// onlyRow returns the row of a query that returns one row, and what is missing
// from the tables that it read.
func onlyRow(ctx context.Context, q pipeline.Querier, sql string) (row []any, left []pipeline.LeftOut, err error) {
	rows, err := q.Query(ctx, sql)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for {
		page, err := rows.Next(ctx)
		if errors.Is(err, io.EOF) && row != nil {
			return row, pipeline.LeftOutBy(rows), nil
		}
		if err == nil && (len(page) != 1 || row != nil) || errors.Is(err, io.EOF) {
			return nil, nil, fmt.Errorf("expected 1 row, found %d", len(page))
		}
		if err != nil {
			return nil, nil, err
		}
		row = page[0]
	}
}

// profileRow reads the values of the result one by one.
type profileRow struct {
	left []any
	err  error
}

func (r *profileRow) next() any {
	if len(r.left) == 0 {
		r.err = cmp.Or(r.err, errors.New("a value is missing"))
		return nil
	}
	v := r.left[0]
	r.left = r.left[1:]
	return v
}

// number returns the next value as a number; 0 for null.
func (r *profileRow) number() int64 {
	v := r.next()
	n, ok := v.(int64)
	if v != nil && !ok {
		r.err = cmp.Or(r.err, fmt.Errorf("expected a number, found %T", v))
	}
	return n
}

// text returns the next value as text; "" for null.
func (r *profileRow) text() string {
	s, _ := r.next().(string)
	if runes := []rune(s); len(runes) > profileCut {
		return string(runes[:profileCut-1]) + "…"
	}
	return s
}

func (r *profileRow) column(c pipeline.Column, rows int64) ColumnProfile {
	p := ColumnProfile{Column: c, Rows: rows}
	present := r.number()
	p.Nulls, p.Empty = rows-present, r.number()
	p.Distinct, p.Approximate = min(r.number(), present), true
	if exact, ok := r.next().(int64); ok {
		p.Distinct, p.Approximate = exact, false
	}
	p.Min, p.Max, p.Mean = r.text(), r.text(), math.NaN()
	if mean, ok := r.next().(float64); ok {
		p.Mean = mean
	}
	p.Shape = r.shape(present)
	for range profileTop {
		if top := (ValueCount{r.text(), r.number()}); top.Count > 1 {
			p.Top = append(p.Top, top)
		}
	}
	slices.SortStableFunc(p.Top, func(a, b ValueCount) int { return cmp.Compare(b.Count, a.Count) })
	p.Unit = unitOf(c, p.Min, p.Max)
	return p
}

// shape returns the counts by bucket.
func (r *profileRow) shape(present int64) []int64 {
	steps := r.number()
	buckets, _ := r.next().(string)
	if present == 0 {
		return nil
	}
	counts := map[string]int64{}
	if err := json.Unmarshal([]byte(buckets), &counts); err != nil {
		r.err = cmp.Or(r.err, err)
	}
	shape := make([]int64, min(max(steps, 1), profileBuckets))
	for i := range shape {
		shape[i] = counts[strconv.Itoa(i)]
	}
	return shape
}

// These are the seconds from 1970 to the beginnings of 2000 and 2100.
const (
	year2000 = 946_684_800
	year2100 = 4_102_444_800
)

func unitOf(c pipeline.Column, least, greatest string) string {
	from, err1 := strconv.ParseInt(least, 10, 64)
	to, err2 := strconv.ParseInt(greatest, 10, 64)
	switch {
	case c.Type != ndjson.Bigint || err1 != nil || err2 != nil:
		return ""
	case from >= year2000*1000 && to < year2100*1000:
		return "epoch ms"
	case from >= year2000 && to < year2100:
		return "epoch s"
	default:
		return ""
	}
}
