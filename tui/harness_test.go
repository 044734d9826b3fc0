package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/definition"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/dir"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/export"
	"stedi/pipeline/query"
	"stedi/pipeline/run"
	"stedi/pipeline/stedi"
	"stedi/tui/ui"
)

// The test binary must also act as the query process.
func TestMain(m *testing.M) {
	if query.IsChild(os.Args[1:]) {
		os.Exit(query.ChildMain(context.Background(), os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// began is the start time of all tests.
var began = time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC)

// clock advances only when a test requests it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// dated is a lake's directory whose files have times of the test's clock.
type dated struct {
	pipeline.Store
	root  string
	clock *clock
}

func (d dated) Commit(ctx context.Context, staged pipeline.StagedFile, name string, replaced *pipeline.File) (pipeline.File, error) {
	if _, err := d.Store.Commit(ctx, staged, name, replaced); err != nil {
		return pipeline.File{}, err
	}
	now := d.clock.read()
	if err := os.Chtimes(filepath.Join(d.root, filepath.FromSlash(name)), now, now); err != nil {
		return pipeline.File{}, err
	}
	files, err := d.List(ctx, path.Dir(name))
	for _, f := range files {
		if f.Name == name {
			return f, err
		}
	}
	return pipeline.File{}, errors.Join(err, fmt.Errorf("%s: %w", name, os.ErrNotExist))
}

// world is a lake in its own directory with everything that the screens need. A
// test can hold a run at one of its steps.
type world struct {
	root      string
	temp      string
	clock     *clock
	store     pipeline.Store
	runner    *pipeline.Runner
	copied    []string  // texts copied to the clipboard
	how       ui.Copied // result of the clipboard
	uncopied  error     // error of the clipboard
	known     Remembered
	catalog   []pipeline.CatalogTable
	findings  []pipeline.Finding
	jobs      []pipeline.JobRun
	diagnose  bool                 // the causes of wrong tables can be searched
	searching chan context.Context // if not nil, a search goes on until its context ends

	mu   sync.Mutex
	hold map[string]chan struct{} // by table: its step waits until the channel is closed
}

// newWorld creates a lake from the landing data in a directory.
func newWorld(tb testing.TB, landing string) *world {
	tb.Helper()
	w := &world{root: filepath.Join(tb.TempDir(), "lake"), clock: &clock{now: began}, how: ui.Copied{With: "paper"}, hold: map[string]chan struct{}{}}
	must(tb, os.CopyFS(w.root, os.DirFS(filepath.Join("..", "testdata", landing))))
	return w
}

// open connects the lake as the program does, except that runs happen in this
// process.
func (w *world) open(tb testing.TB) {
	tb.Helper()
	old := began.Add(-40 * time.Hour)
	must(tb, filepath.Walk(w.root, func(name string, _ os.FileInfo, err error) error {
		return errors.Join(err, os.Chtimes(name, old, old))
	}))
	w.temp = tb.TempDir()
	engine, err := w.engine(tb.Context())
	must(tb, err)
	tb.Cleanup(func() { must(tb, engine.Close()) })
	lake, err := definition.Load(tb.Context(), stedi.Definition, nil, definition.Remember(engine, definition.ReadAnalysis(stedi.Analysis)))
	must(tb, err)
	store, err := dir.Open(w.root, dir.Options{})
	must(tb, err)
	w.store = dated{store, w.root, w.clock}
	w.runner = &pipeline.Runner{
		Lake: lake, Store: w.store, Engine: engine, Tracer: engine, Root: "demo", Now: w.clock.read,
		Holder: pipeline.Holder{PID: os.Getpid(), Host: "here"},
	}
}

func (w *world) engine(ctx context.Context) (*duckdb.Engine, error) {
	return duckdb.Open(ctx, duckdb.Options{Temp: w.temp, Threads: 2})
}

// apart calls f with a runner that has its own engine, as a separate process
// would.
func (w *world) apart(ctx context.Context, f func(*pipeline.Runner) (*pipeline.Record, error)) (*pipeline.Record, error) {
	engine, err := w.engine(ctx)
	if err != nil {
		return nil, err
	}
	runner := *w.runner
	runner.Engine = engine
	record, err := f(&runner)
	return record, errors.Join(err, engine.Close())
}

// why searches causes as the program does, if the world has that.
func (w *world) why() func(context.Context) (*diagnose.Report, error) {
	if !w.diagnose {
		return nil
	}
	return func(ctx context.Context) (*diagnose.Report, error) {
		if w.searching != nil {
			w.searching <- ctx
			<-ctx.Done()
			return nil, context.Cause(ctx)
		}
		engine, err := w.engine(ctx)
		if err != nil {
			return nil, err
		}
		runner := *w.runner
		runner.Engine = engine
		report, err := diagnose.Run(ctx, &runner, engine, diagnose.Options{Definition: stedi.Definition})
		return report, errors.Join(err, engine.Close())
	}
}

// holdAt holds the next run when it begins to build a table, until release is
// called.
func (w *world) holdAt(table string) (release func()) {
	gate := make(chan struct{})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hold[table] = gate
	return func() { close(gate) }
}

// run executes a run in which every step takes a quarter of a second on the
// test's clock. A held run reports progress.
func (w *world) run(ctx context.Context, options pipeline.RunOptions, emit func(pipeline.Event)) (*pipeline.Record, error) {
	return w.apart(ctx, func(runner *pipeline.Runner) (*pipeline.Record, error) {
		return run.Run(ctx, runner, options, func(e pipeline.Event) { w.pace(ctx, e, emit) })
	})
}

// pace passes an event on, and waits if the test holds the step.
func (w *world) pace(ctx context.Context, e pipeline.Event, emit func(pipeline.Event)) {
	if e.Progress != nil {
		return // its frequency depends on the machine
	}
	emit(e)
	if e.State != pipeline.Running || e.Step == "" {
		return
	}
	w.clock.advance(250 * time.Millisecond)
	w.mu.Lock()
	gate := w.hold[e.Step]
	delete(w.hold, e.Step)
	w.mu.Unlock()
	if gate == nil {
		return
	}
	e.Progress = &pipeline.Progress{RowsRead: 96, RowsWritten: 20, BytesRead: 6500, BytesTotal: 11040}
	emit(e)
	select {
	case <-gate:
	case <-ctx.Done():
	}
}

// files opens a Querier over the tables' files.
func (w *world) files(ctx context.Context, limits query.Options) (pipeline.Querier, error) {
	inputs, err := pipeline.AtHand(ctx, w.store, w.runner.Lake, pipeline.Allowance{})
	if err != nil {
		return nil, err
	}
	return query.Open(w.runner.Lake, inputs, w.root, limits), nil
}

func (w *world) options(tb testing.TB) Options {
	tb.Helper()
	scratch := tb.TempDir()
	limits := query.Options{Memory: 1 << 30, Threads: 2, Timeout: time.Minute}
	return Options{
		Lake: "~/lakes/demo", Examine: func(context.Context) []pipeline.Finding { return w.findings },
		Engine: "duckdb", ByCatalog: "Athena", Now: w.clock.read, Zone: time.FixedZone("", 3600),
		Dark: true, Profiled: colorprofile.TrueColor, Folder: scratch,
		Open: func(context.Context) (*Workspace, error) {
			return &Workspace{
				Why: w.why(), Runner: w.runner, Run: w.run, Scratch: scratch, Close: func() error { return nil },
				Check: func(ctx context.Context, tables []string) (*pipeline.Record, error) {
					return w.apart(ctx, func(runner *pipeline.Runner) (*pipeline.Record, error) {
						return check.Evaluate(ctx, runner, check.InspectOptions{Tables: tables})
					})
				},
				Topics: func(ctx context.Context) ([]diagnose.Topic, error) {
					engine, err := w.engine(ctx)
					if err != nil {
						return nil, err
					}
					topics, err := diagnose.Topics(ctx, w.runner.Lake, stedi.Definition, engine)
					return topics, errors.Join(err, engine.Close())
				},
				Rollback: func(ctx context.Context, table string) (*run.Restored, error) {
					return run.Rollback(ctx, w.runner, table)
				},
				Querier: func(ctx context.Context, _ string) (pipeline.Querier, error) { return w.files(ctx, limits) },
				Files:   func(ctx context.Context) (pipeline.Querier, error) { return w.files(ctx, limits) },
				Jobs: func(_ context.Context, table string) ([]pipeline.JobRun, error) {
					return slices.DeleteFunc(slices.Clone(w.jobs), func(r pipeline.JobRun) bool { return r.Table != table }), nil
				},
				Catalog: func(context.Context) ([]pipeline.CatalogTable, error) { return w.catalog, nil },
				Versions: func(_ context.Context, before, after pipeline.Input) (pipeline.Querier, error) {
					inputs := map[string]pipeline.Input{before.Table.Name: before, after.Table.Name: after}
					return query.Open(&pipeline.Lake{}, inputs, w.root, limits), nil
				},
			}, nil
		},
		Recall:   func() Remembered { return w.known },
		Remember: func(r Remembered) error { w.known = r; return nil },
		Copy: func(_ context.Context, text string) (ui.Copied, error) {
			w.copied = append(w.copied, text)
			return w.how, w.uncopied
		},
		Export: export.Into, Replace: export.Over,
	}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// make runs all transforms before the screens are opened.
func (w *world) make(tb testing.TB) {
	tb.Helper()
	_, err := w.run(tb.Context(), pipeline.RunOptions{Check: true}, func(pipeline.Event) {})
	must(tb, err)
	w.clock.advance(42 * time.Minute)
}
