package tui

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

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
	for i, want := range []string{"✗ customer_trusted", "└ customer_curated"} {
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

// failsFor adds checks that every row of a table fails.
func (w *world) failsFor(tables ...string) {
	for _, t := range tables {
		w.runner.Lake.Checks = append(w.runner.Lake.Checks, &pipeline.Check{
			Name: t + "_none", Table: t, Doc: "The table is empty.", SQL: "SELECT * FROM " + t, Inputs: []string{t}, File: "checks/" + t + "_none.sql",
		})
	}
}

// playAll plays a replay to its end.
func (d *driver) playAll() {
	d.Helper()
	for i := 0; d.live.source == replayedRun && !d.live.ended; i++ {
		if i > 10_000 {
			d.Fatal("the replay does not end")
		}
		run, _ := d.screens[runScreen].(*runView)
		d.send(replayTickMsg{run.replay})
	}
}

func TestARunWhoseChecksFailedSaysSo(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.failsFor("customer_trusted", "customer_curated")
	d := start(t, w.options(t), 120, 36)
	d.press("R")
	d.shows("ERROR", "customer_trusted: check none failed, 12 rows", "1 more check failed", "The table is empty.",
		"Correct transforms/customer_trusted.sql, or the check in", "checks/customer_trusted_none.sql", "f  show the failing rows", "last run ✗ 2 checks failed")
	d.hides("run again")
	d.press("4", "2") // a key of the panel, then the screen
	d.shows("done, 2 checks failed", "1 check failed", "✓ machine_learning_curated")
	d.hides("✓ customer_trusted", "✓ customer_curated")
	d.press("L", "G")
	d.shows("run done, 2 checks failed", "check none failed, 12 rows")
	d.press("5")
	d.shows("✗ done, 2 checks failed", "✗ 2 checks failed, 5 built")
	d.press("enter") // the replay ends with the same words
	d.playAll()
	d.shows("done, 2 checks failed", "1 check failed")
	d.press("!", "f")
	d.shows("customer_trusted_none", "12 rows")
	w.runner.Lake.Checks = w.runner.Lake.Checks[:len(w.runner.Lake.Checks)-2]
	d.press("4", "v")
	d.hides("✗ customer", "press !")
}

// A panel does not open above what the reader types.
func TestTheErrorPanelDoesNotInterrupt(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.failsFor("customer_trusted")
	d := start(t, w.options(t), 120, 36)
	release := d.runHeld(w)
	d.press("/")
	d.write("c")
	release()
	d.hides("ERROR")
	d.press("enter")
	d.shows("customer_trusted: check none failed, 12 rows", "press ! for details")
	d.press("y") // a toast hides no failure
	d.shows("customer_trusted: check none failed", "copied")
	d.press("!", "x")
	d.hides("check none failed, 12 rows  ")
}

func TestProgressNeverMovesBack(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	release := d.runHeld(w)
	before, _ := d.whole()
	for _, e := range []pipeline.Event{
		{State: pipeline.Running, Progress: &pipeline.Progress{BytesRead: 10, BytesTotal: 11040}},
		{State: pipeline.Failed},
	} {
		e.Run, e.Step, e.Time = d.live.id, "step_trainer_trusted", w.clock.read()
		d.ranOn(runMsg{source: ownRun, events: []pipeline.Event{e}, next: func() tea.Msg { return nil }})
		after, _ := d.whole()
		if after < before {
			t.Errorf("the progress moved from %v back to %v", before, after)
		}
		before = after
	}
	release()
}

func TestQuittingDuringARunPrintsASummary(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	d.runHeld(w)
	d.press("q")
	d.held = 0
	d.press("y")
	text := d.Farewell()
	for _, want := range []string{" cancelled\n", "\n  customer_trusted          published 12 rows in 0.25 s\n", "\n  step_trainer_trusted      cancelled\n", "--retry"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.Contains(text, "␊") || d.quits != 1 {
		t.Errorf("%d quits, and the summary is %q", d.quits, text)
	}
}
