package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// catalogWidth is how wide the catalog of a screen is, with room for the longest
// of our names where there is room for it; 0: it is not shown.
func (q *queryView) catalogWidth(screen int) int {
	const enough = 38
	switch {
	case screen >= medium:
		return min(screen/3, enough)
	case q.panes.at == catalogPane:
		return min(screen/2, enough)
	}
	return 0
}

// layout divides the screen; a pane without width is not shown. The grip, called
// when they are drawn, lets the mouse have their borders.
func (q *queryView) layout(p pane) (panes [queryPanes]pane, grip func()) {
	if p.width() < narrow && p.height() < 14 || q.panes.zoomed {
		panes[q.panes.at] = p
		return panes, func() {}
	}
	besideCatalog := func() {}
	if usual := q.catalogWidth(p.width()); usual > 0 {
		panes[catalogPane], p, besideCatalog = p.beside(border{
			moved: &q.borders.catalog, usual: usual, least: leastWide,
			before: []int{catalogPane}, after: []int{editorPane, resultPane},
		})
	}
	usual := min(max(5, p.height()*35/100), 14)
	if q.panes.at == resultPane && p.height() < 30 {
		usual = min(usual, 6)
	}
	upper, lower, between := p.across(border{
		moved: &q.borders.editor, usual: usual, least: leastTall,
		before: []int{editorPane}, after: []int{resultPane},
	})
	panes[editorPane], panes[resultPane] = upper, lower
	return panes, func() { between(); besideCatalog() }
}

func (q *queryView) draw(p pane) {
	panes, grip := q.layout(p)
	defer grip()
	if panes[catalogPane].width() > 0 {
		q.drawCatalog(panes[catalogPane])
	}
	if panes[editorPane].width() > 0 {
		q.drawEditor(panes[editorPane])
	}
	if panes[resultPane].width() > 0 {
		q.drawResult(panes[resultPane])
	}
}

// drawEditor shows the text, coloured, with the cursor and the place of the
// last fault.
func (q *queryView) drawEditor(p pane) {
	t, s := q.theme, q.sheet()
	focused := q.panes.at == editorPane
	in := p.box(t, "", focused)
	q.drawTabs(p, focused)
	p.note(t.dim, fmt.Sprintf("%s · ln %d col %d", q.engine(), s.editor.Line()+1, s.editor.Column()+1))
	p.click(func() tea.Cmd { q.panes.at = editorPane; return nil })
	lines := colourSQL(t, s.editor.Value())
	numbers := len(fmt.Sprint(max(1, len(lines)))) + 2
	text := in.right(numbers)
	top := max(0, s.editor.Line()-in.height()+1)
	before := []rune(lineOf(s.editor.Value(), s.editor.Line()))
	cursor := width(string(before[:min(s.editor.Column(), len(before))]))
	left := max(0, cursor-text.width()+2)
	for y := range in.height() {
		n := top + y
		if n >= len(lines) && n > 0 {
			break
		}
		in.textRight(numbers-1, y, t.dim, fmt.Sprint(n+1))
		x := -left
		if n < len(lines) {
			for _, span := range lines[n] {
				x = text.text(x, y, span.style, span.text)
			}
		}
		if s.fault != nil && s.fault.Line-1 == n {
			q.markFault(text, y, left, s)
		}
	}
	text.clickAt(func(x, y int) tea.Cmd {
		q.panes.at = editorPane
		moveCursor(&s.editor, top+y, columnAt(lineOf(s.editor.Value(), top+y), left+x))
		return nil
	})
	if s.editor.Value() == "" && in.height() > 0 {
		text.cut(0, 0, text.width(), t.dim, "select … from …    i writes, tab completes, F5 runs, esc leaves")
	}
	if !focused || p.frame.covered {
		return
	}
	y := s.editor.Line() - top
	text.frame.cursor = tea.NewCursor(text.area.Min.X+cursor-left, text.area.Min.Y+y)
	q.drawPopup(p, numbers+1+cursor-left, y+2)
}

// lineOf is the nth line of a text, from 0.
func lineOf(text string, n int) string {
	for line := range strings.SplitSeq(text, "\n") {
		if n == 0 {
			return line
		}
		n--
	}
	return ""
}

// columnAt is the rune that stands in a column of the screen.
func columnAt(line string, x int) int {
	for i := range []rune(line) {
		if width(string([]rune(line)[:i])) >= x {
			return i
		}
	}
	return len([]rune(line))
}

// markFault underlines the word at which the text is wrong.
func (q *queryView) markFault(text pane, y, left int, s *sheet) {
	line := []rune(lineOf(s.editor.Value(), s.fault.Line-1))
	from := min(max(0, s.fault.Column-1), len(line))
	to := from + 1
	for to < len(line) && (line[to] == '_' || line[to] >= '0' && line[to] <= 'z' && line[to] != ';') {
		to++
	}
	x := width(string(line[:from])) - left
	text.part(x, y, max(1, width(string(line[from:min(to, len(line))]))), 1).restyle(func(c *uv.Style) {
		c.Fg, c.Attrs = q.theme.bad.Fg, c.Attrs|uv.AttrBold
		c.Underline = uv.UnderlineCurly
	})
}

// drawTabs names the sheets in the upper border of the editor.
func (q *queryView) drawTabs(p pane, focused bool) {
	x := 2
	for i, s := range q.sheets {
		style := q.theme.dim
		if i == q.on {
			style = q.theme.title
			if focused {
				style = q.theme.titleFocus
			}
		}
		label := " " + shorten(s.name, 24) + " "
		if x+width(label) > p.width()-24 {
			p.text(x, 0, q.theme.dim, "…")
			break
		}
		from := x
		x = p.text(x, 0, style, label)
		p.part(from, 0, x-from, 1).click(func() tea.Cmd { q.on = i; return nil })
	}
}

// drawPopup offers words below the cursor.
func (q *queryView) drawPopup(p pane, x, y int) {
	if !q.popup.open() {
		return
	}
	wide := 0
	for _, o := range q.popup.words {
		wide = max(wide, width(o.word)+width(o.kind)+4)
	}
	all := p.frame.all()
	x = min(p.area.Min.X+x-width(q.popup.prefix), all.width()-wide-1)
	box := all.part(max(0, x), p.area.Min.Y+y, wide, len(q.popup.words))
	box.fill(q.theme.selectedFaint)
	box.cover()
	for i, o := range q.popup.words {
		row := box.line(i)
		style := q.theme.selectedFaint
		if i == q.popup.at {
			style = q.theme.selected
			row.fill(style)
		}
		row.text(1, 0, style, o.word)
		row.textRight(wide-1, 0, over(q.theme.dim, style), o.kind)
		row.click(func() tea.Cmd { q.popup.at = i; return q.complete() })
	}
}

// drawResult shows the rows, or what stands in their way.
func (q *queryView) drawResult(p pane) {
	s, t := q.sheet(), q.theme
	s.rows.draw(p, "RESULT", q.panes.at == resultPane)
	foot := p.part(1, p.height()-1, p.width()-2, 1)
	switch {
	case q.asking.working():
		foot.cut(1, 0, foot.width()-2, t.busy, " ▶ "+span(q.options.Now().Sub(s.answer.began).Seconds())+"  ctrl+x cancels ")
	case s.answer.text != "":
		mark, style := s.answer.mood.look(t)
		text := s.answer.text
		if s.answer.cost != "" {
			text += " · " + s.answer.cost
		}
		x := foot.text(1, 0, style, " "+mark+" ")
		s.rows.drawKind(p, 1+foot.cut(x, 0, foot.width()-x-1, t.text, text+" "))
	}
	if s.answer.mood == failed && s.rows.source == nil {
		q.drawFault(p.inset(2, 1), s)
	}
}

// drawFault says in full what is wrong with a text.
func (q *queryView) drawFault(p pane, s *sheet) {
	p.fill(q.theme.text)
	y := 0
	if s.fault != nil {
		line := lineOf(s.editor.Value(), s.fault.Line-1)
		p.cut(0, 0, p.width(), q.theme.dim, line)
		runes := []rune(line)
		at := width(string(runes[:min(max(0, s.fault.Column-1), len(runes))]))
		p.text(at, 1, q.theme.bad, "▲")
		y = 3
	}
	p.wrap(y, q.theme.bad, s.answer.text)
}
