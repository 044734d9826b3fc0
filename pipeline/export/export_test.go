package export

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"stedi/pipeline"
	"stedi/pipeline/printable"
)

var columns = []pipeline.ResultColumn{
	{Name: "z", Type: "VARCHAR"},
	{Name: "n", Type: "BIGINT"},
	{Name: "i", Type: "INTEGER"},
	{Name: "x", Type: "DOUBLE"},
	{Name: "b", Type: "BOOLEAN"},
	{Name: "d", Type: "DECIMAL(9,2)"},
	{Name: "min(a, b)", Type: "HUGEINT"},
	{Name: "Z", Type: "VARCHAR"},
}

var rows = [][]any{
	{"Ann", int64(math.MinInt64), int64(math.MaxInt32), 0.1, true, "1.50", "170141183460469231731687303715884105727", ""},
	{nil, nil, nil, nil, nil, nil, nil, nil},
	{"=HYPERLINK(\"http://example.com\")", int64(0), int64(-1), math.Inf(-1), false, "-2.00", "0", "\x1b[2J\x00\u202e|`\n"},
	{"日本", int64(7), int64(7), math.NaN(), true, "0.00", "7", "a,\"b\""},
}

// written writes rows in a format.
func written(tb testing.TB, format Format, columns []pipeline.ResultColumn, rows ...[]any) string {
	tb.Helper()
	var b bytes.Buffer
	w := NewWriter(&b, format, columns)
	for _, row := range rows {
		if err := w.Row(row); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.End(); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// readParquet reads a Parquet file with an independent engine.
func readParquet(tb testing.TB, content string) (names, types []string, rows [][]any) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "rows.parquet")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	result, err := db.QueryContext(tb.Context(), fmt.Sprintf("SELECT * FROM read_parquet('%s')", path))
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = result.Close() }()
	found, err := result.ColumnTypes()
	if err != nil {
		tb.Fatal(err)
	}
	for _, c := range found {
		names, types = append(names, c.Name()), append(types, c.DatabaseTypeName())
	}
	for result.Next() {
		row := make([]any, len(names))
		into := make([]any, len(names))
		for i := range row {
			into[i] = &row[i]
		}
		if err := result.Scan(into...); err != nil {
			tb.Fatal(err)
		}
		rows = append(rows, row)
	}
	if err := result.Err(); err != nil {
		tb.Fatal(err)
	}
	return names, types, rows
}

func TestParquetIsReadByDuckDB(t *testing.T) {
	names, types, got := readParquet(t, written(t, Parquet, columns, rows...))
	if want := "z n i x b d min(a, b) Z_2"; strings.Join(names, " ") != want {
		t.Errorf("columns %v", names)
	}
	if want := "VARCHAR BIGINT INTEGER DOUBLE BOOLEAN VARCHAR VARCHAR VARCHAR"; strings.Join(types, " ") != want {
		t.Errorf("types %v", types)
	}
	for r, row := range rows {
		for i, want := range row {
			if n, ok := want.(int64); ok && types[i] == "INTEGER" {
				want = int32(n)
			}
			if fmt.Sprint(got[r][i]) != fmt.Sprint(want) || reflect.TypeOf(got[r][i]) != reflect.TypeOf(want) {
				t.Errorf("row %d, column %s: %v (%T), not %v (%T)", r, names[i], got[r][i], got[r][i], want, want)
			}
		}
	}
}

func TestParquetOfNoRowsHasItsColumns(t *testing.T) {
	names, _, got := readParquet(t, written(t, Parquet, columns))
	if len(names) != len(columns) || len(got) > 0 {
		t.Errorf("%v, %v", names, got)
	}
}

func TestParquetGroupsOfRowsAreBounded(t *testing.T) {
	many := make([][]any, groupRows+5)
	for i := range many {
		many[i] = []any{int64(i)}
	}
	column := []pipeline.ResultColumn{{Name: "n", Type: "BIGINT"}}
	_, _, got := readParquet(t, written(t, Parquet, column, many...))
	if len(got) != len(many) || got[groupRows][0] != int64(groupRows) {
		t.Errorf("%d rows", len(got))
	}
	var b bytes.Buffer
	w := newParquetRows(&b, []pipeline.ResultColumn{{Name: "s", Type: "VARCHAR"}})
	for range 20 {
		if err := w.Row([]any{strings.Repeat("x", 1<<20)}); err != nil {
			t.Fatal(err)
		}
		if w.bytes > groupBytes {
			t.Errorf("%d bytes are held", w.bytes)
		}
	}
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	if _, _, got := readParquet(t, b.String()); len(got) != 20 {
		t.Errorf("%d rows", len(got))
	}
}

func TestValuesThatAreNotOfTheirColumnAreRefused(t *testing.T) {
	for _, v := range []any{"x", 1.5, int64(1 << 40), 7} {
		w := newParquetRows(&bytes.Buffer{}, []pipeline.ResultColumn{{Name: "i", Type: "INTEGER"}})
		if err := w.Row([]any{v}); err == nil {
			t.Errorf("%T is taken for an integer", v)
		}
	}
}

func TestEachFormatSaysTheSame(t *testing.T) {
	records, err := csv.NewReader(strings.NewReader(written(t, CSV, columns, rows...))).ReadAll()
	if err != nil || len(records) != 1+len(rows) {
		t.Fatalf("%v, %v", records, err)
	}
	if cell := records[3][0]; cell != `'=HYPERLINK("http://example.com")` {
		t.Errorf("a formula: %q", cell)
	}
	if cell := records[3][2]; cell != "-1" {
		t.Errorf("a negative number: %q", cell)
	}
	var objects []map[string]any
	if err := json.Unmarshal([]byte(written(t, JSON, columns, rows...)), &objects); err != nil || len(objects) != len(rows) || objects[2]["Z"] != rows[2][7] || objects[1]["n"] != nil {
		t.Errorf("%v, %v", objects, err)
	}
	lines := strings.Split(strings.TrimSuffix(written(t, NDJSON, columns, rows...), "\n"), "\n")
	if len(lines) != len(rows) || !json.Valid([]byte(lines[3])) {
		t.Errorf("%q", lines)
	}
	table := written(t, Markdown, columns, rows...)
	if strings.Count(table, "\n") != 2+len(rows) || strings.Count(strings.Split(table, "\n")[4], " | ") != len(columns)-1 {
		t.Errorf("%s", table)
	}
	for _, format := range []Format{JSON, NDJSON, Markdown} {
		for _, r := range written(t, format, columns, rows...) {
			if r != '\n' && printable.Hostile(r) {
				t.Errorf("%s lets %U through", format, r)
			}
		}
	}
}

func TestNoRowsAreStillADocument(t *testing.T) {
	for format, want := range map[Format]string{
		JSON: "[]\n", NDJSON: "", CSV: "z\n", Markdown: "| z |\n| --- |\n",
	} {
		if got := written(t, format, columns[:1]); got != want {
			t.Errorf("%s: %q", format, got)
		}
	}
}

func FuzzJSON(f *testing.F) {
	f.Add("a\x00\u2028<&>\xff\"\\", 1e-7)
	f.Add("plain", 123456789.125)
	f.Fuzz(func(t *testing.T, s string, x float64) {
		for _, v := range []any{s, x, int64(x)} {
			if got := string(appendJSON(nil, v)); got != string(safeJSON(v)) {
				t.Errorf("%v: %s on the short way, %s on the long one", v, got, safeJSON(v))
			}
		}
	})
}

func TestColumnsOfTheSameNameAreAllInJSON(t *testing.T) {
	var same []pipeline.ResultColumn
	for _, name := range []string{"a", "A", "a", "a_2", "a"} {
		same = append(same, pipeline.ResultColumn{Name: name, Type: "BIGINT"})
	}
	row := []any{int64(1), int64(2), int64(3), int64(4), int64(5)}
	const want = `{"a":1,"A":2,"a_2":3,"a_2_2":4,"a_3":5}`
	for _, format := range []Format{JSON, NDJSON} {
		if got := written(t, format, same, row); !strings.Contains(got, want) {
			t.Errorf("%s: %s", format, got)
		}
	}
}
