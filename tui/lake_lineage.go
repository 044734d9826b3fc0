package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/survey"
)

func (l *lakeView) drawLineage(p pane) {
	t, o := l.current(), l.other(l.at)
	title := "FUNNEL of " + l.at
	if o != nil {
		title = "TABLE " + l.at
	}
	in := p.box(l.theme, title, l.panes.at == lineagePane)
	p.click(func() tea.Cmd { l.panes.at = lineagePane; return nil })
	if p.width() >= medium { // there is room for the whole lineage beside it
		part := p.width() * 62 / 100
		whole := in.right(part)
		for y := range whole.height() {
			whole.text(0, y, l.theme.border, "│")
		}
		l.drawGraph(whole.right(1), l.at, l.choose)
		in = in.left(part)
	}
	if o != nil {
		l.drawOther(in, o)
		return
	}
	v := l.table(l.at)
	if t == nil || v == nil || in.height() < 1 {
		return
	}
	p.note(l.theme.dim, l.provenance(v))
	y := 0
	switch {
	case t.IsLanding():
		y = l.drawLanding(in, t, v)
	case len(v.Funnel) == 0:
		in.cut(1, 0, in.width()-2, l.theme.text, t.Doc)
		x := in.text(1, 1, l.theme.dim, "upstream")
		for _, name := range t.Transform.Inputs {
			x = l.drawLink(in, x+1, 1, name, l.choose)
		}
		y = 2
	default:
		y = l.drawWaterfall(in, t, v.Funnel, l.choose)
	}
	if readers := l.lake().Downstream(t.Name); len(readers) > 0 && y < in.height() {
		x := in.text(1, y, l.theme.dim, "feeds")
		for _, r := range readers {
			x = l.drawLink(in, x+1, y, r.Name, l.choose)
		}
	}
}

// provenance says where what lies in a table comes from.
func (l *lakeView) provenance(v *survey.TableView) string {
	switch {
	case v.Missing:
		return "not built yet"
	case v.Stale != "":
		return "stale: " + v.Stale
	case v.Changed.IsZero():
		return ""
	default:
		return size(v.Bytes) + " · " + ago(l.now(), v.Changed)
	}
}

// drawLanding says what was read of a landing table.
func (l *lakeView) drawLanding(p pane, t *pipeline.Table, v *survey.TableView) int {
	th := l.theme
	p.cut(1, 0, p.width()-2, th.text, t.Doc)
	p.cut(1, 1, p.width()-2, th.dim, fmt.Sprintf("%s/%s · %s · %s", l.options.Lake, t.Path, plural(int64(v.Files), "file", "files"), size(v.Bytes)))
	y := 2
	if text := l.lacks(v); text != "" {
		p.cut(1, y, p.width()-2, th.warn, text)
		y++
	}
	for _, note := range v.Notes {
		if y < p.height()-1 {
			p.cut(1, y, p.width()-2, th.dim, pipeline.NoteLabel(note)+": "+note)
			y++
		}
	}
	return y
}
