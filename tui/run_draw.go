package tui

import (
	"fmt"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/tui/ui"
)

func (s *runView) draw(p ui.Pane) {
	if s.lake() == nil {
		text := "opening " + s.options.Lake + " …"
		if s.options.Open == nil {
			text = s.noLake()
		}
		p.Box(s.Theme, "RUN", false).Text(2, 1, s.Theme.Dim, text)
		return
	}
	s.drawWhole(p.Line(0))
	rest := p.Bottom(1)
	switch {
	case p.Width() < ui.Narrow && rest.Height() < len(s.steps())+9 || s.panes.Zoomed:
		s.drawPane(rest, s.panes.At)
	case p.Width() < ui.Medium:
		upper, lower, grip := rest.Across(s.belowSteps(min(len(s.steps())+3, rest.Height()/2)))
		s.drawSteps(upper)
		s.drawPane(lower, max(s.panes.At, s.lowerPane()))
		grip()
	default:
		s.drawWide(rest)
	}
}

// drawWide shows all panes.
func (s *runView) drawWide(p ui.Pane) {
	upper, lower, grip := p.Across(s.belowSteps(min(len(s.steps())+4, p.Height()/2)))
	defer grip()
	s.drawSteps(upper)
	left, right, grip := lower.Beside(ui.Border{
		Moved: &s.borders.lineage, Usual: p.Width() * 38 / 100, Least: ui.LeastWide,
		Before: []int{graphPane}, After: []int{funnelPane, logPane},
	})
	defer grip()
	s.drawLineage(left)
	funnel, log, grip := right.Across(ui.Border{
		Moved: &s.borders.funnel, Usual: min(8, right.Height()/2), Least: ui.LeastTall,
		Before: []int{funnelPane}, After: []int{logPane},
	})
	defer grip()
	s.drawFunnelPane(funnel)
	s.drawLog(log)
}

func (s *runView) belowSteps(usual int) ui.Border {
	return ui.Border{
		Moved: &s.borders.steps, Usual: usual, Least: ui.LeastTall,
		Before: []int{stepsPane}, After: []int{graphPane, funnelPane, logPane},
	}
}

// lowerPane is what the lower half shows while the steps have the focus: the
// log of a run, afterwards the funnel.
func (s *runView) lowerPane() int {
	if s.live.busy() {
		return logPane
	}
	return funnelPane
}

func (s *runView) drawPane(p ui.Pane, which int) {
	switch which {
	case graphPane:
		s.drawLineage(p)
	case funnelPane:
		s.drawFunnelPane(p)
	case logPane:
		s.drawLog(p)
	default:
		s.drawSteps(p)
	}
}

// drawWhole draws the progress of the whole run.
func (s *runView) drawWhole(p ui.Pane) {
	t, r := s.Theme, &s.live
	text, style := s.wholeText(p.Width() < ui.Narrow), s.wholeStyle()
	if r.source != noRun && r.id != "" && ui.Width(text) > p.Width()-2-24 { // the time and the bar say more
		text = strings.Replace(strings.Replace(text, "run "+r.id, "run", 1), " of run", "", 1)
	}
	if r.source == noRun && ui.Width(text) > p.Width()-2 {
		text = strings.TrimSuffix(strings.Replace(text, s.replayHint(), "", 1), notUpToDate)
	}
	x := p.Cut(1, 0, p.Width()-2, style, text)
	if r.source == noRun {
		return
	}
	x = p.Text(x+2, 0, t.Dim, ui.Span(s.elapsed().Seconds()))
	if share, _ := s.whole(); !r.busy() && (share < 1 || len(r.steps) == 0) && !s.playing() {
		return // it ended before the end, or before its first step
	}
	s.drawBar(p.Right(x + 3).Left(p.Width() - x - 4))
}

// wholeText says what the whole run does, or how it ended.
func (s *runView) wholeText(narrow bool) string {
	r := &s.live
	switch {
	case r.source == noRun:
		return s.idleText(narrow)
	case r.source == replayedRun:
		text := fmt.Sprintf("replay of run %s at ×%d", r.id, r.speed)
		if s.playing() && s.replay.paused {
			text += ", paused"
		}
		if !s.playing() && r.status != "" {
			text = "replay of run " + r.id + ": " + r.status
		}
		return text
	case r.source == followedRun && r.busy():
		return "run " + r.id + " of another process"
	case r.source == followedRun:
		return "run " + r.id + " of another process " + r.status
	case r.busy() && r.running() == checkingTables:
		return checkingTables
	case r.busy():
		return "running"
	default:
		return "run " + r.id + " " + r.status
	}
}

// notUpToDate says which tables a run builds, if there is room.
const notUpToDate = " that is not up to date"

// idleText says how the last run ended, and what starts one. A run that failed
// comes with the key that shows why.
func (s *runView) idleText(narrow bool) string {
	start := ui.KeyOf(s.actions(), "run-all") + " runs all"
	if !narrow {
		start += notUpToDate
	}
	if s.view == nil || s.view.Last == nil {
		return s.noRuns(start)
	}
	last := s.view.Last
	state := "last run " + runMark(last) + " "
	switch {
	case last.Status == "ok" && narrow:
		return state + ui.Ago(s.now(), last.Started) + ": " + start
	case last.Status == "ok":
		return state + runText(last) + " in " + ui.Span(last.Seconds) + ", " + ui.Ago(s.now(), last.Started) + ": " + s.replayHint() + start
	case last.Status == "running":
		return state + "under way: " + start
	case narrow && onlyChecksFailed(last): // the mark says that it is the run
		return ui.Plural(int64(pipeline.TallyOf(last.Checks).Failed), "check failed", "checks failed") + ": " + s.whyHint() + start
	case last.Status == "cancelled":
		return state + last.Status + ": " + s.replayHint() + start
	case narrow:
		return state + statusText(last) + ": " + s.whyHint() + start
	default:
		return state + statusText(last) + ": " + s.whyHint() + s.replayHint() + start
	}
}

// whyHint names the key that shows the newest error, before another key.
func (s *runView) whyHint() string { return s.problemKey() + " why, " }

// replayHint names the key that replays the last run, before another key.
func (s *runView) replayHint() string { return ui.KeyOf(s.actions(), "replay") + " replays it, " }

func (s *runView) wholeStyle() uv.Style {
	r := &s.live
	switch {
	case r.source == noRun:
		return s.Theme.Dim
	case r.source == replayedRun, r.busy():
		return s.Theme.Busy
	default:
		return s.endStyle()
	}
}

// endStyle is the colour of the result of an ended run.
func (s *runView) endStyle() uv.Style {
	switch status := s.live.status; {
	case status == "done":
		return s.Theme.Good
	case strings.HasPrefix(status, pipeline.Stopped.String()):
		return s.Theme.Warn
	default:
		return s.Theme.Bad
	}
}

// lastStep returns what the newest run did with a table; nil: nothing.
func (a *app) lastStep(table string) *pipeline.StepRecord {
	if a.view == nil || a.view.Last == nil {
		return nil
	}
	return a.view.Last.Step(table)
}
