package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/pager"
)

// draw draws the grid in a border with a title. What lies on the border says
// how many rows there are, where the cursor is and in what.
func (g *grid) draw(p pane, title string, focused bool) {
	note := g.countText()
	in := p.box(g.theme, shorten(title, max(p.width()/2, p.width()-width(note)-10)), focused)
	if in.height() < 1 || g.source == nil {
		return
	}
	in = g.drawLeftOut(in)
	list, _ := g.layout(in.width())
	g.drawHead(in.line(0), list)
	body := in.bottom(1)
	body.wheel(func(delta int) tea.Cmd { return g.wheel(delta) })
	top := g.topFor(body.height())
	for y := range body.height() {
		if row := top + int64(y); row < g.kept.count {
			g.drawRow(body.line(y), row, list, focused)
		}
	}
	if g.kept.count == 0 && g.kept.all {
		body.cut(2, 0, body.width()-3, g.theme.dim, g.emptyText())
	}
	g.drawFrontier(in, list)
	if g.old {
		body.restyle(func(s *uv.Style) { s.Attrs |= uv.AttrFaint })
	}
	g.drawScrollBar(p, top, body.height())
	p.note(g.theme.dim, note)
}

// drawLeftOut says below the rows what is missing from them, and returns the
// room that is left.
func (g *grid) drawLeftOut(p pane) pane {
	text := leftOutText(g.source)
	if text == "" || p.height() < 3 {
		return p
	}
	p.cut(1, p.height()-1, p.width()-2, g.theme.warn, text)
	return p.top(p.height() - 1)
}

// leftOutText says what is missing from the rows of a source, or "".
func leftOutText(source pager.Source) string {
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
	return "left out: " + printable(strings.Join(parts, "; "))
}

func (g *grid) emptyText() string {
	if len(g.where) > 0 {
		return "no matching rows: " + keyOf(g.actions(), "drop-condition") + " removes the filter"
	}
	return "there are no rows"
}

// countText says how many rows there are, as far as that is known.
func (g *grid) countText() string {
	text := plural(g.kept.count, "row", "rows")
	if leftOutText(g.source) != "" {
		text += " that can be read"
	}
	switch {
	case g.kept.all:
	case g.filling.working():
		text += " so far …"
	default:
		text += " or more"
	}
	return text
}

// drawHead names the columns. A click sorts; the gaps between them are moved
// with the mouse.
func (g *grid) drawHead(p pane, list []placed) {
	for _, c := range list {
		style := g.theme.heading
		if c.at == g.at {
			style = g.theme.strong
		}
		name, mark := g.columns[c.column].Name, g.sortMark(g.columns[c.column].Name)
		cell := p.part(c.x, 0, c.w, 1)
		room := c.w - len([]rune(mark))
		if g.columns[c.column].IsNumber() && width(name) <= room {
			cell.textRight(room, 0, style, name)
		} else {
			cell.cut(0, 0, room, style, name)
		}
		cell.text(room, 0, g.theme.accent, mark)
		cell.click(func() tea.Cmd {
			g.at = c.at
			return g.sortBy(false)
		})
		p.text(c.x+c.w, 0, g.theme.border, "╎")
		p.part(c.x+c.w, 0, gap, 1).drag(func(dx, _ int) tea.Cmd {
			g.widen(c.column, dx)
			return nil
		})
	}
}

// sortMark says how rows are sorted by a column: a direction, and its place if
// there are several.
func (g *grid) sortMark(name string) string {
	i := slices.IndexFunc(g.order, func(o pager.Order) bool { return o.Column == name })
	if i < 0 {
		return ""
	}
	mark := map[bool]string{false: "▲", true: "▼"}[g.order[i].Descending]
	if len(g.order) > 1 {
		mark += strconv.Itoa(i + 1)
	}
	return mark
}

// drawRow draws a line of cells.
func (g *grid) drawRow(p pane, row int64, list []placed, focused bool) {
	t := g.theme
	var back uv.Style
	under := row == g.row
	if under {
		back = t.selectedFaint
		p.fill(back)
	}
	if gutter := g.gutter(p.width()); gutter > 1 {
		p.textRight(gutter-2, 0, over(t.dim, back), count(row+1))
	}
	values := g.kept.rows[row]
	for _, c := range list {
		cell := p.part(c.x, 0, c.w, 1)
		ground := back
		if under && c.at == g.at && focused {
			ground = t.selected
			cell.fill(ground)
		}
		cell.click(func() tea.Cmd { return g.click(row, c.at) })
		if values == nil {
			cell.text(0, 0, over(t.dim, ground), "…")
			continue
		}
		g.drawCell(cell, c.column, values[c.column], ground)
	}
}

// drawCell draws a value: numbers on the right, all else on the left.
func (g *grid) drawCell(p pane, column int, v any, back uv.Style) {
	style := over(g.theme.cellStyle(v), back)
	text := shorten(cellText(v, p.width()), p.width())
	x := 0
	if g.local {
		if at, ok := g.localTime(column, v); ok {
			if room := p.width() - len(at) - 1; room >= width(text) {
				p.textRight(p.width(), 0, over(g.theme.dim, back), at)
				p = p.left(room)
			}
		}
	}
	if g.columns[column].IsNumber() {
		x = max(0, p.width()-width(text))
	}
	p.text(x, 0, style, text)
	if g.search.text == "" {
		return
	}
	for _, m := range g.matches(text) {
		from, to := x+width(text[:m[0]]), x+width(text[:m[1]])
		p.part(from, 0, to-from, 1).restyle(func(s *uv.Style) {
			s.Fg, s.Bg, s.Attrs = g.theme.match.Fg, g.theme.match.Bg, s.Attrs|g.theme.match.Attrs
		})
	}
}

// drawFrontier draws the line behind the frozen columns.
func (g *grid) drawFrontier(p pane, list []placed) {
	for i, c := range list {
		if c.frozen && (i == len(list)-1 || !list[i+1].frozen) {
			for y := range p.height() {
				p.text(c.x+c.w, y, g.theme.borderFocus, "│")
			}
		}
	}
}

// drawScrollBar shows on the right border which part of the rows is shown. A
// click goes there.
func (g *grid) drawScrollBar(p pane, top int64, h int) {
	n := g.kept.count
	if n <= int64(h) {
		return
	}
	bar := p.part(p.width()-1, 2, 1, h)
	long := max(1, int(int64(h)*int64(h)/n))
	from := int(top * int64(h-long) / max(1, n-int64(h)))
	for y := range long {
		bar.text(0, from+y, g.theme.accent, "┃")
	}
	bar.grip(
		func(_, y int) tea.Cmd { return g.moveRows(n*int64(y)/int64(max(1, h-1)) - g.row) },
		func(_, dy int) tea.Cmd { return g.moveRows(n * int64(dy) / int64(h)) })
}

// drawStatus says on the lower border where the cursor is, and of what type its
// column is.
func (g *grid) drawStatus(p pane) {
	if g.kept.count == 0 || p.height() < 3 {
		return
	}
	at := fmt.Sprintf(" row %s of %s ", count(g.row+1), count(g.kept.count))
	g.drawKind(p, p.line(p.height()-1).cut(2, 0, p.width()-4, g.theme.dim, at))
}

// drawKind says of what type the column with the cursor is, if the lower border
// has room from x on.
func (g *grid) drawKind(p pane, x int) {
	if room := p.width() - x - 3; room > 8 && g.kept.count > 0 {
		p.line(p.height()-1).textRight(p.width()-2, 0, g.theme.dim, " "+shorten(g.kindText(), room-2)+" ")
	}
}

// kindText says of what type the column with the cursor is, and at which time
// a number that looks like one stands.
func (g *grid) kindText() string {
	c, ok := g.column()
	if !ok {
		return ""
	}
	kind := c.Name + " · " + c.TypeName()
	if g.times[g.shown[g.at]] != millis {
		return kind
	}
	kind += ", looks like epoch ms"
	if v, ok := g.value(); ok {
		if at, ok := g.localTime(g.shown[g.at], v); ok {
			kind += " · " + at
		}
	}
	return kind
}

// click puts the cursor on a cell; a second one opens its row.
func (g *grid) click(row int64, at int) tea.Cmd {
	if g.row == row && g.at == at {
		return g.host.openRow()
	}
	g.row, g.at, g.toEnd, g.wish = row, at, false, 0
	g.clamp()
	return g.fetch()
}

// wheel moves the rows under the cursor, which goes along at the border.
func (g *grid) wheel(delta int) tea.Cmd {
	_, h := g.space()
	g.toEnd, g.wish = false, 0
	g.top = max(0, min(g.top+int64(delta), g.kept.count-int64(h)))
	g.row = min(max(g.row, g.top), g.top+int64(h)-1)
	g.clamp()
	return g.fetch()
}
