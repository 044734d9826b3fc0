package check_test

import (
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/definition"
	"stedi/pipeline/laketest"
)

var ordersChecks = map[string]string{
	"checks/known_names.sql": "-- table: known\n-- severity: error\n-- guard\n-- Everybody known has a name.\nSELECT k.id FROM known AS k WHERE k.name IS NULL OR k.name = ''",
	"checks/cheap.sql":       "-- table: bought\n-- severity: warning\n-- An order is small.\nSELECT 'total looks like cents' AS message FROM bought AS b WHERE b.total < 2",
	"checks/no_names.sql":    "-- table: names\n-- severity: error\n-- forbidden: id\n-- No number goes with a name.\nSELECT n.name FROM names AS n WHERE n.name LIKE '%1%'",
}

// checkOf returns the record of a check by its name and table.
func checkOf(t *testing.T, record *pipeline.Record, name, table string) pipeline.CheckRecord {
	t.Helper()
	for _, c := range record.Checks {
		if c.Check == name && c.Table == table {
			return c
		}
	}
	t.Fatalf("there is no check %s of %s in %+v", name, table, record.Checks)
	return pipeline.CheckRecord{}
}

func TestWarningsAreReportedAndDoNotFailARun(t *testing.T) {
	w := laketest.New(t, laketest.OrdersWith(ordersChecks))
	record, err := w.Run(t, pipeline.RunOptions{Check: true})
	if err != nil || record.ExitCode != 0 {
		t.Fatalf("it ends with %v, %d", err, record.ExitCode)
	}
	if c := checkOf(t, record, "cheap", "bought"); c.State != "fail" || c.Failing != 1 || c.Message != "An order is small. total looks like cents" {
		t.Errorf("got %+v", c)
	}
	for name, table := range map[string]string{"known_names": "known", "no_names": "names", "unchanged": "bought", "fresh": "turnover", "readable": "people"} {
		if c := checkOf(t, record, name, table); c.State != "pass" {
			t.Errorf("got %+v", c)
		}
	}
}

func TestAGuardStopsWhatBreaksItBeforeItIsPublished(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"by a row", "-- table: known\n-- severity: error\n-- guard\n-- No Ann.\nSELECT k.id FROM known AS k WHERE k.name = 'Ann'"},
		{"by a column", "-- table: known\n-- severity: error\n-- guard\n-- forbidden: NAME\n-- No names.\nSELECT k.id FROM known AS k WHERE k.id < 0"},
		{"by another table", "-- table: known\n-- severity: error\n-- guard\n-- Only buyers.\nSELECT k.id FROM known AS k WHERE k.id NOT IN (SELECT o.person FROM orders AS o)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := laketest.New(t, laketest.OrdersWith(map[string]string{"checks/rule.sql": c.text}))
			record, err := w.Run(t, pipeline.RunOptions{})
			if pipeline.KindOf(err) != pipeline.BadData || !strings.Contains(err.Error(), "guard rule failed") {
				t.Fatalf("it ends with %v", err)
			}
			if got := laketest.States(record); !strings.Contains(got, "known failed") || !strings.Contains(got, "names skipped") {
				t.Errorf("got %s", got)
			}
			if text := w.Read(t, "people/trusted/part-00000.json"); text != "" {
				t.Errorf("published: %s", text)
			}
			// The same world without the check succeeds, so no unfinished work
			// was left.
			w.Runner.Lake.Checks = nil
			if _, err := w.Run(t, pipeline.RunOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestInspectionIncludesTablesThatOthersBuilt(t *testing.T) {
	w := laketest.New(t, laketest.OrdersWith(ordersChecks))
	if _, err := w.Run(t, pipeline.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	inspect := func() *pipeline.Record {
		record, err := check.Evaluate(t.Context(), w.Runner, check.InspectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return record
	}
	if record := inspect(); record.ExitCode != 0 || record.Table("turnover").Rows != 1 {
		t.Errorf("a whole lake: %+v", record)
	}
	w.Write(t, "people/trusted/part-00000.json", "{\"id\":1,\"name\":\"\"}\n{\"id\":2,\"name\":3}\n")
	record := inspect()
	if record.ExitCode != 1 || record.Table("known").Rows != 1 {
		t.Errorf("an edited table: exit %d, %+v", record.ExitCode, record.Table("known"))
	}
	for name, failing := range map[string]int64{"unchanged": 1, "readable": 1, "known_names": 1} {
		if c := checkOf(t, record, name, "known"); c.State != "fail" || c.Failing != failing {
			t.Errorf("got %+v", c)
		}
	}
	only, err := check.Evaluate(t.Context(), w.Runner, check.InspectOptions{Tables: []string{"names"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range only.Checks {
		if c.Table != "names" {
			t.Errorf("not asked for: %+v", c)
		}
	}
	if _, err := check.Evaluate(t.Context(), w.Runner, check.InspectOptions{Tables: []string{"nams"}}); pipeline.KindOf(err) != pipeline.BadUsage {
		t.Errorf("an unknown table gives %v", err)
	}
}

func TestAnInspectionLeavesNoTrace(t *testing.T) {
	w := laketest.New(t, laketest.OrdersWith(ordersChecks))
	w.Fault = nil
	if _, err := check.Evaluate(t.Context(), w.Runner, check.InspectOptions{}); err != nil {
		t.Fatal(err)
	}
	if text := w.Read(t, ".stedi/history.json"); text != "" {
		t.Error("it wrote into the lake")
	}
}

func TestCheckFaultsHaveAFileAndALine(t *testing.T) {
	for says, text := range map[string]string{
		`table of the lake, not ""`:     "-- severity: error\nSELECT 1 AS one",
		`"-- severity: error"`:          "-- table: known\nSELECT 1 AS one",
		"reads turnover, which is not":  "-- table: known\n-- severity: error\n-- guard\nSELECT t.person FROM turnover AS t",
		"a guard needs a derived table": "-- table: people\n-- severity: error\n-- guard\nSELECT p.id FROM people AS p",
		`reads "nobody"`:                "-- table: known\n-- severity: error\nSELECT n.id FROM nobody AS n",
		`"nam"`:                         "-- table: known\n-- severity: error\nSELECT k.nam FROM known AS k",
	} {
		_, err := definition.Load(t.Context(), laketest.OrdersWith(map[string]string{"checks/rule.sql": text}), nil, laketest.Engine(t))
		if err == nil || !strings.HasPrefix(err.Error(), "checks/rule.sql") || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want checks/rule.sql … %s", err, says)
		}
	}
}

func TestATableThatIsMissingOrStaleFails(t *testing.T) {
	w := laketest.New(t, laketest.OrdersWith(ordersChecks))
	inspect := func(options check.InspectOptions) *pipeline.Record {
		t.Helper()
		record, _ := check.Evaluate(t.Context(), w.Runner, options)
		return record
	}
	record := inspect(check.InspectOptions{})
	if c := checkOf(t, record, "readable", "bought"); record.ExitCode != 1 || c.State != "fail" || c.Failing != 0 {
		t.Errorf("nothing was built: exit %d, %+v", record.ExitCode, c)
	}
	if record := inspect(check.InspectOptions{Tables: []string{"PEOPLE"}}); record.ExitCode != 0 || record.Tally.Passed == 0 {
		t.Errorf("a landing table alone: %+v", record)
	}
	if record := inspect(check.InspectOptions{AllowMissing: true}); record.ExitCode != 0 || record.Tally.Failed != 0 || record.Tally.Skipped == 0 {
		t.Errorf("missing tables are allowed: %+v", record)
	}
	if record := inspect(check.InspectOptions{Tables: []string{"bought"}, AllowMissing: true}); record.ExitCode != 1 || record.Status != "data_failed" {
		t.Errorf("nothing was checked: %+v", record)
	}
	if _, err := w.Run(t, pipeline.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	w.Write(t, "people/landing/more.json", "{\"id\":9,\"name\":\"Zoe\"}\n")
	for _, allow := range []bool{false, true} {
		record = inspect(check.InspectOptions{AllowMissing: allow})
		if c := checkOf(t, record, "fresh", "known"); record.ExitCode != 1 || c.State != "fail" {
			t.Errorf("a stale table: exit %d, %+v", record.ExitCode, c)
		}
	}
}
