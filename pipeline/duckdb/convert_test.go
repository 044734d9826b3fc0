package duckdb_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/convert"
	"stedi/pipeline/duckdb"
)

var convertible = &pipeline.Table{Name: "t", Columns: []pipeline.Column{
	{Name: "id", Type: "bigint"}, {Name: "name", Type: "string"}, {Name: "x", Type: "double"}, {Name: "ok", Type: "boolean"}, {Name: "tags", Type: "array<string>"},
}}

func TestParquetBecomesJSONLines(t *testing.T) {
	from := filepath.Join(t.TempDir(), "it's.parquet")
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows := `SELECT 9007199254740993::BIGINT AS id, '08015551212'::BLOB AS name, 1.0::DOUBLE AS x, true AS ok, ['a', 'b'] AS tags UNION ALL SELECT NULL, encode('é"'), -0.5, false, NULL`
	if _, err := db.ExecContext(t.Context(), "COPY ("+rows+") TO '"+strings.ReplaceAll(from, "'", "''")+"' (FORMAT parquet, COMPRESSION snappy)"); err != nil {
		t.Fatal(err)
	}
	wantConverted(t, convert.Parquet, from, `{"id":9007199254740993,"name":"08015551212","x":1.0,"ok":true,"tags":["a","b"]}
{"id":null,"name":"é\"","x":-0.5,"ok":false,"tags":null}
`)
}

func TestCSVBecomesJSONLines(t *testing.T) {
	from := filepath.Join(t.TempDir(), "rows.csv")
	text := "ID,name,x,ok,tags,extra\n" +
		"9007199254740993,08015551212,1.0,TRUE,\"[\"\"a\"\"]\",7\n" +
		"5.7,\"a, \"\"b\"\"\",1e3,false,,\n" +
		"many,,NaN,yes,[,x\n"
	if err := os.WriteFile(from, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	wantConverted(t, convert.CSV, from, `{"ID":9007199254740993,"name":"08015551212","x":1.0,"ok":true,"tags":["a"],"extra":"7"}
{"ID":5.7,"name":"a, \"b\"","x":1000.0,"ok":false,"tags":null,"extra":null}
{"ID":"many","name":null,"x":"NaN","ok":"yes","tags":"[","extra":"x"}
`)
}

func TestDamagedParquetIsAnErrorWithoutValues(t *testing.T) {
	from := filepath.Join(t.TempDir(), "rows.parquet")
	if err := os.WriteFile(from, []byte("PAR1 secret@example.com PAR1"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := duckdb.Convert(t.Context(), convert.Parquet, from, filepath.Join(t.TempDir(), "out.json"), convertible)
	if err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
}

func wantConverted(t *testing.T, format convert.Format, from, want string) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "out.json")
	if err := duckdb.Convert(t.Context(), format, from, to, convertible); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
