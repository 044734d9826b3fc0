package duckdb

import (
	"testing"

	"stedi/pipeline"
)

// A check that only watches columns of a large kept table is evaluated on their
// distinct values, and on the rows if these break it.
func TestAWatchingCheckCountsTheRowsThatFail(t *testing.T) {
	e, err := Open(t.Context(), Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close() //nolint:errcheck // the engine of a test
	for _, q := range []string{
		"CREATE TEMP TABLE readings AS SELECT range // 100 AS device FROM range(200000)",
		"CREATE TEMP TABLE known AS SELECT range AS device FROM range(2000)",
	} {
		if err := e.exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	e.kept["readings"], e.kept["known"] = 200000, 2000
	inputs := []pipeline.Input{{Table: &pipeline.Table{Name: "readings"}}, {Table: &pipeline.Table{Name: "known"}}}
	for text, want := range map[string]int64{
		"SELECT r.device FROM readings AS r LEFT JOIN known AS k ON k.device = r.device WHERE k.device IS NULL":              0,
		"SELECT readings.device FROM readings LEFT JOIN known AS k ON k.device = readings.device + 1 WHERE k.device IS NULL": 100,
		"SELECT r.device FROM readings AS r WHERE r.device < 5":                                                              500,
	} {
		parsed, err := e.Parse(t.Context(), text)
		if err != nil || len(parsed.Watch["readings"]) != 1 {
			t.Fatalf("%s: it watches %v: %v", text, parsed.Watch, err)
		}
		found, err := e.Check(t.Context(), &pipeline.Check{Table: "readings", SQL: text, Watch: parsed.Watch["readings"]}, inputs)
		if err != nil || found.Rows != want {
			t.Errorf("%s: %d rows, not %d: %v", text, found.Rows, want, err)
		}
	}
	if tables := e.values["readings"]; len(tables) != 1 {
		t.Errorf("distinct values are in %v", tables)
	}
	if err := e.Forget(t.Context(), "readings"); err != nil || len(e.values) != 0 {
		t.Errorf("after Forget: %v, %v", e.values, err)
	}
}
