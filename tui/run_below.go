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
	s.log.Draw(p, in, len(log), func(r ui.Row) {
		line := log[r.N]
		x := r.Text(1, 0, t.Dim, line.at.In(s.options.Zone).Format("15:04:05.000"))
		if line.table != "" {
			x = r.Text(x+1, 0, t.Accent, line.table)
		}
		style := [...]uv.Style{t.Text, t.Good, t.Warn, t.Bad}[line.mood]
		r.Cut(x+1, 0, r.Width()-x-2, style, line.text)
	})
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
	s.drawFunnel(in, t, funnel, func(name string) tea.Cmd { return s.Want(openTable{name}) })
}
