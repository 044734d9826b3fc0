package ui

import (
	tea "charm.land/bubbletea/v2"
)

// Border is a border between two parts of a screen. The reader moves it with
// the mouse, or with a key from an adjacent pane.
type Border struct {
	Moved         *int // offset from the default position, in lines or columns
	Usual         int
	Least         int   // minimum of lines or columns on either side
	Before, After []int // the panes on either side
}

// The minimum for a pane: its frame and one or two lines, or a few words.
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

// Across divides a pane into an upper and a lower part. Call grip after drawing
// both to let the mouse drag the border.
func (p Pane) Across(b Border) (upper, lower Pane, grip func()) {
	at, room := b.at(p.Height()), p.Height()
	return p.Top(at), p.Bottom(at), func() {
		p.Part(0, at-1, p.Width(), 2).border(b, func(_, dy int) tea.Cmd { return b.move(dy, room) })
	}
}

// Beside divides a pane into a left and a right part, like Across.
func (p Pane) Beside(b Border) (left, right Pane, grip func()) {
	at, room := b.at(p.Width()), p.Width()
	return p.Left(at), p.Right(at), func() {
		p.Part(at-1, 0, 2, p.Height()).border(b, func(dx, _ int) tea.Cmd { return b.move(dx, room) })
	}
}

func (p Pane) border(b Border, drag func(dx, dy int) tea.Cmd) {
	p.Frame.Zones = append(p.Frame.Zones, Zone{Area: p.Area, Drag: drag, Before: b.Before, After: b.After})
}

// Halves are the panes of a screen with a list and the details of one entry. It
// holds the offsets of their border, side by side and one above the other.
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

// Focus is the focused pane of a screen, and whether it is zoomed.
type Focus struct {
	At, Count int
	Zoomed    bool
}
