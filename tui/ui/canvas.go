package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// Frame is a screen while it is drawn: its cells, and what a mouse does where.
// Drawing changes nothing else, so that a frame can be made at any time, also
// for a picture of another size.
type Frame struct {
	Cells  uv.ScreenBuffer
	Zones  []Zone
	Cursor *tea.Cursor
	// Covered means that an overlay covers the screen, so the screen has no
	// cursor.
	Covered bool
	lists   []sight
}

// sight is how large a list is in a frame.
type sight struct {
	list          *List
	width, height int
}

// Shown is called for the frame that the terminal shows: the page keys of its
// lists move by what is seen there.
func (f *Frame) Shown() {
	for _, s := range f.lists {
		s.list.width, s.list.height = s.width, s.height
	}
}

// Zone is an area of the screen that handles the mouse. Later zones are above
// earlier ones.
type Zone struct {
	Area uv.Rectangle
	// Click is called with the position of a click within the area.
	Click func(x, y int) tea.Cmd // position in the area
	// Wheel is called with the lines that the wheel was turned, down or up.
	Wheel func(delta int) tea.Cmd
	// Drag is called for each movement of a drag that begins in the area.
	Drag func(dx, dy int) tea.Cmd // movement since the last call
	// Before and After are the panes that grow and shrink when a border is
	// dragged forwards.
	Before, After []int
}

// NewFrame returns an empty frame.
func NewFrame(width, height int) *Frame {
	return &Frame{Cells: uv.NewScreenBuffer(width, height)}
}

// All returns a pane of the whole frame.
func (f *Frame) All() Pane { return Pane{f, f.Cells.Bounds()} }

func (f *Frame) String() string { return f.Cells.Render() }

// Picture is String for programs that count the columns of a letter with its
// marks, and of an emoji, as one. It adds blanks to keep the alignment.
func (f *Frame) Picture() string {
	for y := range f.Cells.Height() {
		for x := range f.Cells.Width() {
			cell := f.Cells.CellAt(x, y)
			if cell == nil || cell.Width == 0 || len(cell.Content) == 1 {
				continue
			}
			if w := ansi.StringWidth(cell.Content); w <= cell.Width {
				cell.Content += strings.Repeat(" ", cell.Width-w)
			} else if blank := f.Cells.CellAt(x+1, y); blank != nil && blank.Content == " " {
				blank.Content, blank.Width = "", 0
			}
		}
	}
	return f.String()
}

// Pane is a rectangle of a frame. Drawing never exceeds it.
type Pane struct {
	Frame *Frame
	Area  uv.Rectangle
}

// Width returns the number of columns.
func (p Pane) Width() int { return p.Area.Dx() }

// Height returns the number of lines.
func (p Pane) Height() int { return p.Area.Dy() }

// Part returns a rectangle of a pane, clipped to the pane.
func (p Pane) Part(x, y, width, height int) Pane {
	r := uv.Rect(p.Area.Min.X+x, p.Area.Min.Y+y, max(0, width), max(0, height))
	return Pane{p.Frame, r.Intersect(p.Area)}
}

// Left returns the first columns of the pane.
func (p Pane) Left(width int) Pane { return p.Part(0, 0, width, p.Height()) }

// Right returns the pane from column from.
func (p Pane) Right(from int) Pane { return p.Part(from, 0, p.Width()-from, p.Height()) }

// Top returns the first lines of the pane.
func (p Pane) Top(height int) Pane { return p.Part(0, 0, p.Width(), height) }

// Bottom returns the pane from line from.
func (p Pane) Bottom(from int) Pane { return p.Part(0, from, p.Width(), p.Height()-from) }

// Line returns one line of the pane.
func (p Pane) Line(y int) Pane { return p.Part(0, y, p.Width(), 1) }

// Inset returns the pane without x columns on the left and right and y lines at
// the top and bottom.
func (p Pane) Inset(x, y int) Pane { return p.Part(x, y, p.Width()-2*x, p.Height()-2*y) }

// Click registers do for clicks in the pane.
func (p Pane) Click(do func() tea.Cmd) { p.ClickAt(func(int, int) tea.Cmd { return do() }) }

// ClickAt registers do for clicks in the pane, with the position of the click.
func (p Pane) ClickAt(do func(x, y int) tea.Cmd) {
	p.Frame.Zones = append(p.Frame.Zones, Zone{Area: p.Area, Click: do})
}

// Wheel registers do for turns of the mouse wheel, with the lines down or up.
func (p Pane) Wheel(do func(delta int) tea.Cmd) {
	p.Frame.Zones = append(p.Frame.Zones, Zone{Area: p.Area, Wheel: do})
}

// Drag registers do for each movement of a drag that begins in the pane.
func (p Pane) Drag(do func(dx, dy int) tea.Cmd) {
	p.Frame.Zones = append(p.Frame.Zones, Zone{Area: p.Area, Drag: do})
}

// Grip makes the pane clickable and draggable.
func (p Pane) Grip(click func(x, y int) tea.Cmd, drag func(dx, dy int) tea.Cmd) {
	p.Frame.Zones = append(p.Frame.Zones, Zone{Area: p.Area, Click: click, Drag: drag})
}

// Cover blocks the mouse for the zones below.
func (p Pane) Cover() {
	nothing := func() tea.Cmd { return nil }
	p.Frame.Zones = append(p.Frame.Zones, Zone{
		Area: p.Area, Click: func(int, int) tea.Cmd { return nothing() },
		Wheel: func(int) tea.Cmd { return nothing() }, Drag: func(int, int) tea.Cmd { return nothing() },
	})
}

// Fill fills the pane with blanks in a style.
func (p Pane) Fill(style uv.Style) {
	p.Frame.Cells.FillArea(&uv.Cell{Content: " ", Width: 1, Style: style}, p.Area)
}

// Restyle changes the style of the drawn cells.
func (p Pane) Restyle(change func(*uv.Style)) {
	for y := p.Area.Min.Y; y < p.Area.Max.Y; y++ {
		for x := p.Area.Min.X; x < p.Area.Max.X; x++ {
			if cell := p.Frame.Cells.CellAt(x, y); cell != nil {
				change(&cell.Style)
			}
		}
	}
}

// Text draws text in a line of the pane from column x, and returns the column
// after it. It shows characters that are not printable as symbols, so the text
// is safe for a terminal. It clips text that does not fit.
func (p Pane) Text(x, y int, style uv.Style, text string) int {
	text = Printable(text)
	if y < 0 || y >= p.Height() {
		return x + ansi.StringWidthWc(text)
	}
	for text != "" && x < p.Width() {
		cell := uv.Cell{Style: style}
		cell.Content, cell.Width = nextCell(text)
		text = text[len(cell.Content):]
		if x >= 0 && x+cell.Width <= p.Width() {
			p.Frame.Cells.SetCell(p.Area.Min.X+x, p.Area.Min.Y+y, &cell)
		}
		x += cell.Width
	}
	return x
}

// TextRight draws a text that ends before column x.
func (p Pane) TextRight(x, y int, style uv.Style, text string) {
	p.Text(x-Width(text), y, style, text)
}

// Cut draws at most most columns of a text; a longer text ends in "…".
func (p Pane) Cut(x, y, most int, style uv.Style, text string) int {
	if most <= 0 {
		return x
	}
	return p.Part(x, y, most, 1).Text(0, 0, style, Shorten(text, most)) + x
}

// Box draws a border with a title and returns the pane inside.
func (p Pane) Box(t *Theme, title string, focused bool) Pane {
	style := t.Border
	if focused {
		style = t.BorderFocus
	}
	w, h := p.Width(), p.Height()
	if w < 2 || h < 2 {
		return p
	}
	p.Text(0, 0, style, "╭"+strings.Repeat("─", w-2)+"╮")
	for y := 1; y < h-1; y++ {
		p.Text(0, y, style, "│")
		p.Text(w-1, y, style, "│")
	}
	p.Text(0, h-1, style, "╰"+strings.Repeat("─", w-2)+"╯")
	if title != "" && w > 6 {
		heading := t.Title
		if focused {
			heading = t.TitleFocus
		}
		x := p.Cut(3, 0, w-6, heading, title)
		p.Text(2, 0, style, " ")
		p.Text(x, 0, style, " ")
	}
	return p.Inset(1, 1)
}

// Note draws text in the upper border of a box, on the right. A title that it
// covers ends in "…".
func (p Pane) Note(style uv.Style, text string) {
	if room := p.Width() / 2; Width(text)+4 > room {
		return
	}
	from := p.Width() - 4 - Width(text)
	cell := func(x int) *uv.Cell { return p.Frame.Cells.CellAt(p.Area.Min.X+x, p.Area.Min.Y) }
	last, covered := cell(from-1), cell(from)
	cut := last != nil && covered != nil && covered.Content != "─" && strings.TrimSpace(last.Content) != "" && last.Content != "─"
	p.TextRight(p.Width()-2, 0, style, " "+text+" ")
	if cut {
		last.Content, last.Width = "…", 1
	}
}

// Under draws text in the lower border of a box, as far as there is room between
// the count of panes on the left and what is on the right.
func (p Pane) Under(style uv.Style, text string) {
	const from = 12 // the count of panes is before it
	to := p.Width() - 2
	for x := from - 1; x < to; x++ {
		if cell := p.Frame.Cells.CellAt(p.Area.Min.X+x, p.Area.Max.Y-1); cell == nil || cell.Content != "─" {
			to = x - 1
		}
	}
	if room := to - from - 2; text != "" && room >= 4 {
		p.TextRight(to, p.Height()-1, style, " "+Shorten(text, room)+" ")
	}
}

// Wrap draws a text over several lines from line y, and returns the line after
// it. If the pane ends before the text, its last line ends in "…".
func (p Pane) Wrap(y int, style uv.Style, text string) int {
	var parts []string
	for line := range strings.SplitSeq(text, "\n") {
		for _, part := range WrapWords(StyledLine{{style, Printable(line)}}, max(1, p.Width())) {
			parts = append(parts, part.Plain())
		}
	}
	for i, part := range parts {
		if y == p.Height()-1 && i+1 < len(parts) {
			part = Shorten(strings.TrimRight(part, " ")+" …", p.Width())
		}
		p.Text(0, y, style, part)
		y++
	}
	return y
}
