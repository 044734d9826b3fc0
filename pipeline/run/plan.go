package run

import (
	"fmt"

	"stedi/pipeline"
	"stedi/pipeline/state"
)

// PlanStep is a transform of a run, with the reason why it runs or does not.
type PlanStep struct {
	Table  string
	Zone   string
	Run    bool
	Reason string
	Lacks  string // an input that was never built, without which the step fails
	// Follows: the step runs only because an input is rebuilt, so not if the input
	// keeps its rows.
	Follows bool
}

// planSteps decides for each selected table whether it runs.
func planSteps(k state.Known, lake *pipeline.Lake, selected []*pipeline.Table, force bool, limit pipeline.Limit) []PlanStep {
	made := map[string]bool{}
	var steps []PlanStep
	for _, t := range selected {
		reason, follows := k.Outdated(lake, t), false
		for _, name := range t.Transform.Inputs {
			if made[name] && reason == "" {
				reason, follows = fmt.Sprintf("%s will be rebuilt", name), true
			}
			if m := k.Landing[name].Manifest; m != nil && !limit.Allows(m.Losses()) {
				reason, follows = fmt.Sprintf("%s has more rejected lines than allowed", name), false
			}
		}
		if reason == "" && force {
			reason = "forced"
		}
		step := PlanStep{Table: t.Name, Run: reason != "", Reason: reason, Follows: follows}
		if !step.Run {
			step.Reason = "up to date"
		}
		made[t.Name] = step.Run
		steps = append(steps, step)
	}
	return steps
}
