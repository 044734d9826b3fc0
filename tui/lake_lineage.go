package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

func (l *lakeView) drawLineage(p ui.Pane) {
	t, o := l.current(), l.other(l.list.Key)
	title := "FUNNEL of " + l.list.Key
	if o != nil {
		title = "TABLE " + l.list.Key
	}
	in := p.Box(l.Theme, title, l.panes.At == lineagePane)
	p.Click(func() tea.Cmd { l.panes.At = lineagePane; return nil })
	if p.Width() >= ui.Medium { // the whole dependency graph fits beside it
		part := p.Width() * 62 / 100
		whole := in.Right(part)
		for y := range whole.Height() {
			whole.Text(0, y, l.Theme.Border, "│")
		}
		l.drawGraph(whole.Right(1), l.list.Key, l.choose)
		in = in.Left(part)
	}
	if o != nil {
		l.drawOther(in, o)
		return
	}
	v := l.table(l.list.Key)
	if t == nil || v == nil || in.Height() < 1 {
		return
	}
	p.Note(l.Theme.Dim, l.provenance(v))
	y := 0
	switch {
	case t.IsLanding():
		y = l.drawLanding(in, t, v)
	case len(v.Funnel) == 0:
		in.Cut(1, 0, in.Width()-2, l.Theme.Text, t.Doc)
		x := in.Text(1, 1, l.Theme.Dim, "upstream")
		for _, name := range t.Transform.Inputs {
			x = l.drawLink(in, x+1, 1, name, l.choose)
		}
		y = 2
	default:
		y = l.drawFunnel(in, t, v.Funnel, l.choose)
	}
	if readers := l.lake().Downstream(t.Name); len(readers) > 0 && y < in.Height() {
		x := in.Text(1, y, l.Theme.Dim, "feeds")
		for _, r := range readers {
			x = l.drawLink(in, x+1, y, r.Name, l.choose)
		}
	}
}

// provenance describes where the content of a table comes from.
func (l *lakeView) provenance(v *survey.TableView) string {
	switch {
	case v.Missing:
		return "not built yet"
	case v.Stale != "":
		return "stale: " + v.Stale
	case v.Origin.Note() != "":
		return v.Origin.Note() + " · " + ui.Size(v.Bytes) + " · " + ui.Ago(l.now(), v.Changed)
	case v.Changed.IsZero():
		return ""
	default:
		return ui.Size(v.Bytes) + " · " + ui.Ago(l.now(), v.Changed)
	}
}

// drawLanding shows what was read from a landing table.
func (l *lakeView) drawLanding(p ui.Pane, t *pipeline.Table, v *survey.TableView) int {
	th := l.Theme
	p.Cut(1, 0, p.Width()-2, th.Text, t.Doc)
	p.Cut(1, 1, p.Width()-2, th.Dim, fmt.Sprintf("%s · %s · %s", l.pathOf(t.Name), ui.Plural(int64(v.Files), "file", "files"), ui.Size(v.Bytes)))
	y := 2
	if text := l.lacks(v); text != "" {
		p.Cut(1, y, p.Width()-2, th.Warn, text)
		y++
	}
	for _, note := range pipeline.NoteLines([]pipeline.TableRecord{v.TableRecord}) {
		if y < p.Height()-1 {
			p.Cut(1, y, p.Width()-2, th.Dim, note.Label+": "+note.Text)
			y++
		}
	}
	return y
}
