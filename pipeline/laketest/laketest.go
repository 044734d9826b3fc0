// Package laketest opens small lakes in folders of their own, with the embedded
// engine, for the tests of other packages.
package laketest

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/dir"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/run"
)

// Orders defines a small lake: orders of known people, and two independent tables
// at its end.
var Orders = fstest.MapFS{
	"landing/people.sql":      {Data: []byte("CREATE EXTERNAL TABLE people (id bigint COMMENT 'key', name string) LOCATION '${lake}/people/landing/'")},
	"landing/orders.sql":      {Data: []byte("CREATE EXTERNAL TABLE orders (person bigint COMMENT 'key', total double) LOCATION '${lake}/orders/landing/'")},
	"transforms/known.sql":    {Data: []byte("-- zone: trusted\n-- path: people/trusted\nWITH named AS (SELECT p.id, p.name FROM people AS p WHERE p.name <> '') SELECT DISTINCT n.id, n.name FROM named AS n")},
	"transforms/bought.sql":   {Data: []byte("-- zone: trusted\n-- path: orders/trusted\nSELECT o.person, o.total FROM orders AS o WHERE o.person IN (SELECT k.id FROM known AS k)")},
	"transforms/turnover.sql": {Data: []byte("-- zone: curated\n-- path: turnover\nSELECT b.person, sum(b.total) AS total FROM bought AS b GROUP BY b.person")},
	"transforms/names.sql":    {Data: []byte("-- zone: curated\n-- path: names\nSELECT k.name FROM known AS k")},
}

// OrdersWith returns Orders with more files.
func OrdersWith(files map[string]string) fstest.MapFS {
	folder := maps.Clone(Orders)
	for name, text := range files {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return folder
}

// Lake is a lake of a test.
type Lake struct {
	Root   string
	Runner *pipeline.Runner
	Fault  func(dir.Op) error // what goes wrong with files; nil: nothing
	Clock  time.Time          // the time of the runner; Run moves it
}

// Engine opens the embedded engine until the end of the test.
func Engine(tb testing.TB) *duckdb.Engine {
	tb.Helper()
	e, err := duckdb.Open(tb.Context(), duckdb.Options{Temp: tb.TempDir()})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := e.Close(); err != nil {
			tb.Error(err)
		}
	})
	return e
}

// New returns a lake of the definition in folder, with the landing data of Orders.
func New(tb testing.TB, folder fs.FS) *Lake {
	tb.Helper()
	w := &Lake{Root: tb.TempDir(), Clock: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	w.Write(tb, "people/landing/1.json", "{\"id\":1,\"name\":\"Ann\"}\n{\"id\":1,\"name\":\"Ann\"}\n{\"id\":2,\"name\":\"\"}\n{\"id\":3,\"name\":\"Cem\"}\n")
	w.Write(tb, "orders/landing/1.json", "{\"person\":1,\"total\":2.5}\n{\"person\":1,\"total\":1}\n{\"person\":2,\"total\":7}\n")
	e := Engine(tb)
	lake, err := definition.Load(tb.Context(), folder, nil, e)
	if err != nil {
		tb.Fatal(err)
	}
	store, err := dir.Open(w.Root, dir.Options{Fault: func(op dir.Op) error {
		if w.Fault == nil {
			return nil
		}
		return w.Fault(op)
	}})
	if err != nil {
		tb.Fatal(err)
	}
	w.Runner = &pipeline.Runner{Lake: lake, Store: store, Engine: e, Root: w.Root, Holder: pipeline.Holder{PID: os.Getpid(), Host: "here"}, Now: func() time.Time { return w.Clock }}
	return w
}

// Write writes a file below the root.
func (w *Lake) Write(tb testing.TB, name, text string) {
	tb.Helper()
	file := filepath.Join(w.Root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// Read returns a file below the root; "" if there is none.
func (w *Lake) Read(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(w.Root, filepath.FromSlash(name)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		tb.Fatal(err)
	}
	return string(text)
}

// Remove removes a file below the root.
func (w *Lake) Remove(tb testing.TB, name string) {
	tb.Helper()
	if err := os.Remove(filepath.Join(w.Root, filepath.FromSlash(name))); err != nil {
		tb.Fatal(err)
	}
}

// Run runs the lake a minute later.
func (w *Lake) Run(tb testing.TB, options pipeline.RunOptions) (*pipeline.Record, error) {
	tb.Helper()
	w.Clock = w.Clock.Add(time.Minute)
	return run.Run(tb.Context(), w.Runner, options, func(pipeline.Event) {})
}

// MustRun runs the lake, which must succeed.
func (w *Lake) MustRun(tb testing.TB, options pipeline.RunOptions) *pipeline.Record {
	tb.Helper()
	record, err := w.Run(tb, options)
	if err != nil {
		tb.Fatal(err)
	}
	return record
}

// Redefine gives the lake the definition Orders with other SQL of transforms.
func (w *Lake) Redefine(tb testing.TB, transforms map[string]string) {
	tb.Helper()
	folder := maps.Clone(Orders)
	for name, sql := range transforms {
		text, _, _ := strings.Cut(string(folder["transforms/"+name+".sql"].Data), "SELECT")
		head, _, _ := strings.Cut(text, "WITH")
		folder["transforms/"+name+".sql"] = &fstest.MapFile{Data: []byte(head + sql)}
	}
	lake, err := definition.Load(tb.Context(), folder, nil, Engine(tb))
	if err != nil {
		tb.Fatal(err)
	}
	w.Runner.Lake = lake
}

// States lists the state of each step.
func States(r *pipeline.Record) string {
	var all []string
	for _, s := range r.Steps {
		all = append(all, s.Table+" "+s.State.String())
	}
	return strings.Join(all, ", ")
}
