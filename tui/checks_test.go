package tui

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stedi/pipeline"
)

// twice writes the rows of a file of the lake twice.
func (w *world) twice(tb testing.TB, name string) {
	tb.Helper()
	name = filepath.Join(w.root, filepath.FromSlash(name))
	rows, err := os.ReadFile(name)
	must(tb, err)
	must(tb, os.WriteFile(name, bytes.Repeat(rows, 2), 0o600))
}

// openWrong opens a lake that others built, with two wrong tables.
func openWrong(t *testing.T, width, height int) *driver {
	t.Helper()
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	must(t, os.RemoveAll(filepath.Join(w.root, ".stedi")))
	w.twice(t, "customer/trusted/part-00000.json")
	w.twice(t, "customer/curated/part-00000.json")
	return start(t, w.options(t), width, height)
}

func TestChecksShowTheFirstWrongTableAndWhatInheritsIt(t *testing.T) {
	d := openWrong(t, 120, 36)
	d.press("v", "4")
	lines := strings.Split(d.screen(), "\n")
	for i, want := range []string{"✗ customer_trusted", "↳ customer_curated"} {
		if !strings.Contains(lines[3+i], want) {
			t.Errorf("line %d is %q, without %q", i, lines[3+i], want)
		}
	}
	d.shows("inherited from customer_trusted", "elsewhere")
	d.press("1")
	d.shows("◇customer_trusted")
	d.hides("≠")
}

func TestChecksOpenAndCloseLines(t *testing.T) {
	d := openWrong(t, 120, 36)
	d.press("v", "4")
	d.hides("passed: ")
	d.press("enter")
	d.shows("✗ unique", "passed: readable", "Rows are unique.")
	d.press("down", "left") // from a check to its table
	d.hides("passed: ")
	d.press("right", "down", "down", "down", "down", "down", "enter")
	d.shows("✓ readable", "Every line of the table can be read.")
	d.press("x")
	d.hides("customer_landing", "✓ readable")
	d.press("x", "/")
	d.write("landing")
	d.press("enter")
	d.shows("/ landing hides 5 tables")
}

func TestRejectedLinesAreAWarning(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	lake := w.runner.Lake
	landing := map[string]int64{"accelerometer_landing": 164, "customer_landing": 26, "step_trainer_landing": 96}
	lake.Expectations = append(lake.Expectations, pipeline.Expectation{Name: "sample", Landing: landing, Profiles: map[string]map[string]int64{"": {"customer_trusted": 13}}})
	d := start(t, w.options(t), 160, 40)
	d.table("customer_landing").Rejected = 2
	d.learn()
	d.press("4")
	d.shows("! customer_landing", "24 + 2 rejected; the nearest known data set has 26")
	d.press("down")
	d.shows("12 rows, expected 13: −1; rejected lines are left out")
	d.hides("✗")
}
