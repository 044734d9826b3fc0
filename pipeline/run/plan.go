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
}

// planSteps decides for each selected table whether it runs.
func planSteps(k state.Known, lake *pipeline.Lake, selected []*pipeline.Table, force bool, limit pipeline.Limit) []PlanStep {
	made := map[string]bool{}
	var steps []PlanStep
	for _, t := range selected {
		reason := k.Outdated(lake, t)
		for _, name := range t.Transform.Inputs {
			if made[name] && reason == "" {
				reason = fmt.Sprintf("%s will be rebuilt", name)
			}
			if m := k.Landing[name].Manifest; m != nil && !limit.Allows(m.Losses()) {
				reason = fmt.Sprintf("%s has more rejected lines than allowed", name)
			}
		}
		if reason == "" && force {
			reason = "forced"
		}
		step := PlanStep{Table: t.Name, Run: reason != "", Reason: reason}
		if !step.Run {
			step.Reason = "up to date"
		}
		made[t.Name] = step.Run
		steps = append(steps, step)
	}
	return steps
}
