package query

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// The test binary is the program: called as the child it becomes the child.
func TestMain(m *testing.M) {
	if IsChild(os.Args[1:]) {
		os.Exit(ChildMain(context.Background(), os.Stdin, os.Stdout))
	}
	if len(os.Args) == 4 && os.Args[1] == "probe" {
		os.Exit(probe(os.Args[2], os.Args[3]))
	}
	os.Exit(m.Run())
}

// fixture is a lake with one folder and a table or two.
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

// rowsOf runs a query to its end.
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
