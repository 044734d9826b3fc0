package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// frame is a screen while it is drawn: its cells, and what a mouse does where.
// Drawing changes nothing else, so that a frame can be made at any time, also
// to find out what lies under a click.
type frame struct {
	cells  uv.ScreenBuffer
	zones  []zone
	cursor *tea.Cursor
}

// zone is a part of the screen that answers the mouse. Later zones lie above
// earlier ones.
type zone struct {
	area  uv.Rectangle
	click func(x, y int) tea.Cmd // where in the area
	wheel func(delta int) tea.Cmd
	drag  func(dx, dy int) tea.Cmd // since the last time
	// before and after are the panes that grow and shrink when a border is
	// dragged forwards.
	before, after []int
}

func newFrame(width, height int) *frame {
	return &frame{cells: uv.NewScreenBuffer(width, height)}
}

// all is the whole of the frame.
func (f *frame) all() pane { return pane{f, f.cells.Bounds()} }

func (f *frame) String() string { return f.cells.Render() }

// picture is String for what counts the columns of a letter with its marks, and
// of an emoji, as one: blanks make up for the difference.
func (f *frame) picture() string {
	for y := range f.cells.Height() {
		for x := range f.cells.Width() {
			cell := f.cells.CellAt(x, y)
			if cell == nil || cell.Width == 0 || len(cell.Content) == 1 {
				continue
			}
			if w := ansi.StringWidth(cell.Content); w <= cell.Width {
				cell.Content += strings.Repeat(" ", cell.Width-w)
			} else if blank := f.cells.CellAt(x+1, y); blank != nil && blank.Content == " " {
				blank.Content, blank.Width = "", 0
			}
		}
	}
	return f.String()
}

// pane is a rectangle of a frame. Whatever is drawn into it stays inside.
type pane struct {
	frame *frame
	area  uv.Rectangle
}

func (p pane) width() int  { return p.area.Dx() }
func (p pane) height() int { return p.area.Dy() }

// part is a rectangle of a pane, cut to what the pane has.
func (p pane) part(x, y, width, height int) pane {
	r := uv.Rect(p.area.Min.X+x, p.area.Min.Y+y, max(0, width), max(0, height))
	return pane{p.frame, r.Intersect(p.area)}
}

// left and right cut a pane in two at a column, top and bottom at a line.
func (p pane) left(width int) pane     { return p.part(0, 0, width, p.height()) }
func (p pane) right(from int) pane     { return p.part(from, 0, p.width()-from, p.height()) }
func (p pane) top(height int) pane     { return p.part(0, 0, p.width(), height) }
func (p pane) bottom(from int) pane    { return p.part(0, from, p.width(), p.height()-from) }
func (p pane) line(y int) pane         { return p.part(0, y, p.width(), 1) }
func (p pane) inset(x, y int) pane     { return p.part(x, y, p.width()-2*x, p.height()-2*y) }
func (p pane) click(do func() tea.Cmd) { p.clickAt(func(int, int) tea.Cmd { return do() }) }

// clickAt registers what a click on the pane does.
func (p pane) clickAt(do func(x, y int) tea.Cmd) {
	p.frame.zones = append(p.frame.zones, zone{area: p.area, click: do})
}

func (p pane) wheel(do func(delta int) tea.Cmd) {
	p.frame.zones = append(p.frame.zones, zone{area: p.area, wheel: do})
}

func (p pane) drag(do func(dx, dy int) tea.Cmd) {
	p.frame.zones = append(p.frame.zones, zone{area: p.area, drag: do})
}

// grip is a part that can be clicked as well as dragged.
func (p pane) grip(click func(x, y int) tea.Cmd, drag func(dx, dy int) tea.Cmd) {
	p.frame.zones = append(p.frame.zones, zone{area: p.area, click: click, drag: drag})
}

// cover keeps what lies below from the mouse.
func (p pane) cover() {
	nothing := func() tea.Cmd { return nil }
	p.frame.zones = append(p.frame.zones, zone{
		area: p.area, click: func(int, int) tea.Cmd { return nothing() },
		wheel: func(int) tea.Cmd { return nothing() }, drag: func(int, int) tea.Cmd { return nothing() },
	})
}

// fill makes every cell of the pane a blank in a style.
func (p pane) fill(style uv.Style) {
	p.frame.cells.FillArea(&uv.Cell{Content: " ", Width: 1, Style: style}, p.area)
}

// restyle changes the style of cells that are drawn already.
func (p pane) restyle(change func(*uv.Style)) {
	for y := p.area.Min.Y; y < p.area.Max.Y; y++ {
		for x := p.area.Min.X; x < p.area.Max.X; x++ {
			if cell := p.frame.cells.CellAt(x, y); cell != nil {
				change(&cell.Style)
			}
		}
	}
}

// text writes into a line of the pane, from column x on, and returns the
// column behind it. Nothing in the text can harm a terminal: what is not
// printable is shown as a symbol. What does not fit is left out.
func (p pane) text(x, y int, style uv.Style, text string) int {
	text = printable(text)
	if y < 0 || y >= p.height() {
		return x + ansi.StringWidthWc(text)
	}
	for text != "" && x < p.width() {
		cell := uv.Cell{Style: style}
		cell.Content, cell.Width = nextCell(text)
		text = text[len(cell.Content):]
		if x >= 0 && x+cell.Width <= p.width() {
			p.frame.cells.SetCell(p.area.Min.X+x, p.area.Min.Y+y, &cell)
		}
		x += cell.Width
	}
	return x
}

// textRight writes a text that ends before column x.
func (p pane) textRight(x, y int, style uv.Style, text string) {
	p.text(x-width(text), y, style, text)
}

// cut writes at most n columns of a text; one that is longer ends in "…".
func (p pane) cut(x, y, most int, style uv.Style, text string) int {
	if most <= 0 {
		return x
	}
	return p.part(x, y, most, 1).text(0, 0, style, shorten(text, most)) + x
}

// box draws a border with a title and returns what is inside.
func (p pane) box(t *theme, title string, focused bool) pane {
	style := t.border
	if focused {
		style = t.borderFocus
	}
	w, h := p.width(), p.height()
	if w < 2 || h < 2 {
		return p
	}
	p.text(0, 0, style, "╭"+strings.Repeat("─", w-2)+"╮")
	for y := 1; y < h-1; y++ {
		p.text(0, y, style, "│")
		p.text(w-1, y, style, "│")
	}
	p.text(0, h-1, style, "╰"+strings.Repeat("─", w-2)+"╯")
	if title != "" && w > 6 {
		heading := t.title
		if focused {
			heading = t.titleFocus
		}
		x := p.cut(3, 0, w-6, heading, title)
		p.text(2, 0, style, " ")
		p.text(x, 0, style, " ")
	}
	return p.inset(1, 1)
}

// note writes into the upper border of a box, on the right.
func (p pane) note(style uv.Style, text string) {
	if room := p.width() / 2; width(text)+4 <= room {
		p.textRight(p.width()-2, 0, style, " "+text+" ")
	}
}

// wrap writes a text over as many lines as it takes, from line y on, and
// returns the line below it.
func (p pane) wrap(y int, style uv.Style, text string) int {
	for line := range strings.SplitSeq(ansi.WrapWc(printable(text), max(1, p.width()), " "), "\n") {
		p.text(0, y, style, line)
		y++
	}
	return y
}
