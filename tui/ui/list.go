package ui

import (
	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// List is a list of lines with a cursor, or a text that scrolls. Every list of
// the screens is one, so that keys, wheel and clicks mean the same in all of
// them. The lines belong to the screen: it says how many there are (Len) and
// draws them one by one (Draw).
//
// The cursor is in the middle of what is shown, as far as there are lines on
// both sides.
type List struct {
	*Kit
	// Len is how many lines there are now.
	Len func() int
	// Name identifies a line: the cursor stays on it when others come and go.
	// Nil: the cursor stays at its place.
	Name func(line int) string
	// Skip says which lines the cursor passes over, such as headings. Nil: none.
	Skip func(line int) bool
	// Moved is called after the reader has moved the cursor; nil: nothing.
	Moved func() tea.Cmd
	// Open opens the line with the cursor: after a click on it, or with Once
	// after a click on any line. Nil: a click only moves the cursor.
	Open func() tea.Cmd
	Once bool

	// Panes and Pane say which pane of a screen the list is. Nil: it always has
	// the keys.
	Panes *Focus
	Pane  int
	// Faint shows the cursor also while another pane has the keys.
	Faint bool

	// Newest: on the first line the cursor stays on the first line also when
	// lines are added before it, and it goes there when its own line is gone.
	Newest bool
	// Text has no cursor: keys and wheel scroll.
	Text bool
	// Tail is a text that shows its end, also when lines are added, until the
	// reader scrolls up.
	Tail bool
	// More names one line, or several, of those below the last one shown, in the
	// lower border. Empty: it is not said that there are any.
	More [2]string

	// Key is the name of the line with the cursor; "": the place counts.
	Key string

	at     int  // the line with the cursor, -1: it is not there; of a text, the first line shown
	up     bool // the reader has left the tail
	width  int  // as it was last on the screen
	height int  // likewise, in lines
}

// Row is a line of a list while it is drawn.
type Row struct {
	Pane
	N       int      // which line
	Chosen  bool     // it has the cursor
	Focused bool     // it has the cursor and the keys
	Back    uv.Style // what the row is filled with
}

// unseenPage is what a page is before the list was on the screen.
const unseenPage = 10

// page is how many lines the list had when it was last on the screen.
func (l *List) page() int {
	if l.height == 0 {
		return unseenPage
	}
	return l.height
}

// Width is how wide the list was when it was last on the screen.
func (l *List) Width() int { return l.width }

// At is the line with the cursor, or of a text the first line shown; 0 if there
// are no lines.
func (l *List) At() int { return l.place(l.Len()) }

// place is At in a list of n lines.
func (l *List) place(n int) int {
	if l.Text {
		return l.top(n)
	}
	at := l.at
	if i := l.find(l.Key, n); i >= 0 {
		at = i
	} else if l.Newest && l.Key != "" {
		at = 0
	}
	return l.allowed(at, n, 1)
}

// top is the first line shown of a text of n lines.
func (l *List) top(n int) int {
	last := max(0, n-max(1, l.height))
	if l.Tail && !l.up {
		return last
	}
	return min(l.at, last)
}

// find is the line of that name, or -1.
func (l *List) find(name string, n int) int {
	if l.Name == nil || name == "" {
		return -1
	}
	for i := range n {
		if !l.skips(i) && l.Name(i) == name {
			return i
		}
	}
	return -1
}

// skips tells whether the cursor passes over a line. Such a line has no name.
func (l *List) skips(line int) bool { return l.Skip != nil && l.Skip(line) }

// allowed is the line nearest to at, first in the direction by, that the cursor
// does not pass over.
func (l *List) allowed(at, n, by int) int {
	at = min(max(0, at), max(0, n-1))
	if l.Skip == nil {
		return at
	}
	step := 1
	if by < 0 {
		step = -1
	}
	for _, d := range []int{step, -step} {
		for i := at; i >= 0 && i < n; i += d {
			if !l.Skip(i) {
				return i
			}
		}
	}
	return at
}

// Move moves the cursor, or scrolls a text, by a number of lines.
func (l *List) Move(by int) tea.Cmd {
	n := l.Len()
	if n == 0 {
		return nil
	}
	at := l.place(n)
	if l.Text {
		last := max(0, n-max(1, l.height))
		l.at = min(max(0, at+by), last)
		l.up = l.at < last
		return nil
	}
	return l.to(l.allowed(at+by, n, by), n)
}

// Turn moves the cursor by a number of lines, and beyond one end to the other.
func (l *List) Turn(by int) tea.Cmd {
	n := l.Len()
	if n == 0 {
		return nil
	}
	return l.to(((l.place(n)+by)%n+n)%n, n)
}

// To puts the cursor on a line, as the reader does.
func (l *List) To(line int) tea.Cmd {
	n := l.Len()
	return l.to(l.allowed(line, n, 1), n)
}

func (l *List) to(line, n int) tea.Cmd {
	l.put(line, n)
	if l.Moved == nil {
		return nil
	}
	return l.Moved()
}

// put puts the cursor on a line and remembers its name.
func (l *List) put(line, n int) {
	l.at, l.Key = line, ""
	if l.Name != nil && line < n && !l.skips(line) && (!l.Newest || line > 0) {
		l.Key = l.Name(line)
	}
}

// Choose puts the cursor on the line of that name, now or as soon as there is
// one. Until then no line shows it.
func (l *List) Choose(name string) {
	l.Key, l.at = name, l.find(name, l.Len())
}

// Reset goes to the first line, or of a tail to its end.
func (l *List) Reset() { l.at, l.Key, l.up = 0, "", false }

// Filtered is called after a filter has changed what lines there are: the
// cursor stays on its line, or else goes to the first one.
func (l *List) Filtered() {
	n := l.Len()
	if i := l.find(l.Key, n); i >= 0 {
		l.at = i
		return
	}
	l.put(l.allowed(0, n, 1), n)
}

// focus gives the list's pane the keys.
func (l *List) focus() {
	if l.Panes != nil {
		l.Panes.At = l.Pane
	}
}

func (l *List) focused() bool { return l.Panes == nil || l.Panes.At == l.Pane }

// click moves the cursor to a line; on the line with the cursor it opens it.
func (l *List) click(line int) tea.Cmd {
	again := l.focused() && line == l.At()
	l.focus()
	if again && l.Open != nil {
		return l.Open()
	}
	cmd := l.To(line)
	if l.Once && l.Open != nil {
		return tea.Batch(cmd, l.Open())
	}
	return cmd
}

// Mouse connects the mouse in a pane to the list: a click focuses it; the wheel
// moves the cursor by one line, or scrolls a text by the lines of the wheel.
func (l *List) Mouse(p Pane) {
	if l.Panes != nil {
		p.Click(func() tea.Cmd { l.focus(); return nil })
	}
	p.Wheel(func(delta int) tea.Cmd {
		l.focus()
		if !l.Text {
			delta = min(max(-1, delta), 1)
		}
		return l.Move(delta)
	})
}

// Window returns which of n lines a pane with room for some of them shows: from
// one up to before another. A page of the list is as long as the room.
func (l *List) Window(p Pane, n, room int) (from, to int) {
	return l.window(p, 0, n, n, room)
}

// window is Window for the lines from first up to before last of a list of n.
func (l *List) window(p Pane, first, last, n, room int) (from, to int) {
	p.Frame.lists = append(p.Frame.lists, sight{l, p.Width(), room})
	if l.Text {
		shown := List{Text: true, Tail: l.Tail, at: l.at, up: l.up, height: room}
		from = shown.top(n)
	} else if at := l.place(n); at >= first && at < last {
		from = first + Around(at-first, last-first, room)
	} else {
		from = first // the cursor is in another part
	}
	return from, min(from+room, last)
}

// Draw draws those of n lines for which a pane has room, each by a call of row.
// The box is what the wheel and a click mean, and has the border below the list.
func (l *List) Draw(box, in Pane, n int, row func(Row)) {
	l.DrawPart(box, in, 0, n, n, row)
}

// DrawPart is Draw for the lines from one to before another of a list of n, for
// lists that are drawn in several boxes.
func (l *List) DrawPart(box, in Pane, first, last, n int, row func(Row)) {
	l.Mouse(box)
	from, to := l.window(in, first, last, n, in.Height())
	chosen := l.place(n)
	if l.at < 0 && l.find(l.Key, n) < 0 {
		chosen = -1
	}
	for i := from; i < to; i++ {
		l.drawRow(in.Line(i-from), i, i == chosen, row)
	}
	if rest := last - to; rest > 0 && l.More[0] != "" {
		box.TextRight(box.Width()-2, box.Height()-1, l.Theme.Dim, " "+Plural(int64(rest), l.More[0], l.More[1])+" ")
	}
}

// Click lets a click on a pane mean a line.
func (l *List) Click(p Pane, line int) { p.Click(func() tea.Cmd { return l.click(line) }) }

func (l *List) drawRow(p Pane, line int, chosen bool, row func(Row)) {
	if l.Text {
		row(Row{Pane: p, N: line})
		return
	}
	r := Row{Pane: p, N: line}
	if !l.skips(line) {
		r.Chosen, r.Focused = chosen, chosen && l.focused()
		l.Click(p, line)
	}
	switch {
	case r.Focused:
		r.Back = l.Theme.Selected
		p.Fill(r.Back)
	case r.Chosen && l.Faint:
		r.Back = l.Theme.SelectedFaint
		p.Fill(r.Back)
	}
	row(r)
}

// Around returns the first of n lines that a pane shows, so that the given line is
// in the middle of its room.
func Around(line, n, room int) int { return max(0, min(line-room/2, n-room)) }

// ListKeys are the keys that move a list.
type ListKeys struct{ Up, Down, PageUp, PageDown, HalfUp, HalfDown, First, Last string }

// Where letters are keys, and where they are text.
var (
	LetterKeys = ListKeys{"up k", "down j", "pgup ctrl+b", "pgdown ctrl+f", "ctrl+u", "ctrl+d", "home g", "end G"}
	SpaceKeys  = ListKeys{"up k", "down j", "pgup ctrl+b", "pgdown ctrl+f space", "ctrl+u", "ctrl+d", "home g", "end G"} // space is free
	ReadKeys   = ListKeys{"up", "down", "pgup ctrl+b", "pgdown ctrl+f", "ctrl+u", "ctrl+d", "home", "end"}               // letters are text
	TextKeys   = ListKeys{"up ctrl+k", "down ctrl+n", "pgup", "pgdown", "", "", "", ""}
)

// Moving is the heading of the actions that move a cursor.
const Moving = "cursor"

// Actions move the list. Their names begin with a prefix, so that they can have
// keys of their own in the settings. Down and up have that place in the footer
// and the next one; 0: none.
func (l *List) Actions(prefix string, keys ListKeys, foot int) []Action {
	const all = 1 << 30
	var list []Action
	for _, a := range []struct {
		name, keys, title string
		do                func() tea.Cmd
	}{
		{"up", keys.Up, "up", func() tea.Cmd { return l.Move(-1) }},
		{"down", keys.Down, "down", func() tea.Cmd { return l.Move(1) }},
		{"page-up", keys.PageUp, "page up", func() tea.Cmd { return l.Move(-l.page()) }},
		{"page-down", keys.PageDown, "page down", func() tea.Cmd { return l.Move(l.page()) }},
		{"half-up", keys.HalfUp, "half a page up", func() tea.Cmd { return l.Move(-max(1, l.page()/2)) }},
		{"half-down", keys.HalfDown, "half a page down", func() tea.Cmd { return l.Move(max(1, l.page()/2)) }},
		{"first", keys.First, "first", func() tea.Cmd { return l.Move(-all) }},
		{"last", keys.Last, "last", func() tea.Cmd { return l.Move(all) }},
	} {
		if a.keys != "" {
			list = append(list, l.Keys.Act(prefix+a.name, a.keys, a.title, a.do).In(Moving))
		}
	}
	if foot > 0 {
		list[1], list[0] = list[1].At(foot), list[0].At(foot+1)
	}
	return list
}
