package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/tui/ui"
)

// catalogWidth returns the width of the catalog: wide enough for the longest
// table name if the screen allows it, or 0 if the catalog is hidden.
func (q *queryView) catalogWidth(screen int) int {
	const enough = 38
	switch {
	case screen >= ui.Medium:
		return min(screen/3, enough)
	case q.panes.At == catalogPane:
		const names, editor = 34, 26 // of the usual tables; of what is beside them
		return min(max(screen*2/5, min(names, screen-editor)), enough)
	}
	return 0
}

// leastHalves is the height from which a narrow screen shows editor and result.
const leastHalves = 14

// onePane reports whether the screen has room for one pane.
func (q *queryView) onePane() bool {
	wide, tall := q.Room()
	return q.panes.Zoomed || wide < ui.Narrow && tall < leastHalves
}

// layout divides the screen into panes; a hidden pane has no width. Call grip
// after drawing to let the mouse drag the borders.
func (q *queryView) layout(p ui.Pane) (panes [queryPanes]ui.Pane, grip func()) {
	if q.panes.Zoomed || p.Width() < ui.Narrow && p.Height() < leastHalves {
		panes[q.panes.At] = p
		return panes, func() {}
	}
	besideCatalog := func() {}
	if usual := q.catalogWidth(p.Width()); usual > 0 {
		panes[catalogPane], p, besideCatalog = p.Beside(ui.Border{
			Moved: &q.borders.catalog, Usual: usual, Least: ui.LeastWide,
			Before: []int{catalogPane}, After: []int{editorPane, resultPane},
		})
	}
	usual := min(max(5, p.Height()*35/100), 14)
	if q.panes.At == resultPane && p.Height() < 30 {
		usual = min(usual, 6)
	}
	upper, lower, between := p.Across(ui.Border{
		Moved: &q.borders.editor, Usual: usual, Least: ui.LeastTall,
		Before: []int{editorPane}, After: []int{resultPane},
	})
	panes[editorPane], panes[resultPane] = upper, lower
	return panes, func() { between(); besideCatalog() }
}

func (q *queryView) draw(p ui.Pane) {
	panes, grip := q.layout(p)
	defer grip()
	if panes[catalogPane].Width() > 0 {
		q.drawCatalog(panes[catalogPane])
	}
	if panes[editorPane].Width() > 0 {
		q.drawEditor(panes[editorPane])
	}
	if panes[resultPane].Width() > 0 {
		q.drawResult(panes[resultPane])
		return
	}
	for _, p := range panes[:resultPane] {
		if p.Width() > 0 {
			q.drawHidden(p, q.sheet())
		}
	}
}

// drawHidden draws what became of the query in a pane that hides the result: an
// error whole, as far as there is room below the text.
func (q *queryView) drawHidden(p ui.Pane, s *sheet) {
	q.drawAnswer(p, s)
	if s.answer.mood != ui.Failed || q.panes.At != editorPane {
		return
	}
	in := p.Inset(1, 1)
	lines := ui.WrapWords(ui.StyledLine{{Style: q.Theme.Bad, Text: ui.Printable(s.answer.text)}}, max(8, in.Width()-2))
	below := in.Bottom(max(s.editor.LineCount()+1, in.Height()-len(lines)))
	for y, line := range lines[:min(len(lines), below.Height())] {
		below.Line(y).Styled(1, line)
	}
}

// drawEditor draws the text with colours, the cursor and the position of the
// last error.
func (q *queryView) drawEditor(p ui.Pane) {
	t, s := q.Theme, q.sheet()
	focused := q.panes.At == editorPane
	in := p.Box(t, "", focused)
	q.drawTabs(p, focused)
	p.Note(t.Dim, fmt.Sprintf("%s · ln %d col %d", q.engine(), s.editor.Line()+1, s.editor.Column()+1))
	p.Click(func() tea.Cmd { q.panes.At = editorPane; return nil })
	lines := ui.ColourSQL(t, s.editor.Value())
	numbers := len(fmt.Sprint(max(1, len(lines)))) + 2
	text := in.Right(numbers)
	top := max(0, s.editor.Line()-in.Height()+1)
	before := []rune(lineOf(s.editor.Value(), s.editor.Line()))
	cursor := ui.Width(string(before[:min(s.editor.Column(), len(before))]))
	left := max(0, cursor-text.Width()+2)
	for y := range in.Height() {
		n := top + y
		if n >= len(lines) && n > 0 {
			break
		}
		in.TextRight(numbers-1, y, t.Dim, fmt.Sprint(n+1))
		if n < len(lines) {
			drawCode(text.Line(y), left, lines[n], t)
		}
		if s.fault != nil && s.fault.Line-1 == n {
			q.markFault(text, y, left, s)
		}
	}
	q.markBrackets(text, s, top, left, focused)
	text.ClickAt(func(x, y int) tea.Cmd {
		q.panes.At = editorPane
		moveCursor(&s.editor, top+y, columnAt(lineOf(s.editor.Value(), top+y), left+x))
		return nil
	})
	if s.editor.Value() == "" {
		q.drawInvitation(text)
	}
	if !focused || p.Frame.Covered {
		return
	}
	y := s.editor.Line() - top
	text.Frame.Cursor = tea.NewCursor(text.Area.Min.X+cursor-left, text.Area.Min.Y+y)
	q.drawPopup(p, numbers+1+cursor-left, y+2)
}

// drawCode draws a line of code from a column on, and marks where it is cut.
func drawCode(line ui.Pane, left int, code ui.StyledLine, t *ui.Theme) {
	x, end := -left, -left
	for _, span := range code {
		x = line.Text(x, 0, span.Style, span.Text)
		end += ui.Width(span.Text)
	}
	if left > 0 && end > 0 {
		line.Text(0, 0, t.Dim, "…")
	}
	if end > line.Width() {
		line.Text(line.Width()-1, 0, t.Dim, "…")
	}
}

// drawInvitation says in an empty editor what can be done there.
func (q *queryView) drawInvitation(text ui.Pane) {
	text.Text(0, 0, q.Theme.Dim, "select … from …")
	line := ui.StyledLine{{Style: q.Theme.Dim, Text: "i writes, tab completes, f4 formats, f5 runs, esc leaves"}}
	for y, part := range ui.WrapWords(line, max(8, text.Width()-1)) {
		text.Bottom(y+2).Styled(0, part)
	}
}

// lineOf returns line n of a text, from 0.
func lineOf(text string, n int) string {
	for line := range strings.SplitSeq(text, "\n") {
		if n == 0 {
			return line
		}
		n--
	}
	return ""
}

// columnAt returns the index of the rune in a column of the screen.
func columnAt(line string, x int) int {
	for i := range []rune(line) {
		if ui.Width(string([]rune(line)[:i])) >= x {
			return i
		}
	}
	return len([]rune(line))
}

// markFault underlines the word at the position of the error.
func (q *queryView) markFault(text ui.Pane, y, left int, s *sheet) {
	line := []rune(lineOf(s.editor.Value(), s.fault.Line-1))
	from := min(max(0, s.fault.Column-1), len(line))
	to := from + 1
	for to < len(line) && (line[to] == '_' || line[to] >= '0' && line[to] <= 'z' && line[to] != ';') {
		to++
	}
	x := ui.Width(string(line[:from])) - left
	text.Part(x, y, max(1, ui.Width(string(line[from:min(to, len(line))]))), 1).Restyle(func(c *uv.Style) {
		c.Fg, c.Attrs = q.Theme.Bad.Fg, c.Attrs|uv.AttrBold
		c.Underline = uv.UnderlineCurly
	})
}

// drawTabs draws the names of the sheets in the upper border of the editor.
func (q *queryView) drawTabs(p ui.Pane, focused bool) {
	x, noted := 2, 24 // the columns of the position, if there is room for it
	if p.Width() < 2*noted {
		noted = 4
	}
	if from := q.firstTab(p.Width() - noted - 2); from > 0 {
		x = p.Text(x, 0, q.Theme.Dim, "…")
		q.tabs.Click(p.Part(2, 0, 1, 1), from-1)
	}
	for i := q.firstTab(p.Width() - noted - 2); i < len(q.sheets); i++ {
		style := q.Theme.Dim
		if i == q.tabs.At() {
			style = q.Theme.Title
			if focused {
				style = q.Theme.TitleFocus
			}
		}
		label := tabLabel(q.sheets[i])
		if x+ui.Width(label) > p.Width()-noted {
			p.Text(x, 0, q.Theme.Dim, "…")
			break
		}
		from := x
		x = p.Text(x, 0, style, label)
		q.tabs.Click(p.Part(from, 0, x-from, 1), i)
	}
}

func tabLabel(s *sheet) string { return " " + ui.Shorten(s.name, 24) + " " }

// firstTab is the first sheet that is named where there is so much room, so that
// the one that is shown has its place.
func (q *queryView) firstTab(room int) int {
	first := q.tabs.At()
	for used := ui.Width(tabLabel(q.sheets[first])); first > 0; first-- {
		if used += ui.Width(tabLabel(q.sheets[first-1])); used > room {
			break
		}
	}
	return first
}

// drawPopup offers words below the cursor.
func (q *queryView) drawPopup(p ui.Pane, x, y int) {
	if !q.popup.open() {
		return
	}
	wide := 0
	for _, o := range q.popup.words {
		wide = max(wide, ui.Width(o.word)+ui.Width(o.kind)+4)
	}
	all := p.Frame.All()
	x = min(p.Area.Min.X+x-ui.Width(q.popup.prefix), all.Width()-wide-1)
	box := all.Part(max(0, x), p.Area.Min.Y+y, wide, len(q.popup.words))
	box.Fill(q.Theme.SelectedFaint)
	box.Cover()
	q.offers.Draw(box, box, len(q.popup.words), func(row ui.Row) {
		style := q.Theme.SelectedFaint
		if row.Chosen {
			style = row.Back
		}
		row.Text(1, 0, style, q.popup.words[row.N].word)
		row.TextRight(wide-1, 0, ui.Over(q.Theme.Dim, style), q.popup.words[row.N].kind)
	})
}

// drawResult draws the rows, or why there are none.
func (q *queryView) drawResult(p ui.Pane) {
	s, t := q.sheet(), q.Theme
	p, beside := q.halves(p)
	title := "RESULT"
	if o := q.beside(); o != nil && beside.Width() > 0 {
		title += " " + s.name
		o.rows.Draw(beside, resultTitle("RESULT "+o.name, o), false)
		beside.Click(func() tea.Cmd { return q.swap(o) })
	}
	if s.isPlan() {
		q.drawPlan(p, strings.Replace(title, "RESULT", "PLAN", 1), s)
	} else {
		s.rows.Draw(p, resultTitle(title, s), q.panes.At == resultPane)
	}
	q.drawAnswer(p, s)
	if s.answer.mood == ui.Failed && s.rows.Source == nil {
		q.drawFault(p.Inset(2, 1), s)
	}
	if s.rows.Source == nil && s.answer.said() == "" && !q.asking.Working() {
		in := p.Inset(2, 1)
		in.Wrap(0, t.Dim, ui.KeyOf(q.actions(), "ask")+" runs the query. In the catalog, o shows the first 100 rows of a table.")
	}
}

// resultTitle adds to a title how the rows of a sheet are filtered and sorted.
func resultTitle(title string, s *sheet) string {
	return strings.Join(append([]string{title}, s.rows.Settings(s.rows.ConditionTexts())...), " · ")
}

// drawAnswer draws what became of the query in the lower border of a pane.
func (q *queryView) drawAnswer(p ui.Pane, s *sheet) {
	t, foot := q.Theme, p.Part(1, p.Height()-1, p.Width()-2, 1)
	switch {
	case q.asking.Working():
		foot.Cut(1, 0, foot.Width()-2, t.Busy, " ▶ "+ui.Span(q.options.Now().Sub(s.answer.began).Seconds())+"  "+ui.KeyOf(q.actions(), "cancel-query")+" cancels ")
	case s.answer.said() != "":
		mark, style := s.answer.mood.Look(t)
		text := s.answer.said()
		if s.answer.cost != "" {
			text += " · " + s.answer.cost
		}
		x := foot.Text(1, 0, style, " "+mark+" ")
		if end := 1 + foot.Cut(x, 0, foot.Width()-x-1, t.Text, text+" "); !s.isPlan() {
			s.rows.DrawKind(p, end)
		}
	}
}

// drawFault draws the complete error of a query.
func (q *queryView) drawFault(p ui.Pane, s *sheet) {
	p.Fill(q.Theme.Text)
	y := 0
	if s.fault != nil {
		runes := []rune(lineOf(s.editor.Value(), s.fault.Line-1))
		at, from := min(max(0, s.fault.Column-1), len(runes)), 0
		for from < at && ui.Width(string(runes[from:at])) > p.Width()*3/4 {
			from++
		}
		x := 0
		if from > 0 {
			x = p.Text(0, 0, q.Theme.Dim, "…")
		}
		p.Cut(x, 0, p.Width()-x, q.Theme.Dim, string(runes[from:]))
		p.Text(x+ui.Width(string(runes[from:at])), 1, q.Theme.Bad, "▲")
		y = 3
	}
	p.Wrap(y, q.Theme.Bad, s.answer.text)
}
