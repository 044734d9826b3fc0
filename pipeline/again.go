package pipeline

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"stedi/pipeline/ndjson"
)

const (
	// readTries is how often a reader tries to read a lake while a run changes
	// it.
	readTries = 10
	// readPause is the first pause between two tries; later pauses are longer.
	readPause = 5 * time.Millisecond
)

// ErrMoved means that a run published a table between two reads.
var ErrMoved = errors.New("another run published a table in the meantime")

// Again calls read, and calls it again, a bounded number of times, if a run
// replaced the files that it was about to read. If the last try fails the same
// way, Again returns its error.
func Again(ctx context.Context, read func() error) error {
	pause := readPause
	for range readTries - 1 {
		if err := read(); !Moved(err) {
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

// Moved reports whether an error means that files changed while they were read, so
// that another try may succeed.
func Moved(err error) bool {
	if err == nil {
		return false
	}
	_, changed := errors.AsType[*ndjson.ChangedError](err)
	return changed || errors.Is(err, ErrMoved) || errors.Is(err, ErrChanged) || errors.Is(err, fs.ErrNotExist)
}
