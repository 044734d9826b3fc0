package duckdb

import (
	"testing"

	"stedi/pipeline/check"
)

// A check with a function whose result changes by itself must not be cached.
func TestChecksWithFunctionsThatChangeAreNotCached(t *testing.T) {
	e := open(t, Options{})
	conn, err := e.session(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := conn.QueryContext(t.Context(), "SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability <> 'CONSISTENT' AND function_name NOT LIKE 'stedi_%'")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	n := 0
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		n++
		if check.Repeats("SELECT t.a FROM t WHERE t.a = " + name + "()") {
			t.Errorf("%s() changes, and the check would be cached", name)
		}
	}
	if err := rows.Err(); err != nil || n < 10 {
		t.Errorf("%d functions, %v", n, err)
	}
}
