package duckdb

import "testing"

func TestNumbersThatAreTooLargeStayInfinite(t *testing.T) {
	e := open(t, Options{})
	for sql, want := range map[string]string{
		"SELECT CAST(1e400 AS VARCHAR)":                                        "inf",
		"SELECT CAST(-1e400 AS VARCHAR)":                                       "-inf",
		"SELECT CAST(1e400 AS VARCHAR) AS \"a\"\"Infinity\"":                   "inf",
		"SELECT 'Infinity\" 1e999 \\' || CAST(1e999 - 1 AS VARCHAR)":           "Infinity\" 1e999 \\inf",
		"WITH a AS (SELECT 1e400 AS x) SELECT CAST(2 < a.x AS VARCHAR) FROM a": "true",
	} {
		parsed, err := e.parse(t.Context(), sql)
		if err != nil {
			t.Fatal(sql, err)
		}
		text, err := e.unparse(t.Context(), parsed.root())
		if err != nil {
			t.Fatal(sql, err)
		}
		for _, query := range []string{sql, text} {
			var got string
			if err := e.row(t.Context(), query, &got); err != nil || got != want {
				t.Errorf("%s: %q, %v; want %q", query, got, err, want)
			}
		}
	}
}
