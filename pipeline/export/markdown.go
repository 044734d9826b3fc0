package export

import (
	"io"
	"strings"

	"stedi/pipeline/printable"
)

// markdownRows writes a table for a README or a job summary.
type markdownRows struct {
	w     io.Writer
	names []string
	begun bool
}

var escapeMarkdown = strings.NewReplacer("|", `\|`, "\\", `\\`, "<", "&lt;", "&", "&amp;", "`", "\\`", "*", `\*`, "_", `\_`)

func (m *markdownRows) line(cells []string) error {
	_, err := io.WriteString(m.w, "| "+strings.Join(mapped(cells, func(s string) string { return escapeMarkdown.Replace(printable.Text(s)) }), " | ")+" |\n")
	return err
}

// head writes the header once.
func (m *markdownRows) head() error {
	if m.begun {
		return nil
	}
	m.begun = true
	if err := m.line(m.names); err != nil {
		return err
	}
	_, err := io.WriteString(m.w, "|"+strings.Repeat(" --- |", len(m.names))+"\n")
	return err
}

func (m *markdownRows) Row(values []any) error {
	if err := m.head(); err != nil {
		return err
	}
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = printable.Value(v)
	}
	return m.line(cells)
}

func (m *markdownRows) End() error { return m.head() }
