package grid

import (
	"context"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline/export"
	harmless "stedi/pipeline/printable"
	"stedi/tui/ui"
)

// columnMsg brings the values of a column as text.
type columnMsg struct {
	grid *Grid
	name string
	text string
	rows int64
	more bool
	err  error
}

func (g *Grid) copyCell() tea.Cmd {
	if g.marks.ranged {
		return g.copyRange()
	}
	v, ok := g.Value()
	if !ok {
		return nil
	}
	return g.CopyText("the cell", harmless.Value(v))
}

// copyRows copies the marked rows, or the row with the cursor.
func (g *Grid) copyRows() tea.Cmd {
	if len(g.marks.rows) > 0 {
		return g.copyMarked()
	}
	return g.CopyRow()
}

// CopyRow copies the row with the cursor as a JSON object.
func (g *Grid) CopyRow() tea.Cmd {
	if g.Values() == nil {
		return nil
	}
	return g.CopyText("the row", g.rowJSON())
}

// rowJSON formats the row with the cursor as one line of JSON, with hidden
// columns.
func (g *Grid) rowJSON() string {
	var b strings.Builder
	w := export.NewWriter(&b, export.NDJSON, g.Columns)
	_ = w.Row(g.Values()) // writing to memory does not fail
	_ = w.End()
	return strings.TrimSuffix(b.String(), "\n")
}

// A column is copied up to a number of values and of bytes: a clipboard
// is no place for more.
const (
	copiedRows  = 10_000
	copiedBytes = 1 << 20
)

// copyColumn reads the column with the cursor from its first row in the
// background and copies it, one value per line.
func (g *Grid) copyColumn() tea.Cmd {
	if g.Source == nil || g.At >= len(g.Shown) {
		return nil
	}
	source, at := g.Source, g.Shown[g.At]
	name := g.Columns[at].Name
	return g.Work.Start(&g.columning, func(ctx context.Context) tea.Msg {
		var b strings.Builder
		n := int64(0)
		for n < copiedRows && b.Len() < copiedBytes {
			rows, err := source.Page(ctx, n, int(min(1000, copiedRows-n)))
			if err != nil {
				return columnMsg{grid: g, err: err}
			}
			if len(rows) == 0 {
				return columnMsg{grid: g, name: name, text: b.String(), rows: n}
			}
			for _, row := range rows {
				b.WriteString(harmless.Value(row[at]))
				b.WriteByte('\n')
				n++
				if b.Len() >= copiedBytes {
					break
				}
			}
		}
		next, err := source.Page(ctx, n, 1)
		return columnMsg{grid: g, name: name, text: b.String(), rows: n, more: len(next) > 0, err: err}
	})
}

func (g *Grid) copiedColumn(msg columnMsg) tea.Cmd {
	if msg.err != nil {
		if errors.Is(msg.err, context.Canceled) {
			return nil
		}
		return g.host.RowsFailed(msg.err)
	}
	what := "all " + ui.Plural(msg.rows, "value", "values") + " of " + msg.name
	if msg.more {
		what = "the first " + ui.Plural(msg.rows, "value", "values") + " of " + msg.name
	}
	return g.CopyText(what, msg.text)
}
