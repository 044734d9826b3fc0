package query

import (
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/duckdb"
)

func TestDuckDBLacksWhatTheListSaysAndTakesTheSubstitutes(t *testing.T) {
	q := newLake(t).open(t, Options{})
	list := pipeline.Substitutes(duckdb.Name)
	if len(list) < 100 {
		t.Fatalf("%d functions are listed", len(list))
	}
	for _, s := range list {
		if refused[s.Function] {
			t.Errorf("%s: DuckDB has this function", s.Function)
		}
		use := strings.NewReplacer(" type)", " VARCHAR)", " day", " day_", "(day", "(day_").Replace(s.Use)
		if _, err := q.Reads(t.Context(), "SELECT "+use); err != nil {
			t.Errorf("%s: the substitute %s: %v", s.Function, s.Use, err)
		}
		_, err := q.Reads(t.Context(), "SELECT\n  "+strings.ToUpper(s.Function)+"(name, 1) FROM people")
		if err == nil || !strings.Contains(err.Error(), "Use "+s.Use+".") || !strings.Contains(err.Error(), "line 2, column 3") {
			t.Errorf("%s: got %v, want line 2, column 3 and the substitute %s", s.Function, err, s.Use)
		}
	}
}

func TestForeignSQLIsExplained(t *testing.T) {
	q := newLake(t).open(t, Options{})
	for sql, want := range map[string]string{
		"SELECT `name` FROM people":                      "line 1, column 8: back-ticks do not quote names here\n  Use double quotes: \"name\".",
		"SELECT name AS `the name` FROM people":          "line 1, column 16: back-ticks do not quote names here\n  Use double quotes: \"the name\".",
		"SELECT '`', \"`\" /* ` */\nFROM `people` -- `":  "line 2, column 6: back-ticks",
		"SELECT p.`name FROM people AS p":                "Use double quotes: \"name\".",
		"SELECT 1 FROM people WHERE name RLIKE 'a'":      "line 1, column 33: syntax error at or near \"RLIKE\"\n  Use regexp_matches(",
		"SELECT 1 FROM people WHERE name NOT RLIKE 'a'":  "Use regexp_matches(",
		"SELECT 1 FROM people WHERE name regexp 'a'":     "Use regexp_matches(",
		"SELECT * FROM explode([1])":                     "line 1, column 15: DuckDB has no function explode\n  Use unnest(list).",
		"SELECT collect_list(name) OVER () FROM people":  "Use list(x).",
		"SELECT nosuchthingatall(name) FROM people":      "line 1, column 8: DuckDB has no function nosuchthingatall",
		"SELECT * FROM people WHERE 1 = (SELECT dow(2))": "Use isodow(day).",
	} {
		if _, err := q.Reads(t.Context(), sql); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", sql, err, want)
		}
	}
	if _, err := q.Reads(t.Context(), "SELECT '`' AS \"`\" FROM people -- `"); err != nil {
		t.Error(err)
	}
}
