package tui

import (
	"context"
	"io"
	"path/filepath"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline/pager"
	"stedi/tui/grid"
	"stedi/tui/ui"
)

// askExport asks for the file to export the complete result to, in its original
// order.
func (q *queryView) askExport() tea.Cmd {
	return q.Ask(&ui.Prompt{Label: "export all rows as " + formatNames() + ":", Done: q.export}, q.sheet().name+".csv")
}

// export writes the complete result to a new file, including rows that are not
// read yet.
func (q *queryView) export(name string) tea.Cmd {
	format, ok := formatOf(name)
	if !ok {
		return q.Toast(ui.Warned, "the name must end in one of "+formatNames())
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(q.options.Folder, name)
	}
	export, rows := q.options.Export, q.sheet().base
	return q.Work.Start(&q.keeping, func(ctx context.Context) tea.Msg {
		err := rows.Fill(ctx)
		if err == nil {
			err = export(name, func(w io.Writer) error {
				return pager.Export(ctx, rows, w, format, func(int64) {})
			})
		}
		n, _ := rows.Count()
		what := ui.Plural(n, "row", "rows")
		if left := grid.LeftOutText(rows); left != "" {
			what += " (" + left + ")"
		}
		return savedMsg{what, name, err}
	})
}
