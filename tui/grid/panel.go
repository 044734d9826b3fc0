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

// panelCap bounds the width of a column.
const panelCap = 40

func newPanel(k *ui.Kit, head, what string, heads ...panelHead) *panel {
	p := &panel{Kit: k, head: head, what: what, heads: heads}
	p.list = ui.List{Kit: k, Len: func() int { return len(p.rows) }}
	return p
}

// Title is the headline.
func (p *panel) Title() string { return p.head }

func (p *panel) Actions() []ui.Action {
	k := p.Keys
	return slices.Concat(p.more, p.list.Actions("panel-", ui.SpaceKeys, 30), []ui.Action{
		k.Act("panel-left", "left h", "scroll left", func() tea.Cmd { p.left = max(0, p.left-1); return nil }),
		k.Act("panel-right", "right l", "scroll right", func() tea.Cmd { p.left = min(len(p.heads)-2, p.left+1); return nil }),
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

// widths returns the width of each column.
func (p *panel) widths() []int {
	const measured = 500
	widths := make([]int, len(p.heads))
	for i, h := range p.heads {
		widths[i] = ui.Width(h.name)
	}
	for _, row := range p.rows[:min(len(p.rows), measured)] {
		for i, cell := range row {
			if widths[i] < panelCap {
				widths[i] = min(panelCap, max(widths[i], ui.Width(ui.Shorten(cell.text, panelCap))))
			}
		}
	}
	return widths
}

// Draw draws the table in a window in the middle of the pane.
func (p *panel) Draw(area ui.Pane) {
	widths := p.widths()
	wide := 3
	for _, w := range widths {
		wide += w + gap
	}
	box, in := ui.Window(area, p.Theme, p.head, min(max(wide, ui.Width(p.head)+8), area.Width()-2), min(len(p.rows)+3, area.Height()-1))
	p.left = min(p.left, p.leftMost(widths, in.Width()))
	p.drawLine(in.Line(0), widths, func(i int) panelCell { return panelCell{p.heads[i].name, p.Theme.Heading} }, uv.Style{})
	p.list.Draw(box, in.Bottom(1), len(p.rows), func(r ui.Row) {
		p.drawLine(r.Pane, widths, func(i int) panelCell { return p.rows[r.N][i] }, r.Back)
	})
	if p.note != "" {
		box.Note(p.Theme.Dim, p.note)
	}
}

// leftMost returns how many columns have to be scrolled out to show the last
// one.
func (p *panel) leftMost(widths []int, room int) int {
	used := 1 + widths[0] + gap
	for i := len(widths) - 1; i > 0; i-- {
		if used += widths[i] + gap; used > room+gap {
			return i
		}
	}
	return 0
}

func (p *panel) drawLine(line ui.Pane, widths []int, cell func(int) panelCell, back uv.Style) {
	x := 1
	for i, w := range widths {
		if i > 0 && i <= p.left {
			continue
		}
		w = min(w, line.Width()-x)
		if w <= 0 {
			return
		}
		c, at := cell(i), line.Part(x, 0, w, 1)
		text := ui.Shorten(c.text, w)
		if p.heads[i].right {
			at.TextRight(w, 0, ui.Over(c.style, back), text)
		} else {
			at.Text(0, 0, ui.Over(c.style, back), text)
		}
		x += w + gap
	}
}
