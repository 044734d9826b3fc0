package tui

import (
	"context"
	"errors"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/export"
	"stedi/pipeline/pager"
	"stedi/tui/grid"
	"stedi/tui/ui"
)

// Messages of an export.
type (
	exportedMsg struct {
		name string
		rows int64
		left string // what is missing from the rows
		err  error
	}
	exportingMsg struct{ rows *atomic.Int64 }
)

// exportTable shows a table and asks for the file to export it to.
func (m *Model) exportTable(name string) tea.Cmd {
	cmd := m.openTable(name)
	return tea.Batch(cmd, m.tableView().askExport(false))
}

// askExport asks for a file name. The extension determines the format.
func (t *tableView) askExport(shown bool) tea.Cmd {
	what := "export everything"
	if shown {
		what = "export"
	}
	return t.Ask(&ui.Prompt{
		Label: what + " to (" + formatNames() + ")",
		Done:  func(name string) tea.Cmd { return t.export(strings.TrimSpace(name), shown) },
	}, t.name+".csv")
}

func formatNames() string {
	var names []string
	for _, f := range export.Formats {
		names = append(names, "."+string(f))
	}
	return strings.Join(names, " ")
}

// formatOf returns the format for the extension of a name.
func formatOf(name string) (export.Format, bool) {
	ending := strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
	if ending == "jsonl" {
		ending = string(export.NDJSON)
	}
	f := export.Format(ending)
	return f, slices.Contains(export.Formats, f)
}

// export writes rows to a new file in the background.
func (t *tableView) export(name string, shown bool) tea.Cmd {
	if name == "" || t.options.Export == nil || t.place == nil {
		return nil
	}
	if t.exports.Working() {
		return t.Toast(ui.Warned, "an export is in progress: c cancels it")
	}
	format, ok := formatOf(name)
	if !ok {
		return t.Toast(ui.Warned, "the name must end in one of "+formatNames())
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(t.options.Folder, name)
	}
	write, rows, source := t.options.Export, &atomic.Int64{}, t.exportSource(shown)
	t.exported = 0
	return tea.Batch(exportingSoon(exportingMsg{rows}), t.Work.Start(&t.exports, func(ctx context.Context) tea.Msg {
		left := ""
		err := exportRows(ctx, source, func(from pager.Source) error {
			err := write(name, func(w io.Writer) error { return pager.Export(ctx, from, w, format, rows.Store) })
			left = grid.LeftOutText(from)
			return err
		})
		return exportedMsg{name, rows.Load(), left, err}
	}))
}

// exportRows opens the rows before it creates the file.
func exportRows(ctx context.Context, open func(context.Context) (pager.Source, error), write func(pager.Source) error) (err error) {
	source, err := open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	return write(source)
}

// exportSource returns a function that opens the rows: from the files for
// stored order, otherwise from one query that is read row by row.
func (t *tableView) exportSource(shown bool) func(context.Context) (pager.Source, error) {
	table, open := t.definition(), t.place.Files
	view := pager.View{}
	if shown {
		view.Sort, view.Where = t.settled.order, t.settled.where
		if len(t.grid.Shown) < len(t.grid.Columns) {
			for _, c := range t.grid.Shown {
				view.Columns = append(view.Columns, t.grid.Columns[c].Name)
			}
		}
	}
	if len(view.Sort)+len(view.Where)+len(view.Columns) == 0 {
		openFiles := t.openFiles(table, -1)
		return func(ctx context.Context) (pager.Source, error) {
			files, err := openFiles(ctx)
			if err == nil && files == nil {
				err = pipeline.Fail(pipeline.BadData, table.Name, "", "the file no longer exists")
			}
			return files, err
		}
	}
	return func(ctx context.Context) (pager.Source, error) { return openStream(ctx, open, table, view) }
}

// stream is the rows of a query, which can be read only once and in order.
type stream struct {
	pipeline.Rows
	querier pipeline.Querier
	count   int64
}

func openStream(ctx context.Context, open func(context.Context) (pipeline.Querier, error), table *pipeline.Table, view pager.View) (pager.Source, error) {
	text, err := view.Select(table, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	q, err := open(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, text)
	if err != nil {
		return nil, errors.Join(err, q.Close())
	}
	return &stream{rows, q, 0}, nil
}

func (s *stream) Page(ctx context.Context, _ int64, _ int) ([][]any, error) {
	page, err := s.Next(ctx)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	s.count += int64(len(page))
	return page, err
}

// LeftOut returns, after the last row, what is missing from the table.
func (s *stream) LeftOut() []pipeline.LeftOut { return pipeline.LeftOutBy(s.Rows) }

func (s *stream) Count() (rows int64, all bool) { return s.count, false }

func (s *stream) Close() error { return errors.Join(s.Rows.Close(), s.querier.Close()) }

func exportingSoon(msg exportingMsg) tea.Cmd {
	return tea.Tick(grid.CountEvery, func(time.Time) tea.Msg { return msg })
}

// exporting shows the progress of the export.
func (t *tableView) exporting(msg exportingMsg) tea.Cmd {
	if !t.exports.Working() {
		return nil
	}
	t.exported = msg.rows.Load()
	return exportingSoon(msg)
}

// cancelExport cancels the export. The result arrives as for any other end.
func (t *tableView) cancelExport() tea.Cmd {
	t.exports.Cancel()
	return nil
}

func (t *tableView) exportOver(msg exportedMsg) tea.Cmd {
	switch {
	case errors.Is(msg.err, context.Canceled):
		return t.Toast(ui.Warned, "export cancelled: "+msg.name+" was not written")
	case msg.err != nil:
		t.fail("the rows cannot be exported", msg.err)
		return nil
	case msg.left != "":
		return t.Toast(ui.Warned, "exported "+ui.Plural(msg.rows, "row", "rows")+" to "+msg.name+"; "+msg.left)
	default:
		return t.Toast(ui.Done, "exported "+ui.Plural(msg.rows, "row", "rows")+" to "+msg.name)
	}
}
