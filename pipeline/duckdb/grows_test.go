package duckdb

import (
	"reflect"
	"testing"

	"stedi/pipeline"
)

func TestHowAResultGrowsWithATable(t *testing.T) {
	e := open(t, Options{})
	for sql, want := range map[string]map[string]pipeline.Growth{
		"SELECT DISTINCT t.a FROM t WHERE t.a > 1": {"t": {}},
		"WITH s AS (SELECT t.a FROM t) SELECT s.a FROM s INNER JOIN u ON u.a = s.a": {
			"t": {Stages: []string{"s"}}, "u": {},
		},
		"WITH s AS (SELECT t.a FROM t WHERE t.a > 1 AND t.b IN (SELECT x.c FROM u AS x)) SELECT s.a FROM s": {
			"t": {Stages: []string{"s"}}, "u": {Stages: []string{"s"}, Value: "c"},
		},
		"SELECT t.a FROM t WHERE t.b NOT IN (SELECT u.c FROM u)":                    {"t": {}},
		"SELECT t.a FROM t WHERE t.a > 1 OR t.b IN (SELECT u.c FROM u)":             {"t": {}},
		"SELECT t.a FROM t WHERE t.b > ANY (SELECT u.c FROM u)":                     {"t": {}},
		"SELECT t.a FROM t WHERE t.b IN (SELECT u.c FROM u WHERE u.d > 1)":          {"t": {}},
		"SELECT t.a FROM t WHERE t.b IN (SELECT max(u.c) FROM u)":                   {"t": {}},
		"SELECT t.a FROM t WHERE t.b IN (SELECT y.c FROM u AS x(c, d), u AS y)":     {"t": {}},
		"SELECT t.a FROM t WHERE t.b IN (SELECT x.c FROM u AS x(c, d))":             {"t": {}},
		"SELECT t.a, t.b IN (SELECT u.c FROM u) AS d FROM t":                        {"t": {}},
		"SELECT t.a FROM t LEFT JOIN u ON u.a = t.a":                                {},
		"SELECT t.a, count(*) FROM t WHERE t.b IN (SELECT u.c FROM u) GROUP BY t.a": {},
		"SELECT t.a FROM t WHERE t.b IN (SELECT u.c FROM u) LIMIT 3":                {},
	} {
		statement, err := e.Parse(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(statement.Grows, want) {
			t.Errorf("%s: got %+v, want %+v", sql, statement.Grows, want)
		}
	}
}
