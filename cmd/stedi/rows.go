package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"stedi/pipeline/query"
)

// rowOutputs are the forms in which the rows of a query are printed.
var rowOutputs = []string{"text", "json", "ndjson", "csv", "md"}

// rowSource gives rows page by page, as *query.Rows does.
type rowSource interface {
	Columns() []query.Column
	Next(ctx context.Context) ([][]any, error)
}

// printRows writes all rows of a source in one of the rowOutputs. Only as much
// of them is in memory as the form needs.
func printRows(ctx context.Context, w io.Writer, rows rowSource, output string) (n int64, err error) {
	out := newRowWriter(w, output, rows.Columns())
	for {
		page, err := rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			return n, out.end()
		}
		if err != nil {
			return n, errors.Join(out.end(), err)
		}
		for _, row := range page {
			if err := out.row(row); err != nil {
				return n, err
			}
		}
		n += int64(len(page))
	}
}

// rowWriter writes rows in one form.
type rowWriter interface {
	row(values []any) error
	end() error
}

func newRowWriter(w io.Writer, output string, columns []query.Column) rowWriter {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	switch output {
	case "json":
		return &jsonRows{w: w, names: names, array: true}
	case "ndjson":
		return &jsonRows{w: w, names: names}
	case "csv":
		c := &csvRows{csv.NewWriter(w)}
		_ = c.csv.Write(mapped(names, neutral)) // the writer keeps its error for Flush
		return c
	case "md":
		return &markdownRows{w: w, names: names}
	default:
		return &textRows{w: w, columns: columns}
	}
}

func mapped(texts []string, f func(string) string) []string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = f(s)
	}
	return out
}

// plainText is a value as a person reads it.
func plainText(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// jsonRows writes objects, in an array or one a line. Characters that could
// harm a terminal are escaped, which means the same to whoever reads JSON.
type jsonRows struct {
	w     io.Writer
	names []string
	array bool
	some  bool
}

func (j *jsonRows) row(values []any) error {
	var b strings.Builder
	switch {
	case j.array && j.some:
		b.WriteString(",\n  ")
	case j.array:
		b.WriteString("[\n  ")
	}
	j.some = true
	for i, v := range values {
		b.WriteString(map[bool]string{true: "{", false: ","}[i == 0])
		b.Write(safeJSON(j.names[i]))
		b.WriteByte(':')
		b.Write(safeJSON(v))
	}
	b.WriteByte('}')
	if !j.array {
		b.WriteByte('\n')
	}
	_, err := io.WriteString(j.w, b.String())
	return err
}

func (j *jsonRows) end() error {
	text := ""
	switch {
	case j.array && j.some:
		text = "\n]\n"
	case j.array:
		text = "[]\n"
	}
	_, err := io.WriteString(j.w, text)
	return err
}

// safeJSON encodes a value in printable characters.
func safeJSON(v any) []byte {
	encoded, err := json.Marshal(v)
	if err != nil {
		encoded, _ = json.Marshal(plainText(v)) // not a number: NaN and the infinities
	}
	if !slices.ContainsFunc([]rune(string(encoded)), hostile) {
		return encoded
	}
	var b []byte
	for _, r := range string(encoded) {
		switch {
		case !hostile(r):
			b = append(b, string(r)...)
		case r > 0xFFFF:
			b = fmt.Appendf(b, `\u%04x\u%04x`, 0xD800+(r-0x10000)>>10, 0xDC00+(r-0x10000)&0x3FF)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
	}
	return b
}

// csvRows writes comma-separated values that a spreadsheet takes for data.
type csvRows struct{ csv *csv.Writer }

func (c *csvRows) row(values []any) error {
	cells := make([]string, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case nil:
		case string:
			cells[i] = neutral(v)
		default:
			cells[i] = plainText(v)
		}
	}
	return c.csv.Write(cells)
}

func (c *csvRows) end() error {
	c.csv.Flush()
	return c.csv.Error()
}

// neutral puts a quote before what a spreadsheet would take for a formula
// (OWASP, "CSV Injection").
func neutral(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}

// markdownRows writes a table for a README or a job summary.
type markdownRows struct {
	w     io.Writer
	names []string
	begun bool
}

func (m *markdownRows) line(cells []string) error {
	escape := strings.NewReplacer("|", `\|`, "\\", `\\`, "<", "&lt;", "&", "&amp;", "`", "\\`", "*", `\*`, "_", `\_`)
	_, err := io.WriteString(m.w, "| "+strings.Join(mapped(cells, func(s string) string { return escape.Replace(printable(s)) }), " | ")+" |\n")
	return err
}

func (m *markdownRows) row(values []any) error {
	if !m.begun {
		m.begun = true
		if err := m.line(m.names); err != nil {
			return err
		}
		if _, err := io.WriteString(m.w, "|"+strings.Repeat(" --- |", len(m.names))+"\n"); err != nil {
			return err
		}
	}
	if values == nil {
		return nil
	}
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = plainText(v)
	}
	return m.line(cells)
}

func (m *markdownRows) end() error { return m.row(nil) }

// textRows aligns the rows. The first of them decide how wide a column is; a
// wider cell later on pushes its row out rather than being held back.
type textRows struct {
	w       io.Writer
	columns []query.Column
	first   [][]string
	widths  []int
}

const (
	alignedRows = 1000
	widestCell  = 80 // terminal cells; longer values are cut, and say so
)

func (t *textRows) row(values []any) error {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = ansi.Truncate(printable(plainText(v)), widestCell, "…")
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

func (t *textRows) end() error {
	if t.widths != nil {
		return nil
	}
	return t.flush()
}

// flush writes the head and the rows so far.
func (t *textRows) flush() error {
	head := make([]string, len(t.columns))
	t.widths = make([]int, len(t.columns))
	for i, c := range t.columns {
		head[i] = ansi.Truncate(printable(c.Name), widestCell, "…")
	}
	rule := make([]string, len(head))
	for i := range head {
		for _, row := range append(t.first, head) {
			t.widths[i] = max(t.widths[i], ansi.StringWidth(row[i]))
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
		pad := strings.Repeat(" ", max(0, t.widths[i]-ansi.StringWidth(cell)))
		if isNumber(t.columns[i].Type) {
			b.WriteString(pad + cell)
		} else {
			b.WriteString(cell + pad)
		}
	}
	_, err := io.WriteString(t.w, strings.TrimRight(b.String(), " ")+"\n")
	return err
}

func isNumber(columnType string) bool {
	switch base, _, _ := strings.Cut(columnType, "("); base {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "FLOAT", "DOUBLE", "DECIMAL":
		return true
	default:
		return false
	}
}
