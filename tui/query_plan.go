package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// planPart is a column of the plan of a query, as DuckDB's plan has it.
type planPart struct {
	column, head string
	format       func(v any) string
}

// The parts of a step beside its name, the most important first.
func planParts(narrow bool) []planPart {
	count := func(v any) string {
		n, ok := v.(int64)
		switch {
		case !ok:
			return ""
		case narrow:
			return ui.Short(float64(n))
		default:
			return ui.Count(n)
		}
	}
	seconds := func(v any) string {
		if n, ok := v.(float64); ok {
			return ui.Span(n)
		}
		return ""
	}
	return []planPart{{"seconds", "TIME", seconds}, {"rows", "ROWS", count}, {"estimated_rows", "~ROWS", count}}
}

// planIndent is where the names of the steps begin.
const planIndent = 3

// The columns of a plan whose values are texts.
const (
	planStep    = "step"
	planDetails = "details"
)

// isPlan reports whether a sheet shows the plan of a query as a tree. A plan that
// was sorted or filtered is not a tree.
func (s *sheet) isPlan() bool {
	g := s.rows
	return g.Source != nil && len(g.Order) == 0 && len(g.Where) == 0 && len(g.Hidden) == 0 && planOf(s.sent, g.Columns)
}

// planOf reports whether a query has asked for a plan, and has such columns.
func planOf(sql string, c []pipeline.ResultColumn) bool {
	return len(c) > 1 && c[0].Name == planStep && c[len(c)-1].Name == planDetails &&
		strings.HasPrefix(strings.ToUpper(sql), strings.TrimSpace(toPlan))
}

// columnOf returns the position of a column, or -1.
func columnOf(columns []pipeline.ResultColumn, name string) int {
	return slices.IndexFunc(columns, func(c pipeline.ResultColumn) bool { return c.Name == name })
}

// drawPlan draws the plan of a query: a tree of steps with their rows, and below
// it the details of the chosen step.
func (q *queryView) drawPlan(p ui.Pane, title string, s *sheet) {
	t, g := q.Theme, s.rows
	in := p.Box(t, title, q.panes.At == resultPane)
	n := int(g.Kept.Count)
	narrow := in.Width() < scant
	columns := q.placePlan(in.Width(), s, narrow)
	heads := in.Height() > n || in.Height() >= 8
	if heads {
		in.Text(planIndent, 0, t.Heading, "STEP")
		for _, c := range columns {
			in.TextRight(c.end, 0, t.Heading, c.head)
		}
		in = in.Bottom(1)
		p.Note(t.Dim, ui.Plural(int64(n), "step", "steps"))
	} else {
		var names []string
		for _, c := range columns {
			names = append(names, c.head)
		}
		p.Note(t.Heading, strings.Join(names, " "))
	}
	in = q.drawPlanDetails(in, n, s)
	p.Wheel(func(delta int) tea.Cmd { q.panes.At = resultPane; return g.MoveRows(int64(delta)) })
	p.Click(func() tea.Cmd { q.panes.At = resultPane; return nil })
	from := ui.Around(int(g.Row), n, in.Height())
	for y := range min(in.Height(), n-from) {
		q.drawPlanStep(in.Line(y), int64(from+y), columns, s, narrow)
	}
	if rest := n - from - in.Height(); rest > 0 && q.sheet().answer.said() == "" {
		p.TextRight(p.Width()-2, p.Height()-1, t.Dim, " "+ui.Plural(int64(rest), "more step", "more steps")+" ")
	}
}

// placedPart is a part of the steps that has room, and where it ends.
type placedPart struct {
	planPart
	at, end int
}

// placePlan gives the parts of the steps their places on the right, as far as the
// longest name of a step leaves room for them.
func (q *queryView) placePlan(room int, s *sheet, narrow bool) []placedPart {
	longest := 0
	for _, row := range s.rows.Kept.Rows {
		longest = max(longest, ui.Width(treeText(row[0], narrow)))
	}
	var parts []placedPart
	left := room - 1 - planIndent - longest
	for _, part := range planParts(narrow) {
		at := columnOf(s.rows.Columns, part.column)
		if at < 0 {
			continue
		}
		wide := ui.Width(part.head)
		for _, row := range s.rows.Kept.Rows {
			wide = max(wide, ui.Width(part.format(row[at])))
		}
		if left -= wide + 2; left >= 0 || len(parts) == 0 {
			parts = append(parts, placedPart{part, at, wide})
		}
	}
	end := room - 1
	for i, part := range slices.Backward(parts) {
		parts[i].end = end
		end -= part.end + 2 // its width so far
	}
	return parts
}

// treeText returns the name of a step with its branches. In a narrow pane, each
// level takes one column.
func treeText(v any, narrow bool) string {
	text, _ := v.(string)
	if !narrow {
		return text
	}
	return strings.NewReplacer("└─ ", "└", "├─ ", "├", "│  ", "│", "   ", " ").Replace(text)
}

func (q *queryView) drawPlanStep(line ui.Pane, row int64, columns []placedPart, s *sheet, narrow bool) {
	t, g := q.Theme, s.rows
	var back uv.Style
	if row == g.Row {
		back = t.SelectedFaint
		if q.panes.At == resultPane {
			back = t.Selected
		}
		line.Fill(back)
		line.Text(1, 0, ui.Over(t.Accent, back), "▸")
	}
	line.Click(func() tea.Cmd { q.panes.At = resultPane; return g.MoveRows(row - g.Row) })
	values := g.Kept.Rows[row]
	if values == nil {
		line.Text(planIndent, 0, ui.Over(t.Dim, back), "…")
		return
	}
	end := line.Width() - 1
	for _, c := range columns {
		text := c.format(values[c.at])
		line.TextRight(c.end, 0, ui.Over(t.Number, back), text)
		if text != "" {
			end = min(end, c.end-ui.Width(text)-1)
		}
	}
	tree := treeText(values[0], narrow)
	name := strings.TrimLeft(tree, "└├│─ ")
	x := line.Text(planIndent, 0, ui.Over(t.Dim, back), tree[:len(tree)-len(name)])
	line.Cut(x, 0, end-x, ui.Over(t.Text, back), name)
}

// drawPlanDetails draws the details of the chosen step below the tree, and returns
// the remaining pane.
func (q *queryView) drawPlanDetails(in ui.Pane, steps int, s *sheet) ui.Pane {
	t, g := q.Theme, s.rows
	values := g.Values()
	if values == nil || in.Height() < 4 {
		return in
	}
	text, _ := values[len(values)-1].(string)
	var lines []ui.StyledLine
	most := max(in.Height()/3, min(in.Height()-steps-1, in.Height()*2/3))
	for part := range strings.SplitSeq(text, "; ") {
		name, value, found := strings.Cut(part, ": ")
		line := ui.StyledLine{{Style: t.Heading, Text: name + "  "}, {Style: t.Text, Text: value}}
		if !found {
			line = ui.StyledLine{{Style: t.Text, Text: part}}
		}
		lines = append(lines, ui.WrapWords(line, max(8, in.Width()-2))...)
	}
	if len(lines) > most { // one text takes fewer lines
		lines = ui.WrapMost(ui.StyledLine{{Style: t.Text, Text: text}}, max(8, in.Width()-2), most)
	}
	if text == "" {
		lines = []ui.StyledLine{{{Style: t.Dim, Text: "no details of this step"}}}
	}
	tree := min(steps, in.Height()-len(lines))
	rule := in.Height()-len(lines)-tree > 0
	if rule {
		in.Text(0, tree, t.Border, strings.Repeat("─", in.Width()))
		tree++
	}
	for y, line := range lines {
		in.Line(tree+y).Styled(1, line)
	}
	if rule {
		tree--
	}
	return in.Top(tree)
}
