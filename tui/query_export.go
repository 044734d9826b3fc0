package tui

import (
	"context"
	"io"
	"slices"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline/pager"
	"stedi/tui/grid"
	"stedi/tui/ui"
)

// askExport asks where to export the result to, and which rows of it.
func (q *queryView) askExport() tea.Cmd {
	if q.options.Export == nil {
		return nil
	}
	g := q.sheet().rows
	n, all := q.sheet().base.Count()
	every := "all " + ui.Count(n)
	if !all {
		every = "all, read to the end"
	}
	rows, row := []string{"as shown (" + ui.Count(g.Kept.Count) + ")", every}, allRows
	if len(g.Where)+len(g.Order) > 0 {
		row = shownRows
	}
	if marked := len(g.MarkedRows()); marked > 0 {
		rows, row = append(rows, ui.Count(int64(marked))+" marked"), markedRows
	}
	return newExportForm(q.app, "EXPORT "+q.sheet().name, q.sheet().name, columnChoices(g), rows, row, q.export).open()
}

// export writes rows of the result to a file, including those that are not read
// yet.
func (q *queryView) export(choice exportChoice) tea.Cmd {
	s := q.sheet()
	base, source := s.base, pager.Source(s.base)
	switch choice.rows {
	case shownRows:
		source = s.rows.Source
	case markedRows:
		source = pager.Pick(s.rows.Source, s.rows.MarkedRows())
	}
	if choice.columns == 0 && len(s.rows.Shown) < len(s.rows.Columns) {
		source = pager.Columns(source, slices.Clone(s.rows.Shown))
	}
	return q.Work.Start(&q.keeping, func(ctx context.Context) tea.Msg {
		name, err := choice.name, base.Fill(ctx)
		rows := int64(0)
		if err == nil {
			name, err = q.writeExport(choice, func(w io.Writer) error {
				return pager.Export(ctx, source, w, choice.format, func(n int64) { rows = n })
			})
		}
		what := ui.Plural(rows, "row", "rows")
		if left := grid.LeftOutText(base); left != "" {
			what += " (" + left + ")"
		}
		return savedMsg{what, name, err}
	})
}

// Scan implements grid.Host. It reads the result to its end.
func (h *sheetHost) Scan() grid.Scan {
	base, source := h.sheet.base, h.sheet.rows.Source
	return func(ctx context.Context) (pager.Source, error) {
		return kept{source}, base.Fill(ctx)
	}
}

// kept is a source that stays open.
type kept struct{ pager.Source }

func (kept) Close() error { return nil }
