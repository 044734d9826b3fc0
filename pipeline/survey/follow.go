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

// Follow emits the events of a run of another process, as ReadEvents returns
// them, until the run has ended. For a run that has already ended it emits all
// of them at once. If the run was killed, such as by kill -9, the error is a
// Failure. Events arrive on the calling goroutine.
func Follow(ctx context.Context, r *pipeline.Runner, run string, emit func(pipeline.Event)) error {
	ticker := time.NewTicker(followPause)
	defer ticker.Stop()
	told := 0
	for {
		// A run writes events, then the record, then releases the lock. So the
		// holder is read first.
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

// tellRest emits the events after the first told ones, and returns how many
// events were emitted in total.
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
