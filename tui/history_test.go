package tui

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"stedi/pipeline/state"
)

// pretendRuns adds count copies of the lake's run to its history, an hour
// apart.
func (w *world) pretendRuns(tb testing.TB, count int) {
	tb.Helper()
	ids, err := state.Runs(tb.Context(), w.store)
	must(tb, err)
	record, err := state.ReadRecord(tb.Context(), w.store, ids[0])
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

// withRuns opens the screens on a lake with count runs in its history.
func withRuns(t *testing.T, count int) (*world, *driver) {
	t.Helper()
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	w.pretendRuns(t, count-1)
	return w, start(t, w.options(t), 120, 36)
}

// contiguous checks that count runs are listed, each older than the one before.
func (d *driver) contiguous(count int) {
	d.Helper()
	runs := d.history().runs
	for i, r := range runs[1:] {
		if r.Run >= runs[i].Run {
			d.Errorf("%s follows %s", r.Run, runs[i].Run)
		}
	}
	if len(runs) != count {
		d.Errorf("%d runs, not %d", len(runs), count)
	}
}

func TestTheHistoryGoesBackToTheFirstRun(t *testing.T) {
	w, d := withRuns(t, 251)
	d.shows("the newest 20 runs")
	d.press("5")
	d.contiguous(state.ViewRuns)
	d.shows("time ▇▇▇▇▇▇▇▇▇▇", "… older runs")
	for range 4 {
		d.press("end")
	}
	d.shows("run 20200101T000000.000Z", "number 0")
	d.hides("older runs")
	d.contiguous(251)
	// The selection stays while new runs displace others from the newest.
	w.make(t)
	w.make(t)
	d.press("ctrl+l")
	d.contiguous(253)
	d.shows("run 20200101T000000.000Z")
}

func TestARunThatIsPushedOutOfTheNewestStays(t *testing.T) {
	w, d := withRuns(t, state.ViewRuns)
	d.press("5", "end")
	d.hides("older runs")
	w.make(t)
	d.press("ctrl+l", "end")
	d.contiguous(state.ViewRuns + 1)
}

func TestARunThatIsPushedOutWhileOlderOnesAreReadStays(t *testing.T) {
	w, d := withRuns(t, 40)
	d.press("5")
	reading := d.history().readOlder()
	w.make(t)
	d.press("ctrl+l")
	d.do(reading)
	d.settle()
	d.contiguous(41)
}

func TestAfterManyNewRunsTheOldOnesAreReadAgain(t *testing.T) {
	w, d := withRuns(t, 40)
	d.press("5", "end")
	d.contiguous(40)
	for range state.ViewRuns + 1 {
		w.make(t)
	}
	d.press("ctrl+l", "end")
	d.contiguous(40 + state.ViewRuns + 1)
}

func TestAFilterFindsRunsHoweverOld(t *testing.T) {
	_, d := withRuns(t, 251)
	d.press("5", "/")
	d.write("T000003")
	d.press("enter")
	d.shows("run 20200101T000003.000Z")
	d.contiguous(1)
}

func (d *driver) history() *historyView {
	d.Helper()
	h, ok := d.screens[historyScreen].(*historyView)
	if !ok {
		d.Fatal("there is no history")
	}
	return h
}

func TestWhatIsNotPossibleInTheHistoryIsSaidAsItIs(t *testing.T) {
	_, d := withRuns(t, 2)
	d.press("5", "end", "d")
	d.shows("there is no run before it")
	d.press("space", "d")
	d.shows("this is the baseline run")
	d.press("/")
	d.write("nothing like it")
	d.press("enter", "d")
	d.shows("nothing is selected")
}
