package grid

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/tui/ui"
)

// panel is an overlay with a small table: frequencies, statistics, or two rows
// side by side.
type panel struct {
	*ui.Kit
	head  string
	heads []panelHead
	rows  [][]panelCell
	note  string // for the lower border
	list  ui.List
	left  int // number of columns that are scrolled out, after the first
	what  string
	more  []ui.Action
}

type panelHead struct {
	name  string
	right bool
}

type panelCell struct {
	text  string
	style uv.Style
}

// The width of a column is bounded, and in a narrow window so far.
const (
	panelCap   = 40
	panelLeast = 8
)

// A bar is that wide for the largest value, and narrower in a narrow column.
const (
	barSign  = "▇"
	barWide  = 20
	leastBar = 3
)

// cutLines is the room below the lines of a narrow window for cells that are cut.
const cutLines = 3

func newPanel(k *ui.Kit, head, what string, heads ...panelHead) *panel {
	p := &panel{Kit: k, head: head, what: what, heads: heads}
	p.list = ui.List{Kit: k, More: [2]string{"more line", "more lines"}, Len: func() int { return len(p.rows) }}
	return p
}

// Title is the headline.
func (p *panel) Title() string { return p.head }

func (p *panel) Actions() []ui.Action {
	k, most := p.Keys, p.leftMost(p.Width-2)
	return slices.Concat(p.more, p.list.Actions("panel-", ui.SpaceKeys, 30), []ui.Action{
		k.Act("panel-right", "right l", "columns to the right", func() tea.Cmd { p.left = min(most, p.left+1); return nil }).At(2).When(p.left < most, "the last column is shown"),
		k.Act("panel-left", "left h", "columns to the left", func() tea.Cmd { p.left = max(0, min(most, p.left)-1); return nil }).At(3).When(p.left > 0 && most > 0, "the first column is shown"),
		k.Act("panel-copy", "y", "copy all", p.copyAll).At(22),
		k.Act("panel-close", "q", "close", p.Shut),
	})
}

// copyAll copies the table with tabs between its cells.
func (p *panel) copyAll() tea.Cmd {
	var b strings.Builder
	line := func(n int, text func(int) string) {
		for i := range n {
			if i > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(tabless.Replace(text(i)))
		}
		b.WriteByte('\n')
	}
	line(len(p.heads), func(i int) string { return p.heads[i].name })
	for _, row := range p.rows {
		line(len(row), func(i int) string { return row[i].text })
	}
	return p.CopyText(p.what, b.String())
}

// tabless keeps the cells of copied text apart.
var tabless = strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")

// PlainLines returns each cell on a line with its label. Nothing is cut, and
// empty cells are named.
func (p *panel) PlainLines() []string {
	lines := []string{ui.Printable(p.head)}
	for n, row := range p.rows {
		if n == p.list.At() {
			lines = append(lines, "chosen:")
		}
		for i, cell := range row {
			label, text := ui.Printable(p.heads[i].name), ui.Printable(cell.text)
			switch {
			case label == "" && text == "≠":
				label, text = "different", "yes"
			case label == "":
				continue // a bar
			case text == "":
				text = "empty"
			}
			lines = append(lines, label+": "+text)
		}
	}
	return lines
}

// widths returns the width of each column in a window with that many columns: a
// column with long texts gives way to the others.
func (p *panel) widths(room int) []int {
	const measured = 500
	widths, least := make([]int, len(p.heads)), make([]int, len(p.heads))
	for i, h := range p.heads {
		widths[i] = ui.Width(h.name)
		for _, row := range p.rows[:min(len(p.rows), measured)] {
			if widths[i] < panelCap {
				widths[i] = min(panelCap, max(widths[i], ui.Width(ui.Shorten(row[i].text, panelCap))))
			}
		}
		least[i] = widths[i]
		if !h.right {
			least[i] = min(widths[i], max(panelLeast, ui.Width(h.name)))
		}
	}
	least[0] = min(widths[0], max(least[0], room/3)) // it names the line
	if wideAs(least) > room {
		room = wideAs(widths) - (wideAs(widths)-wideAs(least))*2/3 // the reader scrolls
	}
	for wideAs(widths) > room {
		giving := p.giving(widths, least)
		if giving < 0 {
			break
		}
		if widths[giving]--; p.isBar(giving) && widths[giving] < leastBar {
			widths[giving] = 0
		}
	}
	return widths
}

// giving returns the column that gives way to the others: a bar before a text, and
// the widest text first; -1 if none is left.
func (p *panel) giving(widths, least []int) int {
	widest := -1
	for i, w := range widths {
		if w > 0 && p.isBar(i) {
			return i
		}
		if w > least[i] && (widest < 0 || w > widths[widest]) {
			widest = i
		}
	}
	return widest
}

// isBar reports whether a column shows shares as bars.
func (p *panel) isBar(i int) bool {
	return p.heads[i].name == "" && len(p.rows) > 0 && strings.HasPrefix(p.rows[0][i].text, barSign)
}

// wideAs returns how many columns a line with such cells needs.
func wideAs(widths []int) int {
	wide := 1
	for _, w := range widths {
		if w > 0 {
			wide += w + gap
		}
	}
	return wide - gap + 1
}

// Draw draws the table in a window in the middle of the pane.
func (p *panel) Draw(area ui.Pane) {
	widths := p.widths(area.Width() - 2)
	tall := len(p.rows) + 3
	if area.Width()-2 < narrow {
		tall += cutLines
	}
	box, in := ui.Window(area, p.Theme, p.head, max(wideAs(widths)+2, ui.Width(p.head)+8), tall)
	most := p.leftMost(in.Width())
	p.left = min(p.left, most)
	p.drawLine(in.Line(0), widths, func(i int) panelCell { return panelCell{p.heads[i].name, p.Theme.Heading} }, uv.Style{})
	if p.left < most {
		in.TextRight(in.Width(), 0, p.Theme.Accent, "›")
	}
	if p.left > 0 {
		in.Text(0, 0, p.Theme.Accent, "‹")
	}
	in = p.drawWhole(in, widths)
	p.list.Draw(box, in.Bottom(1), len(p.rows), func(r ui.Row) {
		p.drawLine(r.Pane, widths, func(i int) panelCell { return p.rows[r.N][i] }, r.Back)
	})
	if p.note != "" {
		box.Note(p.Theme.Dim, p.note)
	}
}

// drawWhole draws, below the lines of a narrow window, those cells of the chosen
// line that are cut or out of sight, and returns the remaining pane.
func (p *panel) drawWhole(in ui.Pane, widths []int) ui.Pane {
	const least = 4 // the heads, and some lines
	at := p.list.At()
	if in.Width() >= narrow || at >= len(p.rows) || in.Height() < least+1 {
		return in
	}
	var line ui.StyledLine
	for _, i := range p.hidden(at, widths, in.Width()) {
		name := p.heads[i].name
		if len(line) > 0 {
			line = append(line, ui.Styled{Style: p.Theme.Dim, Text: " · "})
		}
		if i > 0 {
			line = append(line, ui.Styled{Style: p.Theme.Heading, Text: strings.ToLower(name) + " "})
		}
		line = append(line, ui.Styled{Style: p.rows[at][i].style, Text: p.rows[at][i].text})
	}
	if len(line) == 0 {
		return in
	}
	lines := ui.WrapMost(line, in.Width()-2, max(in.Height()-1-len(p.rows), (in.Height()-1)*2/5))
	below := in.Bottom(in.Height() - len(lines))
	for y, line := range lines {
		below.Line(y).Styled(1, line)
	}
	return in.Top(in.Height() - len(lines))
}

// hidden returns the columns of a row whose cells are cut or out of sight.
func (p *panel) hidden(row int, widths []int, room int) (hidden []int) {
	x := 1
	for i, w := range widths {
		cell := p.rows[row][i]
		if w == 0 || cell.text == "" || p.heads[i].name == "" {
			x += w + min(w, gap)
			continue
		}
		gone := i > 0 && i <= p.left
		left := min(w, room-1-x)
		if left < w && i > p.left+1 {
			left = 0
		}
		if gone || ui.Width(cell.text) > left {
			hidden = append(hidden, i)
		}
		if !gone {
			x += w + gap
		}
	}
	return hidden
}

// leftMost returns how many columns have to be scrolled out to show the last
// one.
func (p *panel) leftMost(room int) int {
	widths := p.widths(room)
	used := 1 + widths[0] + gap
	for i := len(widths) - 1; i > 0; i-- {
		if widths[i] == 0 {
			continue
		}
		if used += widths[i] + gap; used > room+gap-1 {
			return min(i, len(widths)-2)
		}
	}
	return 0
}

func (p *panel) drawLine(line ui.Pane, widths []int, cell func(int) panelCell, back uv.Style) {
	x := 1
	for i, w := range widths {
		if i > 0 && i <= p.left || w == 0 {
			continue
		}
		if room := line.Width() - 1 - x; w > room {
			if w = room; i > p.left+1 || w <= 0 {
				return // a part of a number would be another number
			}
		}
		c, at := cell(i), line.Part(x, 0, w, 1)
		text := ui.Shorten(c.text, w)
		if strings.HasPrefix(c.text, barSign) && p.heads[i].name == "" {
			text = strings.Repeat(barSign, max(1, strings.Count(c.text, barSign)*w/barWide))
		}
		if p.heads[i].right {
			at.TextRight(w, 0, ui.Over(c.style, back), text)
		} else {
			at.Text(0, 0, ui.Over(c.style, back), text)
		}
		x += w + gap
	}
}
