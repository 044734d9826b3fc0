package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/sahilm/fuzzy"
)

// palette finds any action, table or screen by a few of its letters.
type palette struct {
	*kit
	title string
	input textinput.Model
	all   []choice
	shown []match
	at    int
}

// choice is a line of the palette.
type choice struct {
	text string
	kind string
	key  string
	do   func() tea.Cmd
}

// match is a choice that fits, and the bytes of it that do.
type match struct {
	choice
	marks []int
}

// newPalette makes one without any line yet.
func newPalette(k *kit, title string) *palette {
	p := &palette{kit: k, title: title, input: textinput.New()}
	p.input.Prompt = ""
	p.input.SetVirtualCursor(false)
	return p
}

// show opens it.
func (p *palette) show() tea.Cmd {
	p.search()
	return tea.Batch(p.open(p), p.input.Focus())
}

func (m *Model) openPalette() tea.Cmd { return m.choices().show() }

// choices is a palette of all that can be done here.
func (m *Model) choices() *palette {
	p := newPalette(m.kit, "COMMAND")
	for _, a := range m.possible() {
		if !a.off && a.name != "palette" {
			p.all = append(p.all, choice{a.title(), a.group, a.keyName(), a.do})
		}
	}
	for _, id := range tabs {
		if id != m.current {
			p.all = append(p.all, m.choicesOf(id)...)
		}
	}
	if lake := m.lake(); lake != nil {
		for _, t := range lake.Tables {
			p.all = append(p.all, choice{"open " + t.Name, "table", "", func() tea.Cmd { return m.openTable(t.Name) }})
		}
		for _, s := range lake.Presets {
			p.all = append(p.all, choice{"query " + s.Name, "query", "", func() tea.Cmd { return m.query(s.Name, s.SQL) }})
		}
	}
	for _, s := range m.known.Queries {
		p.all = append(p.all, choice{"query " + s.Name, "saved query", "", func() tea.Cmd { return m.query(s.Name, s.SQL) }})
	}
	return p
}

// choicesOf are the actions of another screen.
func (m *Model) choicesOf(id screenID) []choice {
	var list []choice
	for _, a := range m.screens[id].actions() {
		if !a.off {
			list = append(list, choice{a.title(), m.screens[id].title(), a.keyName(), func() tea.Cmd {
				return tea.Batch(m.show(id), a.do())
			}})
		}
	}
	return list
}

func (p *palette) search() {
	p.shown, p.at = nil, 0
	text := strings.TrimSpace(p.input.Value())
	if text == "" {
		for _, c := range p.all {
			p.shown = append(p.shown, match{c, nil})
		}
		return
	}
	words := make([]string, len(p.all))
	for i, c := range p.all {
		words[i] = c.text
	}
	for _, found := range fuzzy.Find(text, words) {
		p.shown = append(p.shown, match{p.all[found.Index], found.MatchedIndexes})
	}
}

func (p *palette) actions() []action {
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd {
			p.at = min(max(0, p.at+by), max(0, len(p.shown)-1))
			return nil
		}
	}
	return []action{
		p.keys.act("palette-down", "down ctrl+n", "down", move(1)).at(1),
		p.keys.act("palette-up", "up ctrl+k", "up", move(-1)).at(2),
		p.keys.act("palette-page-down", "pgdown", "page down", move(10)),
		p.keys.act("palette-page-up", "pgup", "page up", move(-10)),
		p.keys.act("palette-do", "enter", "run", p.choose).at(3),
	}
}

func (p *palette) choose() tea.Cmd {
	if p.at < len(p.shown) {
		return p.want(closeOverlay{p.shown[p.at].do})
	}
	return p.shut()
}

func (p *palette) typed(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	if _, special := find(p.actions(), msg); special || msg.Code == tea.KeyEscape || msg.Mod.Contains(tea.ModCtrl) {
		return nil, false
	}
	return p.edit(msg), true
}

func (p *palette) pasted(text string) tea.Cmd { return p.edit(tea.PasteMsg{Content: text}) }

func (p *palette) edit(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	before := p.input.Value()
	if p.input, cmd = p.input.Update(msg); p.input.Value() != before {
		p.search()
	}
	return cmd
}

func (p *palette) draw(area pane) {
	t := p.theme
	_, in := window(area, t, p.title, 76, 18)
	x := in.text(1, 0, t.accent, ": ")
	in.text(x, 0, t.strong, p.input.Value())
	at := []rune(p.input.Value())[:p.input.Position()]
	in.frame.cursor = tea.NewCursor(in.area.Min.X+x+width(string(at)), in.area.Min.Y)
	list := in.bottom(2)
	from := max(0, p.at-list.height()+1)
	for i := range list.height() {
		n := from + i
		if n >= len(p.shown) {
			break
		}
		row := list.line(i)
		style := t.text
		if n == p.at {
			style = t.selected
			row.fill(style)
		}
		p.line(row, p.shown[n], style)
		row.click(func() tea.Cmd { p.at = n; return p.choose() })
	}
	if len(p.shown) == 0 {
		list.text(1, 0, t.dim, "no match")
	}
}

// line draws a choice, with the letters that fit marked.
func (p *palette) line(row pane, c match, style uv.Style) {
	x := 1
	room := row.width() - 26
	for i, r := range c.text {
		s := style
		if slices.Contains(c.marks, i) {
			s = over(p.theme.busy, style)
		}
		if x < room {
			x = row.text(x, 0, s, string(r))
		}
	}
	row.cut(room+1, 0, 14, over(p.theme.dim, style), c.kind)
	row.textRight(row.width()-1, 0, over(p.theme.accent, style), c.key)
}
