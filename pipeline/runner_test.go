package pipeline_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/dir"
	"stedi/pipeline/run"
)

// orders is a small lake: orders of known people, and two independent tables at
// its end.
var orders = fstest.MapFS{
	"landing/people.sql":      {Data: []byte("CREATE EXTERNAL TABLE people (id bigint COMMENT 'key', name string) LOCATION '${lake}/people/landing/'")},
	"landing/orders.sql":      {Data: []byte("CREATE EXTERNAL TABLE orders (person bigint COMMENT 'key', total double) LOCATION '${lake}/orders/landing/'")},
	"transforms/known.sql":    {Data: []byte("-- zone: trusted\n-- path: people/trusted\nWITH named AS (SELECT p.id, p.name FROM people AS p WHERE p.name <> '') SELECT DISTINCT n.id, n.name FROM named AS n")},
	"transforms/bought.sql":   {Data: []byte("-- zone: trusted\n-- path: orders/trusted\nSELECT o.person, o.total FROM orders AS o WHERE o.person IN (SELECT k.id FROM known AS k)")},
	"transforms/turnover.sql": {Data: []byte("-- zone: curated\n-- path: turnover\nSELECT b.person, sum(b.total) AS total FROM bought AS b GROUP BY b.person")},
	"transforms/names.sql":    {Data: []byte("-- zone: curated\n-- path: names\nSELECT k.name FROM known AS k")},
}

type world struct {
	root   string
	runner *pipeline.Runner
	fault  func(dir.Op) error
	clock  time.Time
}

func newWorld(tb testing.TB, folder fs.FS) *world {
	tb.Helper()
	w := &world{root: tb.TempDir(), clock: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	w.write(tb, "people/landing/1.json", "{\"id\":1,\"name\":\"Ann\"}\n{\"id\":1,\"name\":\"Ann\"}\n{\"id\":2,\"name\":\"\"}\n{\"id\":3,\"name\":\"Cem\"}\n")
	w.write(tb, "orders/landing/1.json", "{\"person\":1,\"total\":2.5}\n{\"person\":1,\"total\":1}\n{\"person\":2,\"total\":7}\n")
	e := engine(tb)
	lake, err := definition.Load(tb.Context(), folder, nil, e)
	if err != nil {
		tb.Fatal(err)
	}
	store, err := dir.Open(w.root, dir.Options{Fault: func(op dir.Op) error {
		if w.fault == nil {
			return nil
		}
		return w.fault(op)
	}})
	if err != nil {
		tb.Fatal(err)
	}
	w.runner = &pipeline.Runner{Lake: lake, Store: store, Engine: e, Root: w.root, Holder: pipeline.Holder{PID: os.Getpid(), Host: "here"}, Now: func() time.Time { return w.clock }}
	return w
}

func (w *world) write(tb testing.TB, name, text string) {
	tb.Helper()
	file := filepath.Join(w.root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}

func (w *world) read(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(w.root, filepath.FromSlash(name)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		tb.Fatal(err)
	}
	return string(text)
}

func (w *world) run(tb testing.TB, options pipeline.RunOptions) (*pipeline.Record, error) {
	tb.Helper()
	w.clock = w.clock.Add(time.Minute)
	return run.Run(tb.Context(), w.runner, options, func(pipeline.Event) {})
}

// states lists the state of each step.
func states(r *pipeline.Record) string {
	var all []string
	for _, s := range r.Steps {
		all = append(all, s.Table+" "+s.State.String())
	}
	return strings.Join(all, ", ")
}

func TestARunMakesWhatTheSQLSays(t *testing.T) {
	w := newWorld(t, orders)
	record, err := w.run(t, pipeline.RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.read(t, "turnover/part-00000.json"); got != "{\"person\":1,\"total\":3.5}\n" {
		t.Errorf("turnover is %q", got)
	}
	want := []pipeline.StageRows{{Name: "people", Rows: 4}, {Name: "named", Rows: 3}, {Name: "known", Rows: 2}}
	if got := record.Step("known").Funnel; !slices.Equal(got, want) {
		t.Errorf("known came about as %v, want %v", got, want)
	}
	if record.Status != "ok" || record.Table("people").Rows != 4 || record.Table("turnover").Rows != 1 {
		t.Errorf("the record says %+v", record)
	}
}

func TestOnlyWhatIsOutOfDateRuns(t *testing.T) {
	w := newWorld(t, orders)
	if _, err := w.run(t, pipeline.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		change  func()
		options pipeline.RunOptions
		want    string
	}{
		{"nothing changed", func() {}, pipeline.RunOptions{}, "bought up to date, known up to date, names up to date, turnover up to date"},
		{"a landing file changed", func() { w.write(t, "orders/landing/1.json", "{\"person\":3,\"total\":9}\n") }, pipeline.RunOptions{}, "bought published, known up to date, names up to date, turnover published"},
		{"a landing file came", func() { w.write(t, "people/landing/2.json", "{\"id\":9,\"name\":\"Ida\"}\n") }, pipeline.RunOptions{}, "bought published, known published, names published, turnover published"},
		{"the SQL changed", func() { w.runner.Lake.Table("names").Transform.SQL += " " }, pipeline.RunOptions{}, "bought up to date, known up to date, names published, turnover up to date"},
		{"an output is gone", func() { _ = os.RemoveAll(filepath.Join(w.root, "turnover")) }, pipeline.RunOptions{}, "bought up to date, known up to date, names up to date, turnover published"},
		{"forced", func() {}, pipeline.RunOptions{Force: true, Select: []string{"names"}}, "names published"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.change()
			record, err := w.run(t, c.options)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Split(states(record), ", ")
			slices.Sort(got)
			if strings.Join(got, ", ") != c.want {
				t.Errorf("got %s, want %s", strings.Join(got, ", "), c.want)
			}
		})
	}
}

func TestAFailedStepTakesItsDependentsAndNothingElse(t *testing.T) {
	w := newWorld(t, orders)
	w.write(t, "orders/landing/2.json", "{\"person\":\"one\",\"total\":1}\n")
	record, err := w.run(t, pipeline.RunOptions{})
	if pipeline.KindOf(err) != pipeline.BadData || record.ExitCode != 1 || record.Status != "data_failed" {
		t.Errorf("it ends with %v, %+v", err, record)
	}
	got := strings.Split(states(record), ", ")
	slices.Sort(got)
	if want := "bought failed, known published, names published, turnover skipped"; strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if reason := record.Step("turnover").Reason; reason != "bought failed" {
		t.Errorf("turnover was skipped because %q", reason)
	}
	if text := err.Error(); !strings.Contains(text, "orders/landing/2.json:1:") || strings.Contains(text, "one\"") {
		t.Errorf("the message is %q", text)
	}
}

func TestARunThatIsCancelledSaysSoAndTheNextGoesOn(t *testing.T) {
	w := newWorld(t, orders)
	ctx, cancel := context.WithCancel(t.Context())
	record, err := run.Run(ctx, w.runner, pipeline.RunOptions{}, func(e pipeline.Event) {
		if e.Step == "known" && e.State == pipeline.Published {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || record.Status != "cancelled" || record.ExitCode != 130 {
		t.Errorf("it ends with %v, %s, %d", err, record.Status, record.ExitCode)
	}
	if record, err = w.run(t, pipeline.RunOptions{}); err != nil || record.Step("known").State != pipeline.UpToDate {
		t.Errorf("the next run: %v, %s", err, states(record))
	}
}

func TestRunIDsGoForwardWhateverTheClockDoes(t *testing.T) {
	w := newWorld(t, orders)
	var ids []string
	for _, back := range []time.Duration{0, time.Hour, 24 * time.Hour} {
		w.clock = w.clock.Add(-back)
		record, err := w.run(t, pipeline.RunOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, record.Run)
	}
	if !slices.IsSorted(ids) || len(slices.Compact(ids)) != 3 {
		t.Errorf("got %v", ids)
	}
}

func TestFilesThatChangeWhileTheyAreReadStopTheStep(t *testing.T) {
	w := newWorld(t, orders)
	record, err := run.Run(t.Context(), w.runner, pipeline.RunOptions{}, func(e pipeline.Event) {
		if e.Step == "bought" && e.State == pipeline.Running && e.Progress == nil {
			w.write(t, "orders/landing/2.json", "{\"person\":1,\"total\":1}\n")
		}
	})
	if pipeline.KindOf(err) != pipeline.BadEngine || !strings.Contains(err.Error(), "changed while") {
		t.Errorf("it ends with %v, %s", err, states(record))
	}
	if w.read(t, "orders/trusted/part-00000.json") != "" {
		t.Error("something was published")
	}
}

func TestAReadOnlyLakeIsRefusedBeforeAnyWork(t *testing.T) {
	w := newWorld(t, orders)
	w.fault = func(op dir.Op) error {
		if op.Kind != dir.KindOpen {
			return fs.ErrPermission
		}
		return nil
	}
	if _, err := w.run(t, pipeline.RunOptions{}); pipeline.KindOf(err) != pipeline.Denied {
		t.Errorf("it ends with %v", err)
	}
	if left, err := os.ReadDir(filepath.Join(w.root, ".stedi")); len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// The record is in the lake from the start, so that a killed run leaves a
// trace.
func TestTheRecordIsThereFromTheStart(t *testing.T) {
	w := newWorld(t, orders)
	looked := false
	_, err := run.Run(t.Context(), w.runner, pipeline.RunOptions{}, func(e pipeline.Event) {
		if looked {
			return
		}
		looked = true
		if text := w.read(t, ".stedi/runs/"+e.Run+"/run.json"); !strings.Contains(text, `"status": "running"`) {
			t.Errorf("during the run its record says %s", text)
		}
	})
	if err != nil || !looked {
		t.Fatal(err, looked)
	}
}

func TestSeveralFailuresEndWithTheWorst(t *testing.T) {
	data := pipeline.Fail(pipeline.BadData, "a", "", "wrong")
	service := pipeline.Fail(pipeline.BadEngine, "b", "", "down")
	for _, c := range []struct {
		err  error
		want pipeline.Kind
	}{
		{nil, pipeline.Done},
		{errors.Join(data, service), pipeline.BadEngine},
		{errors.Join(errors.Join(service, data), data), pipeline.BadEngine},
		{errors.New("anything"), pipeline.BadEngine},
		{&pipeline.LockedError{}, pipeline.Conflict},
		{context.Canceled, pipeline.Cancelled},
	} {
		if got := pipeline.KindOf(c.err); got != c.want {
			t.Errorf("%v: got %d, want %d", c.err, got, c.want)
		}
	}
}
