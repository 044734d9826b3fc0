package tui

import (
	"context"
	"errors"
	"io"

	tea "charm.land/bubbletea/v2"

	"stedi/tui/grid"
	"stedi/tui/ui"
)

// rowPanel shows the row with the cursor as JSON and as stored in its file.
type rowPanel struct {
	*ui.Reader
	table *tableView
	row   int64
	raw   string
	at    string // file and line
	line  ui.Task
}

// lineMsg brings a row as stored in its file.
type lineMsg struct {
	panel *rowPanel
	row   int64
	raw   string
	file  string
	line  int64
	err   error
}

// OpenRow shows the row with the cursor.
func (t *tableView) OpenRow() tea.Cmd {
	if t.grid.Values() == nil {
		return nil
	}
	r := &rowPanel{table: t, Reader: &ui.Reader{Kit: t.Kit, Copy: t.grid.CopyRow}}
	r.More = []ui.Action{
		t.Keys.Act("row-after", "right l n", "next row", func() tea.Cmd { return r.move(1) }).At(1),
		t.Keys.Act("row-before", "left h N", "previous row", func() tea.Cmd { return r.move(-1) }).At(2),
	}
	if _, ok := t.position(t.grid.Row); ok {
		r.More = append(r.More, t.Keys.Act("copy-line", "Y", "copy the line of the file", func() tea.Cmd {
			return r.CopyText("the line", r.raw)
		}).At(24))
	}
	return tea.Batch(t.Open(r), r.find())
}

func (r *rowPanel) move(by int64) tea.Cmd {
	return tea.Batch(r.table.grid.MoveRows(by), r.find())
}

// find formats the row, and reads its stored line in the background.
func (r *rowPanel) find() tea.Cmd {
	g := r.table.grid
	r.row, r.raw, r.at = g.Row, "", ""
	r.Reset()
	r.Head = r.table.name + " · row " + ui.Count(g.Row+1)
	r.Lines = r.Wrapped(r.text)
	position, ok := r.table.position(g.Row)
	if !ok || r.table.files == nil || g.Old {
		return nil
	}
	files, row := r.table.files, g.Row
	return r.Work.Start(&r.line, func(ctx context.Context) tea.Msg {
		raw, file, line, err := files.Line(ctx, position)
		return lineMsg{r, row, string(raw), file, line, err}
	})
}

func (r *rowPanel) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case lineMsg:
		if msg.panel != r || msg.row != r.row {
			return nil
		}
		switch {
		case msg.err == nil:
			r.raw, r.at = msg.raw, msg.file+":"+ui.Count(msg.line)
			r.Lines = r.Wrapped(r.text)
		case !errors.Is(msg.err, context.Canceled) && !errors.Is(msg.err, io.EOF):
			return r.table.RowsFailed(msg.err)
		}
	case grid.PageMsg:
		r.Lines = r.Wrapped(r.text) // the row may have arrived
	}
	return nil
}

func (r *rowPanel) text() []ui.StyledLine {
	g, th := r.table.grid, r.Theme
	values := g.Values()
	if values == nil {
		return []ui.StyledLine{{{Style: th.Dim, Text: "…"}}}
	}
	lines := g.JSONLines(values)
	if r.at != "" {
		lines = append(lines, ui.StyledLine{}, ui.StyledLine{{Style: th.Accent, Text: r.at}}, ui.StyledLine{{Style: th.Dim, Text: r.raw}})
	}
	return lines
}
