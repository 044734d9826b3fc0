package duckdb

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

func TestAnEngineTakesMoreThreadsForLargeTables(t *testing.T) {
	small := pipeline.Input{Table: &pipeline.Table{Name: "small"}, Files: []ndjson.File{{Size: oneThread}}}
	large := pipeline.Input{Table: &pipeline.Table{Name: "large"}, Files: []ndjson.File{{Size: oneThread}, {Size: 1}}}
	for _, input := range []*pipeline.Input{&small, &large} {
		input.Table.Columns = []ndjson.Column{{Name: "a"}}
	}
	for _, test := range []struct {
		threads int // of the options
		inputs  []pipeline.Input
		want    int64
	}{
		{0, nil, 1},
		{0, []pipeline.Input{small, small}, 1},
		{0, []pipeline.Input{small, large, small}, int64(runtime.NumCPU())},
		{3, []pipeline.Input{small}, 3},
		{3, []pipeline.Input{large}, 3},
	} {
		e := open(t, Options{Threads: test.threads})
		for _, input := range test.inputs {
			v, err := e.view(t.Context(), input, input.Table.Name)
			if err = errors.Join(err, v.close(context.WithoutCancel(t.Context()))); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := e.number(t.Context(), "SELECT CAST(current_setting('threads') AS BIGINT)"); err != nil || got != test.want {
			t.Errorf("%d threads, %d inputs: the engine has %d threads (%v), want %d", test.threads, len(test.inputs), got, err, test.want)
		}
	}
}
