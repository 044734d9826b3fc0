package main

import (
	"context"
	"errors"
	"io"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/export"
	"stedi/pipeline/printable"
)

// rowOutputs are the output formats for query rows.
var rowOutputs = []string{"text", "json", "ndjson", "csv", "md"}

// printRows writes all rows of a source in one of the rowOutputs. It holds only
// as many rows in memory as the format requires.
func printRows(ctx context.Context, w io.Writer, rows pipeline.Rows, output string) (n int64, err error) {
	out := newRowWriter(w, output, rows.Columns())
	for {
		page, err := rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			return n, out.End()
		}
		if err != nil {
			return n, errors.Join(out.End(), err)
		}
		for _, row := range page {
			if err := out.Row(row); err != nil {
				return n, err
			}
		}
		n += int64(len(page))
	}
}

// rowsTo returns the writer for rows.
func (p *program) rowsTo() io.Writer {
	if p.config.output == "text" {
		return p.out
	}
	return p.stdout
}

func newRowWriter(w io.Writer, output string, columns []pipeline.ResultColumn) export.Writer {
	if output == "text" {
		return &textRows{w: w, columns: columns}
	}
	return export.NewWriter(w, export.Format(output), columns)
}

// textRows aligns the rows. The first rows determine the column widths; a wider
// cell in a later row is not cut and shifts the rest of its row.
type textRows struct {
	w       io.Writer
	columns []pipeline.ResultColumn
	first   [][]string
	widths  []int
}

const (
	alignedRows = 1000
	widestCell  = 80 // terminal cells; longer values are cut and marked
)

func (t *textRows) Row(values []any) error {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = printable.Cut(printable.Head(printable.Value(v), 4*widestCell), widestCell)
	}
	if t.widths == nil {
		t.first = append(t.first, cells)
		if len(t.first) < alignedRows {
			return nil
		}
		return t.flush()
	}
	return t.line(cells)
}

func (t *textRows) End() error {
	if t.widths != nil {
		return nil
	}
	return t.flush()
}

// flush writes the header and the rows so far.
func (t *textRows) flush() error {
	head := make([]string, len(t.columns))
	t.widths = make([]int, len(t.columns))
	for i, c := range t.columns {
		head[i] = printable.Cut(printable.Text(c.Name), widestCell)
	}
	rule := make([]string, len(head))
	for i := range head {
		for _, row := range append(t.first, head) {
			t.widths[i] = max(t.widths[i], printable.Width(row[i]))
		}
		rule[i] = strings.Repeat("─", t.widths[i])
	}
	for _, row := range append([][]string{head, rule}, t.first...) {
		if err := t.line(row); err != nil {
			return err
		}
	}
	t.first = nil
	return nil
}

func (t *textRows) line(cells []string) error {
	var b strings.Builder
	for i, cell := range cells {
		if i > 0 {
			b.WriteString("  ")
		}
		pad := strings.Repeat(" ", max(0, t.widths[i]-printable.Width(cell)))
		if t.columns[i].IsNumber() {
			b.WriteString(pad + cell)
		} else {
			b.WriteString(cell + pad)
		}
	}
	_, err := io.WriteString(t.w, strings.TrimRight(b.String(), " ")+"\n")
	return err
}
