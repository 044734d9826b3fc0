package tui

import (
	"encoding/json"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	harmless "stedi/pipeline/printable"
)

// openCell shows the whole value of the cell with the cursor.
func (g *grid) openCell() tea.Cmd {
	v, ok := g.value()
	c, _ := g.column()
	if !ok {
		return nil
	}
	text := harmless.Value(v)
	head := c.Name + " · " + c.TypeName()
	if s, ok := v.(string); ok {
		head += " · " + plural(int64(len(s)), "byte", "bytes")
	}
	style := g.theme.cellStyle(v)
	if at, ok := g.localTime(g.shown[g.at], v); ok {
		text += "\n" + at + " " + g.zone.String()
	}
	return g.open(&reader{
		kit: g.kit, head: head, copy: func() tea.Cmd { return g.copyText("the value", harmless.Value(v)) },
		lines: g.wrapped(func() []styledLine { return []styledLine{{{style, text}}} }),
	})
}

// jsonLines are a row as JSON that is easy to read, with the times that its
// numbers stand for.
func (g *grid) jsonLines(values []any) []styledLine {
	t := g.theme
	lines := []styledLine{{{t.dim, "{"}}}
	for i, v := range values {
		key, _ := json.Marshal(g.columns[i].Name)
		line := styledLine{{t.code.name, "  " + string(key)}, {t.dim, ": "}, {jsonStyle(t, v), jsonText(v)}}
		if i < len(values)-1 {
			line = append(line, styled{t.dim, ","})
		}
		if at, ok := g.localTime(i, v); ok {
			line = append(line, styled{t.dim, "   " + at})
		}
		lines = append(lines, line)
	}
	return append(lines, styledLine{{t.dim, "}"}})
}

func jsonText(v any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(v) != nil {
		return harmless.Value(v) // not a number, or an infinity
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func jsonStyle(t *theme, v any) uv.Style {
	switch v.(type) {
	case nil:
		return t.null
	case string:
		return t.code.text
	case bool:
		return t.accent
	default:
		return t.code.number
	}
}
