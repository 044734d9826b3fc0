package tui

import (
	"strings"

	harmless "stedi/pipeline/printable"
	"stedi/tui/grid"
	"stedi/tui/ui"
)

// plainRows returns the rows on the screen, each value on a line with its
// column. Nothing is cut, and empty cells are named.
func plainRows(title string, g *grid.Grid) []string {
	lines := []string{ui.Printable(title) + ": " + g.CountText()}
	_, h := g.Space()
	last := min(g.Top+int64(h), g.Kept.Count)
	if g.Kept.Count == 0 {
		return append(lines, g.EmptyText())
	}
	for row := g.Top; row < last; row++ {
		values := g.Kept.Rows[row]
		if values == nil {
			continue
		}
		head := "row " + ui.Count(row+1)
		if row == g.Row {
			head += ", chosen, column " + ui.Printable(g.CursorColumn())
		}
		lines = append(lines, head)
		for _, c := range g.Shown {
			lines = append(lines, ui.Printable(g.Columns[c].Name)+": "+plainValue(values[c]))
		}
	}
	return lines
}

// plainValue formats a value, also one that has no text.
func plainValue(v any) string {
	switch v {
	case nil:
		return "null"
	case "":
		return "empty text"
	default:
		return ui.Printable(harmless.Value(v))
	}
}

// plainGrid returns the rows of a pane of the screen, if it has rows.
func (p *plainScreen) plainGrid(at int) ([]string, bool) {
	switch s := p.model.here().(type) {
	case *tableView:
		if s.grid.Source != nil {
			return plainRows(s.headline(), s.grid), true
		}
	case *queryView:
		if g := s.sheet().rows; at == resultPane && g.Source != nil {
			return append(plainRows("result", g), strings.TrimSpace(s.sheet().answer.text)), true
		}
	}
	return nil, false
}
