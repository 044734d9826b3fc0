package query

import (
	"fmt"
	"slices"
	"testing"

	"stedi/pipeline/frames"
)

// A text is parsed once: for Reads, for the gate, and for the run.
func TestAQueryIsParsedOnce(t *testing.T) {
	f := newLake(t)
	var asked []frames.Kind
	q := f.open(t, Options{asks: func(k frames.Kind) { asked = append(asked, k) }})
	works(t, q)
	const cast = "SELECT p.name, 1.5 AS x FROM people AS p WHERE p.name = 'Ann' ; \n;"
	for _, c := range []struct {
		name, sql string
		reads     []string // before the query
		parses    int
	}{
		{"a query", "SELECT p.name FROM people AS p WHERE p.name = 'Ann'", nil, 1},
		{"tables first", "SELECT p.name FROM people AS p WHERE p.name = 'Ann'", []string{"SELECT p.name FROM people AS p WHERE p.name = 'Ann'"}, 1},
		{"with semicolons and a cast", cast, []string{cast, cast}, 1},
		{"another text between", cast, []string{cast, "SELECT 1"}, 3},
	} {
		asked = nil
		for _, sql := range c.reads {
			if _, err := q.Reads(t.Context(), sql); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
		}
		q.SetInputs(f.inputs) // as a survey does before each query
		rows, err := rowsOf(t, q, c.sql)
		if err != nil || len(rows) != 1 || rows[0][0] != "Ann" {
			t.Errorf("%s: %v, %v", c.name, rows, err)
		}
		parses := 0
		for _, k := range asked {
			if k == kindParse {
				parses++
			}
		}
		if parses != c.parses {
			t.Errorf("%s: parsed %d times, want %d: %s", c.name, parses, c.parses, asked)
		}
		if last := slices.Index(asked, kindQuery); last < 0 || slices.Index(asked, kindParse) > last {
			t.Errorf("%s: it ran before it was parsed: %v", c.name, asked)
		}
	}
}

// A child that is new has to parse a text again.
func TestAQueryIsParsedByTheChildThatRunsIt(t *testing.T) {
	q := newLake(t).open(t, Options{})
	const sql = "SELECT p.name FROM people AS p ORDER BY p.name"
	if _, err := q.Reads(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
	q.child.end(nil)
	if rows, err := rowsOf(t, q, sql); err != nil || fmt.Sprint(rows) != "[[Ann] [Bob] [Cid]]" {
		t.Errorf("%v, %v", rows, err)
	}
}
