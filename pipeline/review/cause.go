package review

import (
	"context"
	"slices"
	"strings"

	"stedi/pipeline/printable"
	"stedi/pipeline/review/replay"
)

// findMistakes finds the known mistakes that tables fit whose own jobs give
// wrong rows.
func (j *judge) findMistakes(ctx context.Context) {
	if j.in.Mistakes == nil || j.in.Outcome == nil || !j.known() {
		return
	}
	for i := range j.rubric.Tables {
		t := &j.rubric.Tables[i]
		o := j.outcome(t)
		if o == nil || len(t.Rows) == 0 || !j.ownCount(t, o) {
			continue
		}
		if fit := j.in.Mistakes(ctx, o); len(fit) == 1 { // of several, none is known to be the cause
			j.mistakes[t.Name] = fit[0]
		}
	}
}

// ownCount reports whether the job of a table gives wrong rows on right upstream
// tables.
func (j *judge) ownCount(t *RubricTable, o *replay.Table) bool {
	return o.RowsOnRightInputs != nil && j.count(t, *o.RowsOnRightInputs, "", "").result == Fail
}

// outerJoins are the kinds of joins that keep rows without a match.
var outerJoins = []string{"left", "right", "full"}

// caused adds the likely cause to a finding about wrong rows: the known mistake
// that gives as many, or a join that is not that of the rubric.
func (j *judge) caused(t *RubricTable, o *replay.Table, f finding) finding {
	if f.result != Fail || !j.ownCount(t, o) {
		return f
	}
	if m := j.mistakes[t.Name]; m != nil {
		rows := printable.Thousands(*o.RowsOnRightInputs)
		if o.Rows != nil && *o.Rows != *o.RowsOnRightInputs {
			f.message += "; on the right upstream tables it gives " + rows + ", as does the mistake \"" + m.Title + "\""
		} else {
			f.message += "; the mistake \"" + m.Title + "\" also gives " + rows
		}
		return f.advise("%s", m.Fix)
	}
	if len(t.Reads) < 2 || len(t.Keys) == 0 {
		return f
	}
	tables, keys := strings.Join(t.Reads, " and "), strings.Join(t.Keys, " = ")
	outer := slices.IndexFunc(o.Joins, func(join replay.Join) bool { return slices.Contains(outerJoins, join.Kind) })
	switch {
	case len(o.Joins) == 0:
		f.message += "; the job joins nothing"
	case !keyed(t, o):
		f.message += "; no join on " + keys + " was found"
	case outer >= 0 && *o.RowsOnRightInputs > t.Rows[0]:
		f.message += "; a " + o.Joins[outer].Kind + " join keeps rows without a match"
	default:
		return f
	}
	return f.advise("Use the inner join of %s on %s.", tables, keys)
}
