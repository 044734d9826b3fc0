package query

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestExplainDrawsThePlanAsATree(t *testing.T) {
	q := newLake(t).open(t, Options{})
	for sql, columns := range map[string]string{
		"EXPLAIN SELECT count(*) FROM people AS p JOIN people AS o ON p.age = o.age":          "step estimated_rows details",
		"explain analyze\nSELECT count(*) FROM people AS p JOIN people AS o ON p.age = o.age": "step rows seconds estimated_rows details",
	} {
		rows, err := q.Query(t.Context(), sql)
		if err != nil {
			t.Errorf("%s\n%v", sql, err)
			continue
		}
		var names, lines []string
		for _, c := range rows.Columns() {
			names = append(names, c.Name)
		}
		page, err := rows.Next(t.Context())
		for _, row := range page {
			lines = append(lines, fmt.Sprint(row...))
		}
		plan := strings.Join(lines, "\n")
		if got := strings.Join(names, " "); got != columns || err != nil {
			t.Errorf("%s\ncolumns %s, %v", sql, got, err)
		}
		for _, want := range []string{"UNGROUPED_AGGREGATE", "└─ ", "HASH_JOIN", "├─ READ people", "Join Type: INNER"} {
			if !strings.Contains(plan, want) {
				t.Errorf("%s\nno %q in\n%s", sql, want, plan)
			}
		}
		for _, internal := range []string{"stedi_", "temp", "main."} {
			if strings.Contains(plan, internal) {
				t.Errorf("%s\n%q, a name that the lake does not have, in\n%s", sql, internal, plan)
			}
		}
		if _, err := rows.Next(t.Context()); !errors.Is(err, io.EOF) {
			t.Errorf("after the plan: %v", err)
		}
		works(t, q)
	}
}

// The names in a plan are those of the lake.
func TestThePlanHasTheNamesOfTheLake(t *testing.T) {
	q := newLake(t).open(t, Options{})
	for _, sql := range []string{"EXPLAIN SELECT count(*) FROM people", "EXPLAIN SELECT * FROM people ORDER BY age", "EXPLAIN ANALYZE SELECT age, count(*) FROM people GROUP BY age"} {
		rows, err := rowsOf(t, q, sql)
		if err != nil {
			t.Fatal(err)
		}
		plan := fmt.Sprint(rows)
		for _, internal := range []string{"stedi_", "temp", "main."} {
			if strings.Contains(plan, internal) || !strings.Contains(plan, "READ people") {
				t.Errorf("%s\n%q, a name that the lake does not have, in\n%s", sql, internal, plan)
			}
		}
	}
}

// What is explained but not analyzed is not run: this one would run for hours.
func TestExplainRunsNothing(t *testing.T) {
	q := newLake(t).open(t, Options{})
	rows, err := rowsOf(t, q, "EXPLAIN SELECT sum(a.range * b.range) FROM range(1000000) AS a, range(10000000) AS b")
	if err != nil || len(rows) < 3 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func TestWantedOfLeavesPositions(t *testing.T) {
	for sql, want := range map[string]string{
		"EXPLAIN SELECT 1":            "        SELECT 1",
		"explain  Analyze(SELECT 1)":  "                (SELECT 1)",
		"/* EXPLAIN */ SELECT 1":      "/* EXPLAIN */ SELECT 1",
		"-- x\n explain -- y\nFROM a": "-- x\n         -- y\nFROM a",
		"explained":                   "explained",
		"explain1 SELECT":             "explain1 SELECT",
		"SELECT 1 AS explain":         "SELECT 1 AS explain",
		"'EXPLAIN' SELECT":            "'EXPLAIN' SELECT",
		"EXPLAIN":                     "       ",
		"EXPLAIN ANALYZED":            "        ANALYZED",
		"/* open":                     "/* open",
	} {
		if got, _ := wantedOf(sql); got != want {
			t.Errorf("%q: %q, want %q", sql, got, want)
		}
	}
}

func FuzzWantedOf(f *testing.F) {
	for _, sql := range []string{"EXPLAIN ANALYZE SELECT 1", "--\nexplain x", "/* */EXPLAIN(SELECT 1)", "é EXPLAIN"} {
		f.Add(sql)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		got, as := wantedOf(sql)
		if len(got) != len(sql) || as == wantRows && got != sql {
			t.Errorf("%q becomes %q", sql, got)
		}
	})
}
