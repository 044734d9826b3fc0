package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"stedi/pipeline"
)

func TestAnErrorHasTheExitCodeOfItsWorstCause(t *testing.T) {
	data, engine := pipeline.Fail(pipeline.BadData, "t", "", "a check failed"), pipeline.Fail(pipeline.BadEngine, "t", "", "it crashed")
	for _, c := range []struct {
		name string
		err  error
		want pipeline.Kind
	}{
		{"no error", nil, 0},
		{"wrong data", data, 1},
		{"a wrapped failure", fmt.Errorf("run: %w", data), 1},
		{"wrong data and an engine that failed", errors.Join(data, engine), 3},
		{"any other error", errors.New("x"), 3},
		{"a file that may not be read", &fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, 4},
		{"a failure because of such a file", pipeline.Fail(pipeline.BadEngine, "", "", "lock: %w", syscall.EROFS), 4},
		{"a lake that changed", fmt.Errorf("commit: %w", pipeline.ErrChanged), 5},
		{"an unsafe file", fmt.Errorf("list: %w", pipeline.ErrUnsafe), 2},
		{"a cancel", fmt.Errorf("run: %w", context.Canceled), 130},
		{"a signal while an engine fails", errors.Join(engine, pipeline.Fail(pipeline.Terminated, "", "", "SIGTERM")), 143},
	} {
		if got := pipeline.KindOf(c.err); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
