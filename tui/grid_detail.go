package tui

import (
	"encoding/json"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

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
	head := c.Name + " · " + typeName(c.Type)
	if s, ok := v.(string); ok {
		head += " · " + plural(int64(len(s)), "byte", "bytes")
	}
	style := g.theme.cellStyle(v)
	if at, ok := g.localTime(g.shown[g.at], v); ok {
		text += "\n" + at + " " + g.options.Zone.String()
	}
	g.root.open(&reader{
		app: g.app, head: head, copy: func() tea.Cmd { return g.copyText("the value", harmless.Value(v)) },
		lines: g.wrapped(func() []styledLine { return []styledLine{{{style, text}}} }),
	})
	return nil
}

// wrapped breaks lines at the width of the screen. It remembers them: to break
// a long text takes a while.
func (a *app) wrapped(lines func() []styledLine) func() []styledLine {
	wide, done, broken := 0, []styledLine(nil), a.fitted(lines)
	return func() []styledLine {
		if room := a.reading(); room != wide {
			wide, done = room, broken()
		}
		return done
	}
}

// fitted breaks lines that may change at the width of the screen.
func (a *app) fitted(lines func() []styledLine) func() []styledLine {
	return func() []styledLine {
		var done []styledLine
		for _, line := range lines() {
			done = append(done, wrap(line, a.reading())...)
		}
		return done
	}
}

// reading is how wide the lines of a reader may be.
func (a *app) reading() int { return max(10, a.root.width-8) }

// wrap breaks a line into several that are no wider than the room.
func wrap(line styledLine, room int) []styledLine {
	var list []styledLine
	part, used := styledLine{}, 0
	for _, piece := range line {
		for i, text := range strings.Split(piece.text, "\n") {
			if i > 0 {
				list, part, used = append(list, part), styledLine{}, 0
			}
			for text != "" {
				n := fitting(text, room-used)
				if n == 0 {
					list, part, used = append(list, part), styledLine{}, 0
					n = max(1, fitting(text, room))
				}
				part = append(part, styled{piece.style, text[:n]})
				used += width(text[:n])
				text = text[n:]
			}
		}
	}
	return append(list, part)
}

// fitting is how many bytes of a text fit into so many columns.
func fitting(text string, room int) int {
	n := 0
	for n < len(text) {
		size := 1
		if text[n] >= 0x80 {
			cluster, _ := ansi.FirstGraphemeCluster(text[n:], ansi.GraphemeWidth)
			size = len(cluster)
		}
		w := 1
		if text[n] >= 0x7f || text[n] < 0x20 {
			w = width(text[n : n+size])
		}
		if room -= w; room < 0 {
			return n
		}
		n += size
	}
	return n
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
