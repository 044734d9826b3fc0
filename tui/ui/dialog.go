package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// Fewer columns or lines beside a window show nothing useful.
const (
	thinColumns = 8
	thinLines   = 3
	// scantColumns is the width of a pane from which a part beside a window that
	// is not thin shows something useful.
	scantColumns = 50
)

// Window draws a box of at most the given size in the middle of a pane. It
// returns the box and the pane inside. If only a thin part of the pane remains
// beside the box, the box covers that, too.
func Window(p Pane, t *Theme, title string, w, h int) (box, in Pane) {
	w, h = min(w, p.Width()), min(h, p.Height())
	if p.Width()-w < thinColumns || p.Width() < scantColumns {
		w = p.Width()
	}
	if p.Height()-h < thinLines {
		h = p.Height()
	}
	q := p.Part((p.Width()-w)/2, (p.Height()-h)/3, w, h)
	q.Fill(t.Text)
	q.Cover()
	return q, q.Box(t, title, true)
}

// Hanging is a Window whose upper border stays in its place while its height
// changes up to most.
func Hanging(p Pane, t *Theme, title string, w, h, most int) (box, in Pane) {
	if p.Height()-most < thinLines {
		return Window(p, t, title, w, p.Height())
	}
	from := (p.Height() - most) / 3
	if p.Width()-w < thinColumns {
		w = p.Width()
	}
	q := p.Part((p.Width()-w)/2, from, w, min(h, most))
	q.Fill(t.Text)
	q.Cover()
	return q, q.Box(t, title, true)
}

// Answer is one of the answers to a question.
type Answer struct {
	Key, Text string
	Do        func() tea.Cmd
}

// Confirm returns a dialog that asks a question, with answers on keys.
func (k *Kit) Confirm(title, text string, answers ...Answer) *dialog {
	d := &dialog{Kit: k, title: title, text: text}
	for _, a := range answers {
		d.list = append(d.list, k.Keys.Act("answer-"+a.Key, a.Key, a.Text, func() tea.Cmd { return k.Want(CloseOverlay{a.Do}) }).At(1))
	}
	return d
}

// dialog shows lines of text with actions.
type dialog struct {
	*Kit
	title string
	text  string
	list  []Action
}

func (d *dialog) Actions() []Action { return d.list }

func (d *dialog) Draw(p Pane) {
	wide := Width(d.title) + 8
	lines := strings.Split(ansi.WordwrapWc(Printable(d.text), max(10, min(60, p.Width()-4)), " "), "\n")
	for _, line := range lines {
		wide = max(wide, Width(line)+4)
	}
	for _, a := range d.list {
		wide = max(wide, Width(a.KeyName()+a.Title())+8)
	}
	_, in := Window(p, d.Theme, d.title, wide, len(lines)+len(d.list)+3)
	y := 0
	for _, line := range lines {
		in.Text(1, y, d.Theme.Text, line)
		y++
	}
	y += min(1, max(0, in.Height()-y-len(d.list)))
	for _, a := range d.list {
		row := in.Part(1, y, in.Width()-2, 1)
		x := row.Text(0, 0, d.Theme.Accent, a.KeyName())
		row.Text(x+2, 0, d.Theme.Text, a.Title())
		row.Click(a.Do)
		y++
	}
}
