package tui

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stedi/pipeline"
)

// pretendRuns makes the lake remember so many copies of its run, an hour apart.
func (w *world) pretendRuns(tb testing.TB, count int) {
	tb.Helper()
	ids, err := pipeline.Runs(tb.Context(), w.store)
	must(tb, err)
	record, err := pipeline.ReadRecord(tb.Context(), w.store, ids[0])
	must(tb, err)
	for n := range count {
		record.Run = fmt.Sprintf("20200101T%06d.000Z", n)
		record.Error = fmt.Sprintf("number %d", n)
		text, err := json.Marshal(record)
		must(tb, err)
		must(tb, w.store.Put(tb.Context(), ".stedi/runs/"+record.Run+"/run.json", text))
	}
	must(tb, os.Remove(filepath.Join(w.root, ".stedi", "history.json")))
}

func TestTheHistoryGoesBackToTheFirstRun(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	w.pretendRuns(t, 250)
	d := start(t, w.options(t), 120, 36)
	d.shows("the newest 20 runs")
	d.press("5")
	if h := d.history(); len(h.runs()) != pipeline.ViewRuns || !h.more() {
		t.Errorf("%d runs at first", len(h.runs()))
	}
	d.shows("time ▇▇▇▇▇▇▇▇▇▇")
	for range 4 {
		d.press("end")
	}
	d.shows("run 20200101T000000.000Z", "number 0")
	d.hides("older runs")
	runs := d.history().runs()
	if len(runs) != 251 {
		t.Errorf("%d runs in the end", len(runs))
	}
	// The choice stays where it is while new runs push others out of the newest.
	w.make(t)
	w.make(t)
	d.press("ctrl+l")
	runs = d.history().runs()
	for i, r := range runs[1:] {
		if r.Run >= runs[i].Run {
			t.Errorf("%s follows %s", r.Run, runs[i].Run)
		}
	}
	if len(runs) != 253 {
		t.Errorf("%d runs after two others", len(runs))
	}
	d.shows("run 20200101T000000.000Z")
}

func TestAFilterFindsRunsHoweverOld(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	w.pretendRuns(t, 250)
	d := start(t, w.options(t), 100, 30)
	d.press("5", "/")
	d.write("T000003")
	d.press("enter")
	if d.shows("run 20200101T000003.000Z"); strings.Count(d.screen(), "▸") != 1 {
		t.Errorf("more than one is left:\n%s", d.screen())
	}
}

func (d *driver) history() *historyView {
	d.Helper()
	h, ok := d.screens[historyScreen].(*historyView)
	if !ok {
		d.Fatal("there is no history")
	}
	return h
}
