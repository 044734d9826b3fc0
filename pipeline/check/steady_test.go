package check_test

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/laketest"
	"stedi/pipeline/run"
)

// publishing is a store in which a run publishes a table just before the nth
// request.
type publishing struct {
	pipeline.Store
	mu      sync.Mutex
	n       int
	publish func()
}

func (p *publishing) count() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.n--; p.n == 0 {
		p.publish()
	}
}

func (p *publishing) List(ctx context.Context, folder string) ([]pipeline.File, error) {
	p.count()
	return p.Store.List(ctx, folder)
}

func (p *publishing) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	p.count()
	return p.Store.Open(ctx, name)
}

func (p *publishing) Fetch(ctx context.Context, file pipeline.File) (string, error) {
	p.count()
	return p.Store.Fetch(ctx, file)
}

func TestAReaderDuringARunGetsOneVersion(t *testing.T) {
	w := laketest.New(t, laketest.OrdersWith(ordersChecks))
	other := *w.Runner // another process
	other.Engine = laketest.Engine(t)
	mustRun := func() {
		t.Helper()
		w.Clock = w.Clock.Add(time.Minute)
		if _, err := run.Run(t.Context(), &other, pipeline.RunOptions{}, func(pipeline.Event) {}); err != nil {
			t.Fatal(err)
		}
	}
	readers := map[string]func(*pipeline.Runner) error{
		"check": func(r *pipeline.Runner) error {
			record, err := check.Evaluate(t.Context(), r, check.InspectOptions{})
			if err != nil {
				return err
			}
			for _, c := range record.Checks {
				if c.State == "fail" && (c.Check == "unchanged" || c.Check == "readable") {
					t.Errorf("%+v", c)
				}
			}
			return nil
		},
		"plan": func(r *pipeline.Runner) error {
			_, err := run.Plan(t.Context(), r, pipeline.RunOptions{})
			return err
		},
	}
	mustRun()
	row := 0
	for name, read := range readers {
		for n := 1; ; n += 2 {
			row++
			store := &publishing{Store: w.Runner.Store, n: n, publish: mustRun}
			w.Write(t, "orders/landing/2.json", `{"person":1,"total":`+string(rune('1'+row%9))+"}\n")
			w.Write(t, "people/landing/2.json", `{"id":`+string(rune('1'+row%9))+`,"name":"Dee"}`+"\n")
			reader := *w.Runner
			reader.Store = store
			if err := read(&reader); err != nil {
				t.Errorf("%s, published before call %d: %v", name, n, err)
			}
			if store.n > 0 {
				break // it has made fewer requests
			}
		}
	}
}

// A file that another program removes while it is checked gives no raw error of
// the file system.
func TestAFileThatVanishesDuringACheckIsSaidToHaveChanged(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	reported := 0
	for n := 1; ; n++ {
		w.Write(t, "orders/landing/2.json", "{\"person\":1,\"total\":3}\n")
		store := &publishing{Store: w.Runner.Store, n: n, publish: func() { w.Remove(t, "orders/landing/2.json") }}
		reader := *w.Runner
		reader.Store = store
		_, err := check.Evaluate(t.Context(), &reader, check.InspectOptions{AllowMissing: true})
		if store.n > 0 {
			break // it has made fewer requests
		}
		if err == nil || !pipeline.Moved(err) {
			continue
		}
		reported++
		if text := err.Error(); !strings.Contains(text, "files changed while the checks read them") || !strings.Contains(text, "Check again when no other program writes there.") {
			t.Errorf("removed before call %d: %v", n, err)
		}
	}
	if reported == 0 {
		t.Error("no check met the change")
	}
}
