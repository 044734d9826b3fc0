package tui

import (
	"fmt"

	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/printable"
	"stedi/pipeline/state"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

// stepColumns holds the columns of the parts of a step's line; 0 means that
// there is no room.
type stepColumns struct{ name, state, in, out, rate, elapsed, eta, bar int }

// stepLayout gives room to the whole name first. In a narrow pane the mark alone
// says the state.
func stepLayout(w, longest int) stepColumns {
	name, stateWidth, rows, time := 4+longest+1, 12, 12, 9
	switch {
	case w >= 100:
		name++
	case w < 76:
		stateWidth, rows, time = 11, 9, 8
	}
	c := stepColumns{name: min(name, max(18, w*3/4))}
	end := c.name
	if w >= 46 {
		c.state = c.name + stateWidth
		end = c.state
	}
	add := func(at *int, width int) {
		if end+width <= w-1 {
			end += width
			*at = end
		}
	}
	add(&c.out, rows)
	add(&c.elapsed, time)
	add(&c.in, rows)
	if w >= 100 {
		add(&c.rate, 9)
		add(&c.eta, 9)
	}
	if w-end >= 14 {
		c.bar = end + 2
	}
	// The input rows are shown before the output rows.
	if c.in > 0 {
		c.in, c.out, c.elapsed = c.state+rows, c.state+2*rows, c.state+2*rows+time
	}
	return c
}

func (s *runView) drawSteps(p ui.Pane) {
	t := s.Theme
	in := p.Box(t, filtered("TRANSFORMS", s.wanted, len(s.made())-len(s.steps())), s.panes.At == stepsPane)
	if marks := s.marks(); len(marks) > 0 {
		p.Note(t.Warn, fmt.Sprintf("%d marked", len(marks)))
	}
	steps, longest := s.steps(), 0
	for _, table := range steps {
		longest = max(longest, ui.Width(table.Name))
	}
	c := stepLayout(in.Width(), longest)
	if in.Height() == len(steps) && c.state == 0 { // all lines fit without the names of the columns
		p.Note(t.Heading, "rows out")
		s.list.Draw(p, in, len(steps), func(r ui.Row) { s.drawStep(r, c, steps[r.N]) })
		s.drawUnder(p)
		return
	}
	head := in.Line(0)
	head.Text(4, 0, t.Heading, "TABLE")
	if c.state > 0 {
		head.Text(c.name+1, 0, t.Heading, "STATE")
	}
	for label, at := range map[string]int{"IN": c.in, "OUT": c.out, "ROWS/S": c.rate, "TIME": c.elapsed, "LEFT": c.eta} {
		if at > 0 {
			head.TextRight(at, 0, t.Heading, label)
		}
	}
	s.list.Draw(p, in.Bottom(1), len(steps), func(r ui.Row) { s.drawStep(r, c, steps[r.N]) })
	if c.state == 0 {
		s.drawUnder(p)
	}
}

// drawUnder says in the lower border the state of the chosen step, whose line has
// no room for it.
func (s *runView) drawUnder(p ui.Pane) {
	table := s.current()
	if table == nil {
		return
	}
	if step := s.live.steps[table.Name]; step != nil {
		s.drawStepUnder(p, table.Name, step)
		return
	}
	v := s.table(table.Name)
	if v == nil {
		return
	}
	_, text, note, tone := s.idleState(v)
	switch {
	case note != "" && note != text:
		text += ": " + note
	case v.Stale == "" && !v.Missing && v.Origin == pipeline.Managed:
		text += " " + ui.Ago(s.now(), v.Changed)
	}
	p.Under(tone, text)
}

// drawStepUnder is drawUnder for a step of the run on the screen.
func (s *runView) drawStepUnder(p ui.Pane, table string, step *liveStep) {
	text := step.state.String()
	if failed := s.failedChecks(table, step); failed > 0 {
		text = ui.Plural(int64(failed), "check failed", "checks failed")
	} else if took := s.took(step); took > 0 {
		text += " " + ui.Span(took)
	}
	_, tone := s.stepMark(table, step)
	p.Under(tone, text)
}

// stateMark returns a step's state as one character.
func (a *app) stateMark(state pipeline.State) (string, uv.Style) {
	t := a.Theme
	switch state {
	case pipeline.Running:
		return "▶", t.Busy
	case pipeline.Published:
		return "✓", t.Good
	case pipeline.UpToDate:
		return "·", t.Dim
	case pipeline.Failed:
		return "✗", t.Bad
	case pipeline.Skipped:
		return "–", t.Warn
	case pipeline.Stopped:
		return "■", t.Warn
	case pipeline.Waiting:
	}
	return "○", t.Dim
}

func (s *runView) drawStep(r ui.Row, c stepColumns, table *pipeline.Table) {
	t, p, back := s.Theme, r.Pane, r.Back
	style := ui.Over(t.Text, back)
	if r.Chosen {
		p.Text(1, 0, ui.Over(t.Accent, back), "▸")
	}
	if s.marked[table.Name] {
		p.Text(0, 0, ui.Over(t.Warn, back), "●")
	}
	step := s.live.steps[table.Name]
	if step == nil {
		s.drawIdle(p, c, table, style, back)
		return
	}
	mark, tone := s.stepMark(table.Name, step)
	failed := s.failedChecks(table.Name, step)
	p.Text(2, 0, ui.Over(tone, back), mark)
	p.Cut(4, 0, c.name-4, style, table.Name)
	word := step.state.String()
	if failed > 0 && c.bar == 0 { // without a bar, the state shows it
		word = ui.Plural(int64(failed), "check ✗", "checks ✗")
	}
	p.Cut(c.name+1, 0, c.state-c.name-1, ui.Over(tone, back), word)
	number := func(at int, text string) {
		if at > 0 {
			p.TextRight(at, 0, ui.Over(t.Number, back), text)
		}
	}
	in, out := rowsThrough(step)
	number(c.in, in)
	number(c.out, out)
	if took := s.took(step); took > 0 {
		number(c.elapsed, ui.Span(took))
		if read := rowsRead(step); read > 0 {
			number(c.rate, ui.Short(float64(read)/took))
		}
	}
	if step.state == pipeline.Running || step.state == pipeline.Waiting {
		if left, ok := s.timeLeft(table.Name, step); ok && left >= leastLeft {
			number(c.eta, "~"+ui.Span(left))
		}
	}
	if failed > 0 && c.bar > 0 {
		p.Cut(c.bar, 0, p.Width()-c.bar-1, ui.Over(t.Bad, back), ui.Plural(int64(failed), "check failed", "checks failed"))
		return
	}
	s.drawProgress(p, c, table.Name, step, back)
}

// drawProgress draws the end of a step's line: a bar while it runs, otherwise a
// note.
func (s *runView) drawProgress(p ui.Pane, c stepColumns, table string, step *liveStep, back uv.Style) {
	if c.bar == 0 {
		return
	}
	t, room := s.Theme, p.Width()-c.bar-1
	full, rest, dim := ui.Over(t.Full, back), ui.Over(t.Rest, back), ui.Over(t.Dim, back)
	switch step.state {
	case pipeline.Running:
		share, estimated := s.shareOf(table, step)
		label := fmt.Sprintf("%3.0f%%", share*100)
		if estimated {
			label = fmt.Sprintf("~%.0f%%", share*100)
		}
		if detail := step.progress.Detail; detail != "" && estimated {
			p.Cut(c.bar, 0, max(0, room-6), dim, detail)
		} else {
			p.Bar(c.bar, 0, max(0, room-6), full, rest, share, estimated)
		}
		p.TextRight(p.Width()-1, 0, dim, label)
	case pipeline.Published:
		p.Bar(c.bar, 0, max(0, room-6), full, rest, 1, false)
		p.TextRight(p.Width()-1, 0, dim, "100%")
	case pipeline.Failed:
		p.Cut(c.bar, 0, room, ui.Over(t.Bad, back), printable.FirstLine(step.err))
	case pipeline.Stopped:
		p.Cut(c.bar, 0, room, dim, stopReason(step.reason, step.record))
	default:
		p.Cut(c.bar, 0, room, dim, step.reason)
	}
}

// stopReason says how far a cancelled step came. The reason that it ran for says
// nothing about it.
func stopReason(reason string, record *pipeline.StepRecord) string {
	switch {
	case reason == notStarted:
		return reason
	case record != nil && record.Seconds > 0:
		return "after " + ui.Span(record.Seconds)
	default:
		return notStarted
	}
}

// notStarted is the reason of a step of a cancelled run that had not begun.
const notStarted = "not started"

// drawIdle draws a table that the run on the screen does not build.
func (s *runView) drawIdle(p ui.Pane, c stepColumns, table *pipeline.Table, style, back uv.Style) {
	t := s.Theme
	p.Cut(4, 0, c.name-4, style, table.Name)
	v := s.table(table.Name)
	if v == nil {
		return
	}
	mark, label, note, tone := s.idleState(v)
	p.Text(2, 0, ui.Over(tone, back), mark)
	end := c.state // of the state, which may use what is empty of the next columns
	if c.out > 0 && !v.Missing {
		rows := s.rowsOf(v)
		p.TextRight(c.out, 0, ui.Over(t.Dim, back), rows)
		end = c.out - ui.Width(rows) - 1
	}
	if c.in > 0 && len(v.Funnel) > 0 {
		rows := ui.Count(v.Funnel.Read())
		p.TextRight(c.in, 0, ui.Over(t.Dim, back), rows)
		end = c.in - ui.Width(rows) - 1
	}
	if c.state > 0 {
		p.Cut(c.name+1, 0, end-c.name-1, ui.Over(tone, back), label)
	}
	if usual, ok := state.Median(s.past(table.Name)); ok && c.elapsed > 0 {
		p.TextRight(c.elapsed, 0, ui.Over(t.Dim, back), "~"+ui.Span(usual))
	}
	if c.bar > 0 && note != "" {
		if tone != t.Bad {
			tone = t.Dim
		}
		p.Cut(c.bar, 0, p.Width()-c.bar-1, ui.Over(tone, back), note)
	}
}

// idleState describes a table that the run on the screen does not build.
func (s *runView) idleState(v *survey.TableView) (mark, label, note string, tone uv.Style) {
	t := s.Theme
	switch problem := s.failedBefore(v.Table); {
	case v.Missing && problem != "":
		return "✗", "failed", printable.FirstLine(problem), t.Bad
	case v.Missing:
		return "○", "not built", "", t.Dim
	case v.Stale != "":
		return "◌", "stale", v.Stale, t.Warn
	case v.Origin != pipeline.Managed:
		return "·", v.Origin.Note(), "", t.Dim
	default:
		return "·", "built", "", t.Dim
	}
}

// rowsRead returns how many rows a step has read.
func rowsRead(step *liveStep) int64 {
	if step.record == nil || len(step.record.Funnel) == 0 {
		return step.progress.RowsRead
	}
	return step.record.Funnel.Read() // not those of other inputs, which are read on the way
}

func rowsThrough(step *liveStep) (in, out string) {
	if read := rowsRead(step); read > 0 {
		in = ui.Count(read)
	}
	switch {
	case step.record != nil && (step.state == pipeline.Published || step.state == pipeline.UpToDate):
		out = ui.Count(step.record.Rows)
	case step.state == pipeline.Running && step.progress.RowsWritten > 0:
		out = ui.Count(step.progress.RowsWritten)
	}
	return in, out
}
