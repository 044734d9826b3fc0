package tui

import (
	"cmp"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// drawLog draws the newest lines of the log.
func (s *runView) drawLog(p ui.Pane) {
	t := s.Theme
	in := p.Box(t, "LOG", s.panes.At == logPane)
	log := s.live.log
	if len(log) > 0 {
		p.Note(t.Dim, ui.Plural(int64(len(log)), "line", "lines"))
	}
	if len(log) == 0 {
		in.Inset(1, 0).Wrap(0, t.Dim, s.noLog())
	}
	lines := s.logLines(in.Width())
	s.log.Draw(p, in, len(lines), func(r ui.Row) { r.Styled(1, lines[r.N]) })
}

// wrappedLog is the log as it was wrapped for a width.
type wrappedLog struct {
	lines []ui.StyledLine
	wide  int
	n     int     // lines of the log
	last  logLine // the last one of them
	theme *ui.Theme
}

// logLines returns the log in lines for a width. What continues a line is
// indented.
func (s *runView) logLines(wide int) []ui.StyledLine {
	log, w := s.live.log, s.wrapped
	if len(log) == 0 {
		return nil
	}
	last := log[len(log)-1]
	if w != nil && w.wide == wide && w.n == len(log) && w.last == last && w.theme == s.Theme {
		return w.lines
	}
	clock := "15:04:05.000"
	if wide < scant { // the text needs the room
		clock = "15:04"
	}
	const indent = "  "
	w = &wrappedLog{wide: wide, n: len(log), last: last, theme: s.Theme}
	for _, line := range log {
		styled := s.logLine(line, line.at.In(s.options.Zone).Format(clock))
		for n, part := range ui.WrapWords(styled, max(1, wide-2-len(indent))) {
			if n > 0 {
				part = append(ui.StyledLine{{Text: indent}}, part...)
			}
			w.lines = append(w.lines, part)
		}
	}
	s.wrapped = w
	return w.lines
}

// logLine formats a line of the log.
func (s *runView) logLine(line logLine, at string) ui.StyledLine {
	t := s.Theme
	styled := ui.StyledLine{{Style: t.Dim, Text: at + " "}}
	if line.table != "" {
		styled = append(styled, ui.Styled{Style: t.Accent, Text: line.table + " "})
	}
	style := [...]uv.Style{t.Text, t.Good, t.Warn, t.Bad}[line.mood]
	return append(styled, ui.Styled{Style: style, Text: ui.Printable(line.text)})
}

// noLog says why the log is empty.
func (s *runView) noLog() string {
	if s.view == nil || s.view.Last == nil {
		return "what a run does is shown here"
	}
	return "what a run does is shown here: " + ui.KeyOf(s.actions(), "replay") + " replays the last run"
}

// drawLineage shows the dependency graph.
func (s *runView) drawLineage(p ui.Pane) {
	in := p.Box(s.Theme, "LINEAGE", s.panes.At == graphPane)
	p.Click(func() tea.Cmd { s.panes.At = graphPane; return nil })
	chosen := ""
	if t := s.current(); t != nil {
		chosen = t.Name
	}
	s.drawGraph(in, chosen, s.chooseStep)
}

// noFunnel says why a table has no funnel.
func (s *runView) noFunnel(table string) string {
	v, step := s.table(table), s.live.steps[table]
	if step != nil {
		switch {
		case step.state == pipeline.Failed:
			return cmp.Or(step.err, "failed: "+s.problemKey()+" shows why")
		case step.state == pipeline.Skipped:
			return "skipped: " + step.reason
		case s.live.busy():
			return s.stepText(table, step)
		}
	}
	switch {
	case step == nil && v != nil && v.Missing && s.failedBefore(table) != "":
		return s.failedBefore(table)
	case v == nil || v.Missing:
		return "not built yet: " + ui.KeyOf(s.actions(), "run-marked") + " runs it"
	case v.Origin == pipeline.Managed:
		return "no funnel of this version"
	default:
		return v.Origin.Note() + ": stedi counts the rows by stage when it builds the table"
	}
}

// drawStepError draws why a step failed above the funnel of the version before, and
// returns the remaining pane.
func (s *runView) drawStepError(in ui.Pane, step *liveStep) ui.Pane {
	text := strings.Join(strings.Fields(cmp.Or(step.err, step.reason)), " ")
	room := max(1, in.Width()-2)
	lines := ui.WrapMost(ui.StyledLine{{Style: s.Theme.Bad, Text: "✗ " + text}}, room, max(1, in.Height()/4))
	lines = append(lines, ui.WrapMost(ui.StyledLine{{Style: s.Theme.Dim, Text: "the funnel of the previous version:"}}, room, 1)...)
	for y, line := range lines {
		in.Line(y).Styled(1, line)
	}
	return in.Bottom(len(lines))
}

// drawFunnelPane shows the funnel of the chosen step.
func (s *runView) drawFunnelPane(p ui.Pane) {
	t := s.current()
	if t == nil {
		return
	}
	in := p.Box(s.Theme, "FUNNEL of "+t.Name, s.panes.At == funnelPane)
	p.Click(func() tea.Cmd { s.panes.At = funnelPane; return nil })
	var funnel pipeline.Funnel
	if v := s.table(t.Name); v != nil {
		funnel = v.Funnel
	}
	if step := s.live.steps[t.Name]; step != nil && step.record != nil && len(step.record.Funnel) > 0 {
		funnel = step.record.Funnel
	}
	if len(funnel) == 0 {
		y := 0
		for line := range strings.Lines(s.noFunnel(t.Name)) {
			y = in.Inset(1, 0).Wrap(y, s.Theme.Dim, strings.TrimRight(line, "\n"))
		}
		return
	}
	if step := s.live.steps[t.Name]; step != nil && step.state == pipeline.Failed {
		in = s.drawStepError(in, step)
	}
	s.drawFunnel(in, t, funnel, func(name string) tea.Cmd { return s.Want(openTable{name}) })
}
