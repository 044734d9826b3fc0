package survey

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/state"
)

const followPause = time.Second / 2

// Follow passes on the events of a run that another process has on its way, as
// ReadEvents gives them, until it has ended; of one that has ended already, all
// of them at once. A run that was cut off, such as by kill -9, is a Failure.
// Events arrive on the calling goroutine.
func Follow(ctx context.Context, r *pipeline.Runner, run string, emit func(pipeline.Event)) error {
	ticker := time.NewTicker(followPause)
	defer ticker.Stop()
	told := 0
	for {
		// Who lets go of the lake has written the record before, and who writes
		// the record has written the events before.
		holder, err := r.Store.Holder(ctx)
		if err != nil {
			return err
		}
		var record pipeline.Record
		found, err := state.ReadCache(ctx, r.Store, state.RunFolder(run)+"/run.json", &record)
		if err != nil {
			return err
		}
		if told, err = tellRest(ctx, r.Store, run, told, emit); err != nil {
			return err
		}
		switch {
		case found && record.Status != "running":
			return nil
		case found && (holder == nil || holder.Since.After(record.Started)):
			return pipeline.Fail(pipeline.BadEngine, "", "Run again; unfinished work is cleaned up first.", "run %s was interrupted", run)
		case !found && holder == nil:
			return pipeline.Fail(pipeline.BadUsage, "", "`stedi runs` lists them.", "unknown run %q", run)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tellRest passes on the events after the first told ones, and returns how many
// that makes.
func tellRest(ctx context.Context, store pipeline.Store, run string, told int, emit func(pipeline.Event)) (int, error) {
	events, err := state.ReadEvents(ctx, store, run)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return told, err
	}
	for ; told < len(events); told++ {
		emit(events[told])
	}
	return told, nil
}
