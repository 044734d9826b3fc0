package tui

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// prompt asks for a line of text in the place of the footer.
type prompt struct {
	label   string
	input   textinput.Model
	changed func(text string) tea.Cmd // at each key; nil: not asked
	done    func(text string) tea.Cmd // after enter
	dropped func() tea.Cmd            // after esc; nil: nothing
}

// ask opens a prompt with a text to begin with.
func (m *Model) ask(p *prompt, text string) tea.Cmd {
	p.input = textinput.New()
	p.input.Prompt = ""
	p.input.SetVirtualCursor(false)
	p.input.SetValue(text)
	p.input.CursorEnd()
	m.prompt = p
	return p.input.Focus()
}

func (p *prompt) press(m *Model, msg tea.KeyPressMsg) tea.Cmd {
	switch msg.Code {
	case tea.KeyEnter:
		m.prompt = nil
		return p.done(p.input.Value())
	case tea.KeyEscape:
		m.prompt = nil
		if p.dropped != nil {
			return p.dropped()
		}
		return nil
	}
	if msg.Keystroke() == "ctrl+c" {
		m.prompt = nil
		return nil
	}
	return p.edit(msg)
}

func (p *prompt) edit(msg tea.Msg) tea.Cmd {
	before := p.input.Value()
	var cmd tea.Cmd
	p.input, cmd = p.input.Update(msg)
	if p.changed != nil && p.input.Value() != before {
		return tea.Batch(cmd, p.changed(p.input.Value()))
	}
	return cmd
}

func (p *prompt) insert(text string) tea.Cmd { return p.edit(tea.PasteMsg{Content: text}) }

func (p *prompt) draw(line pane, t *theme) {
	line.fill(t.bar)
	line.cover()
	x := line.cut(1, 0, line.width()/2, t.barKey, p.label) + 1
	room := max(1, line.width()-x-2)
	value := []rune(p.input.Value())
	at := p.input.Position()
	from, used := at, 0
	for from > 0 { // what stands before the cursor, as far as there is room
		w := width(string(value[from-1]))
		if used+w > room {
			break
		}
		from, used = from-1, used+w
	}
	line.part(x, 0, room+1, 1).text(0, 0, t.barStrong, string(value[from:min(len(value), at+room)]))
	line.frame.cursor = tea.NewCursor(line.area.Min.X+x+used, line.area.Min.Y)
}

func (m *Model) openFilter() tea.Cmd {
	f, ok := m.here().(filtering)
	if !ok {
		return nil
	}
	if d, ok := f.(deliberate); ok {
		label, text := d.filterPrompt()
		return m.ask(&prompt{label: label, done: f.setFilter}, text)
	}
	return m.ask(&prompt{
		label: "filter", changed: f.setFilter,
		done:    f.setFilter,
		dropped: func() tea.Cmd { return f.setFilter("") },
	}, f.filter())
}
