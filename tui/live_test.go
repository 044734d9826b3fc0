package tui

import (
	"testing"
	"time"

	"stedi/pipeline"
)

func TestWhatAnEngineSaysGoesIntoTheLogAndChangesNothingElse(t *testing.T) {
	r := liveRun{steps: map[string]*liveStep{}}
	r.take(pipeline.Event{Run: "r", Time: began, Step: "customer_trusted", State: pipeline.Running, Reason: "new"})
	before := *r.steps["customer_trusted"]
	r.take(pipeline.Event{Run: "r", Time: began, Step: "customer_trusted", State: pipeline.Running, Log: "job run jr_1 is STARTING"})
	last := r.log[len(r.log)-1]
	if last.text != "job run jr_1 is STARTING" || last.table != "customer_trusted" || len(r.log) != 2 {
		t.Errorf("the log is %+v", r.log)
	}
	if now := *r.steps["customer_trusted"]; now != before {
		t.Errorf("the step has become %+v", now)
	}
}

func TestARunningStepShowsWhatTheEngineDoes(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 160, 40)
	release := d.runHeld(w)
	d.press("2")
	d.shows("59%") // share of the bytes read
	d.live.take(pipeline.Event{
		Run: "r", Time: began, Step: "step_trainer_trusted", State: pipeline.Running,
		Progress: &pipeline.Progress{RowsWritten: 7, Detail: "stages done: 3, tasks: 2/8\x1b[2J"},
	})
	d.shows("stages done: 3, tasks: 2/8␛[2J")
	d.hides("59%")
	release()
	d.hides("stages done")
}

func TestAKilledRunLeavesNoStepRunning(t *testing.T) {
	r := liveRun{steps: map[string]*liveStep{}}
	for name, state := range map[string]pipeline.State{"a": pipeline.Published, "b": pipeline.Running, "c": pipeline.Waiting} {
		r.take(pipeline.Event{Run: "r", Time: began, Step: name, State: state})
	}
	r.settleSteps(false)
	for name, want := range map[string]pipeline.State{"a": pipeline.Published, "b": pipeline.Failed, "c": pipeline.Skipped} {
		if got := r.steps[name].state; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

// A survey of a large lake takes a while. Until it is there, the screens show what
// the run has published, and nothing of a step that was cancelled.
func TestTheEndOfARunIsShownBeforeTheNextSurvey(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	later := w.clock.read().Add(time.Hour)
	d.live.begin(ownRun, w.clock.read)
	d.live.take(pipeline.Event{Run: "r", Time: later, Step: "customer_trusted", State: pipeline.Published, Result: &pipeline.StepRecord{Rows: 12_345}})
	d.live.take(pipeline.Event{Run: "r", Time: later, Step: "accelerometer_trusted", State: pipeline.Running})
	d.live.take(pipeline.Event{Run: "r", Time: later, Step: "accelerometer_trusted", State: pipeline.Running, Progress: &pipeline.Progress{RowsWritten: 6_789}})
	d.live.ended = true
	d.live.settleSteps(true)
	d.live.result = &pipeline.Record{Run: "r", Status: "cancelled", Started: began}
	d.view.Last = &pipeline.Record{Run: "r", Status: "running", Started: began}
	d.shows("customer_trusted 12,345", "last run ■ cancelled")
	d.hides("6,789")
	d.press("2")
	d.shows("cancelled")
	d.hides("6,789")
	d.live.result = nil
	d.shows("last run ▶ running")
	d.press("1")
	w.clock.advance(2 * time.Hour)
	d.do(d.look())
	d.settle()
	d.hides("12,345")
}

func TestARunThatFailsBeforeItsFirstStepShowsNoProgress(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	d.live.begin(ownRun, w.clock.read)
	d.live.take(pipeline.Event{Run: "r", Time: began, State: pipeline.Failed, Err: "unmanaged files"})
	d.live.ended = true
	d.press("2")
	d.shows("run r failed")
	d.hides("100%")
}

func TestTheEndOfARunIsNotSaidDuringTheNextOne(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	d.press("R")
	d.shows("5 tables built in")
	d.take(keyPress(t, "R"))
	d.hides("5 tables built in")
	d.settle()
}

func TestTheTimeOfAnEndedRunIsThatOfItsRecord(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	d.live.begin(ownRun, w.clock.read)
	d.live.take(pipeline.Event{Run: "r", Time: began, State: pipeline.Failed, Err: "unmanaged files"})
	d.live.ended, d.live.result = true, &pipeline.Record{Run: "r", Status: "failed", Started: began, Seconds: 4.2}
	d.press("2")
	d.shows("run r failed  4.20 s")
}
