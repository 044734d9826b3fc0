package tui

import (
	"testing"

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
