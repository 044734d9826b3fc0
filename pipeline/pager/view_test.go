package pager

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/query"
)

// The test binary is the program, so it must also act as the child.
func TestMain(m *testing.M) {
	if query.IsChild(os.Args[1:]) {
		os.Exit(query.ChildMain(context.Background(), os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// openQuerier opens a lake with the table people.
func openQuerier(tb testing.TB, files ...ndjson.File) pipeline.Querier {
	tb.Helper()
	root := tb.TempDir()
	if len(files) > 0 {
		root = filepath.Dir(files[0].Path)
	}
	inputs := map[string]pipeline.Input{people.Name: {Table: people, Files: files}}
	q := query.Open(&pipeline.Lake{Tables: []*pipeline.Table{people}}, inputs, root, query.Options{})
	tb.Cleanup(func() {
		if err := q.Close(); err != nil {
			tb.Error(err)
		}
	})
	return q
}

func openView(tb testing.TB, q pipeline.Querier, v View) *SQLView {
	tb.Helper()
	s, err := OpenView(tb.Context(), q, people, v)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

const few = `{"name":"Ann","age":30,"born":1,"weight":1.5,"tame":true}
{"name":"Bob","age":null,"born":2,"weight":-2.5e10,"tame":false}
{"name":"","age":7,"born":9223372036854775807,"weight":0,"tame":null}
{"name":null,"age":8,"born":-9223372036854775808,"weight":null,"tame":true}
{"name":"an'; drop table people; --","age":9,"born":5,"weight":2,"tame":true}
{"name":"nul\u0000 and \u001b[31m","age":10,"born":6,"weight":2,"tame":true}
`

func TestConditionsChooseRows(t *testing.T) {
	q := openQuerier(t, written(t, few)...)
	for _, c := range []struct {
		where []Condition
		want  string // expected values of the column born, in order
	}{
		{nil, "-9223372036854775808 1 2 5 6 9223372036854775807"},
		{[]Condition{{Column: "name", Value: "Ann"}}, "1"},
		{[]Condition{{Column: "NAME", Op: NotEqual, Value: "Ann"}}, "-9223372036854775808 2 5 6 9223372036854775807"},
		{[]Condition{{Column: "name", Value: "an'; drop table people; --"}}, "5"},
		{[]Condition{{Column: "name", Value: "nul\x00 and \x1b[31m"}}, "6"},
		{[]Condition{{Column: "name", Op: Contains, Value: "AN"}}, "1 5 6"},
		{[]Condition{{Column: "name", Op: Contains, Value: "%"}}, ""},
		{[]Condition{{Column: "name", Op: StartsWith, Value: "aN"}}, "1 5"},
		{[]Condition{{Column: "name", Op: IsNull}}, "-9223372036854775808"},
		{[]Condition{{Column: "name", Value: nil}}, "-9223372036854775808"},
		{[]Condition{{Column: "name", Op: IsEmpty}}, "9223372036854775807"},
		{[]Condition{{Column: "age", Op: NotNull}, {Column: "age", Op: Less, Value: int64(9)}}, "-9223372036854775808 9223372036854775807"},
		{[]Condition{{Column: "age", Op: NotEqual, Value: nil}, {Column: "age", Op: AtMost, Value: "8"}}, "-9223372036854775808 9223372036854775807"},
		{[]Condition{{Column: "age", Op: Contains, Value: 0}}, "1 6"},
		{[]Condition{{Column: "born", Value: "9223372036854775807"}}, "9223372036854775807"},
		{[]Condition{{Column: "born", Op: Less, Value: int64(-9223372036854775807)}}, "-9223372036854775808"},
		{[]Condition{{Column: "born", Op: AtLeast, Value: 5.5}}, "6 9223372036854775807"},
		{[]Condition{{Column: "weight", Value: -2.5e10}}, "2"},
		{[]Condition{{Column: "weight", Op: Greater, Value: 1}}, "1 5 6"},
		{[]Condition{{Column: "tame", Value: false}}, "2"},
		{[]Condition{{Column: "tame", Op: NotEqual, Value: "true"}}, "2 9223372036854775807"},
		{[]Condition{{SQL: "age > 8 -- or so"}, {SQL: "born < 6 OR born > 7"}}, "1 5"},
	} {
		src := openView(t, q, View{Columns: []string{"born"}, Where: c.where, Sort: []Order{{Column: "born"}}})
		var got []string
		for _, row := range page(t, src, 0, 100) {
			got = append(got, fmt.Sprint(row...))
		}
		if n, all := src.Count(); strings.Join(got, " ") != c.want || n != int64(len(got)) || !all {
			t.Errorf("%+v: %v", c.where, got)
		}
	}
}

func TestWhatMakesNoSenseInAViewIsRefused(t *testing.T) {
	q := openQuerier(t, written(t, few)...)
	for _, v := range []View{
		{Columns: []string{"nmae"}},
		{Sort: []Order{{Column: "x"}}},
		{Where: []Condition{{Column: "x", Value: 1}}},
		{Where: []Condition{{Column: "age", Value: "1 OR true"}}},
		{Where: []Condition{{Column: "weight", Value: "NaN"}}},
		{Where: []Condition{{Column: "tame", Value: "maybe"}}},
		{Where: []Condition{{Column: "age", Op: Less}}},
		{Where: []Condition{{Column: "name", Op: Contains}}},
		{Where: []Condition{{SQL: "1) OR (SELECT count(*) FROM read_text('/etc/passwd')) > (0"}}},
		{Where: []Condition{{SQL: "age > "}}},
	} {
		src, err := OpenView(t.Context(), q, people, v)
		if err == nil {
			_, err = src.Page(t.Context(), 0, 10)
		}
		if failure, ok := errors.AsType[*pipeline.Failure](err); !ok || failure.Kind != pipeline.BadUsage {
			t.Errorf("%+v: %v", v, err)
		}
	}
}

func TestNullsComeLastEitherWay(t *testing.T) {
	q := openQuerier(t, written(t, few)...)
	for _, c := range []struct {
		order Order
		want  string
	}{
		{Order{"age", false}, "[[7] [8] [9] [10] [30] [<nil>]]"},
		{Order{"AGE", true}, "[[30] [10] [9] [8] [7] [<nil>]]"},
	} {
		src := openView(t, q, View{Columns: []string{"age"}, Sort: []Order{c.order}})
		if got := fmt.Sprint(page(t, src, 0, 10)); got != c.want {
			t.Errorf("%v: %s", c.order, got)
		}
	}
}

// Equal rows must not change places between two queries, nor between queries
// from the start and from the end.
func TestPagesOfAViewFitTogether(t *testing.T) {
	const n = 5300
	q := openQuerier(t, written(t, numbered(0, n/2), numbered(n/2, n/2))...)
	src := openView(t, q, View{Sort: []Order{{Column: "weight", Descending: true}}})
	want := make([]int64, n)
	for i := range want {
		want[i] = int64(i)
	}
	slices.SortFunc(want, func(a, b int64) int {
		name := func(n int64) string { return fmt.Sprintf("somebody%d@example.com", n) }
		return cmp.Or(cmp.Compare(b%7, a%7), cmp.Compare(name(a), name(b)))
	})
	for _, first := range []int64{n - 50, 0, n / 2, 950, n - 1, 4250, 1990} {
		if got := ages(page(t, src, first, 100)); !reflect.DeepEqual(got, want[first:min(first+100, n)]) {
			t.Errorf("from %d: %v", first, got)
		}
	}
	if got := ages(page(t, src, 0, n)); !reflect.DeepEqual(got, want) {
		t.Error("all at once are others")
	}
	if len(src.blocks) > heldBlocks {
		t.Errorf("%d blocks are held", len(src.blocks))
	}
	if rows := page(t, src, n, 10); len(rows) > 0 {
		t.Errorf("beyond the end: %v", rows)
	}
}

func TestViewsOfLongRowsTakeFewAtATime(t *testing.T) {
	const n = 14
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"name":"%s","age":%d}`+"\n", strings.Repeat("y", 900_000), i)
	}
	src := openView(t, openQuerier(t, written(t, b.String())...), View{Sort: []Order{{Column: "age"}}})
	for _, first := range []int64{0, n - 1, n / 2} {
		rows := page(t, src, first, n)
		if len(rows) == 0 || ages(rows)[0] != first || size(rows) > 2*blockBytes {
			t.Errorf("from %d: %d rows", first, len(rows))
		}
	}
}

func TestAViewOfNothingIsEmpty(t *testing.T) {
	src := openView(t, openQuerier(t, written(t, "")...), View{})
	if rows := page(t, src, 0, 10); len(rows) > 0 {
		t.Errorf("%v", rows)
	}
}
