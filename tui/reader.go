package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// span of text in one style, and a line of such.
type (
	styled struct {
		style uv.Style
		text  string
	}
	styledLine []styled
)

// reader shows a text that may be longer than the screen.
type reader struct {
	*app
	head   string
	lines  func() []styledLine
	more   []action
	copy   func() tea.Cmd // in place of what is shown; nil: that
	offset int
}

func (r *reader) title() string { return r.head }

func (r *reader) actions() []action {
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd {
			r.offset = min(max(0, r.offset+by), max(0, len(r.lines())-1))
			return nil
		}
	}
	return append(r.more,
		r.keys.act("read-down", "down j", "down", move(1)).at(20),
		r.keys.act("read-up", "up k", "up", move(-1)).at(21),
		r.keys.act("read-page-down", "pgdown space", "page down", move(15)),
		r.keys.act("read-page-up", "pgup", "a page back", move(-15)),
		r.keys.act("read-first", "home g", "to the beginning", move(-1<<30)),
		r.keys.act("read-last", "end G", "to the end", move(1<<30)),
		r.keys.act("read-copy", "y", "copy", r.copyAll).at(22),
		r.keys.act("read-close", "q enter", "close", func() tea.Cmd { r.root.shut(); return nil }),
	)
}

func (r *reader) copyAll() tea.Cmd {
	if r.copy != nil {
		return r.copy()
	}
	return r.copyText("the text", r.text())
}

// text is what is shown, without styles.
func (r *reader) text() string {
	var b strings.Builder
	for _, line := range r.lines() {
		for _, s := range line {
			b.WriteString(s.text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (r *reader) draw(p pane) {
	lines := r.lines()
	const measured = 500 // lines; to measure a long text takes a while
	wide := width(r.head) + 8
	for _, line := range lines[:min(len(lines), measured)] {
		wide = max(wide, line.width()+4)
	}
	box, in := window(p, r.theme, r.head, min(wide, p.width()-4), min(len(lines)+2, p.height()-2))
	in.wheel(func(delta int) tea.Cmd {
		r.offset = min(max(0, r.offset+delta), max(0, len(r.lines())-1))
		return nil
	})
	offset := max(0, min(r.offset, len(lines)-in.height()))
	for y := range in.height() {
		if offset+y >= len(lines) {
			break
		}
		x := 1
		for _, s := range lines[offset+y] {
			x = in.part(0, y, in.width()-1, 1).text(x, 0, s.style, s.text)
		}
	}
	if rest := len(lines) - offset - in.height(); rest > 0 {
		box.textRight(box.width()-2, box.height()-1, r.theme.dim, " "+plural(int64(rest), "line more", "lines more")+" ")
	}
}

func (l styledLine) width() int {
	w := 0
	for _, s := range l {
		w += width(s.text)
	}
	return w
}

// openSQL shows the transform or the DDL of the chosen table.
func (l *lakeView) openSQL() tea.Cmd {
	t := l.current()
	if t == nil {
		return nil
	}
	text := t.DDL
	if t.Made != nil {
		text = t.Made.SQL
	}
	l.root.open(&reader{app: l.app, head: t.File, lines: func() []styledLine { return colourSQL(l.theme, text) }})
	return nil
}
