package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
)

func (s *runView) draw(p pane) {
	if s.lake() == nil {
		p.box(s.theme, "RUN", false).text(2, 1, s.theme.dim, "opening "+s.options.Lake+" …")
		return
	}
	s.drawWhole(p.line(0))
	rest := p.bottom(1)
	switch {
	case p.width() < narrow || s.panes.zoomed:
		s.drawPane(rest, s.panes.at)
	case p.width() < medium:
		upper, lower, grip := rest.across(s.belowSteps(min(len(s.steps())+3, rest.height()/2)))
		s.drawSteps(upper)
		s.drawPane(lower, max(s.panes.at, s.lowerPane()))
		grip()
	default:
		s.drawWide(rest)
	}
}

// drawWide shows all panes.
func (s *runView) drawWide(p pane) {
	upper, lower, grip := p.across(s.belowSteps(min(len(s.steps())+4, p.height()/2)))
	defer grip()
	s.drawSteps(upper)
	left, right, grip := lower.beside(border{
		moved: &s.borders.lineage, usual: p.width() * 38 / 100, least: leastWide,
		before: []int{graphPane}, after: []int{fallPane, logPane},
	})
	defer grip()
	s.drawLineage(left)
	fall, log, grip := right.across(border{
		moved: &s.borders.fall, usual: min(8, right.height()/2), least: leastTall,
		before: []int{fallPane}, after: []int{logPane},
	})
	defer grip()
	s.drawFall(fall)
	s.drawLog(log)
}

func (s *runView) belowSteps(usual int) border {
	return border{
		moved: &s.borders.steps, usual: usual, least: leastTall,
		before: []int{stepsPane}, after: []int{graphPane, fallPane, logPane},
	}
}

// lowerPane is what the lower half shows while the steps have the focus: the
// log of a run, afterwards the funnel.
func (s *runView) lowerPane() int {
	if s.live.busy() {
		return logPane
	}
	return fallPane
}

func (s *runView) drawPane(p pane, which int) {
	switch which {
	case graphPane:
		s.drawLineage(p)
	case fallPane:
		s.drawFall(p)
	case logPane:
		s.drawLog(p)
	default:
		s.drawSteps(p)
	}
}

// drawWhole shows how far the run as a whole is.
func (s *runView) drawWhole(p pane) {
	t, r := s.theme, &s.live
	var text string
	style := t.dim
	switch {
	case r.source == noRun:
		text = "no run yet in this session: R runs all that is not up to date"
	case r.source == replayedRun:
		text = fmt.Sprintf("replay of run %s at ×%d", r.id, r.speed)
		if s.playing() && s.replay.paused {
			text += ", paused"
		}
		style = t.busy
	case r.source == followedRun:
		text, style = "run "+r.id+" of another process", t.busy
	case r.busy():
		text, style = "running", t.busy
	default:
		text = "run " + r.id + " " + r.status
	}
	x := p.text(1, 0, style, text)
	if r.source == noRun {
		return
	}
	x = p.text(x+2, 0, t.dim, span(s.elapsed().Seconds()))
	s.drawBar(p.right(x + 3).left(p.width() - x - 4))
}

// stepColumns says where the parts of a step's line end; 0: no room.
type stepColumns struct{ name, state, in, out, rate, elapsed, eta, bar int }

func stepLayout(w int) stepColumns {
	c := stepColumns{name: min(30, max(18, w*36/100))}
	c.state = c.name + 12
	end := c.state
	add := func(at *int, width int) {
		if end+width <= w-1 {
			end += width
			*at = end
		}
	}
	add(&c.out, 12)
	add(&c.elapsed, 9)
	add(&c.in, 12)
	if w >= 100 {
		add(&c.rate, 9)
		add(&c.eta, 9)
	}
	if w-end >= 14 {
		c.bar = end + 2
	}
	// In is shown before out.
	if c.in > 0 {
		c.in, c.out, c.elapsed = c.state+12, c.state+24, c.state+33
	}
	return c
}

func (s *runView) drawSteps(p pane) {
	t := s.theme
	in := p.box(t, "TRANSFORMS", s.panes.at == stepsPane)
	p.wheel(func(delta int) tea.Cmd { s.panes.at = stepsPane; return s.move(sign(delta)) })
	if marks := s.marks(); len(marks) > 0 {
		p.note(t.warn, fmt.Sprintf("%d marked", len(marks)))
	}
	c := stepLayout(in.width())
	head := in.line(0)
	head.text(4, 0, t.heading, "TABLE")
	head.text(c.name+1, 0, t.heading, "STATE")
	for label, at := range map[string]int{"IN": c.in, "OUT": c.out, "ROWS/S": c.rate, "TIME": c.elapsed, "LEFT": c.eta} {
		if at > 0 {
			head.textRight(at, 0, t.heading, label)
		}
	}
	steps := s.steps()
	list := in.bottom(1)
	from := max(0, min(s.at-list.height()/2, len(steps)-list.height()))
	for y := range list.height() {
		if n := from + y; n < len(steps) {
			s.drawStep(list.line(y), c, steps[n], n == s.at)
			list.line(y).click(func() tea.Cmd {
				again := s.at == n && s.panes.at == stepsPane
				s.at, s.panes.at = n, stepsPane
				if again {
					return s.root.openTable(steps[n].Name)
				}
				return nil
			})
		}
	}
}

// stateMark is a step's state in a character.
func (a *app) stateMark(state pipeline.State) (string, uv.Style) {
	t := a.theme
	switch state {
	case pipeline.Running:
		return "▶", t.busy
	case pipeline.Published:
		return "✓", t.good
	case pipeline.UpToDate:
		return "·", t.dim
	case pipeline.Failed:
		return "✗", t.bad
	case pipeline.Skipped:
		return "–", t.warn
	case pipeline.Stopped:
		return "■", t.warn
	case pipeline.Waiting:
	}
	return "○", t.dim
}

func (s *runView) drawStep(p pane, c stepColumns, table *pipeline.Table, chosen bool) {
	t := s.theme
	back, style := uv.Style{}, t.text
	if chosen {
		back = t.selectedFaint
		if s.panes.at == stepsPane {
			back = t.selected
		}
		p.fill(back)
		style = back
	}
	if s.marked[table.Name] {
		p.text(0, 0, over(t.warn, back), "●")
	}
	step := s.live.steps[table.Name]
	if step == nil {
		s.drawIdle(p, c, table, style, back)
		return
	}
	mark, tone := s.stateMark(step.state)
	p.text(2, 0, over(tone, back), mark)
	p.cut(4, 0, c.name-4, style, table.Name)
	p.cut(c.name+1, 0, c.state-c.name-1, over(tone, back), step.state.String())
	number := func(at int, text string) {
		if at > 0 {
			p.textRight(at, 0, over(t.number, back), text)
		}
	}
	in, out := rowsThrough(step)
	number(c.in, in)
	number(c.out, out)
	if took := s.took(step); took > 0 {
		number(c.elapsed, span(took))
		if read := rowsRead(step); read > 0 {
			number(c.rate, short(float64(read)/took))
		}
	}
	if step.state == pipeline.Running || step.state == pipeline.Waiting {
		if left, ok := s.timeLeft(table.Name, step); ok {
			number(c.eta, "~"+span(left))
		}
	}
	s.drawProgress(p, c, table.Name, step, back)
}

// drawProgress ends a step's line: a bar while it runs, else what there is to
// say.
func (s *runView) drawProgress(p pane, c stepColumns, table string, step *liveStep, back uv.Style) {
	if c.bar == 0 {
		return
	}
	t, room := s.theme, p.width()-c.bar-1
	full, rest, dim := over(t.full, back), over(t.rest, back), over(t.dim, back)
	switch step.state {
	case pipeline.Running:
		share, estimated := s.shareOf(table, step)
		label := fmt.Sprintf("%3.0f%%", share*100)
		if estimated {
			label = fmt.Sprintf("~%.0f%%", share*100)
		}
		if detail := step.progress.Detail; detail != "" && estimated {
			p.cut(c.bar, 0, max(0, room-6), dim, detail)
		} else {
			p.bar(c.bar, 0, max(0, room-6), full, rest, share, estimated)
		}
		p.textRight(p.width()-1, 0, dim, label)
	case pipeline.Published:
		p.bar(c.bar, 0, max(0, room-6), full, rest, 1, false)
		p.textRight(p.width()-1, 0, dim, "100%")
	case pipeline.Failed:
		first, _, _ := strings.Cut(step.err, "\n")
		p.cut(c.bar, 0, room, over(t.bad, back), first)
	default:
		p.cut(c.bar, 0, room, dim, step.reason)
	}
}

// drawIdle shows a table that the run on the screen does not make.
func (s *runView) drawIdle(p pane, c stepColumns, table *pipeline.Table, style, back uv.Style) {
	t := s.theme
	p.text(2, 0, over(t.dim, back), "·")
	p.cut(4, 0, c.name-4, style, table.Name)
	v := s.table(table.Name)
	if v == nil {
		return
	}
	state, tone := "built", t.dim
	switch {
	case v.Missing:
		state = "not built"
	case v.Stale != "":
		state, tone = "stale", t.warn
	}
	p.cut(c.name+1, 0, c.state-c.name-1, over(tone, back), state)
	if c.out > 0 && !v.Missing {
		p.textRight(c.out, 0, over(t.dim, back), s.rowsOf(v))
	}
	if usual, ok := pipeline.Median(s.past(table.Name)); ok && c.eta > 0 {
		p.textRight(c.eta, 0, over(t.dim, back), "~"+span(usual))
	}
	if c.bar > 0 && v.Stale != "" {
		p.cut(c.bar, 0, p.width()-c.bar-1, over(t.dim, back), v.Stale)
	}
}

// rowsRead is how many rows a step has read.
func rowsRead(step *liveStep) int64 {
	if step.record == nil || len(step.record.Funnel) == 0 {
		return step.progress.RowsRead
	}
	return step.record.Funnel[0].Rows // not those of other inputs, which are read on the way
}

func rowsThrough(step *liveStep) (in, out string) {
	if read := rowsRead(step); read > 0 {
		in = count(read)
	}
	switch {
	case step.record != nil && (step.state == pipeline.Published || step.state == pipeline.UpToDate):
		out = count(step.record.Rows)
	case step.progress.RowsWritten > 0:
		out = count(step.progress.RowsWritten)
	}
	return in, out
}

// drawLog shows the newest lines of the log.
func (s *runView) drawLog(p pane) {
	t := s.theme
	in := p.box(t, "LOG", s.panes.at == logPane)
	p.click(func() tea.Cmd { s.panes.at = logPane; return nil })
	p.wheel(func(delta int) tea.Cmd { s.panes.at = logPane; return s.move(delta) })
	log := s.live.log
	if len(log) > 0 {
		p.note(t.dim, plural(int64(len(log)), "line", "lines"))
	}
	last := max(min(len(log), in.height()), len(log)-s.scroll)
	first := max(0, last-in.height())
	for y, line := range log[first:last] {
		x := in.text(1, y, t.dim, line.at.In(s.options.Zone).Format("15:04:05.000"))
		if line.table != "" {
			x = in.text(x+1, y, t.accent, line.table)
		}
		style := [...]uv.Style{t.text, t.good, t.warn, t.bad}[line.mood]
		in.cut(x+1, y, in.width()-x-2, style, line.text)
	}
}

// drawLineage shows the dependency graph.
func (s *runView) drawLineage(p pane) {
	in := p.box(s.theme, "LINEAGE", s.panes.at == graphPane)
	p.click(func() tea.Cmd { s.panes.at = graphPane; return nil })
	chosen := ""
	if t := s.current(); t != nil {
		chosen = t.Name
	}
	s.drawGraph(in, chosen, s.chooseStep)
}

// drawFall shows where the rows of the chosen step went.
func (s *runView) drawFall(p pane) {
	t := s.current()
	if t == nil {
		return
	}
	in := p.box(s.theme, "FUNNEL of "+t.Name, s.panes.at == fallPane)
	p.click(func() tea.Cmd { s.panes.at = fallPane; return nil })
	var funnel []pipeline.StageRows
	if v := s.table(t.Name); v != nil {
		funnel = v.Funnel
	}
	if step := s.live.steps[t.Name]; step != nil && step.record != nil && len(step.record.Funnel) > 0 {
		funnel = step.record.Funnel
	}
	if len(funnel) == 0 {
		in.cut(1, 0, in.width()-2, s.theme.dim, "not built yet: r runs it")
		return
	}
	s.drawWaterfall(in, t, funnel, func(name string) tea.Cmd { return s.root.openTable(name) })
}
