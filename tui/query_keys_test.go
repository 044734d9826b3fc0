package tui

import (
	"slices"
	"strings"
	"testing"
)

// openEditor opens the query screen with the cursor in the editor.
func openEditor(t *testing.T) *driver {
	t.Helper()
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	d.press("3", "i")
	return d
}

// text returns the text of the sheet.
func (d *driver) text() string { return d.queryView().sheet().editor.Value() }

func TestChangesAreUndoneAndRedone(t *testing.T) {
	d := openEditor(t)
	d.write("select one")
	d.press("ctrl+z")
	if got := d.text(); got != "select " && got != "select" {
		t.Errorf("%q", got)
	}
	d.press("ctrl+z", "ctrl+z", "ctrl+z", "ctrl+z")
	if got := d.text(); got != "" || d.suspends > 0 {
		t.Errorf("%q, suspended %d times", got, d.suspends)
	}
	d.press("ctrl+y", "ctrl+y", "ctrl+y", "ctrl+y")
	if got := d.text(); got != "select one" {
		t.Errorf("%q", got)
	}
	d.press("ctrl+z")
	d.write("x")
	d.press("ctrl+y")
	if got := d.text(); strings.Contains(got, "one") {
		t.Errorf("%q after another change", got)
	}
}

func TestTabStaysInTheEditor(t *testing.T) {
	d := openEditor(t)
	d.press("tab")
	d.write("from customer_lan")
	d.press("tab", "enter", "tab", "shift+tab", "shift+tab")
	if got := d.text(); got != "  from customer_landing\n" {
		t.Errorf("%q", got)
	}
	if !d.queryView().writing() {
		t.Error("the editor has lost the keys")
	}
}

func TestAQueryIsFormattedAndALineCommented(t *testing.T) {
	d := openEditor(t)
	d.write("select a, b from t where a=1")
	d.press("f4")
	if got := d.text(); got != "select a,\n  b\nfrom t\nwhere a = 1" {
		t.Errorf("%q", got)
	}
	d.press("down", "alt+c")
	if got := d.text(); got != "select a,\n  -- b\nfrom t\nwhere a = 1" {
		t.Errorf("%q", got)
	}
	d.press("up", "alt+c", "ctrl+z", "ctrl+z", "ctrl+z")
	if got := d.text(); got != "select a, b from t where a=1" {
		t.Errorf("%q", got)
	}
}

func TestBracketsHavePartners(t *testing.T) {
	for _, c := range []struct {
		text   string
		cursor int
		pair   []int
		lonely []int
	}{
		{"f(a(b))", 1, []int{1, 6}, nil},
		{"f(a(b))", 6, []int{1, 6}, nil},
		{"f(a(b))", 7, []int{1, 6}, nil},
		{"f(a(b))", 5, []int{3, 5}, nil},
		{"f(')')", 1, []int{1, 5}, nil},
		{"f(a -- )\n", 0, nil, []int{1}},
		{"a)", 0, nil, []int{1}},
		{"([)]", -2, nil, []int{2, 3, 0, 1}},
	} {
		pair, lonely := brackets(c.text, c.cursor)
		slices.Sort(lonely)
		slices.Sort(c.lonely)
		if !slices.Equal(pair, c.pair) || c.text != "([)]" && !slices.Equal(lonely, c.lonely) {
			t.Errorf("%s at %d: %v, %v", c.text, c.cursor, pair, lonely)
		}
	}
}

func TestColumnsAreOfferedBeforeThereIsATable(t *testing.T) {
	d := openEditor(t)
	d.write("select birthd")
	d.shows("birthDay", "3 tables")
	d.press("tab")
	d.write(", date_tr")
	d.shows("date_trunc(", "('day', time)")
	d.write("unc('day', x) from step_trainer_landing where birthd")
	d.hides("birthDay  ")
}

func TestEveryOfferedFunctionExists(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	var names []string
	for _, f := range offeredFunctions {
		if name := strings.TrimSuffix(f.word, "("); name != "coalesce" && name != "try_cast" { // they are syntax
			names = append(names, name)
		}
	}
	if len(names) < 40 {
		t.Fatalf("%d functions", len(names))
	}
	_, rows, err := rowsOf(t, w, "select distinct function_name from duckdb_functions()")
	must(t, err)
	for _, name := range names {
		if !slices.ContainsFunc(rows, func(row []any) bool { return row[0] == name }) {
			t.Errorf("there is no function %s", name)
		}
	}
}

// rowsOf runs a statement in an engine of its own.
func rowsOf(t *testing.T, w *world, sql string) (columns []string, rows [][]any, err error) {
	t.Helper()
	engine, err := w.engine(t.Context())
	must(t, err)
	bench, err := engine.Workbench(t.Context())
	must(t, err)
	t.Cleanup(func() {
		must(t, bench.Close())
		must(t, engine.Close())
	})
	return bench.Rows(t.Context(), sql)
}

func TestTwoResultsAreSideBySide(t *testing.T) {
	d := openEditor(t)
	d.write("select 'left' as first_one")
	d.press("f5", "ctrl+t")
	d.write("select 'right' as second_one")
	d.press("f5", "f7")
	d.shows("RESULT q2", "second_one", "RESULT q1", "first_one")
	d.press("f7")
	d.hides("first_one ╎")
}

func TestASavedQueryIsDeletedOnlyAfterAQuestion(t *testing.T) {
	d := openEditor(t)
	d.write("select 1")
	d.press("ctrl+s")
	d.write("mine")
	d.press("enter", "esc", "shift+tab", "shift+tab")
	q := d.queryView()
	q.panes.At = catalogPane
	q.tree.list.Choose("own query mine")
	d.press("delete")
	d.shows("Delete the query mine?")
	d.press("n")
	if len(q.known.Queries) != 1 {
		t.Fatal("the query is deleted")
	}
	d.press("delete", "y")
	d.shows("deleted the query mine")
	if len(q.known.Queries) != 0 {
		t.Error("the query is not deleted")
	}
}
