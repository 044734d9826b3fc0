package pipeline_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/laketest"
	"stedi/pipeline/run"
	"stedi/pipeline/state"
	"stedi/pipeline/survey"
)

// together is a store in which no fetch returns before so many have begun, as
// a bucket takes its time for each.
type together struct {
	pipeline.Store
	wait *sync.WaitGroup
}

func newTogether(store pipeline.Store, fetches int) together {
	t := together{store, &sync.WaitGroup{}}
	t.wait.Add(fetches)
	return t
}

func (t together) Fetch(ctx context.Context, f pipeline.File) (string, error) {
	t.wait.Done()
	all := make(chan struct{})
	go func() {
		t.wait.Wait()
		close(all)
	}()
	select {
	case <-all:
		return t.Store.Fetch(ctx, f)
	case <-time.After(20 * time.Second):
		return "", fmt.Errorf("%s was fetched alone", f.Name)
	}
}

func TestFilesAreFetchedTogether(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	for i := 2; i < 6; i++ {
		w.Write(t, fmt.Sprintf("people/landing/%d.json", i), fmt.Sprintf("{\"id\":%d,\"name\":\"x\"}\n", i))
	}
	lake, store := w.Runner.Lake, w.Runner.Store
	listed, err := pipeline.ListTables(t.Context(), store, lake, pipeline.Allowance{})
	if err != nil {
		t.Fatal(err)
	}
	inputs, err := pipeline.FetchTables(t.Context(), newTogether(store, 6), lake, listed, "orders", "people", "no such table")
	if err != nil {
		t.Fatal(err)
	}
	for name, files := range map[string]int{"people": 5, "orders": 1} {
		input := inputs[name]
		if len(input.Files) != files || input.Table != lake.Table(name) {
			t.Fatalf("%s: %d files of %v, want %d", name, len(input.Files), input.Table, files)
		}
		for i, f := range input.Files {
			info, err := os.Stat(f.Path)
			if err != nil || f.Name != listed[name].Files[i].Name || info.Size() != f.Size {
				t.Errorf("%s: the file %d is %+v: %v", name, i, f, err)
			}
		}
	}
}

// A copy of the same bytes is read for its hash: all files of a table together.
func TestCopiedFilesAreComparedTogether(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	for i := 2; i < 6; i++ {
		w.Write(t, fmt.Sprintf("people/landing/%d.json", i), fmt.Sprintf("{\"id\":%d,\"name\":\"x\"}\n", i))
	}
	if _, err := run.Run(t.Context(), w.Runner, pipeline.RunOptions{}, func(pipeline.Event) {}); err != nil {
		t.Fatal(err)
	}
	people := w.Runner.Lake.Table("people")
	look := func(fetches int) state.LandingState {
		t.Helper()
		found, err := state.Look(t.Context(), newTogether(w.Runner.Store, fetches), people, nil)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	for i := 1; i < 6; i++ {
		path := fmt.Sprintf("%s/people/landing/%d.json", w.Root, i)
		later := time.Date(2030, 1, 1, 0, 0, i, 0, time.UTC)
		if err := os.Chtimes(path, later, later); err != nil {
			t.Fatal(err)
		}
	}
	view, err := survey.Lake(t.Context(), w.Runner)
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(view.Tables, func(v survey.TableView) bool { return v.Table == "people" }); view.Tables[i].Known {
		t.Error("a look that reads no file knows what is in copied ones")
	}
	if found := look(5); found.Manifest == nil {
		t.Error("files of the same content are taken for others")
	}
	w.Write(t, "people/landing/4.json", "{\"id\":7,\"name\":\"x\"}\n")
	if found := look(1); found.Manifest != nil {
		t.Error("a file of another content is taken for the same")
	}
}
