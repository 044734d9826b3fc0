package tui

import (
	"cmp"
	"slices"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

// result sums up the count and the checks of a table, managed or not.
type result int

// The results, from unknown to the worst.
const (
	unknown    result = iota
	countRight        // the count is as expected; the checks were not run
	passed
	warned
	inherited // wrong, as is an upstream table
	wrong
)

// look is a result as one character.
func (r result) look(t *ui.Theme) (mark string, style uv.Style) {
	switch r {
	case countRight:
		return "=", t.Good
	case passed:
		return "✓", t.Good
	case warned:
		return "!", t.Warn
	case inherited:
		return "└", t.Bad
	case wrong:
		return "✗", t.Bad
	case unknown:
	}
	return "·", t.Dim
}

// standing is the result of a table, and why it is not good.
type standing struct {
	result
	from string // the first wrong upstream table; "" unless inherited
	why  string // "" if nothing is known to be wrong
}

// standings returns the results of all tables, by table.
func (a *app) standings() map[string]standing {
	all := map[string]standing{}
	if a.lake() == nil || a.view == nil {
		return all
	}
	incomplete := a.incomplete()
	for _, t := range a.lake().Tables { // upstream before downstream
		v := a.table(t.Name)
		if v == nil {
			continue
		}
		s := a.judge(v, incomplete)
		if s.result == wrong {
			if from := a.inheritedFrom(t, all); from != "" {
				s.result, s.from, s.why = inherited, from, "inherited from "+from
			}
		}
		all[t.Name] = s
	}
	return all
}

// incomplete reports whether the data set was identified only with the rejected
// lines of the landing tables, so that fewer rows are no error.
func (a *app) incomplete() bool {
	for i := range a.view.Tables {
		v := &a.view.Tables[i]
		if rows, known := a.rows(v); v.Zone == pipeline.Landing && known && v.Expected != nil && v.Rejected > 0 && rows+v.Rejected == *v.Expected {
			return true
		}
	}
	return false
}

// judge returns the result of a table by itself.
func (a *app) judge(v *survey.TableView, incomplete bool) standing {
	if v.Missing {
		return standing{why: a.failing(v)}
	}
	s := a.ofChecks(v)
	if text := a.lacks(v); text != "" && s.result < warned {
		s = standing{result: warned, why: a.shortage(v, text)}
	}
	count := a.ofCount(v, incomplete)
	if count.result > s.result || count.result == wrong && a.countOnly(v) {
		return count
	}
	return s
}

// ofChecks is the result of the checks alone.
func (a *app) ofChecks(v *survey.TableView) standing {
	switch v.Verdict {
	case survey.Pass:
		return standing{result: passed}
	case survey.Warn:
		return standing{result: warned, why: a.failing(v)}
	case survey.Wrong:
		return standing{result: wrong, why: a.failing(v)}
	case survey.Unchecked:
	}
	return standing{}
}

// ofCount is the result of the count alone.
func (a *app) ofCount(v *survey.TableView, incomplete bool) standing {
	rows, known := a.rows(v)
	if !known || v.Expected == nil {
		return standing{}
	}
	off := offBy(rows, *v.Expected)
	switch {
	case rows == *v.Expected:
		return standing{result: countRight}
	case rows+v.Rejected == *v.Expected:
		return standing{result: warned, why: a.shortage(v, off)}
	case v.Stale != "":
		return standing{result: warned, why: off + "; stale: " + v.Stale}
	case incomplete && rows < *v.Expected:
		return standing{result: warned, why: off + "; rejected lines are left out"}
	default:
		return standing{result: wrong, why: off}
	}
}

// countOnly reports whether the count is all that fails.
func (a *app) countOnly(v *survey.TableView) bool {
	return !slices.ContainsFunc(v.Failing, func(c pipeline.CheckRecord) bool {
		return c.Severity != "warning" && c.Check != pipeline.ExpectedRows
	})
}

func offBy(rows, expected int64) string {
	return ui.Count(rows) + " rows, expected " + ui.Count(expected) + ": " + signed(rows-expected)
}

// failing describes the first check that failed.
func (a *app) failing(v *survey.TableView) string {
	if len(v.Failing) == 0 {
		return ""
	}
	if rows, known := a.rows(v); v.Failing[0].Check == pipeline.ExpectedRows && known && v.Expected != nil {
		return a.shortage(v, offBy(rows, *v.Expected))
	}
	return a.breach(&v.Failing[0])
}

// breach describes a failed check: its name, how many rows fail, and what was
// found, or the rule.
func (a *app) breach(r *pipeline.CheckRecord) string {
	text := shortName(r)
	if r.Failing > 0 {
		text += ", " + ui.Plural(r.Failing, "row", "rows")
	}
	return text + ": " + ui.Printable(oneLine(a.foundBy(r)))
}

// foundBy returns what a failed check found, or its rule if it says no more.
func (a *app) foundBy(r *pipeline.CheckRecord) string {
	if text := a.messageOf(r); text != "" {
		return text
	}
	if r.Severity == "warning" {
		return a.ruleOf(r) // it says what the rows are
	}
	return "rule: " + a.ruleOf(r)
}

// oneLine joins the lines of a text to one sentence.
func oneLine(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.Join(strings.Fields(line), " ")
		switch before := b.String(); {
		case line == "":
			continue
		case before == "":
		case strings.ContainsAny(before[len(before)-1:], ":;.,"):
			b.WriteByte(' ')
		default:
			b.WriteString("; ")
		}
		b.WriteString(line)
	}
	return b.String()
}

// shortage describes the rejected lines of a table, beside the known data set
// that is nearest.
func (a *app) shortage(v *survey.TableView, text string) string {
	rows, known := a.rows(v)
	if v.Rejected == 0 || !known {
		return text
	}
	text = ui.Count(rows) + " + " + ui.Count(v.Rejected) + " rejected"
	want, near := a.nearest()[v.Table]
	if v.Expected != nil {
		want, near = *v.Expected, true
	}
	if near {
		text += "; the nearest known data set has " + ui.Count(want)
	}
	return text
}

// nearest returns the counts of the known data set that is the most like the
// landing tables; nil if none is.
func (a *app) nearest() map[string]int64 {
	rows := map[string]int64{}
	for i := range a.view.Tables {
		v := &a.view.Tables[i]
		if n, known := a.rows(v); v.Zone == pipeline.Landing && known {
			rows[v.Table] = n + v.Rejected
		}
	}
	return a.lake().Nearest(rows)
}

// inheritedFrom returns the first wrong upstream table of a wrong table, or "".
// What the diagnosis says counts more than the results of the upstream tables.
func (a *app) inheritedFrom(t *pipeline.Table, known map[string]standing) string {
	if found := a.diagnosis(t.Name); found != nil {
		switch {
		case found.State == diagnose.Inherited && len(found.InheritedFrom) > 0:
			return found.InheritedFrom[0]
		case found.State == diagnose.Wrong:
			return ""
		}
	}
	if t.IsLanding() {
		return ""
	}
	for _, name := range t.Transform.Inputs {
		if up := known[name]; a.lake().Table(name) != nil && !a.lake().Table(name).IsLanding() {
			switch up.result {
			case wrong:
				return name
			case inherited:
				return up.from
			case unknown, countRight, passed, warned:
			}
		}
	}
	return ""
}

// badge returns who built a table, or in what state it is otherwise: as one
// character and in words. It says nothing about the result.
func (a *app) badge(v *survey.TableView) (mark, words string, style uv.Style) {
	switch {
	case v.Missing && v.Zone == pipeline.Landing:
		return "–", "no data", a.Theme.Dim
	case v.Missing:
		return "–", "not built", a.Theme.Dim
	case v.Origin == pipeline.Modified:
		return "≠", "modified", a.Theme.Bad
	case v.Stale != "":
		return "◌", "stale", a.Theme.Warn
	case v.Origin == pipeline.Unmanaged:
		return "◇", "elsewhere", a.Theme.Dim
	default:
		return " ", "", a.Theme.Dim
	}
}

// shortName is the name of a check without that of its table.
func shortName(r *pipeline.CheckRecord) string {
	return strings.ReplaceAll(strings.TrimPrefix(r.Check, r.Table+"_"), "_", " ")
}

// builtIn are the rules of the checks of every lake.
var builtIn = map[string]string{
	pipeline.Readable:     "Every line of the table can be read.",
	"unchanged":           "The table is as stedi published it.",
	"fresh":               "The table is not older than its upstream tables.",
	"columns":             "The table has the columns of its definition.",
	"personal_data":       "The table holds no personal data.",
	pipeline.ExpectedRows: "The table has as many rows as this data set gives.",
}

// ruleOf returns the rule of a check in words.
func (a *app) ruleOf(r *pipeline.CheckRecord) string {
	if rule := a.definition(r); rule != nil {
		return rule.Doc
	}
	return cmp.Or(builtIn[r.Check], r.Message)
}

// messageOf returns what a check found beyond its rule.
func (a *app) messageOf(r *pipeline.CheckRecord) string {
	return strings.TrimSpace(strings.TrimPrefix(r.Message, a.ruleOf(r)))
}

// definition returns the check in the lake's definition for a record, or nil if
// it is a built-in check.
func (a *app) definition(r *pipeline.CheckRecord) *pipeline.Check {
	if r == nil || a.lake() == nil {
		return nil
	}
	i := slices.IndexFunc(a.lake().Checks, func(k *pipeline.Check) bool { return k.Name == r.Check })
	if i < 0 {
		return nil
	}
	return a.lake().Checks[i]
}
