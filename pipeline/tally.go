package pipeline

import "fmt"

// Tally counts checks by result.
type Tally struct {
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Warned  int `json:"warned"` // failed, with the severity warning
	Skipped int `json:"skipped"`
	// NotApplicable is how many of the skipped ones do not concern their table.
	NotApplicable int `json:"not_applicable,omitempty"`
}

// TallyOf counts checks.
func TallyOf(checks []CheckRecord) (t Tally) {
	for _, c := range checks {
		switch {
		case c.State == "pass":
			t.Passed++
		case c.State == "skipped":
			t.Skipped++
			if c.NotApplicable {
				t.NotApplicable++
			}
		case c.Severity == "warning":
			t.Warned++
		default:
			t.Failed++
		}
	}
	return t
}

// CountChecks counts the results of the checks of a run.
func (r *Record) CountChecks() Tally { return TallyOf(r.Checks) }

// FailedOnTables returns how many checks of tables that exist failed, warnings
// aside. The checks of a table that was not built say only that.
func (r *Record) FailedOnTables() (n int) {
	for _, c := range r.Checks {
		if t := r.Table(c.Table); c.State == "fail" && c.Severity != "warning" && (t == nil || !t.Missing) {
			n++
		}
	}
	return n
}

// FailedChecks returns how many checks of a table failed, warnings and the check
// of its count aside.
func (r *Record) FailedChecks(table string) int {
	n := 0
	for _, c := range r.Checks {
		if c.Table == table && c.Check != ExpectedRows && c.State == "fail" && c.Severity != "warning" {
			n++
		}
	}
	return n
}

// Checked returns how many checks were evaluated.
func (t Tally) Checked() int { return t.Passed + t.Failed + t.Warned }

// Open is how many checks were skipped though they concern their table.
func (t Tally) Open() int { return t.Skipped - t.NotApplicable }

// String is, say, "41 checks: 38 passed, 1 failed, 2 warnings, 0 skipped".
func (t Tally) String() string {
	return fmt.Sprintf("%s: %d passed, %d failed, %s, %d skipped",
		Counted(t.Checked()+t.Skipped, "check"), t.Passed, t.Failed, Counted(t.Warned, "warning"), t.Skipped)
}

// Verdict summarizes the results of the checks in one sentence.
func (t Tally) Verdict() string {
	switch {
	case t.Failed > 0:
		return Counted(t.Failed, "check") + " failed."
	case t.Checked() == 0:
		return "Nothing was checked."
	case t.Open() > 0:
		return fmt.Sprintf("No check failed, but %s skipped.", wasSkipped(t.Open()))
	default:
		return "All checks passed."
	}
}

func wasSkipped(n int) string {
	if n == 1 {
		return "1 was"
	}
	return fmt.Sprintf("%d were", n)
}
