package duckdb

import (
	"slices"
	"testing"

	"stedi/pipeline"
)

// Equal rows of a table count as one only where nothing but SELECT DISTINCT of
// its columns reads it.
func TestWhichTablesAreReadForDistinctValues(t *testing.T) {
	e := open(t, Options{})
	for text, want := range map[string]bool{
		"SELECT DISTINCT p.a FROM p AS p": true,
		"SELECT q.a FROM q AS q INNER JOIN (SELECT DISTINCT p.a FROM p AS p WHERE p.b > 0) AS r ON r.a = q.a": true,
		"WITH r AS (SELECT DISTINCT p.a FROM P) SELECT q.a FROM q AS q, r AS r":                               true,
		"SELECT r.a FROM (SELECT DISTINCT p.a FROM p AS p) AS r INNER JOIN p AS s ON s.a = r.a":               false,
		"SELECT p.a FROM p AS p":                                           false,
		"SELECT DISTINCT count(*) AS n FROM p AS p":                        false,
		"SELECT DISTINCT p.a, row_number() OVER () AS n FROM p AS p":       false,
		"SELECT DISTINCT p.a FROM p AS p WHERE random() < 0.5":             false,
		"SELECT DISTINCT p.a FROM p AS p LIMIT 1":                          false,
		"SELECT DISTINCT p.a FROM p AS p TABLESAMPLE 10 ROWS":              false,
		"SELECT DISTINCT p.a FROM p AS p GROUP BY p.a HAVING count(*) > 1": false,
		"SELECT DISTINCT ON (p.a) p.b FROM p AS p":                         false,
		"SELECT DISTINCT p.a FROM p AS p INNER JOIN q AS q ON q.a = p.a":   false,
	} {
		s, err := e.Parse(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(s.Sets, "p"); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

// The checks of a job are evaluated on the rows that it writes, also above a join
// that gives several rows for one of the checked columns. A DISTINCT of all
// columns makes a check for equal rows pass.
func TestAJobCountsChecksOnTheRowsThatItWrites(t *testing.T) {
	const unchecked = -1
	for _, test := range []struct {
		sql                    string
		distinct               bool
		rows, aged, same, ages int64
	}{
		{"SELECT p.name, p.age FROM people AS p INNER JOIN people AS q ON q.age > 0", false, 12, 9, unchecked, unchecked},
		{"SELECT DISTINCT p.name, p.age FROM people AS p", true, 3, 2, 0, 0},
		{"SELECT DISTINCT p.name, p.age % 1 AS age FROM people AS p", true, 3, 0, 0, unchecked},
	} {
		for _, keep := range []bool{false, true} {
			e := open(t, Options{})
			j, _ := job(t, e, test.sql, table(t, "people", peopleColumns, people))
			j.Keep, j.Table.Transform.Distinct = keep, test.distinct
			wants := map[string]int64{
				"SELECT m.age FROM made AS m WHERE m.age > 0":                                    test.aged,
				"SELECT m.name, m.age FROM made AS m GROUP BY m.name, m.age HAVING COUNT(*) > 1": test.same,
				"SELECT m.age FROM made AS m GROUP BY m.age HAVING COUNT(*) > 1":                 test.ages,
			}
			for text := range wants {
				s, err := e.Parse(t.Context(), text)
				if err != nil || s.Passing == nil {
					t.Fatalf("%s: %+v, %v", text, s, err)
				}
				j.Count = append(j.Count, &pipeline.Check{Name: text, Passing: s.Passing})
			}
			result, err := e.Run(t.Context(), j, func(pipeline.Progress) {})
			if err != nil || result.Rows != test.rows {
				t.Fatalf("%s: %d rows, %v", test.sql, result.Rows, err)
			}
			for text, want := range wants {
				found, ok := result.Made[text]
				if ok != (want != unchecked) || ok && found.Rows != want {
					t.Errorf("%s, kept %v: %s: got %v %+v, want %d", test.sql, keep, text, ok, found, want)
				}
			}
		}
	}
}

// A table that is held for distinct values has equal rows once. Narrow drops the
// columns that no check reads.
func TestAHeldTableHasOnlyWhatItsChecksRead(t *testing.T) {
	e := open(t, Options{})
	whole := table(t, "people", peopleColumns, people)
	if _, err := e.Hold(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
	if err := e.Narrow(t.Context(), whole.Table, []string{"age"}); err != nil {
		t.Fatal(err)
	}
	columns, err := e.prepare(t.Context(), "SELECT * FROM people")
	if err != nil || len(columns) != 1 || columns[0].Name != "age" {
		t.Errorf("the narrowed table has %v (%v)", columns, err)
	}
	if err := e.Forget(t.Context(), "people"); err != nil {
		t.Fatal(err)
	}
	whole.Columns, whole.Distinct = whole.Table.Columns[:1], true
	held, err := e.Hold(t.Context(), whole)
	if err != nil || held.Rows != 4 {
		t.Fatalf("%d rows were read (%v)", held.Rows, err)
	}
	if n, err := e.number(t.Context(), "SELECT count(*) FROM people"); err != nil || n != 3 {
		t.Errorf("%d different names are held, want 3 (%v)", n, err)
	}
}
