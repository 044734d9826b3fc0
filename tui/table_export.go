package tui

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
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
	return tea.Batch(cmd, m.tableView().askExport(allRows))
}

// The rows that can be exported, in the order of the dialog.
const (
	shownRows = iota
	allRows
	markedRows
)

// askExport asks what to export, and where.
func (t *tableView) askExport(rows int) tea.Cmd {
	if t.options.Export == nil || t.place == nil {
		return nil
	}
	if t.exports.Working() {
		return t.Toast(ui.Warned, "an export is in progress: "+ui.KeyOf(t.actions(), "cancel-export")+" cancels it")
	}
	g := t.grid
	choices := []string{"as shown", "the whole table"}
	if g.Source != nil {
		choices[shownRows] += " (" + ui.Count(g.Kept.Count) + ")"
	}
	if n := len(g.MarkedRows()); n > 0 {
		choices = append(choices, ui.Count(int64(n))+" marked")
		if rows == shownRows {
			rows = markedRows
		}
	}
	return newExportForm(t.app, "EXPORT "+t.name, t.name, columnChoices(g), choices, rows, t.export).open()
}

// columnChoices are the columns that can be exported.
func columnChoices(g *grid.Grid) []string {
	if len(g.Shown) == len(g.Columns) {
		return []string{"all"}
	}
	return []string{ui.Count(int64(len(g.Shown))) + " shown", "all " + ui.Count(int64(len(g.Columns)))}
}

// export writes rows to a file in the background.
func (t *tableView) export(choice exportChoice) tea.Cmd {
	rows, source := &atomic.Int64{}, t.exportSource(choice)
	t.exported = 0
	return tea.Batch(exportingSoon(exportingMsg{rows}), t.Work.Start(&t.exports, func(ctx context.Context) tea.Msg {
		left, name := "", choice.name
		err := exportRows(ctx, source, func(from pager.Source) (err error) {
			name, err = t.writeExport(choice, func(w io.Writer) error { return pager.Export(ctx, from, w, choice.format, rows.Store) })
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
func (t *tableView) exportSource(choice exportChoice) func(context.Context) (pager.Source, error) {
	table, open := t.definition(), t.place.Files
	view := pager.View{}
	if choice.rows == shownRows {
		view.Sort, view.Where = t.settled.order, t.settled.where
	}
	var columns []int
	if choice.columns == 0 && len(t.grid.Shown) < len(t.grid.Columns) {
		columns = slices.Clone(t.grid.Shown)
	}
	if choice.rows == markedRows {
		marked := pager.Columns(pager.Pick(t.grid.Source, t.grid.MarkedRows()), columns)
		return func(context.Context) (pager.Source, error) { return marked, nil }
	}
	if len(view.Sort) == 0 {
		return t.inOrder(table, view.Where, columns)
	}
	for _, c := range columns {
		view.Columns = append(view.Columns, t.grid.Columns[c].Name)
	}
	return func(ctx context.Context) (pager.Source, error) { return openStream(ctx, open, table, view) }
}

// inOrder opens the rows that match the conditions in the order of the files.
func (t *tableView) inOrder(table *pipeline.Table, where []pager.Condition, columns []int) func(context.Context) (pager.Source, error) {
	openFiles, open := t.openFiles(table, -1), t.place.Files
	return func(ctx context.Context) (pager.Source, error) {
		files, err := openFiles(ctx)
		if err == nil && files == nil {
			err = pipeline.Fail(pipeline.BadData, table.Name, "", "the file no longer exists")
		}
		if err != nil || len(where) == 0 {
			return pager.Columns(files, columns), err
		}
		view, err := arrangeTable(ctx, open, table, files, arrangement{where: where})
		if err == nil {
			err = view.fill(ctx)
		}
		if err != nil {
			return nil, errors.Join(err, files.Close())
		}
		return ownFiles{pager.Columns(view.Source, columns), view, files}, nil
	}
}

// ownFiles are filtered rows with the files that they read.
type ownFiles struct {
	pager.Source
	view  *arranged
	files *pager.Files
}

func (o ownFiles) Close() error { return errors.Join(o.view.Release(), o.files.Close()) }

// LeftOut returns what is missing from the table.
func (o ownFiles) LeftOut() []pipeline.LeftOut { return o.files.LeftOut() }

// Scan implements grid.Host.
func (t *tableView) Scan() grid.Scan {
	table, open, view := t.definition(), t.place.Files, pager.View{Where: t.settled.where}
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
