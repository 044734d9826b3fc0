package duckdb

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	driver "github.com/duckdb/duckdb-go/v2"

	"stedi/pipeline"
)

const named3 = `{"Name":"Ann","age":30}
{"Name":"Ann","age":31}
{"Name":"a name that is longer than twelve bytes","age":7}
{"Name":"a name that is longer than twelve bytes","age":8}
{"Name":"a name that is longer than twelve byteš \"","age":null}
{"Name":"","age":1}
{"Name":null,"age":2}
{"Name":"exactly12 by","age":30}
{"Name":"Ann","age":30}
`

// The distinct values of a column that a job reads are noted, so that a Hold of
// this column alone reads no file. If the job does not read the column in every
// row, Hold reads the files.
func TestNotedValuesAreNotReadAgain(t *testing.T) {
	for _, test := range []struct {
		sql   string
		noted bool
	}{
		{"SELECT p.Name, p.age FROM people AS p WHERE p.age > 1000", true},
		{"SELECT p.age FROM people AS p", false},
	} {
		for _, removed := range []bool{false, true} {
			e := open(t, Options{})
			input := table(t, "people", peopleColumns, named3)
			input.Values = "name"
			j, _ := job(t, e, test.sql, input)
			if _, err := e.Run(t.Context(), j, func(pipeline.Progress) {}); err != nil {
				t.Fatal(err)
			}
			if removed {
				if err := os.Remove(input.Files[0].Path); err != nil {
					t.Fatal(err)
				}
			}
			asks := pipeline.Input{Table: input.Table, Files: input.Files, Columns: peopleColumns[:1], Distinct: true}
			held, err := e.Hold(t.Context(), asks)
			if fails := removed && !test.noted; fails != (err != nil) {
				t.Fatalf("%s, removed %v: %v", test.sql, removed, err)
			} else if fails {
				continue
			}
			if held.Rows != 9 || len(held.Files) != 1 {
				t.Errorf("%s: the report is %+v", test.sql, held.Report)
			}
			if got, want := heldNames(t, e), []string{"", "Ann", "a name that is longer than twelve bytes", `a name that is longer than twelve byteš "`, "exactly12 by", "null"}; !slices.Equal(got, want) {
				t.Errorf("%s: got %q, want %q", test.sql, got, want)
			}
		}
	}
}

func heldNames(t *testing.T, e *Engine) (names []string) {
	t.Helper()
	rows, err := e.conn.QueryContext(t.Context(), "SELECT coalesce(Name, 'null') FROM people")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err returns the error
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	slices.Sort(names)
	return names
}

// All noted values are held, also if they fill DuckDB's chunks exactly.
func TestManyNotedValuesAreHeld(t *testing.T) {
	chunk := driver.GetDataChunkCapacity()
	for _, n := range []int{0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk} {
		for _, null := range []bool{false, true} {
			text := strings.Builder{}
			want := []string{}
			for i := range n {
				want = append(want, fmt.Sprintf("name %05d", i))
				fmt.Fprintf(&text, "{\"Name\":%q,\"age\":1}\n", want[i])
			}
			if null {
				want = append(want, "null")
				text.WriteString("{\"Name\":null,\"age\":1}\n")
			}
			e := open(t, Options{})
			input := table(t, "people", peopleColumns, text.String())
			input.Columns, input.Distinct = peopleColumns[:1], true
			if _, err := e.Hold(t.Context(), input); err != nil {
				t.Fatal(err)
			}
			if got := heldNames(t, e); !slices.Equal(got, want) {
				t.Errorf("%d values, null %v: got %d", n, null, len(got))
			}
		}
	}
}

// A column with more values than are noted is read by the engine.
func TestTooManyValuesAreReadAgain(t *testing.T) {
	const most = 70
	var text strings.Builder
	for n := range most {
		fmt.Fprintf(&text, "{\"Name\":\"%d%s\"}\n", n, strings.Repeat("x", 1<<19))
	}
	e := open(t, Options{Threads: 1})
	input := table(t, "people", peopleColumns, text.String())
	input.Columns, input.Distinct = peopleColumns[:1], true
	held, err := e.Hold(t.Context(), input)
	if err != nil || held.Rows != most {
		t.Fatalf("%d rows, %v", held.Rows, err)
	}
	if got := heldNames(t, e); len(got) != most {
		t.Errorf("%d names, want %d", len(got), most)
	}
}
