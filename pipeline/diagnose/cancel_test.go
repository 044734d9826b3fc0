package diagnose_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/dir"
	"stedi/pipeline/sample"
)

// interrupter is an engine whose workbench cancels the diagnosis before one of
// its statements.
type interrupter struct {
	pipeline.Bencher

	cancel func()
	after  int // statements
	ran    int
}

func (i *interrupter) Workbench(ctx context.Context) (pipeline.Workbench, error) {
	bench, err := i.Bencher.Workbench(ctx)
	return &interrupted{bench, i}, err
}

type interrupted struct {
	pipeline.Workbench

	by *interrupter
}

func (b *interrupted) count() {
	if b.by.ran++; b.by.ran == b.by.after {
		b.by.cancel()
	}
}

func (b *interrupted) Exec(ctx context.Context, query string, args ...any) error {
	b.count()
	return b.Workbench.Exec(ctx, query, args...)
}

func (b *interrupted) Rows(ctx context.Context, query string, args ...any) ([]string, [][]any, error) {
	b.count()
	return b.Workbench.Rows(ctx, query, args...)
}

// At whatever point a search is cancelled, it ends with the cause of that and
// runs hardly another statement.
func TestASearchThatIsCancelledEndsAtOnce(t *testing.T) {
	l := newSmallLab(t, sample.Options{Scale: 1, Seed: 23})
	l.build(t, map[string]string{"accelerometer_trusted": "SELECT a.* FROM accelerometer_landing AS a WHERE a.user IN (SELECT email FROM customer_trusted) AND a.x >= 0"})
	store, err := dir.Open(l.folder, dir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := &pipeline.Runner{Lake: l.lake, Store: store, Engine: l.engine, Tracer: l.engine, Root: l.folder, Now: time.Now}
	stopped := errors.New("stopped by the test")
	for _, after := range []int{1, 6, 15, 40, 130, 200, 260} {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			i := &interrupter{Bencher: l.engine, cancel: func() { cancel(stopped) }, after: after}
			_, err := diagnose.Run(ctx, r, i, diagnose.Options{Definition: l.definition})
			if !errors.Is(err, stopped) {
				t.Errorf("after %d of %d statements: %v", after, i.ran, err)
			}
			if i.ran > after+2 {
				t.Errorf("%d statements were run after the cancel", i.ran-after)
			}
		})
	}
}
