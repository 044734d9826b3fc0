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

// A check that reads a table only as a set of values reads those that an earlier
// check has found. Its own rows are counted as they are.
func TestASetOfValuesThatIsKnownIsReadInPlaceOfTheRows(t *testing.T) {
	e, err := Open(t.Context(), Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close() //nolint:errcheck // the engine of a test
	for _, q := range []string{
		"CREATE TEMP TABLE readings AS SELECT range // 100 AS device, range AS n FROM range(200000)",
		"CREATE TEMP TABLE known AS SELECT range // 2 AS device FROM range(4010)",
	} {
		if err := e.exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	e.kept["readings"], e.kept["known"] = 200000, 4010
	inputs := []pipeline.Input{{Table: &pipeline.Table{Name: "readings"}}, {Table: &pipeline.Table{Name: "known"}}}
	check := func(table, text string) int64 {
		t.Helper()
		parsed, err := e.Parse(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		rule := &pipeline.Check{Table: table, SQL: text, Watch: parsed.Watch[table], Reads: parsed.Reads, Sets: parsed.Sets}
		found, err := e.Check(t.Context(), rule, inputs)
		if err != nil {
			t.Fatal(err)
		}
		return found.Rows
	}
	const set = "SELECT k.device FROM known AS k LEFT JOIN (SELECT DISTINCT r.device FROM readings AS r) AS d ON d.device = k.device WHERE d.device IS NULL"
	want := check("known", set) // no values are known yet
	check("readings", "SELECT r.device FROM readings AS r LEFT JOIN known AS k ON k.device = r.device WHERE k.device IS NULL")
	if err := e.exec(t.Context(), "DELETE FROM readings"); err != nil { // only the values are left
		t.Fatal(err)
	}
	if got := check("known", set); got != want || got != 10 {
		t.Errorf("%d rows, then %d", want, got)
	}
	if got := check("known", "SELECT k.device FROM known AS k LEFT JOIN readings AS d ON d.device = k.device WHERE d.device IS NULL"); got != 4010 {
		t.Errorf("rows that are no set: %d rows", got)
	}
}
