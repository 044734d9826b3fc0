package pipeline

import (
	"fmt"

	"stedi/pipeline/ndjson"
)

// PlanStep is a transform of a run, and why it runs or does not.
type PlanStep struct {
	Table  string
	Zone   string
	Run    bool
	Reason string
	Lacks  string // an input that has never been made, for which the step would fail
}

// known is what a run has found out about the lake.
type known struct {
	landing   map[string]landingState
	manifests map[string]*Manifest // tables that transforms make; nil: not there
}

// content returns what an input holds, if that can be told without reading it.
func (k known) content(t *Table) (ndjson.Hash, bool) {
	m := k.manifests[t.Name]
	if t.IsLanding() {
		m = k.landing[t.Name].manifest
	}
	if m == nil {
		return ndjson.Hash{}, false
	}
	return m.Hash, true
}

// outdated says why a table is not what its transform would make of its
// inputs as they are now, or "".
func (k known) outdated(lake *Lake, t *Table) string {
	m := k.manifests[t.Name]
	if m == nil {
		return "new"
	}
	if m.SQL != t.Made.SQL {
		return "its SQL has changed"
	}
	for _, name := range t.Made.Inputs {
		if hash, ok := k.content(lake.Table(name)); !ok || hash != m.Inputs[name] {
			return name + " has changed"
		}
	}
	return ""
}

// plan decides for each selected table whether it runs.
func (k known) plan(lake *Lake, selected []*Table, force bool, limit Limit) []PlanStep {
	made := map[string]bool{}
	var steps []PlanStep
	for _, t := range selected {
		reason := k.outdated(lake, t)
		for _, name := range t.Made.Inputs {
			if made[name] && reason == "" {
				reason = fmt.Sprintf("%s will be rebuilt", name)
			}
			if m := k.landing[name].manifest; m != nil && !limit.allows(m.losses()) {
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

// stale says, by table, what is older than its upstream, directly or
// further up.
func (k known) stale(lake *Lake) map[string]string {
	stale := map[string]string{}
	for _, t := range lake.Tables {
		if t.IsLanding() || k.manifests[t.Name] == nil {
			continue
		}
		if why := k.outdated(lake, t); why != "" {
			stale[t.Name] = why
			continue
		}
		for _, name := range t.Made.Inputs {
			if _, ok := stale[name]; ok {
				stale[t.Name] = name + " is stale"
			}
		}
	}
	return stale
}
