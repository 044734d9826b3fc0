package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// window draws a box in the middle of a pane and returns it and what is inside.
// It has at most the given size.
func window(p pane, t *theme, title string, w, h int) (box, in pane) {
	w, h = min(w, p.width()), min(h, p.height())
	q := p.part((p.width()-w)/2, (p.height()-h)/3, w, h)
	q.fill(t.text)
	q.cover()
	return q, q.box(t, title, true)
}

// answer is one of the answers to a question.
type answer struct {
	key, text string
	do        func() tea.Cmd
}

// confirm is a question with answers on keys.
func (m *Model) confirm(title, text string, answers ...answer) *dialog {
	d := &dialog{app: m.app, title: title, text: text}
	for _, a := range answers {
		d.list = append(d.list, m.keys.act("answer-"+a.key, a.key, a.text, func() tea.Cmd { return m.want(closeOverlay{a.do}) }).at(1))
	}
	return d
}

// dialog shows lines of text and what can be done about them.
type dialog struct {
	*app
	title string
	text  string
	list  []action
}

func (d *dialog) actions() []action { return d.list }

func (d *dialog) draw(p pane) {
	wide := width(d.title) + 8
	lines := strings.Split(ansi.WordwrapWc(printable(d.text), max(10, min(60, p.width()-4)), " "), "\n")
	for _, line := range lines {
		wide = max(wide, width(line)+4)
	}
	for _, a := range d.list {
		wide = max(wide, width(a.keyName()+a.title())+8)
	}
	_, in := window(p, d.theme, d.title, wide, len(lines)+len(d.list)+4)
	y := 0
	for _, line := range lines {
		in.text(1, y, d.theme.text, line)
		y++
	}
	y++
	for _, a := range d.list {
		row := in.part(1, y, in.width()-2, 1)
		x := row.text(0, 0, d.theme.accent, a.keyName())
		row.text(x+2, 0, d.theme.text, a.title())
		row.click(a.do)
		y++
	}
}
