package pager

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/query"
)

// openFiltered opens the rows that match the conditions, and reads all
// positions.
func openFiltered(tb testing.TB, q pipeline.Querier, files *Files, where ...Condition) *Filtered {
	tb.Helper()
	f, err := OpenFiltered(tb.Context(), q, files, where)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := f.Close(); err != nil {
			tb.Error(err)
		}
	})
	if err := f.Fill(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return f
}

func TestAFilterKeepsTheOrderOfTheFiles(t *testing.T) {
	const each = 6_000 // rows of a file, before one that is malformed and one more
	var contents []string
	for i := range 8 { // several blocks, which an engine may read in any order
		contents = append(contents, numbered((7-i)*each, each)+"not JSON\n"+numbered(1_000_000+i, 1))
	}
	files := written(t, contents...)
	inputs := map[string]pipeline.Input{people.Name: {Table: people, Files: files}}
	q := query.Open(&pipeline.Lake{Tables: []*pipeline.Table{people}}, inputs, filepath.Dir(files[0].Path),
		query.Options{Threads: 4, Allow: pipeline.Allowance{Limit: pipeline.Limit{Count: 100}}})
	t.Cleanup(func() {
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	})
	all := openFiles(t, -1, files...)
	if err := all.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		where Condition
		keep  func(age int64) bool
	}{
		{Condition{SQL: "age % 3 = 1 AND tame"}, func(age int64) bool { return age%3 == 1 && age%2 == 0 }},
		{Condition{SQL: "people.age < 30"}, func(age int64) bool { return age < 30 }},
		{Condition{SQL: "age IN (SELECT other.age FROM people AS other WHERE other.age % 5000 = 7)"}, func(age int64) bool { return age%5000 == 7 }},
		{Condition{Column: "age", Op: AtLeast, Value: 1_000_000}, func(age int64) bool { return age >= 1_000_000 }},
		{Condition{SQL: "true"}, func(int64) bool { return true }},
		{Condition{SQL: "age < 0"}, func(int64) bool { return false }},
	} {
		f := openFiltered(t, q, all, c.where)
		n, done := f.Count()
		if !done {
			t.Errorf("%v: the number of rows is not final", c.where)
		}
		next := int64(0)
		for i := range contents {
			for j := range int64(each + 1) {
				age := int64((7-i)*each) + j
				if j == each {
					age = int64(1_000_000 + i)
				}
				if !c.keep(age) {
					continue
				}
				at, ok := f.Position(next)
				if want := int64(i)*(each+1) + j; !ok || at != want {
					t.Fatalf("%v: row %d is row %d of the files, not %d", c.where, next, at, want)
				}
				next++
			}
		}
		if next != n {
			t.Errorf("%v: %d rows, not %d", c.where, n, next)
		}
		if n == 0 {
			continue
		}
		for _, first := range []int64{0, n / 2, n - 1} {
			rows := page(t, f, first, 5)
			at, _ := f.Position(first)
			if want := page(t, all, at, 1); len(rows) == 0 || !reflect.DeepEqual(rows[0], want[0]) {
				t.Errorf("%v: row %d is %v", c.where, first, rows)
			}
		}
	}
}

func TestAnErrorInAConditionHasItsPositionThere(t *testing.T) {
	files := written(t, numbered(0, 3))
	q, all := openQuerier(t, files...), openFiles(t, -1, files...)
	for _, c := range []struct {
		sql, where string
		column     int
		near       string
	}{
		{"aeg > 3", "", 1, "age"},
		{"tame and wieght < 3", "", 10, "weight"},
		{"'ä' <> '漢' and nmae = 'x'", "", 16, "name"},
		{"age >", "", 6, ""},
		{"age > 3 and", "", 12, ""},
		{"weight > 0 and aeg > 3", "age > 3", 16, "age"},
	} {
		where := []Condition{{SQL: c.sql}}
		if c.where != "" {
			where = append([]Condition{{SQL: c.where}}, where...)
		}
		_, err := OpenFiltered(t.Context(), q, all, where)
		at, ok := errors.AsType[*pipeline.SQLError](err)
		if !ok || at.Line != 1 || at.Column != c.column {
			t.Errorf("%s: the error %v is at %+v, not at column %d", c.sql, err, at, c.column)
		}
		if f, ok := errors.AsType[*pipeline.Failure](err); !ok || !strings.Contains(f.Fix, c.near) {
			t.Errorf("%s: %v does not suggest %q", c.sql, err, c.near)
		}
	}
}

func TestPositionsAreStoredInOrder(t *testing.T) {
	var p positions
	var want []int64
	for i := range int64(5000) {
		n := i*i%7 + i*11
		want = append(want, n)
		if err := p.add([][]any{{n}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, first := range []int64{0, 1, 1023, 1024, 1025, 4999} {
		last := min(5000, first+10)
		if got := p.from(first, 10); !reflect.DeepEqual(got, want[first:last]) {
			t.Errorf("from %d: %v, not %v", first, got, want[first:last])
		}
	}
	if got := p.from(5000, 1); got != nil {
		t.Errorf("%v is beyond the last one", got)
	}
	for _, wrong := range []any{int64(3), "text", nil} {
		if err := p.add([][]any{{wrong}}); err == nil {
			t.Errorf("%v is accepted", fmt.Sprint(wrong))
		}
	}
}
