package grid

import (
	"encoding/json"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	harmless "stedi/pipeline/printable"
	"stedi/tui/ui"
)

// openCell shows the full value of the cell with the cursor.
func (g *Grid) openCell() tea.Cmd {
	v, ok := g.Value()
	c, _ := g.column()
	if !ok {
		return nil
	}
	text := harmless.Value(v)
	head := c.Name + " · " + c.TypeName()
	if s, ok := v.(string); ok {
		head += " · " + ui.Plural(int64(len(s)), "byte", "bytes")
	}
	style := CellStyle(g.Theme, v)
	if at, ok := g.localTime(g.Shown[g.At], v); ok {
		text += "\n" + at + " " + g.Zone.String()
	}
	return g.Open(&ui.Reader{
		Kit: g.Kit, Head: head, Copy: func() tea.Cmd { return g.CopyText("the value", harmless.Value(v)) },
		Lines: g.Wrapped(func() []ui.StyledLine { return []ui.StyledLine{{{Style: style, Text: text}}} }),
	})
}

// JSONLines formats a row as indented JSON, with the times for numbers that
// look like times.
func (g *Grid) JSONLines(values []any) []ui.StyledLine {
	t := g.Theme
	lines := []ui.StyledLine{{{Style: t.Dim, Text: "{"}}}
	for i, v := range values {
		key, _ := json.Marshal(g.Columns[i].Name)
		line := ui.StyledLine{{Style: t.Code.Name, Text: "  " + string(key)}, {Style: t.Dim, Text: ": "}, {Style: jsonStyle(t, v), Text: jsonText(v)}}
		if i < len(values)-1 {
			line = append(line, ui.Styled{Style: t.Dim, Text: ","})
		}
		if at, ok := g.localTime(i, v); ok {
			line = append(line, ui.Styled{Style: t.Dim, Text: "   " + at})
		}
		lines = append(lines, line)
	}
	return append(lines, ui.StyledLine{{Style: t.Dim, Text: "}"}})
}

func jsonText(v any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(v) != nil {
		return harmless.Value(v) // NaN or an infinity
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func jsonStyle(t *ui.Theme, v any) uv.Style {
	switch v.(type) {
	case nil:
		return t.Null
	case string:
		return t.Code.Text
	case bool:
		return t.Accent
	default:
		return t.Code.Number
	}
}
