package query

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/ndjson"
)

func TestGateLetsReadingThrough(t *testing.T) {
	q := newLake(t).open(t, Options{})
	for _, sql := range []string{
		"SELECT 1",
		"(SELECT 1);;",
		"EXPLAIN (SELECT 1);",
		"-- why\nexplain /* it */ analyze SELECT name FROM people",
		"WITH explain AS (SELECT 1) SELECT * FROM explain",
		"FROM people",
		"TABLE people",
		"VALUES (1), (2)",
		"-- a ; comment\nSELECT ';' AS a /* ; */ ; -- ;",
		"WITH a AS (SELECT 1 AS x), b AS (SELECT x FROM a) SELECT * FROM b, A",
		"WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT r.n + 1 FROM r WHERE r.n < 5) SELECT sum(n) FROM r",
		"WITH people AS (SELECT * FROM people) SELECT * FROM people",
		"SELECT * FROM PEOPLE AS p JOIN people AS o USING (name) WHERE EXISTS (SELECT 1 FROM people AS i WHERE i.age > p.age)",
		"SELECT 1 UNION ALL SELECT 2 EXCEPT SELECT 3 ORDER BY 1 LIMIT 5 OFFSET 0",
		"SELECT * FROM range(3) AS r(i), generate_series(1, 2) AS s, unnest([1, 2]) AS u",
		"SELECT p.*, row_number() OVER w, sum(age) FILTER (WHERE age > 1) OVER w FROM people AS p WINDOW w AS (PARTITION BY name ORDER BY age)",
		"SELECT name, count(*), list(age ORDER BY age), grouping(name) FROM people GROUP BY ROLLUP (name) HAVING count(*) > 0 QUALIFY row_number() OVER () < 9",
		"SELECT CASE WHEN age > 1 THEN 'a' ELSE 'b' END, coalesce(age, 0), ifnull(age, 1), nullif(age, 1), TRY_CAST(name AS INT), if(age > 1, 2, 3) FROM people",
		"SELECT extract(year FROM DATE '2020-01-01'), current_date, now(), INTERVAL 1 DAY, to_timestamp(0) AT TIME ZONE 'UTC', date_trunc('day', make_timestamp(0))",
		"SELECT {'a': 1}.a, [1, 2][1], [x + 1 FOR x IN [1, 2]], list_transform([1], lambda x: x * 2), MAP {'a': 1}['a'], 'abc'[1:2]",
		"SELECT name LIKE 'A%', name ILIKE 'a%', name SIMILAR TO 'A.*', name ~ 'A', name GLOB 'A*', age BETWEEN 1 AND 2, age IN (1, 2), name COLLATE NOCASE FROM people",
		"SELECT * EXCLUDE (name) REPLACE (1 AS age) FROM people",
		"SELECT 1e400, age < -1e400 FROM people",
		"SELECT COLUMNS('a.*') FROM people",
		"SELECT * FROM people PIVOT (sum(age) FOR name IN ('Ann', 'Bob'))",
		"UNPIVOT people ON age",
		"SELECT * FROM people USING SAMPLE 2 ROWS",
		"SELECT * FROM people TABLESAMPLE 50%",
		"SELECT DISTINCT ON (name) name FROM people ORDER BY ALL",
		"SELECT p.name FROM people AS p ASOF JOIN people AS o ON p.age >= o.age",
		"SELECT * FROM people POSITIONAL JOIN people AS b",
		"SELECT #1 FROM people",
		"WITH x AS (SELECT name AS user, age AS current_schema FROM people) SELECT user, x.current_schema FROM x WHERE user IS NOT NULL",
		`SELECT "current_date", current_timestamp, localtime FROM (SELECT age AS "current_date" FROM people)`,
		`SELECT x."current_date" FROM people AS x("current_date")`,
		"DESCRIBE people",
		"SUMMARIZE SELECT * FROM people",
		`SELECT json_extract('{"a":1}', '$.a'), '{"a":1}'::JSON->>'a', ARRAY(SELECT 1), (SELECT max(age) FROM people)`,
		"SELECT substring('abc' FROM 1 FOR 2), position('a' IN 'b'), trim(BOTH ' ' FROM 'x'), -5 // 2, 2 ^ 3, 5 % 2, ~1, 1 << 2, @ -1, 'a' || 'b', 3!",
	} {
		if _, err := q.Reads(t.Context(), sql); err != nil {
			t.Errorf("%s\n%v", sql, err)
			continue
		}
		if _, err := rowsOf(t, q, sql); err != nil {
			t.Errorf("%s\nran: %v", sql, err)
		}
	}
}

func TestGateRefusesWithReasonAndPlace(t *testing.T) {
	q := newLake(t).open(t, Options{})
	for sql, want := range map[string]string{
		"":                               "the query is empty",
		" \n-- nothing\n":                "one SELECT expected",
		"DROP TABLE people; SELECT 1":    "line 1, column 1: queries are read-only: DROP is not allowed (it deletes)",
		"SELECT 1;\n  drop table people": "line 2, column 3: queries are read-only: DROP is not allowed (it deletes)",
		"SELECT 1;\nSELECT 2":            "line 2, column 1: one SELECT expected, found a second statement",
		"-- c\nCOPY people TO 'x'":       "line 2, column 1: queries are read-only: COPY is not allowed (it writes or reads files)",
		"ATTACH 'x'":                     "ATTACH is not allowed (it opens files)",
		"INSTALL httpfs":                 "INSTALL is not allowed (it loads programs)",
		"PRAGMA database_list":           "PRAGMA is not allowed (it changes settings)",
		"SET threads = 1":                "SET is not allowed (it changes settings)",
		"CALL pragma_version()":          "CALL is not allowed (it runs a procedure)",
		"EXPLAIN ANALYZE INSERT INTO people VALUES (1)": "line 1, column 17: queries are read-only: INSERT is not allowed (it writes)",
		"EXPLAIN EXPLAIN SELECT 1":                      "EXPLAIN is not allowed (it stands before a SELECT",
		"EXPLAIN (FORMAT JSON) SELECT 1":                "EXPLAIN takes no options here",
		"EXPLAIN\nSELECT name\nFROM peple":              "line 3, column 6: the lake has no table peple",
		"EXPLAIN SELECT 1; DROP TABLE people":           "DROP is not allowed",
		"EXPLAIN SELECT * FROM read_text('x')":          "the function read_text is not allowed",
		"PIVOT people ON name USING sum(age)":           "PIVOT is not allowed (it keeps a type; write FROM",
		"GRANT ALL":                                     "line 1, column 1: syntax error",
		"SHOW TABLES":                                   "SHOW is not supported",
		"SELECT $1":                                     "parameters are not supported",
		"SELECT ?":                                      "parameters are not supported",
		"SELECT 1\x00; DROP TABLE people":               "line 1, column 9: the query contains a NUL",
		"SELECT \xff":                                   "not UTF-8",
		"SELECT '" + strings.Repeat("x", maxText) + "'": "longer than 128 KB",
		"SELECT name\nFROM peple":                       "line 2, column 6: the lake has no table peple\n  Did you mean people?",
		"SELECT * FROM zzz":                             "The tables are: people.",
		"SELECT * FROM people_trusted":                  "people_trusted has no data yet",
		"SELECT *\n FROM '/etc/passwd'":                 "line 2, column 7: the lake has no table /etc/passwd",
		"FROM 'x.csv'":                                  "the lake has no table x.csv",
		"SELECT * FROM memory.main.people":              "no schema",
		"SELECT * FROM information_schema.tables":       "no schema",
		"SELECT * FROM sqlite_master":                   "the lake has no table",
		"SELECT * FROM people AT (VERSION => 1)":        "one version",
		"SELECT * FROM read_text('x')":                  "line 1, column 15: the function read_text is not allowed",
		"SELECT upperr('x')":                            "Did you mean upper?",
		"SELECT getenv('HOME')":                         "DuckDB has no function getenv",
		"SELECT current_setting('threads')":             "the function current_setting is not allowed",
		"SELECT * FROM query('SELECT 1')":               "the function query is not allowed",
		"SELECT * FROM query_table('people')":           "the function query_table is not allowed",
		"SELECT * FROM stedi_scan(1)":                   "the function stedi_scan is not allowed",
		"SELECT sum(nextval('s')) OVER ()":              "the function nextval is not allowed",
		"SELECT * FROM range(getvariable('x'))":         "the function getvariable is not allowed",
		"SELECT DEFAULT":                                "this form of SQL is not supported (DEFAULT)",
		// A name is visible only in the scope of its CTE.
		"SELECT * FROM (WITH \"/etc/passwd\" AS (SELECT 1) SELECT 1) AS a, '/etc/passwd'": "no table /etc/passwd",
		"WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a":                    "no table b",
		"WITH a AS (SELECT * FROM a) SELECT 1":                                            "no table a",
		"WITH \"/tmp/\u212a\" AS (SELECT 1) SELECT * FROM '/tmp/k'":                       "no table /tmp/k",
		"SELECT 1 +": "line 1, column 11: syntax error",
		"SELECT 'a":  "unterminated",
		"SELECT * FROM (SELECT * FROM read_csv('x'))":                               "read_csv",
		"SELECT (SELECT content FROM read_blob('x'))":                               "read_blob",
		"SELECT 1 ORDER BY (SELECT 1 FROM glob('*'))":                               "glob",
		"SELECT 1 LIMIT (SELECT 1 FROM glob('*'))":                                  "glob",
		"SELECT 1 UNION SELECT 2 FROM glob('*')":                                    "glob",
		"SELECT list_transform([1], lambda x: getvariable('x'))":                    "getvariable",
		"SELECT * REPLACE (current_setting('threads') AS name) FROM people":         "current_setting",
		"SELECT * FROM people JOIN people AS o ON current_setting('x') = 'y'":       "current_setting",
		"SELECT sum(1) FILTER (WHERE current_setting('x') = 'y')":                   "current_setting",
		"SELECT sum(1) OVER (ORDER BY 1 ROWS current_setting('x')::INT PRECEDING)":  "current_setting",
		"DESCRIBE SELECT * FROM read_csv('x')":                                      "read_csv",
		"SELECT * FROM people PIVOT (max(current_setting('x')) FOR name IN ('a'))":  "current_setting",
		"WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 2 FROM glob('*')) SELECT 1": "glob",
		"SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))": "json_execute_serialized_sql",
		"SELECT * FROM enable_logging()":                                            "enable_logging",
		"SELECT * FROM duckdb_settings()":                                           "duckdb_settings",
		"SELECT main.write_log('x')":                                                "write_log",
	} {
		_, err := q.Reads(t.Context(), sql)
		var failure *pipeline.Failure
		if !errors.As(err, &failure) || failure.Kind != pipeline.BadUsage || !strings.Contains(err.Error(), want) {
			t.Errorf("%.100s\n got %v\nwant %s", sql, err, want)
		}
		if rows, err := q.Query(t.Context(), sql); err == nil {
			t.Errorf("%.100s: runs", sql)
			_ = rows.Close()
		}
	}
	works(t, q)
}

func TestErrorsOfAQueryTellPlaceAndCandidatesButNoValues(t *testing.T) {
	q := newLake(t).open(t, Options{})
	for sql, want := range map[string]string{
		"SELECT p.age,\n  p.nme FROM people AS p":           "line 2, column 3: Table \"p\" does not have a column named \"nme\"",
		"SELECT nmae FROM people":                           "Did you mean name?",
		"SELECT user FROM people":                           "line 1, column 8: user is not a column of these tables; DuckDB would return a value of its own for it in every row\n  Qualify the column",
		"SELECT age,\n  \"USER\" FROM people":               "line 2, column 3: user is not a column",
		"SELECT 1 FROM people WHERE name = session_user":    "line 1, column 35: session_user is not a column",
		"SELECT current_user FROM people":                   "current_user is not a column",
		"SELECT count(*) FROM people GROUP BY current_role": "current_role is not a column",
		"SELECT max(current_catalog) FROM people":           "current_catalog is not a column",
		"SELECT age FROM people ORDER BY current_schema":    "current_schema is not a column",
		"SELECT 1 WHERE 'x' IN (SELECT user FROM people)":   "user is not a column",
		"SELECT \"current_date\" FROM people":               "line 1, column 8: \"current_date\" is not a column",
		"SELECT \"localtime\" AS \"localtime\" FROM people": "\"localtime\" is not a column",
		"SELECT rowid FROM people":                          "\"rowid\" not found",
		"SELECT sum(name) FROM people":                      "line 1, column 8: No function matches",
		"SELECT name FROM people GROUP BY age":              "GROUP BY",
		"SELECT CAST(note AS INT) FROM people":              "cannot convert a value of note to int\n  TRY_CAST",
		"SELECT 1.5, CAST(p.note AS DATE) FROM people AS p": "cannot convert a value to",
		"SELECT error(note) FROM people":                    "a function does not accept one of its arguments",
		"SELECT CAST(age + 2147483640 AS INT) FROM people":  "",
		"SELECT strptime(note, '%Y') FROM people":           "",
		"SELECT CAST(note AS STRUCT(a INT)) FROM people":    "",
		"SELECT json_extract(note, '$') FROM people":        "",
	} {
		_, err := rowsOf(t, q, sql)
		var fault *pipeline.SQLError
		if !errors.As(err, &fault) || pipeline.KindOf(err) != pipeline.BadUsage || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		if strings.Contains(err.Error(), "canary") {
			t.Errorf("%s leaks: %v", sql, err)
		}
	}
	works(t, q)
}

func lines(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile("functions/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(text))
}

// A new version of DuckDB adds functions, and each needs a review.
func TestEveryFunctionOfDuckDBIsEitherAllowedOrRefused(t *testing.T) {
	q := newLake(t).open(t, Options{gateOff: true})
	for _, list := range []struct{ kinds, allowed, refused string }{
		{"'scalar', 'aggregate', 'macro'", "allowed.txt", "refused.txt"},
		{"'table', 'table_macro'", "allowed_tables.txt", "refused_tables.txt"},
	} {
		rows, err := rowsOf(t, q, "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ("+list.kinds+") AND function_name NOT LIKE 'stedi%' ORDER BY 1")
		if err != nil {
			t.Fatal(err)
		}
		allowed, refused := lines(t, list.allowed), lines(t, list.refused)
		for _, row := range rows {
			name, _ := row[0].(string)
			if slices.Contains(allowed, name) == slices.Contains(refused, name) {
				t.Errorf("%s: in both lists or in none", name)
			}
		}
	}
}

// FuzzGate checks that a text that passes is one SELECT of known tables and
// functions. It reads the tree without any knowledge of SQL.
func FuzzGate(f *testing.F) {
	for _, sql := range []string{
		"SELECT 1", "WITH a AS (SELECT * FROM people) SELECT upper(name) FROM a", "DROP TABLE x; SELECT 1", "SELECT * FROM read_text('/x')",
		"SELECT * FROM people PIVOT (sum(age) FOR name IN ('a'))", "SELECT [x FOR x IN [1]]; -- ;", "SELECT $$;$$ /* ' */; '", "FROM '/etc/passwd'", "select 'x' $a$ ; $a$;",
	} {
		f.Add(sql)
	}
	engine, err := duckdb.OpenSealed(f.Context(), 256<<20, 1)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = engine.Close() })
	at := tables{1, map[string]pipeline.Input{"people": {Table: &pipeline.Table{Name: "people", Columns: []ndjson.Column{{Name: "name"}}}}}}
	f.Fuzz(func(t *testing.T, sql string) {
		if legible(sql) != nil {
			return
		}
		parsed, err := engine.Parse(t.Context(), withoutEnd(sql))
		if err != nil {
			return
		}
		tree := parsed.Tree
		judged, err := readTree([]byte(tree))
		if err != nil {
			t.Fatalf("%q: %v", sql, err)
		}
		g := gate{sql: sql, at: at, used: map[string]bool{}}
		if err := g.check(judged); err != nil {
			_ = err.Error()
			return
		}
		var whole struct {
			Statements []struct {
				Node map[string]any `json:"node"`
			} `json:"statements"`
		}
		if err := json.Unmarshal([]byte(tree), &whole); err != nil || len(whole.Statements) != 1 {
			t.Fatalf("%q: accepted: %v", sql, err)
		}
		if kind := whole.Statements[0].Node["type"]; kind != "SELECT_NODE" && kind != "SET_OPERATION_NODE" && kind != "RECURSIVE_CTE_NODE" && kind != "CTE_NODE" {
			t.Fatalf("%q: a %v", sql, kind)
		}
		named := map[string]bool{"people": true}
		every(tree, func(o map[string]any) {
			if key, ok := o["key"].(string); ok {
				named[lower(key)] = true
			}
			if name, ok := o["cte_name"].(string); ok {
				named[lower(name)] = true
			}
		})
		every(tree, func(o map[string]any) {
			if name, ok := o["table_name"].(string); ok && o["type"] == "BASE_TABLE" && !named[lower(name)] {
				t.Fatalf("%q reads %s", sql, name)
			}
			if name, ok := o["function_name"].(string); ok && !functions[lower(name)] && !tableFunctions[lower(name)] {
				t.Fatalf("%q calls %s", sql, name)
			}
		})
	})
}

// every visits all objects of a JSON text.
func every(text string, visit func(map[string]any)) {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			visit(v)
			for _, child := range v {
				walk(child)
			}
		case []any:
			for _, child := range v {
				walk(child)
			}
		}
	}
	walk(v)
}
