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
	if note := l.provenance(v); ui.Width(title)+ui.Width(note)+10 <= p.Width() || v.Stale != "" {
		p.Note(l.Theme.Dim, note)
	}
	y := 0
	switch {
	case t.IsLanding():
		y = l.drawLanding(in, t, v)
	case len(v.Funnel) == 0:
		y = in.Inset(1, 0).Wrap(0, l.Theme.Text, t.Doc)
		y = l.drawLinks(in, y, "upstream", t.Transform.Inputs)
	default:
		y = l.drawFunnel(in, t, v.Funnel, l.choose)
	}
	var readers []string
	for _, r := range l.lake().Downstream(t.Name) {
		readers = append(readers, r.Name)
	}
	l.drawLinks(in, y, "downstream", readers)
}

// drawLinks draws links to tables in as many lines as they need, and returns the
// line below them.
func (l *lakeView) drawLinks(p ui.Pane, y int, label string, names []string) int {
	if len(names) == 0 || y >= p.Height() {
		return y
	}
	from := p.Text(1, y, l.Theme.Dim, label)
	x := from
	for _, name := range names {
		wide := ui.Width("▶ " + name + " " + l.rowsNow(name))
		if x > from && x+1+wide >= p.Width() {
			x, y = from, y+1
		}
		if x == from && x+1+wide >= p.Width() && y+1 < p.Height() { // a line of its own, below the label
			from, y = 1, y+1
			x = from
		}
		x = l.drawLink(p, x+1, y, name, l.choose)
	}
	return y + 1
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
	q := p.Inset(1, 0)
	y := q.Wrap(0, th.Text, t.Doc)
	y = q.Wrap(y, th.Dim, fmt.Sprintf("%s · %s · %s", l.pathOf(t.Name), ui.Plural(int64(v.Files), "file", "files"), ui.Size(v.Bytes)))
	if text := l.lacks(v); text != "" {
		y = min(q.Part(0, 0, q.Width(), q.Height()-1).Wrap(y, th.Warn, text), q.Height()-1) // the links are below it
	}
	for _, note := range pipeline.NoteLines([]pipeline.TableRecord{v.TableRecord}) {
		if y < p.Height()-1 {
			y = q.Wrap(y, th.Dim, note.Label+": "+note.Text)
		}
	}
	return y
}
