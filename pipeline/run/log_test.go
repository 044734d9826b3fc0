package run_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/laketest"
	"stedi/pipeline/run"
	"stedi/pipeline/state"
)

// chatty is an engine whose tools write many log lines.
type chatty struct{ pipeline.Engine }

func (e *chatty) Run(ctx context.Context, job pipeline.Job, progress func(pipeline.Progress)) (pipeline.Result, error) {
	for i := range 500 {
		progress(pipeline.Progress{RowsRead: int64(i)})
		job.Log(fmt.Sprintf("%s %d", job.Table.Name, i))
	}
	return e.Engine.Run(ctx, job, progress)
}

func TestEveryLineThatAnEngineSaysIsPassedOnInOrder(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	w.Runner.Engine = &chatty{w.Runner.Engine}
	var heard []string
	record, err := run.Run(t.Context(), w.Runner, pipeline.RunOptions{Select: []string{"known"}}, func(e pipeline.Event) {
		if e.Log != "" {
			heard = append(heard, e.Log)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range 500 {
		want = append(want, fmt.Sprintf("known %d", i))
	}
	if !slices.Equal(heard, want) {
		t.Errorf("heard %d lines of %d, or in another order", len(heard), len(want))
	}
	events, err := state.ReadEvents(t.Context(), w.Runner.Store, record.Run)
	if err != nil {
		t.Fatal(err)
	}
	kept := slices.DeleteFunc(events, func(e pipeline.Event) bool { return e.Log == "" })
	if len(kept) != len(want) {
		t.Errorf("%d lines are kept of %d", len(kept), len(want))
	}
}
