package pager

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"stedi/pipeline"
)

// result is the result of a query with generated rows.
type result struct {
	columns []pipeline.ResultColumn
	row     func(i int64) []any
	n       int64
	err     error // after the last row; nil means io.EOF

	next   int64
	closed bool
}

func (r *result) Columns() []pipeline.ResultColumn { return r.columns }

func (r *result) Next(ctx context.Context) (page [][]any, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.next == r.n {
		if r.err != nil {
			return nil, r.err
		}
		return nil, io.EOF
	}
	for len(page) < 1000 && r.next < r.n {
		page = append(page, r.row(r.next))
		r.next++
	}
	return page, nil
}

func (r *result) Close() error {
	r.closed = true
	return nil
}

// countUp returns rows that hold their number in several types.
func countUp(n int64) *result {
	return &result{
		columns: []pipeline.ResultColumn{{Name: "i", Type: "BIGINT"}, {Name: "f", Type: "DOUBLE"}, {Name: "s", Type: "VARCHAR"}, {Name: "b", Type: "BOOLEAN"}},
		row:     counted, n: n,
	}
}

func counted(i int64) []any {
	text := any(fmt.Sprintf("row %d \x00\xff", i))
	if i%5 == 0 {
		text = nil
	}
	return []any{i, math.Inf(1 - 2*int(i&1)), text, i%3 == 0}
}

func spool(t *testing.T, rows pipeline.Rows) (*Spooled, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "result")
	s := Spool(rows, path)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	})
	return s, path
}

func TestAResultIsShownAgainExactly(t *testing.T) {
	for _, n := range []int64{0, 1, 2000, 2001, 50_000} {
		rows := countUp(n)
		s, path := spool(t, rows)
		if err := s.Fill(t.Context()); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if (err == nil) != (n > memoryRows) || err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("%d rows: %v, %v", n, info, err)
		}
		if count, all := s.Count(); count != n || !all {
			t.Errorf("%d, %t", count, all)
		}
		for _, first := range []int64{0, n - 1, n / 2, n - 100, 7, n} {
			for i, row := range page(t, s, first, 100) {
				if want := counted(first + int64(i)); !reflect.DeepEqual(row, want) {
					t.Fatalf("row %d is %v, not %v", first+int64(i), row, want)
				}
			}
			if got, want := int64(len(page(t, s, first, 100))), min(100, max(0, n-first)); first >= 0 && got != want {
				t.Errorf("%d rows from %d of %d, not %d", got, first, n, want)
			}
		}
	}
}

func TestRowsAreShownWhileOthersAreToCome(t *testing.T) {
	rows := countUp(30_000)
	s, _ := spool(t, rows)
	for _, want := range []int64{100, 5000, 12_345} {
		if err := s.FillTo(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		count, all := s.Count()
		if count < want || count > want+1000 || all {
			t.Errorf("%d rows, %t", count, all)
		}
		if last := page(t, s, count-1, 10); len(last) != 1 || last[0][0] != count-1 {
			t.Errorf("the last of %d: %v", count, last)
		}
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Fill(stopped); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := s.Fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if count, all := s.Count(); count != 30_000 || !all {
		t.Errorf("%d rows, %t", count, all)
	}
}

func TestAFailedQueryKeepsWhatHasCome(t *testing.T) {
	rows := countUp(3000)
	rows.err = pipeline.Fail(pipeline.BadEngine, "", "", "out of time")
	s, _ := spool(t, rows)
	for range 2 {
		if err := s.Fill(t.Context()); !errors.Is(err, rows.err) {
			t.Error(err)
		}
	}
	if count, all := s.Count(); count != 3000 || all {
		t.Errorf("%d, %t", count, all)
	}
	if got := page(t, s, 2999, 1); len(got) != 1 || got[0][0] != int64(2999) {
		t.Errorf("%v", got)
	}
}

func TestLargeResultsStopBeforeTheDiskIsFull(t *testing.T) {
	s, _ := spool(t, countUp(1_000_000))
	s.limit = 1 << 20
	err := s.Fill(t.Context())
	if failure, ok := errors.AsType[*pipeline.Failure](err); !ok || failure.Fix == "" {
		t.Errorf("%v", err)
	}
}

func TestALongValueMakesNoBigMemory(t *testing.T) {
	rows := countUp(100)
	rows.row = func(i int64) []any { return []any{i, 0.5, strings.Repeat("x", 1<<20), nil} }
	s, _ := spool(t, rows)
	if err := s.Fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := page(t, s, 0, 100); len(got) == 0 || len(got) > 10 {
		t.Errorf("%d rows", len(got))
	}
	if len(s.memory) > 0 || cap(s.tail) > 8<<20 {
		t.Errorf("%d rows and %d bytes are in memory", len(s.memory), cap(s.tail))
	}
}

func TestAClosedResultEndsItsQuery(t *testing.T) {
	rows := countUp(10)
	s := Spool(rows, filepath.Join(t.TempDir(), "result"))
	if err := s.Close(); err != nil || !rows.closed {
		t.Errorf("%v, %t", err, rows.closed)
	}
	if _, err := s.Page(t.Context(), 0, 1); !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
}

func TestAResultIsSortedAndFilteredInMemory(t *testing.T) {
	values := [][]any{
		{int64(3), 1.5, "b", "10.50"},
		{nil, math.NaN(), nil, nil},
		{int64(-1), -2.0, "a", "-3"},
		{int64(3), math.Inf(1), "", "170141183460469231731687303715884105727"},
		{int64(7), 0.0, "ab", "9.4"},
	}
	rows := countUp(int64(len(values)))
	rows.columns = []pipeline.ResultColumn{{Name: "i", Type: "BIGINT"}, {Name: "f", Type: "DOUBLE"}, {Name: "s", Type: "VARCHAR"}, {Name: "d", Type: "DECIMAL(38,2)"}}
	rows.row = func(i int64) []any { return append([]any{}, values[i]...) }
	s, _ := spool(t, rows)
	if err := s.Fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		where []Condition
		sort  []Order
		want  string
	}{
		{nil, []Order{{"i", false}}, "-1 3 3 7 <nil>"},
		{nil, []Order{{"I", true}}, "7 3 3 -1 <nil>"},
		{nil, []Order{{"f", false}}, "-1 7 3 3 <nil>"},
		{nil, []Order{{"d", false}}, "-1 7 3 3 <nil>"},
		{nil, []Order{{"d", true}}, "3 3 7 -1 <nil>"},
		{nil, []Order{{"i", true}, {"s", false}}, "7 3 3 -1 <nil>"},
		{[]Condition{{Column: "i", Value: "3"}}, nil, "3 3"},
		{[]Condition{{Column: "i", Op: NotEqual, Value: int64(3)}}, nil, "<nil> -1 7"},
		{[]Condition{{Column: "i", Op: AtLeast, Value: 2.5}, {Column: "s", Op: IsEmpty}}, nil, "3"},
		{[]Condition{{Column: "s", Op: Contains, Value: "B"}}, nil, "3 7"},
		{[]Condition{{Column: "s", Op: StartsWith, Value: "A"}}, nil, "-1 7"},
		{[]Condition{{Column: "d", Op: Greater, Value: 9.45}}, nil, "3 3"},
		{[]Condition{{Column: "d", Op: IsNull}}, nil, "<nil>"},
		{[]Condition{{Column: "f", Op: NotNull}, {Column: "f", Op: Less, Value: int64(1)}}, nil, "-1 7"},
	} {
		sorted, err := Arrange(t.Context(), s, c.where, c.sort)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		var got []string
		for _, row := range page(t, sorted, 0, 10) {
			got = append(got, fmt.Sprint(row[0]))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestWhatCannotBeArrangedSaysSo(t *testing.T) {
	s, _ := spool(t, countUp(sortedRows+1))
	if err := s.Fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		where []Condition
		sort  []Order
	}{
		{nil, []Order{{"i", false}}},
		{nil, []Order{{"x", false}}},
		{[]Condition{{Column: "x"}}, nil},
		{[]Condition{{Column: "i", Value: "many"}}, nil},
		{[]Condition{{SQL: "i > 5"}}, nil},
	} {
		if _, err := Arrange(t.Context(), s, c.where, c.sort); pipeline.KindOf(err) != pipeline.BadUsage {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
