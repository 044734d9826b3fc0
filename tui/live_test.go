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
