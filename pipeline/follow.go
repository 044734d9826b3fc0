package pipeline

import (
	"context"
	"errors"
	"io/fs"
	"time"
)

const followPause = time.Second / 2

// Follow passes on the events of a run that another process has on its way, as
// ReadEvents gives them, until it has ended; of one that has ended already, all
// of them at once. A run that was cut off, such as by kill -9, is a Failure.
// Events arrive on the calling goroutine.
func (r *Runner) Follow(ctx context.Context, run string, emit func(Event)) error {
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
		var record Record
		found, err := readCache(ctx, r.Store, runFolder(run)+"/run.json", &record)
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
			return Fail(BadEngine, "", "Run again; unfinished work is cleaned up first.", "run %s was interrupted", run)
		case !found && holder == nil:
			return Fail(BadUsage, "", "`stedi runs` lists them.", "unknown run %q", run)
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
func tellRest(ctx context.Context, store Store, run string, told int, emit func(Event)) (int, error) {
	events, err := ReadEvents(ctx, store, run)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return told, err
	}
	for ; told < len(events); told++ {
		emit(events[told])
	}
	return told, nil
}
