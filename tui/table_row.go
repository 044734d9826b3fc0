package tui

import (
	"context"
	"errors"
	"io"

	tea "charm.land/bubbletea/v2"
)

// rowPanel shows the row with the cursor: as JSON, and as it lies in its file.
type rowPanel struct {
	*reader
	table *tableView
	row   int64
	raw   string
	at    string // file and line
	line  task
}

// lineMsg brings a row as it lies in its file.
type lineMsg struct {
	panel *rowPanel
	row   int64
	raw   string
	file  string
	line  int64
	err   error
}

// openRow shows the row with the cursor.
func (t *tableView) openRow() tea.Cmd {
	if t.grid.values() == nil {
		return nil
	}
	r := &rowPanel{table: t, reader: &reader{kit: t.kit, copy: t.grid.copyRow}}
	r.more = []action{
		t.keys.act("row-after", "right l n", "next row", func() tea.Cmd { return r.move(1) }).at(1),
		t.keys.act("row-before", "left h N", "previous row", func() tea.Cmd { return r.move(-1) }).at(2),
	}
	if t.view == nil {
		r.more = append(r.more, t.keys.act("copy-line", "Y", "copy the line of the file", func() tea.Cmd {
			return r.copyText("the line", r.raw)
		}).at(24))
	}
	return tea.Batch(t.open(r), r.find())
}

func (r *rowPanel) move(by int64) tea.Cmd {
	return tea.Batch(r.table.grid.moveRows(by), r.find())
}

// find brings up the text of the row, and gets its line in the background.
func (r *rowPanel) find() tea.Cmd {
	g := r.table.grid
	r.row, r.raw, r.at, r.offset = g.row, "", "", 0
	r.head = r.table.name + " · row " + count(g.row+1)
	r.lines = r.wrapped(r.text)
	if r.table.view != nil || r.table.files == nil || g.old {
		return nil
	}
	files, row := r.table.files, g.row
	return r.work.start(&r.line, func(ctx context.Context) tea.Msg {
		raw, file, line, err := files.Line(ctx, row)
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
			r.raw, r.at = msg.raw, msg.file+":"+count(msg.line)
			r.lines = r.wrapped(r.text)
		case !errors.Is(msg.err, context.Canceled) && !errors.Is(msg.err, io.EOF):
			return r.table.rowsFailed(msg.err)
		}
	case pageMsg:
		r.lines = r.wrapped(r.text) // the row may have come
	}
	return nil
}

func (r *rowPanel) text() []styledLine {
	g, th := r.table.grid, r.theme
	values := g.values()
	if values == nil {
		return []styledLine{{{th.dim, "…"}}}
	}
	lines := g.jsonLines(values)
	if r.at != "" {
		lines = append(lines, styledLine{}, styledLine{{th.accent, r.at}}, styledLine{{th.dim, r.raw}})
	}
	return lines
}
