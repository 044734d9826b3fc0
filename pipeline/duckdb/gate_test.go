package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

func sealed(t *testing.T, memory int64, tables ...pipeline.Input) *Sealed {
	t.Helper()
	s, err := OpenSealed(t.Context(), memory, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.SetTables(t.Context(), tables); err != nil {
		t.Fatal(err)
	}
	return s
}

func begin(ctx context.Context, s *Sealed, query string, tables ...string) (*Cursor, error) {
	p, err := s.Parse(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.Query(ctx, p, tables, pipeline.Allowance{})
}

func all(t *testing.T, s *Sealed, query string, tables ...string) ([]pipeline.ResultColumn, [][]any, error) {
	t.Helper()
	c, err := begin(t.Context(), s, query, tables...)
	if err != nil {
		return nil, nil, err
	}
	defer c.Close(t.Context())
	var rows [][]any
	for {
		page, err := c.Next(t.Context(), 1000, 1<<20)
		if errors.Is(err, io.EOF) {
			return c.Columns(), rows, nil
		}
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, page...)
	}
}

func TestValuesOfAQueryCrossTyped(t *testing.T) {
	s := sealed(t, 256<<20)
	long := strings.Repeat("ü\x01", 50)
	for query, want := range map[string]struct {
		kind  string
		value any
	}{
		"SELECT NULL":                                  {"INTEGER", nil},
		"SELECT true; -- a ; b":                        {"BOOLEAN", true},
		"SELECT CAST(-5 AS TINYINT)":                   {"TINYINT", int64(-5)},
		"SELECT CAST(65535 AS USMALLINT)":              {"USMALLINT", int64(65535)},
		"SELECT 9223372036854775807":                   {"BIGINT", int64(9223372036854775807)},
		"SELECT CAST(0.1 AS FLOAT)":                    {"FLOAT", 0.1},
		"SELECT CAST('nan' AS DOUBLE) IS NULL":         {"BOOLEAN", false},
		"SELECT 'abc'":                                 {"VARCHAR", "abc"},
		"SELECT '" + long + "'":                        {"VARCHAR", long},
		"SELECT 1.50;":                                 {"DECIMAL(3,2)", "1.50"},
		"SELECT CAST(1 AS HUGEINT) /* ; */ ; -- ;":     {"HUGEINT", "1"},
		"SELECT CAST(18446744073709551615 AS UBIGINT)": {"UBIGINT", "18446744073709551615"},
		"SELECT [1, 2]":                                {"INTEGER[]", "[1, 2]"},
		"SELECT {'a': 1, 'b;': 'x;y'}":                 {`STRUCT(a INTEGER, "b;" VARCHAR)`, "{'a': 1, 'b;': x;y}"},
		"SELECT make_timestamp(0)":                     {"TIMESTAMP", "1970-01-01 00:00:00"},
		"SELECT to_timestamp(0)":                       {"TIMESTAMP WITH TIME ZONE", "1970-01-01 00:00:00+00"},
		"SELECT INTERVAL 1 DAY -- x":                   {"INTERVAL", "1 day"},
		"SELECT CAST('ab' AS BLOB)":                    {"BLOB", "ab"},
		"SELECT json('{\"a\":1}')":                     {"JSON", `{"a":1}`},
	} {
		columns, rows, err := all(t, s, query)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if len(rows) != 1 || columns[0].Type != want.kind || rows[0][0] != want.value {
			t.Errorf("%s: %v %v", query, columns, rows)
		}
	}
}

func TestQueryKeepsNamesAndOrder(t *testing.T) {
	s := sealed(t, 256<<20)
	columns, rows, err := all(t, s, "SELECT i AS a, CAST(i AS HUGEINT) AS a, 'x' AS \"b \"\"c\" FROM range(5000) AS r(i) ORDER BY i DESC;\n-- end")
	if err != nil {
		t.Fatal(err)
	}
	if want := []pipeline.ResultColumn{{Name: "a", Type: "BIGINT"}, {Name: "a", Type: "HUGEINT"}, {Name: `b "c`, Type: "VARCHAR"}}; !slices.Equal(columns, want) {
		t.Errorf("columns %v", columns)
	}
	for i, row := range rows {
		n := int64(4999 - i)
		if !reflect.DeepEqual(row, []any{n, fmt.Sprint(n), "x"}) {
			t.Fatalf("row %d: %v", i, row)
		}
	}
	if len(rows) != 5000 {
		t.Errorf("%d rows", len(rows))
	}
}

func TestQueryStreamsWhatWouldNeverFit(t *testing.T) {
	s := sealed(t, 64<<20)
	c, err := begin(t.Context(), s, "SELECT i, CAST(i AS HUGEINT), repeat('x', 1000) FROM range(1000000000000) AS r(i)")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	for range 20 {
		page, err := c.Next(t.Context(), 1000, 100_000)
		if err != nil || len(page) < 90 || len(page) > 110 {
			t.Fatalf("%d rows, %v", len(page), err)
		}
	}
}

// DuckDB 1.5 can deadlock on a result that several pipelines fill.
func TestQueriesOfEveryShapeEnd(t *testing.T) {
	s := sealed(t, 512<<20)
	for query, want := range map[string]int{
		"SELECT a.i FROM range(100000) AS a(i), range(100000) AS b(i) WHERE a.i = b.i UNION ALL SELECT a.i FROM range(100000) AS a(i), range(200000) AS b(i) WHERE a.i = b.i": 200_000,
		"WITH u AS (SELECT i FROM range(100000) AS r(i) UNION ALL SELECT i FROM range(100000) AS r(i)) SELECT u.i FROM u":                                                     200_000,
		"SELECT a.i FROM range(100000) AS a(i) FULL JOIN range(150000) AS b(i) ON a.i = b.i":                                                                                  150_000,
		"SELECT a.i FROM range(1000) AS a(i) LEFT JOIN range(150000) AS b(i) ON a.i = b.i % 1000":                                                                             150_000,
		"SELECT a.i FROM range(100000) AS a(i) WHERE a.i NOT IN (SELECT i FROM range(50000) AS b(i))":                                                                         50_000,
		"SELECT a.i FROM range(100000) AS a(i) ORDER BY hash(a.i)":                                                                                                            100_000,
		"SELECT a.i FROM range(100000) AS a(i) LIMIT 70000":                                                                                                                   70_000,
		"SELECT a.i % 50000, count(DISTINCT a.i) FROM range(100000) AS a(i) GROUP BY ROLLUP (1)":                                                                              50_001,
		"SELECT a.i, row_number() OVER (PARTITION BY a.i % 7 ORDER BY a.i) FROM range(100000) AS a(i)":                                                                        100_000,
		"SELECT unnest(range(1000)) FROM range(100) AS a(i)":                                                                                                                  100_000,
	} {
		for range 3 {
			_, rows, err := all(t, s, query)
			if err != nil || len(rows) != want {
				t.Fatalf("%s: %d rows, %v", query, len(rows), err)
			}
		}
	}
}

func TestCancelledQueryEndsSoonAndTheNextOneWorks(t *testing.T) {
	s := sealed(t, 256<<20)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := begin(ctx, s, "SELECT count(*) FROM range(10000000) AS a(i), range(10000000) AS b(j) WHERE i * j % 7 = 3")
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 20*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	if _, rows, err := all(t, s, "SELECT 7"); err != nil || rows[0][0] != int64(7) {
		t.Error(rows, err)
	}
}

func TestQueryReadsItsTablesInTheOrderOfTheFile(t *testing.T) {
	var text strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&text, `{"n":%d}`+"\n", i)
	}
	numbers := table(t, "numbers", []ndjson.Column{{Name: "n", Type: ndjson.Bigint}}, text.String())
	s := sealed(t, 256<<20, numbers)
	for range 3 {
		_, rows, err := all(t, s, "SELECT n FROM numbers", "numbers")
		if err != nil || len(rows) != 100_000 {
			t.Fatal(len(rows), err)
		}
		for i, row := range rows {
			if row[0] != int64(i) {
				t.Fatalf("row %d is %v", i, row)
			}
		}
	}
	if open := len(s.sources["numbers"].readings); open != 0 {
		t.Errorf("%d readings left open", open)
	}
}

func TestQueryNeverMixesTwoVersionsOfATable(t *testing.T) {
	line := `{"n":1}` + "\n"
	numbers := table(t, "numbers", []ndjson.Column{{Name: "n", Type: ndjson.Bigint}}, strings.Repeat(line, 100_000))
	s := sealed(t, 256<<20, numbers)
	c, err := begin(t.Context(), s, "SELECT n FROM numbers", "numbers")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if _, err := c.Next(t.Context(), 10, 1000); err != nil {
		t.Fatal(err)
	}
	path := numbers.Files[0].Path
	if err := os.WriteFile(path+".new", []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	_, err = c.Next(t.Context(), 10, 1000)
	if pipeline.KindOf(err) != pipeline.Conflict || strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
}

func TestErrorsOfAQueryTellTheirPlace(t *testing.T) {
	s := sealed(t, 256<<20, table(t, "people", peopleColumns, people))
	for query, want := range map[string]QueryError{
		"SELECT\n nam FROM people":                         {Type: "Binder", Position: 8, Candidates: []string{"Name"}},
		"SELECT 1 +":                                       {Type: "Parser", Position: 10},
		"SELECT 1.5, p.age FROM peopel AS p;":              {Type: "Catalog", Position: 23, Candidates: []string{"people"}},
		"SELECT 1.5, CAST(p.Name AS INT) FROM people AS p": {Type: "Conversion", Position: 12, Running: true},
		"SELECT 1; SELECT 2":                               {Type: "Parser", Position: -1},
	} {
		_, _, err := all(t, s, query, "people")
		var fault *QueryError
		if !errors.As(err, &fault) {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if fault.Type != want.Type || fault.Position != want.Position || fault.Running != want.Running || !slices.Equal(fault.Candidates, want.Candidates) {
			t.Errorf("%s: %+v", query, *fault)
		}
	}
}

func TestSealedEngineHasNoWayOut(t *testing.T) {
	s := sealed(t, 256<<20)
	file := t.TempDir() + "/x"
	for _, query := range []string{
		"SELECT * FROM read_text('/etc/hostname')", "SELECT * FROM '/etc/passwd.csv'", "SELECT * FROM glob('/*')",
		"COPY (SELECT 1) TO '" + file + "'", "ATTACH '" + file + "'", "INSTALL httpfs", "LOAD httpfs", "EXPORT DATABASE '" + file + "'",
		"SET enable_external_access = true", "SET temp_directory = '/tmp'", "SET lock_configuration = false", "RESET ALL", "RESET disabled_filesystems",
		"PRAGMA enable_profiling; SELECT 1", "SELECT * FROM sniff_csv('/etc/passwd')", "SELECT * FROM parquet_metadata('/etc/passwd')", "SELECT getenv('HOME')",
	} {
		if _, _, err := all(t, s, query); err == nil {
			t.Errorf("%s: done", query)
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a file was written")
	}
}
