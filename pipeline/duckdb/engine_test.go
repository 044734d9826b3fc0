package duckdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

func open(t *testing.T, options Options) *Engine {
	t.Helper()
	if options.Temp == "" {
		options.Temp = t.TempDir()
	}
	e, err := Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// table creates an input from lines.
func table(t *testing.T, name string, columns []ndjson.Column, lines string) pipeline.Input {
	t.Helper()
	file := filepath.Join(t.TempDir(), name+".json")
	if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	return pipeline.Input{
		Table: &pipeline.Table{Name: name, Path: name, Columns: columns},
		Files: []ndjson.File{{Path: file, Name: name + ".json", Size: int64(len(lines))}},
	}
}

// job creates a job for a SELECT over inputs.
func job(t *testing.T, e *Engine, sql string, inputs ...pipeline.Input) (pipeline.Job, *bytes.Buffer) {
	t.Helper()
	for _, in := range inputs {
		if !e.isKept(in.Table.Name) {
			if err := e.Declare(t.Context(), in.Table.Name, in.Table.Columns); err != nil {
				t.Fatal(err)
			}
		}
	}
	columns, err := e.Describe(t.Context(), sql)
	if err := errors.Join(err, e.Undeclare(t.Context())); err != nil {
		t.Fatal(err)
	}
	out := &bytes.Buffer{}
	made := &pipeline.Table{Name: "made", Path: "made", Columns: columns, Transform: &pipeline.Transform{Output: "made", SQL: sql}}
	return pipeline.Job{Table: made, Inputs: inputs, Output: pipeline.Output{Stream: out}}, out
}

var (
	peopleColumns = []ndjson.Column{{Name: "Name", Type: ndjson.String}, {Name: "age", Type: ndjson.Int}}
	petColumns    = []ndjson.Column{{Name: "owner", Type: ndjson.String}, {Name: "weight", Type: ndjson.Double}, {Name: "tame", Type: ndjson.Boolean}, {Name: "born", Type: ndjson.Bigint}}
)

const people = `{"Name":"Ann","age":30}
{"Name":"Bob","age":null}
{"Name":"Ann","age":30}
{"Name":"a name that is longer than twelve bytes","age":7}
`

func lines(text string) []string {
	all := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	slices.Sort(all)
	return all
}

func TestRowsKeepTheirTypesAndNulls(t *testing.T) {
	e := open(t, Options{})
	pets := table(t, "pets", petColumns, `{"owner":"Ann","weight":2,"tame":true,"born":9007199254740993}`+"\n"+`{"owner":null,"weight":-0.5,"born":-1}`+"\n")
	j, out := job(t, e, "SELECT p.owner, p.weight, p.tame, p.born FROM pets AS p", pets)
	result, err := e.Run(t.Context(), j, func(pipeline.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`{"owner":"Ann","weight":2.0,"tame":true,"born":9007199254740993}`, `{"owner":null,"weight":-0.5,"tame":null,"born":-1}`}
	if got := lines(out.String()); !slices.Equal(got, want) || result.Rows != 2 {
		t.Errorf("got %d rows: %v, want %v", result.Rows, got, want)
	}
}

func TestDuplicatesGoAndAreAccountedFor(t *testing.T) {
	for _, keep := range []bool{false, true} {
		t.Run(fmt.Sprintf("keep=%v", keep), func(t *testing.T) {
			e := open(t, Options{})
			j, out := job(t, e, "WITH adults AS (SELECT p.Name, p.age FROM people AS p WHERE p.age > 10) SELECT DISTINCT a.Name, a.age FROM adults AS a", table(t, "people", peopleColumns, people))
			j.Keep = keep
			result, err := e.Run(t.Context(), j, func(pipeline.Progress) {})
			if err != nil {
				t.Fatal(err)
			}
			if got := lines(out.String()); !slices.Equal(got, []string{`{"name":"Ann","age":30}`}) {
				t.Errorf("got %v", got)
			}
			want := []pipeline.StageRows{{Name: "people", Rows: 4}, {Name: "adults", Rows: 2}, {Name: "made", Rows: 1}}
			if !slices.Equal(result.Funnel, want) {
				t.Errorf("got the funnel %v, want %v", result.Funnel, want)
			}
		})
	}
}

// Regardless of the optimizer, a stage has the same number of rows as when it
// is queried alone.
func TestStagesAreCountedExactly(t *testing.T) {
	const ctes = "WITH a AS (SELECT n.k, n.v FROM numbers AS n WHERE n.v IS NOT NULL), b AS (SELECT a.k, a.v FROM a WHERE a.v > 500), c AS (SELECT b.k, b.v FROM b WHERE b.k IN (SELECT o.k FROM others AS o))"
	for _, c := range []struct{ name, sql, others string }{
		{"filters that could be merged", ctes + " SELECT c.k, c.v FROM c WHERE c.v < 900", "{\"k\":1}\n{\"k\":2}\n"},
		{"a stage that is read twice", ctes + " SELECT x.k, x.v FROM c AS x INNER JOIN b AS y ON x.k = y.k AND x.v = y.v", "{\"k\":1}\n{\"k\":2}\n"},
		{"an empty side of a join", ctes + " SELECT c.k, c.v FROM c", "{\"k\":-1}\n"},
		{"a limit", ctes + " SELECT c.k, c.v FROM c LIMIT 1", "{\"k\":1}\n"},
		{"a stage that is not read", ctes + " SELECT b.k, b.v FROM b", "{\"k\":1}\n"},
		{"an aggregate", ctes + ", d AS (SELECT c.k, count(*) AS v FROM c GROUP BY c.k) SELECT d.k, d.v FROM d", "{\"k\":1}\n{\"k\":3}\n"},
		{"renamed columns", "WITH a(p, q) AS (SELECT n.k, n.v FROM numbers AS n WHERE n.v > 10) SELECT a.p, a.q FROM a", "{\"k\":1}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			columns := []ndjson.Column{{Name: "k", Type: ndjson.Bigint}, {Name: "v", Type: ndjson.Bigint}}
			random := rand.New(rand.NewPCG(1, 2))
			var text strings.Builder
			for range 20_000 {
				fmt.Fprintf(&text, "{\"k\":%d,\"v\":%d}\n", random.IntN(10), random.IntN(1000))
			}
			e := open(t, Options{})
			inputs := []pipeline.Input{table(t, "numbers", columns, text.String()), table(t, "others", columns[:1], c.others)}
			whole, _ := job(t, e, c.sql, inputs...)
			result, err := e.Run(t.Context(), whole, func(pipeline.Progress) {})
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := e.parse(t.Context(), c.sql)
			if err != nil {
				t.Fatal(err)
			}
			for i, cte := range parsed.ctes() {
				alone, _ := job(t, e, strings.SplitN(c.sql, " SELECT "+c.sql[strings.LastIndex(c.sql, ") SELECT ")+9:], 2)[0]+" SELECT count(*) AS n FROM "+cte.name, inputs...)
				var out bytes.Buffer
				alone.Output.Stream = &out
				if _, err := e.Run(t.Context(), alone, func(pipeline.Progress) {}); err != nil {
					t.Fatal(err)
				}
				want := fmt.Sprintf("{\"n\":%d}\n", result.Funnel[len(inputs)+i].Rows)
				if out.String() != want {
					t.Errorf("stage %s: alone it has %s, counted on the way %s", cte.name, out.String(), want)
				}
			}
		})
	}
}

// Stage counters change no row: a query gives the same result with and without
// them.
func TestKeptTablesAreReadByLaterJobs(t *testing.T) {
	e := open(t, Options{})
	first, _ := job(t, e, "SELECT p.Name, p.age FROM people AS p WHERE p.age IS NOT NULL", table(t, "people", peopleColumns, people))
	first.Keep = true
	if _, err := e.Run(t.Context(), first, func(pipeline.Progress) {}); err != nil {
		t.Fatal(err)
	}
	kept := pipeline.Input{Table: &pipeline.Table{Name: "made", Columns: first.Table.Columns}}
	second, out := job(t, e, "SELECT count(*) AS n FROM made AS m", kept)
	second.Table.Name = "second"
	result, err := e.Run(t.Context(), second, func(pipeline.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != "{\"n\":3}\n" || result.Funnel[0].Rows != 3 {
		t.Errorf("got %s and the funnel %v", out, result.Funnel)
	}
	if err := e.Forget(t.Context(), "made"); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Run(t.Context(), second, func(pipeline.Progress) {}); err == nil {
		t.Error("a forgotten table can still be read")
	}
}

func TestRejectsAreReportedWhateverTheQueryReads(t *testing.T) {
	e := open(t, Options{})
	in := table(t, "people", peopleColumns, people+"{\"Name\":\"Eve\",\"age\":\"7\"}\n")
	for _, sql := range []string{"SELECT p.age FROM people AS p", "SELECT p.Name FROM people AS p", "SELECT count(*) AS n FROM people AS p", "SELECT 1 AS one"} {
		j, _ := job(t, e, sql, in)
		result, err := e.Run(t.Context(), j, func(pipeline.Progress) {})
		if err != nil {
			t.Fatal(err)
		}
		report := result.Reports["people"]
		if report.Rows != 4 || len(report.Rejects) != 1 || report.Rejects[0].Line != 5 {
			t.Errorf("%s: got %d rows and the rejects %v", sql, report.Rows, report.Rejects)
		}
	}
}

func TestNumbersThatJSONLacksFail(t *testing.T) {
	e := open(t, Options{})
	j, _ := job(t, e, "SELECT CAST('NaN' AS DOUBLE) AS x FROM people AS p", table(t, "people", peopleColumns, people))
	if _, err := e.Run(t.Context(), j, func(pipeline.Progress) {}); err == nil || !strings.Contains(err.Error(), "x") {
		t.Errorf("got %v, want an error that names the column", err)
	}
}

func TestACancelledJobEndsAtOnceAndLeavesTheEngineUsable(t *testing.T) {
	e := open(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	j, _ := job(t, e, "SELECT count(*) AS n FROM range(10000000000) AS a(i), range(1000) AS b(j) WHERE a.i % 7 = b.j")
	var ended time.Time
	_, err := e.Run(ctx, j, func(pipeline.Progress) {
		if ended.IsZero() {
			ended = time.Now()
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want %v", err, context.Canceled)
	}
	if took := time.Since(ended); took > 20*time.Second {
		t.Errorf("it took %v to end", took)
	}
	if n, err := e.number(t.Context(), "SELECT 42"); n != 42 || err != nil {
		t.Errorf("afterwards the engine says %d, %v", n, err)
	}
}

func TestMemoryAndThreadsAreLimited(t *testing.T) {
	e := open(t, Options{Memory: 300e6, Threads: 1})
	var memory, threads string
	if err := e.row(t.Context(), "SELECT current_setting('memory_limit'), current_setting('threads')", &memory, &threads); err != nil {
		t.Fatal(err)
	}
	if memory != "286.1 MiB" || threads != "1" {
		t.Errorf("got %s and %s threads", memory, threads)
	}
	err := open(t, Options{Memory: 5e6}).exec(t.Context(), "SELECT list(i) FROM range(10000000) AS r(i)")
	if pipeline.KindOf(err) != pipeline.BadEngine || !strings.Contains(err.Error(), "--memory") || strings.Contains(err.Error(), "SET ") {
		t.Errorf("too little memory gives %v", err)
	}
}

func TestWhatDoesNotFitIntoMemorySpillsAndIsSweptAway(t *testing.T) {
	temp := t.TempDir()
	e, err := Open(t.Context(), Options{Memory: 64e6, Threads: 2, Temp: temp})
	if err != nil {
		t.Fatal(err)
	}
	j, _ := job(t, e, "SELECT DISTINCT r.i, md5(CAST(r.i AS VARCHAR)) AS h FROM range(1500000) AS r(i)")
	j.Keep = true
	result, err := e.Run(t.Context(), j, func(pipeline.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	if result.Rows != 1_500_000 {
		t.Errorf("got %d rows", result.Rows)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestFilesAreOutOfReachOfATransform(t *testing.T) {
	e := open(t, Options{})
	secret := filepath.Join(t.TempDir(), "secret.csv")
	if err := os.WriteFile(secret, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"SELECT * FROM read_csv('" + secret + "')", "SELECT * FROM '" + secret + "'", "SELECT content FROM read_text('" + secret + "')"} {
		if _, err := e.Describe(t.Context(), sql); err == nil {
			t.Errorf("%s was accepted", sql)
		}
	}
	if err := e.exec(t.Context(), "SET enable_external_access = true"); err == nil {
		t.Error("the settings are not locked")
	}
}

// The code accesses the vectors through private fields of the driver. This test
// and Open must detect a driver of another layout; otherwise rows would be
// wrong.
func TestTheDriverHasTheLayoutThatWeReachInto(t *testing.T) {
	if errLayout != nil {
		t.Fatal(errLayout)
	}
	if driverLayout.chunk == driverLayout.projection {
		t.Error("two fields share one place")
	}
}

func TestProgressIsExactAtTheEnd(t *testing.T) {
	e := open(t, Options{})
	j, out := job(t, e, "SELECT p.Name FROM people AS p WHERE p.age > 10", table(t, "people", peopleColumns, people))
	var last pipeline.Progress
	if _, err := e.Run(t.Context(), j, func(p pipeline.Progress) { last = p }); err != nil {
		t.Fatal(err)
	}
	want := pipeline.Progress{RowsRead: 4, RowsWritten: int64(len(lines(out.String()))), BytesRead: int64(len(people)), BytesTotal: int64(len(people))}
	if last != want {
		t.Errorf("got %+v, want %+v", last, want)
	}
}

// A nearly full progress bar must not go back when the next table starts.
func TestProgressKnowsAllThereIsToReadBeforeItIsRead(t *testing.T) {
	e := open(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	const pets = `{"owner":"Ann"}` + "\n"
	slow := "SELECT q.owner FROM pets AS q WHERE q.born > (SELECT count(*) FROM people AS p, range(10000000000) AS a(i) WHERE a.i % 7 = p.age)"
	j, _ := job(t, e, slow, table(t, "people", peopleColumns, people), table(t, "pets", petColumns, pets))
	_, err := e.Run(ctx, j, func(p pipeline.Progress) {
		if want := int64(len(people) + len(pets)); p.BytesTotal != want {
			t.Errorf("%d bytes in all, want %d", p.BytesTotal, want)
		}
		cancel()
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// Screens read a stage's predicate while they trace a subject.
func TestSeveralMayAskAtOnce(t *testing.T) {
	e := open(t, Options{})
	in := table(t, "people", peopleColumns, people)
	in.Table.Subject = map[string]string{"Name": "name"}
	made, _ := job(t, e, `SELECT "Name" FROM people WHERE age > 7`, in)
	made.Table.Transform.Inputs = []string{"people"}
	lake := &pipeline.Lake{Tables: []*pipeline.Table{in.Table, made.Table}}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			found, err := e.Trace(t.Context(), pipeline.TraceJob{Lake: lake, Subject: "Ann", Inputs: map[string]pipeline.Input{"people": in}})
			if err != nil || found.Tables[0].Rows != 2 {
				t.Error(found, err)
			}
		})
		all.Go(func() {
			asked, err := e.Conditions(t.Context(), made.Table)
			if err != nil || !strings.Contains(asked["made"], "7") {
				t.Error(asked, err)
			}
		})
	}
	all.Wait()
}
