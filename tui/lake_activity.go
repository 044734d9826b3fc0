package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
)

// drawActivity lists the newest runs.
func (l *lakeView) drawActivity(p pane) {
	in := p.box(l.theme, "ACTIVITY", l.panes.at == activityPane)
	p.click(func() tea.Cmd { l.panes.at = activityPane; return nil })
	p.wheel(func(delta int) tea.Cmd { l.panes.at = activityPane; return l.move(sign(delta)) })
	if l.view == nil {
		return
	}
	if len(l.view.Runs) == 0 {
		in.cut(1, 0, in.width()-2, l.theme.dim, "no runs yet: R runs all")
		return
	}
	runs := plural(int64(len(l.view.Runs)), "run", "runs")
	if l.view.Older {
		runs = "the newest " + runs
	}
	p.note(l.theme.dim, runs)
	from := max(0, min(l.chosen-in.height()/2, len(l.view.Runs)-in.height()))
	for y := range in.height() {
		n := from + y
		if n >= len(l.view.Runs) {
			break
		}
		row := in.line(y)
		l.drawRun(row, l.view.Runs[n], n == l.chosen && l.panes.at == activityPane)
		row.click(func() tea.Cmd {
			again := l.panes.at == activityPane && l.chosen == n
			l.panes.at, l.chosen = activityPane, n
			if again {
				return l.enter()
			}
			return nil
		})
	}
}

func (a *app) drawRun(p pane, r *pipeline.Record, chosen bool) {
	t := a.theme
	style, back := t.text, t.text
	if chosen {
		back = t.selected
		p.fill(back)
		style = back
	}
	when := r.Started.In(a.options.Zone)
	layout := "15:04:05"
	if now := a.now(); when.YearDay() != now.YearDay() || when.Year() != now.Year() {
		layout = "Jan 02 15:04"
	}
	x := p.text(1, 0, over(t.dim, back), when.Format(layout))
	x = p.text(x+1, 0, over(a.markStyle(r), back), runMark(r))
	p.textRight(p.width()-1, 0, over(t.dim, back), span(r.Seconds))
	p.cut(x+1, 0, p.width()-x-10, style, runText(r))
}

func (a *app) markStyle(r *pipeline.Record) uv.Style {
	switch r.Status {
	case "ok":
		return a.theme.good
	case "running":
		return a.theme.busy
	case "cancelled":
		return a.theme.warn
	default:
		return a.theme.bad
	}
}

// runText says in a few words what a run did.
func runText(r *pipeline.Record) string {
	made, failing := 0, 0
	for _, s := range r.Steps {
		if s.State == pipeline.Published {
			made++
		}
		if s.State == pipeline.Failed {
			return s.Table + " failed"
		}
	}
	for _, c := range r.Checks {
		if c.State == "fail" && c.Severity != "warning" {
			failing++
		}
	}
	text := "nothing to do"
	switch {
	case failing > 0:
		text = plural(int64(failing), "check failed", "checks failed")
	case made > 0:
		text = plural(int64(made), "table built", "tables built")
	case r.Status == "running":
		text = "under way"
	case r.Status == "cancelled":
		text = "cancelled"
	case r.Error != "":
		text, _, _ = strings.Cut(r.Error, "\n")
	}
	if len(r.Selected) > 0 {
		text += " · " + strings.Join(r.Selected, " ")
	}
	return text
}

// openVerdict shows what the checks say of the chosen table.
func (l *lakeView) openVerdict() tea.Cmd {
	v := l.table(l.at)
	if v == nil {
		return nil
	}
	l.root.open(&reader{app: l.app, head: "CHECKS of " + l.at, lines: func() []styledLine { return l.verdictLines(v) }})
	return nil
}

func (l *lakeView) verdictLines(v *pipeline.TableView) []styledLine {
	t := l.theme
	var lines []styledLine
	if v.Expected != nil && v.Known {
		word, style := "as expected", t.good
		if *v.Expected != v.Rows {
			word, style = "not the "+count(*v.Expected)+" of this data set", t.bad
		}
		lines = append(lines, styledLine{{t.strong, count(v.Rows) + " rows  "}, {style, word}})
	}
	for _, name := range v.Strange {
		lines = append(lines, styledLine{{t.bad, "≠ "}, {t.text, name + " was modified outside stedi"}})
	}
	if v.Stale != "" {
		lines = append(lines, styledLine{{t.warn, "◌ "}, {t.text, "stale: " + v.Stale}})
	}
	var checks []pipeline.CheckRecord
	if found := l.verdicts(); found != nil {
		checks = found.Checks
	}
	for _, c := range checks {
		if c.Table == v.Table {
			lines = append(lines, l.checkLine(c))
		}
	}
	if len(lines) == 0 {
		lines = append(lines, styledLine{{t.dim, "not checked yet: v checks"}})
	}
	return lines
}

func (a *app) checkLine(c pipeline.CheckRecord) styledLine {
	t := a.theme
	switch c.State {
	case "pass":
		return styledLine{{t.good, "✓ "}, {t.text, c.Check}}
	case "skipped":
		return styledLine{{t.dim, "– " + c.Check + ": " + c.Message}}
	}
	mark, rows := styled{t.bad, "✗ "}, ""
	if c.Severity == "warning" {
		mark = styled{t.warn, "! "}
	}
	if c.Failing > 0 {
		rows = ", " + plural(c.Failing, "row", "rows")
	}
	return styledLine{mark, {t.text, c.Check + rows + ": "}, {t.dim, c.Message}}
}
