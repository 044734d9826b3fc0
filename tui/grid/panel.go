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
	barSign = "▇"
	barWide = 20
)

func newPanel(k *ui.Kit, head, what string, heads ...panelHead) *panel {
	p := &panel{Kit: k, head: head, what: what, heads: heads}
	p.list = ui.List{Kit: k, Len: func() int { return len(p.rows) }}
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
		widest := -1
		for i, w := range widths {
			if w > least[i] && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
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
	box, in := ui.Window(area, p.Theme, p.head, max(wideAs(widths)+2, ui.Width(p.head)+8), len(p.rows)+3)
	most := p.leftMost(in.Width())
	p.left = min(p.left, most)
	p.drawLine(in.Line(0), widths, func(i int) panelCell { return panelCell{p.heads[i].name, p.Theme.Heading} }, uv.Style{})
	if p.left < most {
		in.TextRight(in.Width(), 0, p.Theme.Accent, "›")
	}
	if p.left > 0 {
		in.Text(0, 0, p.Theme.Accent, "‹")
	}
	p.list.Draw(box, in.Bottom(1), len(p.rows), func(r ui.Row) {
		p.drawLine(r.Pane, widths, func(i int) panelCell { return p.rows[r.N][i] }, r.Back)
	})
	if p.note != "" {
		box.Note(p.Theme.Dim, p.note)
	}
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
