package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// Text in styles.
type (
	// Styled is text in one style.
	Styled struct {
		Style uv.Style
		Text  string
	}
	// StyledLine is a line of such texts.
	StyledLine []Styled
)

// Reader shows a text, which may be longer than the screen.
type Reader struct {
	*Kit
	Head   string
	Lines  func() []StyledLine
	More   []Action
	Copy   func() tea.Cmd // copies another text than the displayed one; may be nil
	Offset int
}

// Title returns the headline.
func (r *Reader) Title() string { return r.Head }

// Actions returns the actions to scroll, to copy and to close.
func (r *Reader) Actions() []Action {
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd {
			r.Offset = min(max(0, r.Offset+by), max(0, len(r.Lines())-1))
			return nil
		}
	}
	return append(r.More,
		r.Keys.Act("read-down", "down j", "down", move(1)).At(20),
		r.Keys.Act("read-up", "up k", "up", move(-1)).At(21),
		r.Keys.Act("read-page-down", "pgdown space", "page down", move(15)),
		r.Keys.Act("read-page-up", "pgup", "page up", move(-15)),
		r.Keys.Act("read-first", "home g", "first", move(-1<<30)),
		r.Keys.Act("read-last", "end G", "last", move(1<<30)),
		r.Keys.Act("read-copy", "y", "copy", r.copyAll).At(22),
		r.Keys.Act("read-close", "q enter", "close", r.Shut),
	)
}

func (r *Reader) copyAll() tea.Cmd {
	if r.Copy != nil {
		return r.Copy()
	}
	return r.CopyText("the text", r.text())
}

// text returns the displayed text without styles.
func (r *Reader) text() string {
	var b strings.Builder
	for _, line := range r.Lines() {
		for _, s := range line {
			b.WriteString(s.Text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Draw draws the text in a window in the middle of the pane.
func (r *Reader) Draw(p Pane) {
	lines := r.Lines()
	const measured = 500 // lines; measuring a long text is slow
	wide := Width(r.Head) + 8
	for _, line := range lines[:min(len(lines), measured)] {
		wide = max(wide, line.width()+4)
	}
	box, in := Window(p, r.Theme, r.Head, min(wide, p.Width()-4), min(len(lines)+2, p.Height()-2))
	in.Wheel(func(delta int) tea.Cmd {
		r.Offset = min(max(0, r.Offset+delta), max(0, len(r.Lines())-1))
		return nil
	})
	offset := max(0, min(r.Offset, len(lines)-in.Height()))
	for y := range in.Height() {
		if offset+y >= len(lines) {
			break
		}
		x := 1
		for _, s := range lines[offset+y] {
			x = in.Part(0, y, in.Width()-1, 1).Text(x, 0, s.Style, s.Text)
		}
	}
	if rest := len(lines) - offset - in.Height(); rest > 0 {
		box.TextRight(box.Width()-2, box.Height()-1, r.Theme.Dim, " "+Plural(int64(rest), "line more", "lines more")+" ")
	}
}

func (l StyledLine) width() int {
	w := 0
	for _, s := range l {
		w += Width(s.Text)
	}
	return w
}
