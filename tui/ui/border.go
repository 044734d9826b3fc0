package ui

import (
	tea "charm.land/bubbletea/v2"
)

// Border is where two parts of a screen meet. A reader moves it with the mouse,
// or by a key from a pane beside it.
type Border struct {
	Moved         *int // lines or columns from where it usually is
	Usual         int
	Least         int   // lines or columns that a reader leaves to either side
	Before, After []int // the panes on its sides
}

// What a reader leaves to a pane: its frame and a line or two, or a few words.
const (
	LeastTall = 4
	LeastWide = 20
)

// at is where the border lies, in a range of that many lines or columns.
func (b Border) at(room int) int {
	if *b.Moved == 0 {
		return b.Usual
	}
	return b.within(b.Usual+*b.Moved, room)
}

func (b Border) within(at, room int) int { return min(max(at, b.Least), max(b.Least, room-b.Least)) }

func (b Border) move(by, room int) tea.Cmd {
	*b.Moved = b.within(b.at(room)+by, room) - b.Usual
	return nil
}

// Across divides a pane into an upper and a lower one. The grip, called when
// both are drawn, lets the mouse have the border between them.
func (p Pane) Across(b Border) (upper, lower Pane, grip func()) {
	at, room := b.at(p.Height()), p.Height()
	return p.Top(at), p.Bottom(at), func() {
		p.Part(0, at-1, p.Width(), 2).border(b, func(_, dy int) tea.Cmd { return b.move(dy, room) })
	}
}

// Beside divides a pane into a left and a right one, like across.
func (p Pane) Beside(b Border) (left, right Pane, grip func()) {
	at, room := b.at(p.Width()), p.Width()
	return p.Left(at), p.Right(at), func() {
		p.Part(at-1, 0, 2, p.Height()).border(b, func(dx, _ int) tea.Cmd { return b.move(dx, room) })
	}
}

func (p Pane) border(b Border, drag func(dx, dy int) tea.Cmd) {
	p.Frame.Zones = append(p.Frame.Zones, Zone{Area: p.Area, Drag: drag, Before: b.Before, After: b.After})
}

// Halves are the panes of a screen that lists things and tells of one of them:
// how far their border was moved, where they lie side by side and where one lies
// above the other.
type Halves struct{ wide, tall int }

// Draw draws the one that is in focus if there is no room for both, and else
// gives the list that percentage of the width or of the height.
func (h *Halves) Draw(p Pane, f Focus, side bool, width, height int, list, one func(Pane)) {
	if p.Width() < Narrow && p.Height() < 16 || f.Zoomed {
		[]func(Pane){list, one}[f.At](p)
		return
	}
	divide := p.Across
	b := Border{Moved: &h.tall, Usual: p.Height() * height / 100, Least: LeastTall, Before: []int{0}, After: []int{1}}
	if side {
		divide = p.Beside
		b.Moved, b.Usual, b.Least = &h.wide, p.Width()*width/100, LeastWide
	}
	first, second, grip := divide(b)
	list(first)
	one(second)
	grip()
}

// Focus says which of a screen's panes has the keys, and whether it is alone
// on the screen.
type Focus struct {
	At, Count int
	Zoomed    bool
}
