package grid

import (
	"context"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/export"
	"stedi/pipeline/pager"
	harmless "stedi/pipeline/printable"
	"stedi/tui/ui"
)

type column = pipeline.ResultColumn

// marks are the selected rows and cells. They belong to the displayed rows, and
// end when other rows are shown.
type marks struct {
	rows   map[int64]bool
	last   int64 // the row that was marked last
	ranged bool  // a range of cells is selected, up to the cursor
	row    int64 // its other corner
	at     int
}

// MarkedRows returns the marked rows in order.
func (g *Grid) MarkedRows() []int64 { return slices.Sorted(maps.Keys(g.marks.rows)) }

// Unmark removes the selection, and reports whether there was one.
func (g *Grid) Unmark() bool {
	some := g.marks.ranged || len(g.marks.rows) > 0
	g.marks = marks{}
	return some
}

// mark marks the row with the cursor, or removes its mark, and moves on.
func (g *Grid) mark() tea.Cmd {
	if g.marks.rows == nil {
		g.marks.rows = map[int64]bool{}
	}
	if g.marks.rows[g.Row] {
		delete(g.marks.rows, g.Row)
	} else {
		g.marks.rows[g.Row], g.marks.last = true, g.Row
	}
	return g.MoveRows(1)
}

// mostMarked bounds the marked rows: they are kept one by one.
const mostMarked = 100_000

// markRange marks the rows from the last marked one to the cursor.
func (g *Grid) markRange() tea.Cmd {
	from, to := min(g.marks.last, g.Row), max(g.marks.last, g.Row)
	if int64(len(g.marks.rows))+to-from > mostMarked {
		return g.Toast(ui.Warned, "at most "+ui.Count(mostMarked)+" rows can be marked: filter the rows, then export them")
	}
	for row := from; row <= to; row++ {
		g.marks.rows[row] = true
	}
	g.marks.last = g.Row
	return nil
}

// startRange starts a range of cells at the cursor, or ends it.
func (g *Grid) startRange() tea.Cmd {
	g.marks.ranged = !g.marks.ranged
	g.marks.row, g.marks.at = g.Row, g.At
	return nil
}

// inRange reports whether a cell is in the selected range.
func (g *Grid) inRange(row int64, at int) bool {
	m := g.marks
	return m.ranged && row >= min(m.row, g.Row) && row <= max(m.row, g.Row) && at >= min(m.at, g.At) && at <= max(m.at, g.At)
}

// selectionText describes the selection, or returns "".
func (g *Grid) selectionText() string {
	m := g.marks
	if m.ranged {
		rows, columns := max(m.row, g.Row)-min(m.row, g.Row)+1, max(m.at, g.At)-min(m.at, g.At)+1
		return ui.Count(rows) + " × " + ui.Count(int64(columns)) + " cells"
	}
	if n := len(m.rows); n > 0 {
		return ui.Count(int64(n)) + " marked"
	}
	return ""
}

// selectedMsg brings the text of a selection.
type selectedMsg struct {
	grid *Grid
	what string
	text string
	err  error
}

// copyRange copies the selected cells, with tabs and line breaks between them.
func (g *Grid) copyRange() tea.Cmd {
	m := g.marks
	first, n := min(m.row, g.Row), max(m.row, g.Row)-min(m.row, g.Row)+1
	columns := slices.Clone(g.Shown[min(m.at, g.At) : max(m.at, g.At)+1])
	if n > copiedRows {
		return g.Toast(ui.Warned, "at most "+ui.Count(copiedRows)+" rows can be copied: export them instead")
	}
	rows := make([]int64, n)
	for i := range rows {
		rows[i] = first + int64(i)
	}
	return g.copySelection(ui.Count(n)+" × "+ui.Count(int64(len(columns)))+" cells", rows, func(page [][]any, b *strings.Builder) {
		for _, row := range page {
			for i, c := range columns {
				if i > 0 {
					b.WriteByte('\t')
				}
				if row[c] != nil {
					b.WriteString(tabless.Replace(harmless.Value(row[c])))
				}
			}
			b.WriteByte('\n')
		}
	})
}

// copyMarked copies the marked rows as JSON, one per line.
func (g *Grid) copyMarked() tea.Cmd {
	rows := g.MarkedRows()
	if len(rows) > copiedRows {
		return g.Toast(ui.Warned, "at most "+ui.Count(copiedRows)+" rows can be copied: export them instead")
	}
	columns := g.Columns
	return g.copySelection(ui.Plural(int64(len(rows)), "row", "rows"), rows, func(page [][]any, b *strings.Builder) {
		w := export.NewWriter(b, export.NDJSON, columns)
		for _, row := range page {
			_ = w.Row(row) // writing to memory does not fail
		}
		_ = w.End()
	})
}

// copySelection reads rows in the background and copies their text.
func (g *Grid) copySelection(what string, rows []int64, format func(page [][]any, b *strings.Builder)) tea.Cmd {
	source := pager.Pick(g.Source, rows)
	return g.Work.Start(&g.columning, func(ctx context.Context) tea.Msg {
		var b strings.Builder
		for at := int64(0); at < int64(len(rows)); {
			page, err := source.Page(ctx, at, 1000)
			if err != nil || len(page) == 0 {
				return selectedMsg{g, what, b.String(), err}
			}
			format(page, &b)
			at += int64(len(page))
		}
		return selectedMsg{g, what, b.String(), nil}
	})
}

func (g *Grid) copiedSelection(msg selectedMsg) tea.Cmd {
	if msg.err != nil {
		return g.sumFailed(msg.err)
	}
	g.marks.ranged = false
	return g.CopyText(msg.what, msg.text)
}
