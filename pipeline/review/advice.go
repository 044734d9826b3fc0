package review

import (
	"fmt"
	"slices"

	"stedi/pipeline/review/replay"
)

// advise sets the advice of a finding, in place of the feedback of the rubric's
// item, which is about the usual case.
func (f finding) advise(format string, args ...any) finding {
	f.advice = fmt.Sprintf(format, args...)
	return f
}

// mistaken lists the tables upstream of a table whose own jobs are wrong, or are
// missing.
func (j *judge) mistaken(o *replay.Table) string {
	var wrong []string
	seen := map[string]bool{o.Name: true}
	var visit func(o *replay.Table)
	visit = func(o *replay.Table) {
		for _, a := range o.Reads {
			t := j.rubric.table(a.Table)
			if t == nil || seen[t.Name] {
				continue
			}
			seen[t.Name] = true
			up := j.outcome(t)
			if up == nil || len(t.Rows) == 0 {
				continue
			}
			switch own, inherited := j.wrong(t, up); {
			case own && !slices.Contains(wrong, t.Name):
				wrong = append(wrong, t.Name)
			case inherited:
				visit(up)
			}
		}
	}
	if visit(o); wrong == nil {
		return "an upstream table"
	}
	return list(wrong)
}

// wrong reports whether the job of a table is wrong, or only has wrong upstream
// tables.
func (j *judge) wrong(t *RubricTable, o *replay.Table) (own, inherited bool) {
	fails := func(rows *int64) bool { return rows != nil && j.count(t, *rows, "", "").result == Fail }
	switch {
	case len(o.Writers) == 0:
		return true, false
	case o.WouldFail != "":
		return !o.Inherited, o.Inherited
	case !fails(o.Rows):
		return false, false
	}
	own = o.RowsOnRightInputs == nil || fails(o.RowsOnRightInputs)
	return own, !own
}
