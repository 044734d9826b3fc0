package report_test

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/laketest"
	"stedi/pipeline/query"
	"stedi/pipeline/report"
	"stedi/pipeline/run"
)

// The test binary is the program: started as the child that answers queries, it
// runs that child.
func TestMain(m *testing.M) {
	if query.IsChild(os.Args[1:]) {
		os.Exit(query.ChildMain(context.Background(), os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// versions opens queries as the program does.
func versions(w *laketest.Lake, options query.Options) report.Versions {
	return func(_ context.Context, before, after pipeline.Input) (pipeline.Querier, error) {
		inputs := map[string]pipeline.Input{before.Table.Name: before, after.Table.Name: after}
		return query.Open(&pipeline.Lake{}, inputs, w.Root, options), nil
	}
}

// compareRows returns, by table, the difference of the rows.
func compareRows(tb testing.TB, w *laketest.Lake, a, b *pipeline.Record, options query.Options) map[string]report.RowsDiff {
	tb.Helper()
	d, err := report.Compare(tb.Context(), w.Runner.Store, a, b)
	if err != nil {
		tb.Fatal(err)
	}
	found, err := report.CompareRows(tb.Context(), w.Runner, versions(w, options), d)
	if err != nil {
		tb.Fatal(err)
	}
	tables := map[string]report.RowsDiff{}
	for _, rows := range found {
		tables[rows.Table] = rows
	}
	return tables
}

func TestRowsThatComeAndGoAreCountedAndShown(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	w.Write(t, "orders/landing/2.json", strings.Repeat("{\"person\":1,\"total\":9}\n", 3)+"{\"person\":3,\"total\":null}\n")
	a := w.MustRun(t, pipeline.RunOptions{})
	w.Redefine(t, map[string]string{"bought": "SELECT DISTINCT o.person, o.total FROM orders AS o WHERE coalesce(o.total, 0) <> 1"})
	b := w.MustRun(t, pipeline.RunOptions{})
	columns := []pipeline.ResultColumn{{Name: "person", Type: "BIGINT"}, {Name: "total", Type: "DOUBLE"}}
	want := map[string]report.RowsDiff{
		"bought": {
			Table: "bought", Columns: columns, OnlyA: 3, OnlyB: 1,
			SampleA: [][]any{{int64(1), 1.0}, {int64(1), 9.0}}, SampleB: [][]any{{int64(2), 7.0}},
		},
		"turnover": {
			Table: "turnover", Columns: columns, OnlyA: 1, OnlyB: 2,
			SampleA: [][]any{{int64(1), 30.5}}, SampleB: [][]any{{int64(1), 11.5}, {int64(2), 7.0}},
		},
	}
	if got := compareRows(t, w, a, b, query.Options{}); !reflect.DeepEqual(got, want) {
		t.Errorf("the rows differ so:\n%+v, want\n%+v", got, want)
	}
	back := compareRows(t, w, b, a, query.Options{})["bought"]
	if back.OnlyA != 1 || back.OnlyB != 3 {
		t.Errorf("the other way round: %+v", back)
	}
}

func TestVersionsWithOtherColumnsAreComparedInThoseOfBoth(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	a := w.MustRun(t, pipeline.RunOptions{})
	w.Redefine(t, map[string]string{
		"known": "SELECT DISTINCT p.id, p.name, length(p.name) AS size FROM people AS p WHERE p.name <> 'Cem'",
		"names": "SELECT 1 AS one FROM known AS k",
	})
	b := w.MustRun(t, pipeline.RunOptions{})
	got := compareRows(t, w, a, b, query.Options{})
	known := got["known"]
	if want := []pipeline.ResultColumn{{Name: "id", Type: "BIGINT"}, {Name: "name", Type: "VARCHAR"}}; !reflect.DeepEqual(known.Columns, want) {
		t.Errorf("the columns are %v, want %v", known.Columns, want)
	}
	if !reflect.DeepEqual(known.SampleA, [][]any{{int64(3), "Cem"}}) || !reflect.DeepEqual(known.SampleB, [][]any{{int64(2), ""}}) {
		t.Errorf("known differs so: %+v", known)
	}
	if gone := got["names"].Gone; gone != "the versions have no column in common" {
		t.Errorf("of names it says %q", gone)
	}
}

func TestOnlyAFewOfManyRowsAreShown(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	a := w.MustRun(t, pipeline.RunOptions{})
	var lines strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&lines, "{\"person\":3,\"total\":%d}\n", i)
	}
	w.Write(t, "orders/landing/2.json", lines.String())
	b := w.MustRun(t, pipeline.RunOptions{})
	got := compareRows(t, w, a, b, query.Options{})
	if rows := got["bought"]; rows.OnlyA != 0 || len(rows.SampleA) != 0 || rows.OnlyB != 1000 || len(rows.SampleB) != report.SampleRows {
		t.Errorf("bought differs so: %+v", rows)
	}
	if gone := got["orders"].Gone; gone != "landing tables are not versioned" {
		t.Errorf("of a landing table it says %q", gone)
	}
}

func TestTheSameVersionNeedsNoComparison(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	a := w.MustRun(t, pipeline.RunOptions{})
	b := w.MustRun(t, pipeline.RunOptions{})
	if got := compareRows(t, w, a, b, query.Options{}); len(got) != 0 {
		t.Errorf("the rows differ so: %+v", got)
	}
	c := w.MustRun(t, pipeline.RunOptions{Force: true})
	for table, rows := range compareRows(t, w, b, c, query.Options{}) {
		if rows.Gone != "" || rows.OnlyA != 0 || rows.OnlyB != 0 || len(rows.Columns) == 0 {
			t.Errorf("%s was made again, and differs so: %+v", table, rows)
		}
	}
}

func TestAVersionThatIsGoneSaysWhy(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	a := w.MustRun(t, pipeline.RunOptions{})
	w.Redefine(t, map[string]string{"names": "SELECT 'x' AS name FROM known AS k", "turnover": "SELECT b.person FROM bought AS b"})
	b := w.MustRun(t, pipeline.RunOptions{})
	w.Write(t, ".stedi/previous/"+b.Run+"/names/part-00000.json", "{\"name\":\"Bob\"}\n")
	got := compareRows(t, w, a, b, query.Options{})
	if gone, want := got["names"].Gone, ".stedi/previous/"+b.Run+"/names/part-00000.json was modified after run "+a.Run+": modified outside stedi"; gone != want {
		t.Errorf("of a changed file it says %q, want %q", gone, want)
	}
	if gone := got["turnover"].Gone; gone != "" {
		t.Errorf("the other table is gone, too: %q", gone)
	}
	got = compareRows(t, w, a, b, query.Options{Timeout: time.Nanosecond})
	if gone := got["turnover"].Gone; !strings.HasPrefix(gone, "the query was cancelled: it ran longer than ") {
		t.Errorf("of a comparison that takes too long it says %q", gone)
	}
	w.MustRun(t, pipeline.RunOptions{})
	got = compareRows(t, w, a, b, query.Options{})
	if gone, want := got["turnover"].Gone, "the version of run "+a.Run+" was deleted, since it may hold withdrawn consent"; gone != want {
		t.Errorf("after another run it says %q, want %q", gone, want)
	}
	first := &pipeline.Record{Run: a.Run, Steps: a.Steps}
	if err := w.Runner.Store.Put(t.Context(), ".stedi/runs/"+a.Run+"/run.json", []byte(`{"run":"`+a.Run+`","tables":[{"table":"turnover"}]}`)); err != nil {
		t.Fatal(err)
	}
	got = compareRows(t, w, first, b, query.Options{})
	if gone, want := got["turnover"].Gone, "the record of run "+a.Run+" does not name the version"; gone != want {
		t.Errorf("of a record from before it says %q, want %q", gone, want)
	}
	if gone, want := got["names"].Gone, "run "+a.Run+" did not build this table"; gone != want {
		t.Errorf("of a table that was not there it says %q, want %q", gone, want)
	}
}

func TestAVersionThatWasRolledBackIsStillThatOfItsRun(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	a := w.MustRun(t, pipeline.RunOptions{})
	w.Redefine(t, map[string]string{"names": "SELECT 'x' AS name FROM known AS k WHERE k.id = 1"})
	b := w.MustRun(t, pipeline.RunOptions{})
	before := compareRows(t, w, a, b, query.Options{})
	if rows := before["names"]; rows.OnlyA != 2 || rows.OnlyB != 1 {
		t.Fatalf("names differs so: %+v", rows)
	}
	w.Clock = w.Clock.Add(time.Minute)
	if _, err := run.Rollback(t.Context(), w.Runner, "names"); err != nil {
		t.Fatal(err)
	}
	if after := compareRows(t, w, a, b, query.Options{}); !reflect.DeepEqual(after, before) {
		t.Errorf("after the rollback the rows differ so:\n%+v, want\n%+v", after, before)
	}
}
