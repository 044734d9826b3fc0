package ui

import (
	"slices"
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
	Copy   func() tea.Cmd // in place of what is shown; nil: that
	scroll List
}

// list is the text as a list.
func (r *Reader) list() *List {
	r.scroll.Kit, r.scroll.Text, r.scroll.More = r.Kit, true, [2]string{"more line", "more lines"}
	r.scroll.Len = func() int { return len(r.fitted()) }
	return &r.scroll
}

// fitted returns the lines with those that are wider than the window wrapped.
func (r *Reader) fitted() []StyledLine {
	room := max(1, r.Reading())
	var fitted []StyledLine
	for _, line := range r.Lines() {
		bytes := 0
		for _, s := range line {
			bytes += len(s.Text)
		}
		if bytes <= room || line.width() <= room {
			fitted = append(fitted, line)
		} else {
			fitted = append(fitted, WrapHanging(line, room)...)
		}
	}
	return fitted
}

// Reset goes to the first line.
func (r *Reader) Reset() { r.scroll.Reset() }

// Title is the headline.
func (r *Reader) Title() string { return r.Head }

// Actions returns the actions to scroll, to copy and to close.
func (r *Reader) Actions() []Action {
	return slices.Concat(r.More, r.list().Actions("read-", SpaceKeys, 20), []Action{
		r.Keys.Act("read-copy", "y", "copy", r.copyAll).At(22),
		r.Keys.Act("read-close", "q enter", "close", r.Shut),
	})
}

func (r *Reader) copyAll() tea.Cmd {
	if r.Copy != nil {
		return r.Copy()
	}
	return r.CopyText("the text", r.text())
}

// text returns the displayed text without styles.
func (r *Reader) text() string { return PlainText(r.Lines()) }

// PlainText returns lines without styles, each with a line feed.
func PlainText(lines []StyledLine) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(line.Plain())
		b.WriteByte('\n')
	}
	return b.String()
}

// Draw draws the text in a window in the middle of the pane.
func (r *Reader) Draw(p Pane) {
	lines := r.fitted()
	const measured = 500 // lines; measuring a long text is slow
	wide := Width(r.Head) + 8
	for _, line := range lines[:min(len(lines), measured)] {
		wide = max(wide, line.width()+4)
	}
	box, in := Window(p, r.Theme, r.Head, wide, len(lines)+2)
	r.list().Draw(box, in, len(lines), func(row Row) { row.Styled(1, lines[row.N]) })
}

// Styled writes a line from column x on; the last column stays free.
func (p Pane) Styled(x int, line StyledLine) {
	for _, s := range line {
		x = p.Left(p.Width()-1).Text(x, 0, s.Style, s.Text)
	}
}

// Plain returns a line without styles.
func (l StyledLine) Plain() string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.Text)
	}
	return b.String()
}

func (l StyledLine) width() int {
	w := 0
	for _, s := range l {
		w += Width(s.Text)
	}
	return w
}
