package pipeline_test

import (
	"testing"

	"stedi/pipeline"
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
