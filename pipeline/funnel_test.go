package pipeline_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"stedi/pipeline"
)

func TestFunnelLevels(t *testing.T) {
	text := func(n int64) string { return strconv.FormatInt(n, 10) }
	for name, c := range map[string]struct {
		inputs, stages []pipeline.StageRows
		short, long    string
		changes        []int64
		others         []pipeline.StageRows
		worst          string
		before         int64
	}{
		"no stage":             {[]pipeline.StageRows{{"raw", 7}}, nil, "raw 7 → 4", "raw 7 → t 4", []int64{0, -3}, nil, "t", 7},
		"a second input":       {[]pipeline.StageRows{{"raw", 7}, {"key", 1}}, []pipeline.StageRows{{"whole", 6}}, "raw 7 → whole 6 → 4", "raw 7 → whole 6 → t 4", []int64{0, -1, -2}, []pipeline.StageRows{{"key", 1}}, "t", 6},
		"a stage that expands": {[]pipeline.StageRows{{"raw", 2}}, []pipeline.StageRows{{"each", 9}}, "raw 2 → each 9 → 4", "raw 2 → each 9 → t 4", []int64{0, 7, -5}, nil, "t", 9},
		"no loss":              {[]pipeline.StageRows{{"raw", 4}}, []pipeline.StageRows{{"all", 4}}, "raw 4 → all 4 → 4", "raw 4 → all 4 → t 4", []int64{0, 0, 0}, nil, "", 0},
	} {
		funnel := pipeline.FunnelOf("t", c.inputs, c.stages, 4)
		levels, others := funnel.Levels(len(c.inputs))
		var changes []int64
		for _, l := range levels {
			changes = append(changes, l.Change)
		}
		if levels.Text(text, false) != c.short || levels.Text(text, true) != c.long || !slices.Equal(changes, c.changes) || !slices.Equal(others, c.others) {
			t.Errorf("%s: the levels are %v, the other inputs %v", name, levels, others)
		}
		if worst, before := levels.GreatestLoss(); before != c.before || worst == nil && c.worst != "" || worst != nil && worst.Name != c.worst {
			t.Errorf("%s: the greatest loss is at %v of %d", name, worst, before)
		}
		if funnel.Read() != c.inputs[0].Rows || funnel.Written() != 4 {
			t.Errorf("%s: read %d, written %d", name, funnel.Read(), funnel.Written())
		}
		made := &pipeline.Table{Name: "t", Transform: &pipeline.Transform{}}
		for _, s := range c.inputs {
			made.Transform.Inputs = append(made.Transform.Inputs, s.Name)
		}
		if len(c.stages) > 0 && funnel.Fits(made) {
			t.Errorf("%s: it fits a transform without its stages", name)
		}
		for _, s := range c.stages {
			made.Transform.Stages = append(made.Transform.Stages, s.Name)
		}
		if !funnel.Fits(made) {
			t.Errorf("%s: it does not fit its own transform", name)
		}
	}
	if levels, others := pipeline.Funnel(nil).Levels(1); levels != nil || others != nil {
		t.Errorf("an empty funnel has the levels %v and the inputs %v", levels, others)
	}
}

func TestFunnelInJSON(t *testing.T) {
	const want = `[{"stage":"raw","rows":2},{"stage":"t","rows":1}]`
	got, err := json.Marshal(pipeline.FunnelOf("t", []pipeline.StageRows{{"raw", 2}}, nil, 1))
	if err != nil || string(got) != want {
		t.Errorf("it is %s (%v)", got, err)
	}
	stage := pipeline.StageTrace{StageRows: pipeline.StageRows{Name: "whole", Rows: -1}, Condition: "a > 1"}
	got, err = json.Marshal(stage)
	if err != nil || string(got) != `{"stage":"whole","rows":-1,"condition":"a \u003e 1"}` {
		t.Errorf("a traced stage is %s (%v)", got, err)
	}
	var back pipeline.StageTrace
	if err := json.Unmarshal(got, &back); err != nil || !reflect.DeepEqual(back, stage) {
		t.Errorf("it is read as %v (%v)", back, err)
	}
}
