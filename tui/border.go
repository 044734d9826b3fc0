package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// border is where two parts of a screen meet. A reader moves it with the mouse,
// or by a key from a pane beside it.
type border struct {
	moved         *int // lines or columns from where it usually is
	usual         int
	least         int   // lines or columns that a reader leaves to either side
	before, after []int // the panes on its sides
}

// What a reader leaves to a pane: its frame and a line or two, or a few words.
const (
	leastTall = 4
	leastWide = 20
)

// at is where the border lies, in a range of that many lines or columns.
func (b border) at(room int) int {
	if *b.moved == 0 {
		return b.usual
	}
	return b.within(b.usual+*b.moved, room)
}

func (b border) within(at, room int) int { return min(max(at, b.least), max(b.least, room-b.least)) }

func (b border) move(by, room int) tea.Cmd {
	*b.moved = b.within(b.at(room)+by, room) - b.usual
	return nil
}

// across divides a pane into an upper and a lower one. The grip, called when
// both are drawn, lets the mouse have the border between them.
func (p pane) across(b border) (upper, lower pane, grip func()) {
	at, room := b.at(p.height()), p.height()
	return p.top(at), p.bottom(at), func() {
		p.part(0, at-1, p.width(), 2).border(b, func(_, dy int) tea.Cmd { return b.move(dy, room) })
	}
}

// beside divides a pane into a left and a right one, like across.
func (p pane) beside(b border) (left, right pane, grip func()) {
	at, room := b.at(p.width()), p.width()
	return p.left(at), p.right(at), func() {
		p.part(at-1, 0, 2, p.height()).border(b, func(dx, _ int) tea.Cmd { return b.move(dx, room) })
	}
}

func (p pane) border(b border, drag func(dx, dy int) tea.Cmd) {
	p.frame.zones = append(p.frame.zones, zone{area: p.area, drag: drag, before: b.before, after: b.after})
}

// halves are the panes of a screen with a list and the details of one entry:
// how far their border was moved, where they lie side by side and where one lies
// above the other.
type halves struct{ wide, tall int }

// draw draws the one that is in focus if there is no room for both, and else
// gives the list that percentage of the width or of the height.
func (h *halves) draw(p pane, f focus, side bool, width, height int, list, one func(pane)) {
	if p.width() < narrow && p.height() < 16 || f.zoomed {
		[]func(pane){list, one}[f.at](p)
		return
	}
	divide := p.across
	b := border{moved: &h.tall, usual: p.height() * height / 100, least: leastTall, before: []int{0}, after: []int{1}}
	if side {
		divide = p.beside
		b.moved, b.usual, b.least = &h.wide, p.width()*width/100, leastWide
	}
	first, second, grip := divide(b)
	list(first)
	one(second)
	grip()
}

// resize makes the pane that has the keys larger, or smaller, at its nearest
// border: the grip of an inner one comes before that of an outer one.
func (m *Model) resize(by int) tea.Cmd {
	here, ok := m.here().(paned)
	if !ok {
		return nil
	}
	at := here.focus().at
	for _, z := range m.frame(m.width, m.height).zones {
		switch {
		case slices.Contains(z.before, at):
			return z.drag(2*by, by)
		case slices.Contains(z.after, at):
			return z.drag(-2*by, -by)
		}
	}
	return m.toast(warned, "the pane has no border that could be moved")
}
