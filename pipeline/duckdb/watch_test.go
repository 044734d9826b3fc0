package duckdb

import (
	"strings"
	"testing"

	"stedi/pipeline"
)

// A qualifier counts where it is given, so one name may stand for two tables.
func TestWhichColumnsAreReadOfATable(t *testing.T) {
	e := open(t, Options{})
	const unknown = "?"
	for text, want := range map[string]string{
		"SELECT p.a FROM p WHERE p.B > 1":                                                                     "a b",
		"SELECT x.a, y.b FROM p AS x INNER JOIN p AS y ON y.c = x.c":                                          "a b c",
		"SELECT q.d FROM q AS q WHERE q.d IN (SELECT p.a FROM p AS p)":                                        "a",
		"SELECT q.d FROM q AS q WHERE EXISTS (SELECT 1 FROM p AS p WHERE p.a = q.d)":                          "a",
		"SELECT p.a FROM p AS p WHERE EXISTS (SELECT 1 FROM q AS q WHERE q.d = p.b)":                          "a b",
		"SELECT p.a FROM p AS p UNION ALL SELECT p.d FROM q AS p":                                             "a",
		"WITH r AS (SELECT x.a, count(*) AS n FROM p AS x GROUP BY x.a) SELECT x.a FROM r AS x WHERE x.n > 1": "a",
		"SELECT x.n FROM (SELECT count(*) AS n FROM p AS x WHERE x.a > 1) AS x":                               "a",
		"SELECT p.d FROM q AS p INNER JOIN p AS x ON x.a = p.d ORDER BY x.b":                                  "a b",
		"SELECT x.a, l.n FROM p AS x, LATERAL (SELECT count(*) AS n FROM q AS q WHERE q.d = x.c) AS l":        "a c",
		"SELECT count(*) AS n FROM p AS p":                                                                    "",
		"SELECT a FROM p":                                                                                     unknown,
		"SELECT p.* FROM p AS p":                                                                              unknown,
		"SELECT p.a FROM p AS p NATURAL JOIN q AS q":                                                          unknown,
		"SELECT p.a FROM p AS p INNER JOIN q AS q USING (c)":                                                  unknown,
		"SELECT p.x FROM p AS p(x)":                                                                           unknown,
		"SELECT nested.field FROM p AS p":                                                                     unknown,
		"SELECT p.nested.field FROM p AS p":                                                                   unknown,
	} {
		s, err := e.Parse(t.Context(), text)
		if err != nil {
			t.Fatal(text, err)
		}
		columns, known := s.Reads["p"]
		got := strings.Join(columns, " ")
		if !known {
			got = unknown
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// A guard may read the distinct values of some columns instead of the rows only
// if they alone decide the result.
func TestWhatAGuardMayWatch(t *testing.T) {
	e := open(t, Options{})
	for text, want := range map[string]string{
		"SELECT p.a FROM p AS p WHERE p.b > 1":                                             "a b",
		"SELECT x.a FROM P AS x LEFT JOIN (SELECT q.a FROM q AS q) AS y ON y.a = x.c":      "a c",
		"SELECT p.a FROM p WHERE p.a IN (SELECT q.a FROM q AS q)":                          "a",
		"SELECT 1 AS one FROM p AS p WHERE p.a IS NULL":                                    "a",
		"SELECT p.a FROM p AS p GROUP BY p.a HAVING count(*) > 1":                          "",
		"SELECT DISTINCT p.a FROM p AS p":                                                  "",
		"SELECT count(*) AS n FROM p AS p":                                                 "",
		"SELECT a FROM p AS p":                                                             "",
		"SELECT * FROM p AS p":                                                             "",
		"SELECT p.a FROM p AS p LIMIT 1":                                                   "",
		"SELECT p.a FROM p AS p INNER JOIN p AS r ON r.a = p.a":                            "",
		"SELECT q.a FROM q AS q WHERE q.a NOT IN (SELECT p.a FROM p AS p)":                 "",
		"WITH r AS (SELECT p.a FROM p AS p) SELECT r.a FROM r":                             "",
		"SELECT p.a FROM p AS p UNION ALL SELECT q.a FROM q AS q":                          "",
		"SELECT s.a FROM (SELECT p.a, count(*) AS n FROM p AS p GROUP BY p.a) AS s":        "",
		"SELECT p.a FROM p AS p WHERE (SELECT count(*) FROM q AS q WHERE q.a = p.b) > 1":   "a b",
		"SELECT p.a FROM p AS p LEFT JOIN (SELECT p.c FROM q AS p) AS r ON r.c = p.b":      "a b",
		"SELECT row_number() OVER (ORDER BY p.a) AS n FROM p AS p WHERE p.b = 'something'": "",
	} {
		s, err := e.Parse(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(s.Watch["p"], " "); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestWatchedValuesAreThoseOfTheRowsWritten(t *testing.T) {
	e := open(t, Options{})
	j, out := job(t, e, "SELECT p.Name, p.age FROM people AS p", table(t, "people", peopleColumns, people))
	j.Watch = []string{"age"}
	result, err := e.Run(t.Context(), j, func(pipeline.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(lines(out.String())); got != 4 || result.Rows != 4 {
		t.Errorf("%d rows written, %d counted", got, result.Rows)
	}
	rule := &pipeline.Check{SQL: "SELECT m.age FROM made AS m WHERE m.age > 0"}
	found, err := e.Check(t.Context(), rule, []pipeline.Input{{Table: j.Table, Watched: true}})
	if err != nil || found.Rows != 2 {
		t.Errorf("%d different values, want 2 (%v)", found.Rows, err)
	}
}
