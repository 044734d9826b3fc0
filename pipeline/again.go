package pipeline

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"stedi/pipeline/ndjson"
)

const (
	// readTries is how often a reader looks at a lake that a run changes
	// meanwhile.
	readTries = 10
	// readPause is how long it waits at first; each time it waits for longer.
	readPause = 5 * time.Millisecond
)

// errMoved means that a run published a table between two reads.
var ErrMoved = errors.New("another run published a table in the meantime")

// Again calls read once more, and a bounded number of times, if what it was about
// to read has been replaced by a run. What stays changed is its error.
func Again(ctx context.Context, read func() error) error {
	pause := readPause
	for range readTries - 1 {
		if err := read(); !moved(err) {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
		pause *= 2
	}
	return read()
}

// moved tells whether an error may be gone at the next look.
func moved(err error) bool {
	if err == nil {
		return false
	}
	_, changed := errors.AsType[*ndjson.ChangedError](err)
	return changed || errors.Is(err, ErrMoved) || errors.Is(err, ErrChanged) || errors.Is(err, fs.ErrNotExist)
}
