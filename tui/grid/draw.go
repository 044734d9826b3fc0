package grid

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/pager"
	"stedi/tui/ui"
)

// Draw draws the grid in a border with a title. The border shows the number of
// rows, the position of the cursor and the type of its column.
func (g *Grid) Draw(p ui.Pane, title string, focused bool) {
	note := g.CountText()
	in := p.Box(g.Theme, ui.Shorten(title, max(p.Width()/2, p.Width()-ui.Width(note)-10)), focused)
	if in.Height() < 1 || g.Source == nil {
		return
	}
	in = g.drawLeftOut(in)
	list, _ := g.Layout(in.Width())
	g.drawHead(in.Line(0), list)
	body := in.Bottom(1)
	body.Wheel(func(delta int) tea.Cmd { return g.wheel(delta) })
	top := g.topFor(body.Height())
	for y := range body.Height() {
		if row := top + int64(y); row < g.Kept.Count {
			g.drawRow(body.Line(y), row, list, focused)
		}
	}
	if g.Kept.Count == 0 && g.Kept.all {
		body.Cut(2, 0, body.Width()-3, g.Theme.Dim, g.EmptyText())
	}
	g.drawFrontier(in, list)
	if g.Old {
		body.Restyle(func(s *uv.Style) { s.Attrs |= uv.AttrFaint })
	}
	g.drawScrollBar(p, top, body.Height())
	p.Note(g.Theme.Dim, note)
}

// drawLeftOut draws below the rows what is missing from them, and returns the
// remaining pane.
func (g *Grid) drawLeftOut(p ui.Pane) ui.Pane {
	text := LeftOutText(g.Source)
	if text == "" || p.Height() < 3 {
		return p
	}
	most := max(1, p.Height()/3)
	if g.Kept.Count == 0 && g.Kept.all {
		most = p.Height() - 2 // there is nothing else to show
	}
	room := max(1, p.Width()-3)
	lines := ui.WrapWords(ui.StyledLine{{Style: g.Theme.Warn, Text: text}}, room)
	if len(lines) > most {
		lines = ui.WrapMost(ui.StyledLine{{Style: g.Theme.Warn, Text: leftOutShort(g.Source)}}, room, most)
	}
	below := p.Bottom(p.Height() - len(lines))
	for y, line := range lines {
		below.Line(y).Styled(1, line)
	}
	return p.Top(p.Height() - len(lines))
}

// LeftOutText describes what is missing from the rows of a source, or returns
// "".
func LeftOutText(source pager.Source) string {
	s, ok := source.(interface{ LeftOut() []pipeline.LeftOut })
	if !ok {
		return ""
	}
	var parts []string
	for _, l := range s.LeftOut() {
		part := l.String()
		if l.First != "" {
			part += ": " + l.First
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return ""
	}
	return "left out: " + ui.Printable(strings.Join(parts, "; "))
}

// leftOutShort is LeftOutText for few lines: how much is missing, and the reason and
// the place of the first, without the name of the table, which the title shows, and
// the folders.
func leftOutShort(source pager.Source) string {
	s, ok := source.(interface{ LeftOut() []pipeline.LeftOut })
	if !ok {
		return ""
	}
	var parts []string
	for _, l := range s.LeftOut() {
		part := strings.TrimSuffix(l.String(), " of "+l.Table) + " left out"
		if at, why, found := strings.Cut(l.First, ": "); found {
			part += ": " + why + " (" + at[strings.LastIndexByte(at, '/')+1:] + ")"
		}
		parts = append(parts, part)
	}
	return ui.Printable(strings.Join(parts, "; "))
}

// EmptyText says that there are no rows, and why.
func (g *Grid) EmptyText() string {
	if len(g.Where) == 0 && LeftOutText(g.Source) != "" {
		return "no rows can be read"
	}
	if len(g.Where) > 0 {
		return "no matching rows: " + ui.KeyOf(g.Actions(), "drop-condition") + " removes the filter"
	}
	return "there are no rows"
}

func (g *Grid) whole() (int64, bool) {
	if g.Whole == nil {
		return 0, false
	}
	return g.Whole()
}

// CountText describes the number of rows, as far as it is known.
func (g *Grid) CountText() string {
	text := ui.Plural(g.Kept.Count, "row", "rows")
	if all, known := g.whole(); known && len(g.Where) > 0 && g.Kept.all && g.Kept.Count <= all {
		text = ui.Count(g.Kept.Count) + " of " + ui.Plural(all, "row", "rows")
	}
	if LeftOutText(g.Source) != "" {
		text += " that can be read"
	}
	switch {
	case g.Kept.all:
	case g.Filling.Working():
		text += " so far …"
	default:
		text += " or more"
	}
	return text
}

// drawHead draws the names of the columns. A click sorts; dragging the gaps
// changes the widths.
func (g *Grid) drawHead(p ui.Pane, list []placed) {
	for _, c := range list {
		style := g.Theme.Heading
		if c.at == g.At {
			style = g.Theme.Strong
		}
		name, mark := g.Columns[c.column].Name, g.sortMark(g.Columns[c.column].Name)
		cell := p.Part(c.X, 0, c.W, 1)
		room := c.W - len([]rune(mark))
		if g.Columns[c.column].IsNumber() && ui.Width(name) <= room {
			cell.TextRight(room, 0, style, name)
		} else {
			cell.Cut(0, 0, room, style, name)
		}
		cell.Text(room, 0, g.Theme.Accent, mark)
		cell.Click(func() tea.Cmd {
			g.At = c.at
			return g.sortBy(false)
		})
		p.Text(c.X+c.W, 0, g.Theme.Border, "╎")
		p.Part(c.X+c.W, 0, gap, 1).Drag(func(dx, _ int) tea.Cmd {
			g.widen(c.column, dx)
			return nil
		})
	}
	g.drawBeyond(p, list)
}

// drawBeyond marks that there are columns to the left or to the right of the
// shown ones, or that the last one is cut.
func (g *Grid) drawBeyond(p ui.Pane, list []placed) {
	if len(list) == 0 {
		return
	}
	for i, c := range list {
		if !c.frozen {
			if before := c.at - i; before > 0 {
				p.Text(max(0, c.X-1), 0, g.Theme.Accent, "‹")
			}
			break
		}
	}
	if last := list[len(list)-1]; last.at < len(g.Shown)-1 || last.X+g.CellWidth(last.column) > p.Width() {
		p.Text(p.Width()-1, 0, g.Theme.Accent, "›")
	}
}

// sortMark returns the sort direction of a column, and its position if there
// are several.
func (g *Grid) sortMark(name string) string {
	i := slices.IndexFunc(g.Order, func(o pager.Order) bool { return o.Column == name })
	if i < 0 {
		return ""
	}
	mark := map[bool]string{false: "▲", true: "▼"}[g.Order[i].Descending]
	if len(g.Order) > 1 {
		mark += strconv.Itoa(i + 1)
	}
	return mark
}

// drawRow draws a line of cells.
func (g *Grid) drawRow(p ui.Pane, row int64, list []placed, focused bool) {
	t := g.Theme
	var back uv.Style
	under := row == g.Row
	if under {
		back = t.SelectedFaint
		p.Fill(back)
	}
	marked := g.marks.rows[row]
	if marked {
		p.Text(0, 0, ui.Over(t.Accent, back), "●")
	}
	if gutter := g.gutter(p.Width()); gutter > 1 {
		style := t.Dim
		if marked {
			style = t.Accent
		}
		p.TextRight(gutter-2, 0, ui.Over(style, back), ui.Count(row+1))
	}
	values := g.Kept.Rows[row]
	for _, c := range list {
		cell := p.Part(c.X, 0, c.W, 1)
		ground := back
		if under && c.at == g.At && focused {
			ground = t.Selected
			cell.Fill(ground)
		}
		if g.inRange(row, c.at) {
			ground = t.Selected
			cell.Fill(ground)
		}
		cell.Click(func() tea.Cmd { return g.click(row, c.at) })
		if values == nil {
			cell.Text(0, 0, ui.Over(t.Dim, ground), "…")
			continue
		}
		g.drawCell(cell, c.column, values[c.column], ground)
	}
}

// drawCell draws a value: numbers right-aligned, other values left-aligned.
func (g *Grid) drawCell(p ui.Pane, column int, v any, back uv.Style) {
	style := ui.Over(CellStyle(g.Theme, v), back)
	text := ui.Shorten(CellText(v, p.Width()), p.Width())
	x := 0
	if g.Local {
		if at, ok := g.localTime(column, v); ok {
			if room := p.Width() - len(at) - 1; room >= ui.Width(text) {
				p.TextRight(p.Width(), 0, ui.Over(g.Theme.Dim, back), at)
				p = p.Left(room)
			}
		}
	}
	if g.Columns[column].IsNumber() {
		x = max(0, p.Width()-ui.Width(text))
	}
	p.Text(x, 0, style, text)
	if g.Search.text == "" {
		return
	}
	for _, m := range g.matches(text) {
		from, to := x+ui.Width(text[:m[0]]), x+ui.Width(text[:m[1]])
		p.Part(from, 0, to-from, 1).Restyle(func(s *uv.Style) {
			s.Fg, s.Bg, s.Attrs = g.Theme.Match.Fg, g.Theme.Match.Bg, s.Attrs|g.Theme.Match.Attrs
		})
	}
}

// drawFrontier draws the line after the frozen columns.
func (g *Grid) drawFrontier(p ui.Pane, list []placed) {
	for i, c := range list {
		if c.frozen && (i == len(list)-1 || !list[i+1].frozen) {
			for y := range p.Height() {
				p.Text(c.X+c.W, y, g.Theme.BorderFocus, "│")
			}
		}
	}
}

// drawScrollBar draws the position of the visible rows on the right border. A
// click moves there.
func (g *Grid) drawScrollBar(p ui.Pane, top int64, h int) {
	n := g.Kept.Count
	if n <= int64(h) {
		return
	}
	bar := p.Part(p.Width()-1, 2, 1, h)
	long := max(1, int(int64(h)*int64(h)/n))
	from := int(top * int64(h-long) / max(1, n-int64(h)))
	for y := range long {
		bar.Text(0, from+y, g.Theme.Accent, "┃")
	}
	bar.Grip(
		func(_, y int) tea.Cmd { return g.MoveRows(n*int64(y)/int64(max(1, h-1)) - g.Row) },
		func(_, dy int) tea.Cmd { return g.MoveRows(n * int64(dy) / int64(h)) })
}

// DrawStatus draws the position of the cursor and the type of its column on the
// lower border.
func (g *Grid) DrawStatus(p ui.Pane) {
	if g.Kept.Count == 0 || p.Height() < 3 {
		return
	}
	at := fmt.Sprintf(" row %s of %s ", ui.Count(g.Row+1), ui.Count(g.Kept.Count))
	if selected := g.selectionText(); selected != "" {
		at += "· " + selected + " "
	}
	g.DrawKind(p, p.Line(p.Height()-1).Cut(2, 0, p.Width()-4, g.Theme.Dim, at))
}

// DrawKind draws the type of the column with the cursor on the lower border, if
// there is room from x.
func (g *Grid) DrawKind(p ui.Pane, x int) {
	if room := p.Width() - x - 3; room > 8 && g.Kept.Count > 0 {
		p.Line(p.Height()-1).TextRight(p.Width()-2, 0, g.Theme.Dim, " "+ui.Shorten(g.kindText(), room-2)+" ")
	}
}

// kindText describes the type of the column with the cursor, and the time of a
// number that looks like a time.
func (g *Grid) kindText() string {
	c, ok := g.column()
	if !ok {
		return ""
	}
	kind := c.Name + " · " + c.TypeName()
	if g.times[g.Shown[g.At]] != millis {
		return kind
	}
	kind += ", looks like epoch ms"
	if v, ok := g.Value(); ok {
		if at, ok := g.localTime(g.Shown[g.At], v); ok {
			kind += " · " + at
		}
	}
	return kind
}

// click moves the cursor to a cell; a second click opens its row.
func (g *Grid) click(row int64, at int) tea.Cmd {
	if g.Row == row && g.At == at {
		return g.host.OpenRow()
	}
	g.Row, g.At, g.toEnd, g.wish = row, at, false, 0
	g.clamp()
	return g.Fetch()
}

// wheel scrolls the rows. The cursor stays on the screen.
func (g *Grid) wheel(delta int) tea.Cmd {
	_, h := g.Space()
	g.toEnd, g.wish = false, 0
	g.Top = max(0, min(g.Top+int64(delta), g.Kept.Count-int64(h)))
	g.Row = min(max(g.Row, g.Top), g.Top+int64(h)-1)
	g.clamp()
	return g.Fetch()
}
