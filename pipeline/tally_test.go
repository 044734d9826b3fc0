package pipeline_test

import (
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/check"
)

func TestATallyCountsEachResultAndClaimsNoMore(t *testing.T) {
	pass, fail := pipeline.CheckRecord{State: "pass", Severity: "error"}, pipeline.CheckRecord{State: "fail", Severity: "error"}
	warn, skip := pipeline.CheckRecord{State: "fail", Severity: "warning"}, pipeline.CheckRecord{State: "skipped", Severity: "error"}
	for _, c := range []struct {
		checks        []pipeline.CheckRecord
		text, verdict string
	}{
		{nil, "0 checks: 0 passed, 0 failed, 0 warnings, 0 skipped", "Nothing was checked."},
		{[]pipeline.CheckRecord{skip, skip}, "2 checks: 0 passed, 0 failed, 0 warnings, 2 skipped", "Nothing was checked."},
		{[]pipeline.CheckRecord{pass}, "1 check: 1 passed, 0 failed, 0 warnings, 0 skipped", "All checks passed."},
		{[]pipeline.CheckRecord{pass, warn}, "2 checks: 1 passed, 0 failed, 1 warning, 0 skipped", "All checks passed."},
		{[]pipeline.CheckRecord{pass, skip}, "2 checks: 1 passed, 0 failed, 0 warnings, 1 skipped", "No check failed, but 1 was skipped."},
		{[]pipeline.CheckRecord{pass, skip, skip}, "3 checks: 1 passed, 0 failed, 0 warnings, 2 skipped", "No check failed, but 2 were skipped."},
		{[]pipeline.CheckRecord{pass, fail, warn, warn, skip}, "5 checks: 1 passed, 1 failed, 2 warnings, 1 skipped", "1 check failed."},
		{[]pipeline.CheckRecord{fail, fail}, "2 checks: 0 passed, 2 failed, 0 warnings, 0 skipped", "2 checks failed."},
	} {
		tally := pipeline.TallyOf(c.checks)
		if tally.String() != c.text || tally.Verdict() != c.verdict {
			t.Errorf("got %q and %q, want %q and %q", tally, tally.Verdict(), c.text, c.verdict)
		}
	}
}

func TestATableThatIsMissingOrStaleFails(t *testing.T) {
	w := newWorld(t, with(ordersChecks))
	inspect := func(options check.InspectOptions) *pipeline.Record {
		t.Helper()
		record, _ := check.Evaluate(t.Context(), w.runner, options)
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
	if _, err := w.run(t, pipeline.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	w.write(t, "people/landing/more.json", "{\"id\":9,\"name\":\"Zoe\"}\n")
	for _, allow := range []bool{false, true} {
		record = inspect(check.InspectOptions{AllowMissing: allow})
		if c := checkOf(t, record, "fresh", "known"); record.ExitCode != 1 || c.State != "fail" {
			t.Errorf("a stale table: exit %d, %+v", record.ExitCode, c)
		}
	}
}
