// Package enginetest states the contract of an engine as test sentences. An
// engine passes Run on a real lake in its own kind of store. Its capabilities
// select the optional parts of the contract.
package enginetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/run"
)

// Definition is the lake on which engines are tested.
var Definition = fstest.MapFS{
	"landing/people.sql": {Data: []byte("CREATE EXTERNAL TABLE people (id bigint COMMENT 'key', name string, Age int) LOCATION '${lake}/people/landing/'")},
	"landing/orders.sql": {Data: []byte("CREATE EXTERNAL TABLE orders (person bigint COMMENT 'key', total double, paid boolean) LOCATION '${lake}/orders/landing/'")},
	"transforms/known.sql": {Data: []byte("-- zone: trusted\n-- path: people/trusted\n-- job: known\n" +
		"WITH named AS (SELECT p.id, p.name, p.age FROM people AS p WHERE p.name <> '') SELECT DISTINCT n.id, n.name, n.age FROM named AS n")},
	"transforms/bought.sql": {Data: []byte("-- zone: trusted\n-- path: orders/trusted\n-- job: bought\n" +
		"SELECT o.person, o.total, o.paid FROM orders AS o WHERE o.person IN (SELECT k.id FROM known AS k)")},
	"transforms/nothing.sql": {Data: []byte("-- zone: curated\n-- path: nothing\n-- job: nothing\nSELECT k.name FROM known AS k WHERE k.id < 0")},
	"checks/debt.sql":        {Data: []byte("-- table: bought\n-- severity: warning\n-- Orders are paid.\nSELECT concat('order of ', cast(b.person AS varchar)) AS message FROM bought AS b WHERE NOT b.paid")},
	"checks/sane.sql":        {Data: []byte("-- table: bought\n-- severity: error\n-- guard\n-- Totals are not negative.\nSELECT b.total FROM bought AS b WHERE b.total < 0")},
}

// Landing are the lake's landing files.
var Landing = map[string]string{
	"people/landing/1.json": "{\"id\":1,\"name\":\"Ann\",\"Age\":30}\n{\"id\":1,\"name\":\"Ann\",\"Age\":30}\n{\"id\":2,\"name\":\"\",\"Age\":1}\n",
	"people/landing/2.json": "{\"id\":3,\"name\":\"Çem \\\"the\\\" 水\"}\n",
	"orders/landing/1.json": "{\"person\":1,\"total\":2.5,\"paid\":true}\n{\"person\":1,\"total\":1.0,\"paid\":false}\n" +
		"{\"person\":3,\"total\":0.5e-3,\"paid\":true}\n{\"person\":2,\"total\":7.0,\"paid\":true}\n",
}

// World is a lake with an engine.
type World struct {
	Lake      *pipeline.Lake
	Store     pipeline.Store
	Publisher pipeline.Publisher // nil means by file
	Engine    pipeline.Engine
}

// Run tests an engine. Open creates a lake of Definition without files and
// opens the engine on it; Run calls it once for each sentence.
func Run(t *testing.T, open func(t *testing.T) *World) {
	t.Helper()
	for _, sentence := range []struct {
		says string
		test func(t *testing.T, w *World)
	}{
		{"it says the same of itself at any time", steady},
		{"it builds the rows that the SQL says, and accounts for every one of them", builds},
		{"what it has built and read is known to the next run, and what changed is built again", knows},
		{"a malformed landing line is left out and reported, or fails the step that reads it", malformed},
		{"what breaks a guard is not published, and nothing of it is left", guarded},
		{"a check counts its rows and collects the first messages, each once", checked},
		{"a run that is cancelled ends at once and leaves nothing behind", cancelled},
		{"forget and release accept unknown tables", tolerant},
	} {
		t.Run(sentence.says, func(t *testing.T) {
			w := open(t)
			w.put(t, Landing)
			sentence.test(t, w)
		})
	}
}

func (w *World) put(t *testing.T, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if err := w.Store.Put(t.Context(), name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *World) runner(t *testing.T) *pipeline.Runner {
	t.Helper()
	return &pipeline.Runner{
		Lake: w.Lake, Store: w.Store, Publisher: w.Publisher, Engine: w.Engine, Root: "test",
		Holder: pipeline.Holder{PID: os.Getpid(), Host: "here"}, Now: time.Now,
	}
}

func (w *World) run(t *testing.T, options pipeline.RunOptions) (*pipeline.Record, error) {
	t.Helper()
	return run.Run(t.Context(), w.runner(t), options, func(pipeline.Event) {})
}

// rows returns the rows of a table that readers of the lake see, sorted.
func (w *World) rows(t *testing.T, name string) []string {
	t.Helper()
	table := w.Lake.Table(name)
	files, err := w.Store.List(t.Context(), table.Path)
	if err != nil {
		t.Fatal(err)
	}
	var local []ndjson.File
	for _, f := range files {
		local = append(local, w.copy(t, f))
	}
	var text strings.Builder
	report, err := ndjson.Join(t.Context(), local, table.Columns, ndjson.Limits{}, &text)
	if err != nil || len(report.Rejects) > 0 {
		t.Fatalf("%s: %v, %v", name, report.Rejects, err)
	}
	return slices.Sorted(strings.Lines(text.String()))
}

func (w *World) copy(t *testing.T, f pipeline.File) ndjson.File {
	t.Helper()
	from, err := w.Store.Open(t.Context(), f.Name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(from)
	if err = errors.Join(err, from.Close()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copy")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return ndjson.File{Path: path, Name: f.Name, Size: int64(len(text))}
}

// wantNothing makes sure that no file of a table is staged, intended or
// visible.
func (w *World) wantNothing(t *testing.T, name string) {
	t.Helper()
	for _, folder := range []string{".stedi/staging", ".stedi/intent", w.Lake.Table(name).Path} {
		files, err := w.Store.List(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !strings.HasPrefix(f.Name, ".stedi/staging/results/") { // a later sweep deletes it
				t.Errorf("%s is left behind", f.Name)
			}
		}
	}
}

func steady(t *testing.T, w *World) {
	t.Helper()
	name, can := w.Engine.Name(), w.Engine.Capabilities()
	if _, err := w.run(t, pipeline.RunOptions{Check: true}); err != nil {
		t.Error(err)
	}
	if name == "" || w.Engine.Name() != name || w.Engine.Capabilities() != can {
		t.Error("its name and its capabilities must not change")
	}
	if can.Keeps && can.InPlace || can.Resumes && !can.Parts || can.Hashes && can.InPlace {
		t.Errorf("the capabilities contradict each other: %+v", can)
	}
}

func builds(t *testing.T, w *World) {
	t.Helper()
	record, err := w.run(t, pipeline.RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string][]string{
		"known":   {"{\"id\":1,\"name\":\"Ann\",\"age\":30}\n", "{\"id\":3,\"name\":\"Çem \\\"the\\\" 水\",\"age\":null}\n"},
		"bought":  {"{\"person\":1,\"total\":1.0,\"paid\":false}\n", "{\"person\":1,\"total\":2.5,\"paid\":true}\n", "{\"person\":3,\"total\":0.0005,\"paid\":true}\n"},
		"nothing": nil,
	} {
		got := w.rows(t, table)
		if !slices.Equal(got, want) {
			t.Errorf("%s has the rows %q, want %q", table, got, want)
		}
	}
	funnel := []pipeline.StageRows{{Name: "people", Rows: 4}, {Name: "named", Rows: 3}, {Name: "known", Rows: 2}}
	step := record.Step("known")
	if !slices.Equal(step.Funnel, funnel) {
		t.Errorf("the funnel of known is %v, want %v", step.Funnel, funnel)
	}
	if people := record.Table("people"); people.Rows != 4 || people.Files != 2 {
		t.Errorf("people is known as %d rows in %d files", people.Rows, people.Files)
	}
	if costs := w.Engine.Capabilities().Costs; costs != (step.CostUSD > 0) || costs != (len(step.QueryIDs) > 0) {
		t.Errorf("the step cost $%f by %v, and the engine says that it costs: %t", step.CostUSD, step.QueryIDs, costs)
	}
}

func knows(t *testing.T, w *World) {
	t.Helper()
	if _, err := w.run(t, pipeline.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	w.want(t, pipeline.UpToDate, pipeline.UpToDate, pipeline.UpToDate)
	w.put(t, map[string]string{
		"orders/landing/2.json": "{\"person\":3,\"total\":9.0,\"paid\":true}\n{\"person\":4,\"total\":1.0,\"paid\":true}\n",
		"people/landing/3.json": "{\"id\":2,\"name\":\"Bo\",\"Age\":5}\n{\"id\":1,\"name\":\"Ann\",\"Age\":30}\n",
	})
	w.want(t, pipeline.Published, pipeline.Published, pipeline.Published)
	for table, want := range map[string]int{"known": 3, "bought": 5, "nothing": 0} {
		if got := len(w.rows(t, table)); got != want {
			t.Errorf("%s has %d rows, want %d", table, got, want)
		}
	}
	if restored, err := run.Rollback(t.Context(), w.runner(t), "bought"); err != nil || restored.Rows != 3 {
		t.Errorf("the rollback gave %+v, %v", restored, err)
	}
	if got := len(w.rows(t, "bought")); got != 3 {
		t.Errorf("bought has %d rows after the rollback, want 3", got)
	}
}

// want runs the lake and compares the states of bought, known and nothing.
func (w *World) want(t *testing.T, states ...pipeline.State) {
	t.Helper()
	record, err := w.run(t, pipeline.RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i, table := range []string{"bought", "known", "nothing"} {
		if step := record.Step(table); step.State != states[i] {
			t.Errorf("%s is %s (%s), want %s", table, step.State, step.Reason, states[i])
		}
	}
}

func malformed(t *testing.T, w *World) {
	t.Helper()
	w.put(t, map[string]string{"orders/landing/bad.json": "{\"person\":1,\"total\":\n"})
	limit := pipeline.Limit{}
	if w.Engine.Capabilities().Rejects {
		limit.Count = 1
	}
	record, err := w.run(t, pipeline.RunOptions{Allow: pipeline.Allowance{Limit: limit}})
	if w.Engine.Capabilities().Rejects {
		if err != nil || record.Table("orders").Rejected != 1 {
			t.Errorf("one reject is allowed: %v", err)
		}
		return
	}
	if err == nil || record.Step("bought").State != pipeline.Failed {
		t.Fatalf("a malformed line was read: %v", err)
	}
	w.wantNothing(t, "bought")
}

func guarded(t *testing.T, w *World) {
	t.Helper()
	w.put(t, map[string]string{"orders/landing/2.json": "{\"person\":3,\"total\":-9.0,\"paid\":true}\n"})
	record, err := w.run(t, pipeline.RunOptions{})
	if pipeline.KindOf(err) != pipeline.BadData || record.Step("bought").State != pipeline.Failed {
		t.Fatalf("a table that breaks a guard was published: %v", err)
	}
	if record.Step("known").State != pipeline.Published {
		t.Error("the other table was not published")
	}
	w.wantNothing(t, "bought")
}

func checked(t *testing.T, w *World) {
	t.Helper()
	var text strings.Builder
	people := &strings.Builder{}
	for id := range 8 {
		fmt.Fprintf(people, "{\"id\":%d,\"name\":\"p\",\"Age\":1}\n", id)
		text.WriteString(strings.Repeat(fmt.Sprintf("{\"person\":%d,\"total\":1.0,\"paid\":false}\n", id), 2))
	}
	w.put(t, map[string]string{"people/landing/3.json": people.String(), "orders/landing/3.json": text.String()})
	record, err := w.run(t, pipeline.RunOptions{Check: true})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(record.Checks, func(c pipeline.CheckRecord) bool { return c.Check == "debt" })
	debt := record.Checks[i]
	want := "order of 0; order of 1; order of 2; order of 3; order of 4"
	if debt.State != "fail" || debt.Failing != 17 || !strings.HasSuffix(debt.Message, " "+want) {
		t.Errorf("the check found %d rows: %q, want 17 and %q", debt.Failing, debt.Message, want)
	}
	again, err := check.Evaluate(t.Context(), w.runner(t), check.InspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range again.Tables {
		if before := record.Table(table.Table); before.Rows != table.Rows {
			t.Errorf("%s has %d rows after %d", table.Table, table.Rows, before.Rows)
		}
	}
}

func cancelled(t *testing.T, w *World) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var at time.Time
	record, err := run.Run(ctx, w.runner(t), pipeline.RunOptions{Select: []string{"known"}}, func(e pipeline.Event) {
		if e.Step == "known" && e.State == pipeline.Running && at.IsZero() {
			at = time.Now()
			cancel()
		}
	})
	if err == nil || record.Step("known").State == pipeline.Published {
		t.Fatalf("the run went on: %v", err)
	}
	if took := time.Since(at); took > 5*time.Second { // one second for the engine, and some for a busy machine
		t.Errorf("it ended %s after it was cancelled", took)
	}
	if !w.Engine.Capabilities().Resumes {
		w.wantNothing(t, "known")
	}
	if _, err := w.run(t, pipeline.RunOptions{}); err != nil {
		t.Errorf("the next run: %v", err)
	}
}

func tolerant(t *testing.T, w *World) {
	t.Helper()
	if err := w.Engine.Forget(t.Context(), "known"); err != nil {
		t.Errorf("Forget: %v", err)
	}
	target := pipeline.Target{Folder: "people/trusted/run=none", Token: strings.Repeat("x", 40)}
	if err := w.Engine.Release(t.Context(), w.Lake.Table("known"), target); err != nil {
		t.Errorf("Release: %v", err)
	}
	if spent := w.Engine.Spent(); cmp.Or(spent.CostUSD, spent.DPUSeconds, float64(spent.ScannedBytes)) != 0 {
		t.Errorf("nothing was asked for, and %+v was spent", spent)
	}
}
