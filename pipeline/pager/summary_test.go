package pager

import (
	"context"
	"math"
	"reflect"
	"testing"

	"stedi/pipeline"
)

// given is a source with rows in memory.
type given struct {
	columns []pipeline.ResultColumn
	rows    [][]any
}

func (g given) Columns() []pipeline.ResultColumn { return g.columns }
func (g given) Count() (int64, bool)             { return int64(len(g.rows)), true }
func (g given) Close() error                     { return nil }

func (g given) Page(_ context.Context, first int64, n int) ([][]any, error) {
	first = min(first, int64(len(g.rows)))
	return g.rows[first:min(first+int64(n), int64(len(g.rows)))], nil
}

var pets = given{
	[]pipeline.ResultColumn{{Name: "kind", Type: "VARCHAR"}, {Name: "legs", Type: "BIGINT"}, {Name: "weight", Type: "DOUBLE"}},
	[][]any{
		{"cat", int64(4), 4.5},
		{"bird", int64(2), math.NaN()},
		{"cat", int64(3), 2.5},
		{nil, nil, nil},
		{"", int64(4), 0.5},
		{"cat", int64(4), nil},
	},
}

func TestRowsAreCountedByTheirValues(t *testing.T) {
	for _, c := range []struct {
		columns []int
		want    []Frequency
	}{
		{[]int{0}, []Frequency{{[]any{"cat"}, 3}, {[]any{""}, 1}, {[]any{"bird"}, 1}, {[]any{nil}, 1}}},
		{[]int{1}, []Frequency{{[]any{int64(4)}, 3}, {[]any{int64(2)}, 1}, {[]any{int64(3)}, 1}, {[]any{nil}, 1}}},
		{[]int{1, 0}, []Frequency{
			{[]any{int64(4), "cat"}, 2}, {[]any{int64(2), "bird"}, 1}, {[]any{int64(3), "cat"}, 1}, {[]any{int64(4), ""}, 1}, {[]any{nil, nil}, 1},
		}},
	} {
		seen := int64(0)
		got, rows, err := Frequencies(t.Context(), pets, c.columns, func(n int64) { seen = n })
		if err != nil || rows != 6 || seen != 6 || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v: %v, %d rows, %v", c.columns, got, rows, err)
		}
	}
}

func TestColumnsAreSummarized(t *testing.T) {
	got, err := Summarize(t.Context(), pets, func(int64) {})
	want := []Statistics{
		{Rows: 6, Nulls: 1, Distinct: 3, Min: "", Max: "cat"},
		{Rows: 6, Nulls: 1, Distinct: 3, Min: int64(2), Max: int64(4), Mean: 3.4, Median: 4, Numbers: 5},
		{Rows: 6, Nulls: 2, Distinct: 4, Min: 0.5, Mean: 2.5, Median: 2.5, Numbers: 3},
	}
	if err != nil || len(got) != 3 {
		t.Fatalf("%v, %v", got, err)
	}
	if x, ok := got[2].Max.(float64); !ok || !math.IsNaN(x) { // as in the order of rows
		t.Errorf("the largest weight is %v", got[2].Max)
	}
	got[2].Max = nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nnot\n%+v", got, want)
	}
	empty, err := Summarize(t.Context(), given{columns: pets.columns}, func(int64) {})
	if err != nil || !reflect.DeepEqual(empty, make([]Statistics, 3)) {
		t.Errorf("%+v, %v", empty, err)
	}
}

func TestDistinctValuesAreLimited(t *testing.T) {
	many := given{columns: pets.columns[1:2]}
	for i := range int64(mostDistinct + 10) {
		many.rows = append(many.rows, []any{i})
	}
	got, err := Summarize(t.Context(), many, func(int64) {})
	if err != nil || got[0].Distinct != mostDistinct || !got[0].More {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestSomeRowsArePicked(t *testing.T) {
	some := Pick(pets, []int64{4, 0})
	if n, all := some.Count(); n != 2 || !all {
		t.Errorf("%d rows", n)
	}
	if rows := page(t, some, 0, 10); !reflect.DeepEqual(rows, [][]any{pets.rows[4], pets.rows[0]}) {
		t.Errorf("%v", rows)
	}
	if rows := page(t, some, 2, 10); rows != nil {
		t.Errorf("%v", rows)
	}
}

func TestSomeColumnsAreChosen(t *testing.T) {
	some := Columns(pets, []int{2, 0})
	if got := some.Columns(); len(got) != 2 || got[0].Name != "weight" || got[1].Name != "kind" {
		t.Errorf("%v", got)
	}
	if rows := page(t, some, 4, 10); !reflect.DeepEqual(rows, [][]any{{0.5, ""}, {nil, "cat"}}) {
		t.Errorf("%v", rows)
	}
	if !reflect.DeepEqual(Columns(pets, nil), Source(pets)) {
		t.Error("without columns it is another source")
	}
}
