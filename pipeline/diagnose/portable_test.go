package diagnose

import (
	"slices"
	"strings"
	"testing"

	"stedi/pipeline/duckdb"
)

// newSyntax is a session that analyses SQL.
func newSyntax(t *testing.T) *session {
	t.Helper()
	engine, err := duckdb.Open(t.Context(), duckdb.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	bench, err := engine.Workbench(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = bench.Close()
		_ = engine.Close()
	})
	return &session{bench: bench}
}

func TestCandidatesAreWrittenInStandardSQL(t *testing.T) {
	s := newSyntax(t)
	for _, c := range []struct{ name, transform, query, want string }{
		{
			"a division to a whole number", "SELECT t.x FROM t", "SELECT t.x // 1000 AS x FROM t",
			"SELECT CAST(((t.x - (t.x % 1000)) / 1000) AS BIGINT) AS x FROM t",
		},
		{
			"divisions inside each other", "SELECT t.x FROM t", "SELECT (t.x // 60) / 2 AS x FROM t",
			"SELECT (CAST(CAST(((t.x - (t.x % 60)) / 60) AS BIGINT) AS DOUBLE) / 2) AS x FROM t",
		},
		{"a division that the transform has, too", "SELECT t.x / 2 AS x FROM t", "SELECT t.x / 2 AS x FROM t", "SELECT (t.x / 2) AS x FROM t"},
		{
			"rows without a match", "SELECT t.x FROM t", "SELECT t.x FROM t ANTI JOIN u ON u.x = t.x WHERE t.x > 0",
			"SELECT t.x FROM t WHERE ((t.x > 0) AND (NOT EXISTS(SELECT 1 FROM u WHERE (u.x = t.x))))",
		},
		{"an anti-join inside another join", "SELECT t.x FROM t", "SELECT t.x FROM t ANTI JOIN u ON u.x = t.x JOIN v ON v.x = t.x", ""},
		{"one row for each key", "SELECT t.x FROM t", "SELECT DISTINCT ON (t.x) t.x FROM t", ""},
		{"names of functions, but not in texts", "SELECT t.x FROM t", "SELECT count(*) AS n FROM t WHERE t.x LIKE 'a ~~ count_star()%'", "SELECT count(*) AS n FROM t WHERE (t.x LIKE 'a ~~ count_star()%')"},
	} {
		t.Run(c.name, func(t *testing.T) {
			transform, err := s.bench.Tree(t.Context(), c.transform)
			if err != nil {
				t.Fatal(err)
			}
			p, err := s.portableOf(t.Context(), transform)
			if err != nil {
				t.Fatal(err)
			}
			query, err := s.bench.Tree(t.Context(), c.query)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.sql(t.Context(), s, query)
			if err != nil || got != c.want {
				t.Errorf("got  %s (%v)\nwant %s", got, err, c.want)
			}
		})
	}
}

func TestATableIsReadAsOftenAsAQueryNamesIt(t *testing.T) {
	s := newSyntax(t)
	for query, want := range map[string]string{
		"SELECT t.x FROM t":                           "t",
		"SELECT t.x FROM t AS t, u AS u, t AS again":  "t t u",
		"WITH w AS (SELECT * FROM t) SELECT * FROM W": "t",
		"WITH w AS (SELECT * FROM t), v AS (SELECT * FROM w JOIN u ON true) SELECT * FROM v UNION ALL SELECT * FROM w": "t t u",
		"WITH t AS (SELECT * FROM t) SELECT * FROM t":                                                                  "t",
		"WITH unused AS (SELECT * FROM u) SELECT 1 FROM t WHERE t.x IN (SELECT y FROM V) AND EXISTS (SELECT 1 FROM t)": "t t v",
	} {
		tree, err := s.bench.Tree(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		got := readBy(tree)
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s reads %v, want %s", query, got, want)
		}
	}
}
