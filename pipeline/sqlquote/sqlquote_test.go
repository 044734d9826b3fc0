package sqlquote_test

import (
	"database/sql"
	"strings"
	"testing"
	"unicode/utf8"

	_ "github.com/duckdb/duckdb-go/v2"

	"stedi/pipeline/sqlquote"
)

func TestQuoting(t *testing.T) {
	for _, c := range []struct{ given, ansiName, hiveName, ansiText, hiveText string }{
		{"a", `"a"`, "`a`", `'a'`, `'a'`},
		{"", `""`, "``", `''`, `''`},
		{`a"b`, `"a""b"`, "`a\"b`", `'a"b'`, `'a"b'`},
		{"a`b", "\"a`b\"", "`a``b`", "'a`b'", "'a`b'"},
		{`o'neil`, `"o'neil"`, "`o'neil`", `'o''neil'`, `'o\'neil'`},
		{`a\`, `"a\"`, "`a\\`", `'a\'`, `'a\\'`},
		{"a\x00'", "\"a\x00'\"", "`a\x00'`", `('a' || chr(0) || '''')`, `'a\0\''`},
	} {
		for _, q := range []struct{ what, got, want string }{
			{"ANSI name", sqlquote.ANSI.Name(c.given), c.ansiName},
			{"Hive name", sqlquote.Hive.Name(c.given), c.hiveName},
			{"ANSI text", sqlquote.ANSI.Text(c.given), c.ansiText},
			{"Hive text", sqlquote.Hive.Text(c.given), c.hiveText},
		} {
			if q.got != q.want {
				t.Errorf("%q as %s: %s, want %s", c.given, q.what, q.got, q.want)
			}
		}
	}
}

// FuzzANSI: DuckDB reads back every text and every name that it can hold.
func FuzzANSI(f *testing.F) {
	for _, s := range []string{"a", "", "'", `"`, `\`, "''", "a\x00b", "\x00", "--", "/*", "$$", "é", "a\nb", "'; DROP TABLE t; --"} {
		f.Add(s)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = db.Close() })
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("DuckDB takes UTF-8 only")
		}
		name := "n"
		if s != "" && !strings.Contains(s, "\x00") {
			name = s
		}
		rows, err := db.QueryContext(t.Context(), "SELECT "+sqlquote.ANSI.Text(s)+" AS "+sqlquote.ANSI.Name(name))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		var got string
		columns, err := rows.Columns()
		if err != nil || !rows.Next() || rows.Scan(&got) != nil || rows.Err() != nil {
			t.Fatalf("no row of %q: %v", s, err)
		}
		if got != s || len(columns) != 1 || columns[0] != name {
			t.Errorf("%q is read back as the text %q, and the name %q as %q", s, got, name, columns)
		}
	})
}
