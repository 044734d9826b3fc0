package query

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// The test binary is the program, so it must also act as the child.
func TestMain(m *testing.M) {
	if IsChild(os.Args[1:]) {
		os.Exit(ChildMain(context.Background(), os.Stdin, os.Stdout))
	}
	if len(os.Args) == 4 && os.Args[1] == "probe" {
		os.Exit(probe(os.Args[2], os.Args[3]))
	}
	os.Exit(m.Run())
}

// fixture is a lake with one directory and one or two tables.
type fixture struct {
	root   string
	lake   *pipeline.Lake
	inputs map[string]pipeline.Input
}

const people = `{"name":"Ann","age":30,"note":"canary-ann"}
{"name":"Bob","age":null,"note":"canary-bob"}
{"name":"Cid","age":7,"note":"a note that is longer than twelve bytes: üñ\u0001\u001b[31m"}
`

func newLake(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{root: t.TempDir(), lake: &pipeline.Lake{}, inputs: map[string]pipeline.Input{}}
	columns := []ndjson.Column{{Name: "name", Type: ndjson.String}, {Name: "age", Type: ndjson.Int}, {Name: "note", Type: ndjson.String}}
	f.add(t, "people", columns, people)
	f.lake.Tables = append(f.lake.Tables, &pipeline.Table{Name: "people_trusted", Path: "trusted", Columns: columns})
	return f
}

func (f *fixture) add(t *testing.T, name string, columns []ndjson.Column, lines string) {
	t.Helper()
	path := filepath.Join(f.root, name+".json")
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	table := &pipeline.Table{Name: name, Path: name, Columns: columns}
	f.lake.Tables = append(f.lake.Tables, table)
	f.inputs[name] = pipeline.Input{Table: table, Files: []ndjson.File{{Path: path, Name: name + ".json", Size: int64(len(lines))}}}
}

func (f *fixture) open(t *testing.T, options Options) *Querier {
	t.Helper()
	q := Open(f.lake, f.inputs, f.root, options)
	t.Cleanup(func() {
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	})
	return q
}

// rowsOf runs a query and returns all rows.
func rowsOf(t *testing.T, q *Querier, sql string) ([][]any, error) {
	t.Helper()
	rows, err := q.Query(t.Context(), sql)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all [][]any
	for {
		page, err := rows.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
	}
}

func works(t *testing.T, q *Querier) {
	t.Helper()
	if rows, err := rowsOf(t, q, "SELECT p.name FROM people AS p ORDER BY p.name"); err != nil || fmt.Sprint(rows) != "[[Ann] [Bob] [Cid]]" {
		t.Errorf("the next query: %v, %v", rows, err)
	}
}

func TestQueryAnswers(t *testing.T) {
	q := newLake(t).open(t, Options{})
	rows, err := rowsOf(t, q, "SELECT p.name, p.age, p.note, 1.5 FROM people AS p;")
	want := "[[Ann 30 canary-ann 1.5] [Bob <nil> canary-bob 1.5] [Cid 7 a note that is longer than twelve bytes: üñ\x01\x1b[31m 1.5]]"
	if err != nil || fmt.Sprint(rows) != want {
		t.Errorf("%v, %v", rows, err)
	}
	t.Log(q.Confined())
	if !strings.Contains(q.Confined(), "resource limits") {
		t.Error(q.Confined())
	}
}

func TestEachQuerySeesTheInputsOfItsTime(t *testing.T) {
	f := newLake(t)
	q := f.open(t, Options{})
	works(t, q)
	columns := []ndjson.Column{{Name: "n", Type: ndjson.Bigint}}
	f.add(t, "numbers", columns, `{"n":1}`+"\n")
	if _, err := rowsOf(t, q, "SELECT n FROM numbers"); err == nil {
		t.Error("a table that is not available was read")
	}
	q.SetInputs(f.inputs)
	if rows, err := rowsOf(t, q, "SELECT n FROM numbers"); err != nil || fmt.Sprint(rows) != "[[1]]" {
		t.Error(rows, err)
	}
	f.publish(t, strings.Repeat(`{"n":2}`+"\n", 3))
	q.SetInputs(f.inputs)
	if rows, err := rowsOf(t, q, "SELECT n FROM numbers"); err != nil || fmt.Sprint(rows) != "[[2] [2] [2]]" {
		t.Error(rows, err)
	}
}

// publish replaces the file of the table numbers as a commit does.
func (f *fixture) publish(t *testing.T, lines string) {
	t.Helper()
	const name = "numbers"
	input := f.inputs[name]
	path := input.Files[0].Path
	if err := os.WriteFile(path+".new", []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	input.Files = []ndjson.File{{Path: path, Name: name + ".json", Size: int64(len(lines))}}
	f.inputs[name] = input
}

func TestATablePublishedMeanwhileIsSaid(t *testing.T) {
	f := newLake(t)
	f.add(t, "numbers", []ndjson.Column{{Name: "n", Type: ndjson.Bigint}}, strings.Repeat(`{"n":1}`+"\n", 50_000))
	q := f.open(t, Options{})
	rows, err := q.Query(t.Context(), "SELECT n FROM numbers")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rows.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.publish(t, `{"n":2}`+"\n")
	for range 2 {
		if _, err := rows.Next(t.Context()); pipeline.KindOf(err) != pipeline.Conflict || !strings.Contains(err.Error(), "numbers: numbers.json changed while") || strings.Contains(err.Error(), f.root) {
			t.Error(err)
		}
	}
	q.SetInputs(f.inputs)
	if rows, err := rowsOf(t, q, "SELECT n FROM numbers"); err != nil || len(rows) != 1 {
		t.Error(len(rows), err)
	}
	if err := os.Remove(f.inputs["numbers"].Files[0].Path); err != nil {
		t.Fatal(err)
	}
	if _, err := rowsOf(t, q, "SELECT n FROM numbers"); err == nil || strings.Contains(err.Error(), f.root) {
		t.Error(err)
	}
	works(t, q)
}

func TestCheckLeavesAnOpenQueryAlone(t *testing.T) {
	f := newLake(t)
	q := f.open(t, Options{})
	rows, err := q.Query(t.Context(), "SELECT i FROM range(5000) AS r(i)")
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for {
		q.SetInputs(f.inputs)
		if _, err := q.Reads(t.Context(), "SELECT name FROM people"); err != nil {
			t.Fatal(err)
		}
		page, err := rows.Next(t.Context())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		total += len(page)
	}
	if total != 5000 {
		t.Errorf("%d rows", total)
	}
}

func TestManyQueriesLeaveNothingBehind(t *testing.T) {
	q := newLake(t).open(t, Options{started: func(c *child) { t.Log("started", c.cmd.Process.Pid) }})
	count := func() (goroutines, parent, child int) {
		files := func(pid int) int {
			entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
			if err != nil {
				return 0 // the directory does not exist on this system
			}
			return len(entries)
		}
		return runtime.NumGoroutine(), files(os.Getpid()), files(q.child.cmd.Process.Pid)
	}
	works(t, q)
	goroutines, parent, child := count()
	for range 30 {
		works(t, q)
		rows, err := q.Query(t.Context(), "SELECT p.name FROM people AS p, range(100000) AS r(i)")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rows.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		_, _ = rowsOf(t, q, "SELECT nothing FROM people")
	}
	works(t, q)
	if g, p, c := count(); g > goroutines+2 || p > parent || c > child {
		t.Errorf("goroutines %d → %d, descriptors %d → %d, of the child %d → %d", goroutines, g, parent, p, child, c)
	}
}

func TestManyGoroutinesMayAsk(t *testing.T) {
	q := newLake(t).open(t, Options{})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for range 5 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*20*time.Millisecond)
				rows, err := q.Query(ctx, "SELECT p.name, i FROM people AS p, range(1000000) AS r(i)")
				if err == nil {
					_, _ = rows.Next(ctx)
					_, _ = q.Reads(ctx, "SELECT 1")
					_ = rows.Close()
				}
				cancel()
			}
		})
	}
	group.Wait()
	works(t, q)
}

func TestTheChildLeavesWithItsParent(t *testing.T) {
	f := newLake(t)
	c, err := start(t.Context(), f.root, Options{}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	defer c.end(nil)
	payload := []byte(`{"sql":"SELECT levenshtein(repeat('ab', 200000), repeat('ba', 200000))","timeout":60000000000}`)
	if err := c.send(kindQuery, payload); err != nil {
		t.Fatal(err)
	}
	if err := c.in.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.exited:
	case <-time.After(slack):
		t.Error("it is still there")
	}
}

func BenchmarkColdChild(b *testing.B) {
	f := &fixture{root: b.TempDir(), lake: &pipeline.Lake{}}
	for b.Loop() {
		q := Open(f.lake, nil, f.root, Options{})
		if _, err := q.Reads(b.Context(), "SELECT 1"); err != nil {
			b.Fatal(err)
		}
		if err := q.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWarmQuery(b *testing.B) {
	f := &fixture{root: b.TempDir(), lake: &pipeline.Lake{}, inputs: map[string]pipeline.Input{}}
	path := filepath.Join(f.root, "people.json")
	if err := os.WriteFile(path, []byte(people), 0o600); err != nil {
		b.Fatal(err)
	}
	table := &pipeline.Table{Name: "people", Columns: []ndjson.Column{{Name: "name", Type: ndjson.String}}}
	f.inputs["people"] = pipeline.Input{Table: table, Files: []ndjson.File{{Path: path, Name: "people.json", Size: int64(len(people))}}}
	q := Open(f.lake, f.inputs, f.root, Options{})
	defer func() { _ = q.Close() }()
	for b.Loop() {
		rows, err := q.Query(b.Context(), "SELECT p.name FROM people AS p ORDER BY p.name")
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = rows.Next(b.Context())
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
	}
}

func BenchmarkMillionRows(b *testing.B) {
	q := Open(&pipeline.Lake{}, nil, b.TempDir(), Options{})
	defer func() { _ = q.Close() }()
	for b.Loop() {
		rows, err := q.Query(b.Context(), "SELECT i, 'a text of a row' AS t, i / 3 AS d FROM range(1000000) AS r(i)")
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = rows.Next(b.Context())
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
	}
}

func TestAQueryKeepsItsVersionOfDerivedTables(t *testing.T) {
	f := newLake(t)
	f.add(t, "numbers", []ndjson.Column{{Name: "n", Type: ndjson.Bigint}}, strings.Repeat(`{"n":1}`+"\n", 50_000))
	f.inputs["numbers"].Table.Transform = &pipeline.Transform{}
	q := f.open(t, Options{})
	rows, err := q.Query(t.Context(), "SELECT n FROM numbers")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for page, err := rows.Next(t.Context()); ; page, err = rows.Next(t.Context()) {
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if count == 0 {
			f.publish(t, `{"n":2}`+"\n")
		}
		count += len(page)
		if page[0][0] != int64(1) {
			t.Fatal(page[0][0])
		}
	}
	if count != 50_000 {
		t.Errorf("%d rows", count)
	}
	// The files that were listed before may have been replaced.
	f.publish(t, strings.Repeat(`{"n":3}`+"\n", 3))
	if rows, err := rowsOf(t, q, "SELECT n FROM numbers"); err != nil || len(rows) != 3 {
		t.Error(len(rows), err)
	}
}
