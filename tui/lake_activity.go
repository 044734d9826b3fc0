package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

// drawActivity lists the newest runs.
func (l *lakeView) drawActivity(p ui.Pane) {
	in := p.Box(l.Theme, "ACTIVITY", l.panes.At == activityPane)
	if len(l.recent()) == 0 {
		l.runs.Mouse(p)
	}
	if l.view == nil {
		return
	}
	if len(l.view.Runs) == 0 {
		in.Cut(1, 0, in.Width()-2, l.Theme.Dim, "no runs yet: "+ui.KeyOf(l.actions(), "run-all")+" runs all")
		return
	}
	runs := ui.Plural(int64(len(l.view.Runs)), "run", "runs")
	if l.view.Older {
		runs = "the newest " + runs
	}
	p.Note(l.Theme.Dim, runs)
	l.runs.Draw(p, in, len(l.view.Runs), func(r ui.Row) { l.drawRun(r.Pane, l.view.Runs[r.N], r.Back) })
}

func (a *app) drawRun(p ui.Pane, r *pipeline.Record, back uv.Style) {
	t := a.Theme
	when := r.Started.In(a.options.Zone)
	layout := "15:04:05"
	if now := a.now(); when.YearDay() != now.YearDay() || when.Year() != now.Year() {
		layout = "Jan 02 15:04"
	}
	x := p.Text(1, 0, ui.Over(t.Dim, back), when.Format(layout))
	x = p.Text(x+1, 0, ui.Over(a.markStyle(r), back), runMark(r))
	took := ui.Span(r.Seconds)
	p.TextRight(p.Width()-1, 0, ui.Over(t.Dim, back), took)
	p.Cut(x+1, 0, p.Width()-x-ui.Width(took)-4, ui.Over(t.Text, back), runText(r))
}

func (a *app) markStyle(r *pipeline.Record) uv.Style {
	switch r.Status {
	case "ok":
		return a.Theme.Good
	case "running":
		return a.Theme.Busy
	case "cancelled":
		return a.Theme.Warn
	default:
		return a.Theme.Bad
	}
}

// openVerdict shows the check results of the selected table.
func (l *lakeView) openVerdict() tea.Cmd {
	v := l.table(l.list.Key)
	if v == nil {
		return nil
	}
	return l.Open(&ui.Reader{Kit: l.Kit, Head: "CHECKS of " + l.list.Key, Lines: func() []ui.StyledLine { return l.verdictLines(v) }})
}

func (l *lakeView) verdictLines(v *survey.TableView) []ui.StyledLine {
	t := l.Theme
	var lines []ui.StyledLine
	if v.Origin == pipeline.Unmanaged {
		lines = append(lines, ui.StyledLine{{Style: t.Dim, Text: "◇ " + pipeline.BuiltElsewhere}})
	}
	if rows, known := l.rows(v); v.Expected != nil && known {
		word, style := "as expected", t.Good
		if *v.Expected != rows {
			word, style = "not the "+ui.Count(*v.Expected)+" of this data set", t.Bad
		}
		lines = append(lines, ui.StyledLine{{Style: t.Strong, Text: ui.Count(rows) + " rows  "}, {Style: style, Text: word}})
	}
	for _, name := range v.Blocking {
		lines = append(lines, ui.StyledLine{{Style: t.Bad, Text: "≠ "}, {Style: t.Text, Text: name + " was " + pipeline.ModifiedOutside}})
	}
	if v.Stale != "" {
		lines = append(lines, ui.StyledLine{{Style: t.Warn, Text: "◌ "}, {Style: t.Text, Text: "stale: " + v.Stale}})
	}
	var checks []pipeline.CheckRecord
	if found := l.verdicts(); found != nil {
		checks = found.Checks
	}
	checks = slices.DeleteFunc(slices.Clone(checks), func(c pipeline.CheckRecord) bool { return c.Table != v.Table })
	slices.SortStableFunc(checks, func(a, b pipeline.CheckRecord) int { return graveness(b) - graveness(a) })
	for _, c := range checks {
		lines = append(lines, l.checkLine(c))
	}
	if len(lines) == 0 {
		lines = append(lines, ui.StyledLine{{Style: t.Dim, Text: "not checked yet: v checks"}})
	} else if v.Verdict == survey.Unchecked && len(checks) == 0 && !v.Missing {
		lines = append(lines, ui.StyledLine{{Style: t.Dim, Text: "not checked yet: v checks"}})
	}
	return lines
}

// graveness orders the results of checks: failures before warnings, skipped and
// passed checks.
func graveness(c pipeline.CheckRecord) int {
	switch {
	case c.State == "pass":
		return 0
	case c.State == "skipped":
		return 1
	case c.Severity == "warning":
		return 2
	default:
		return 3
	}
}

// checkLine describes the result of a check.
func (a *app) checkLine(c pipeline.CheckRecord) ui.StyledLine {
	t := a.Theme
	switch c.State {
	case "pass":
		return ui.StyledLine{{Style: t.Good, Text: "✓ "}, {Style: t.Text, Text: c.Check}}
	case "skipped":
		return ui.StyledLine{{Style: t.Dim, Text: "– " + c.Check + ": " + c.Message}}
	}
	mark, rows := ui.Styled{Style: t.Bad, Text: "✗ "}, ""
	if c.Severity == "warning" {
		mark = ui.Styled{Style: t.Warn, Text: "! "}
	}
	if c.Failing > 0 {
		rows = ", " + ui.Plural(c.Failing, "row", "rows")
	}
	return ui.StyledLine{mark, {Style: t.Text, Text: c.Check + rows + ": "}, {Style: t.Dim, Text: c.Message}}
}
