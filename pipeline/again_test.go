package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"stedi/pipeline"
)

func TestAReadIsRepeatedWhileARunReplacesItsFiles(t *testing.T) {
	other := errors.New("another error")
	moved := fmt.Errorf("read: %w", pipeline.ErrMoved)
	for _, c := range []struct {
		name   string
		errs   []error // of the reads; the last one repeats
		reads  int
		expect error
	}{
		{"nothing moves", []error{nil}, 1, nil},
		{"two publishes", []error{moved, moved, nil}, 3, nil},
		{"another error is final", []error{moved, other}, 2, other},
		{"publishes without end", []error{moved}, 10, pipeline.ErrMoved},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reads := 0
				err := pipeline.Again(t.Context(), func() error {
					reads++
					return c.errs[min(reads, len(c.errs))-1]
				})
				if reads != c.reads || !errors.Is(err, c.expect) {
					t.Errorf("%d reads, want %d; %v", reads, c.reads, err)
				}
			})
		})
	}
}

func TestARepeatedReadEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 12*time.Millisecond)
		defer cancel()
		if err := pipeline.Again(ctx, func() error { return pipeline.ErrMoved }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it ends with %v", err)
		}
	})
}
