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

// begin sets the text to begin with and takes the focus.
func (p *prompt) begin(text string) tea.Cmd {
	p.input = textinput.New()
	p.input.Prompt = ""
	p.input.SetVirtualCursor(false)
	p.input.SetValue(text)
	p.input.CursorEnd()
	return p.input.Focus()
}

// press takes a key. When it ends the prompt, over is true and then, if not nil,
// is what follows.
func (p *prompt) press(msg tea.KeyPressMsg) (cmd tea.Cmd, over bool, then func() tea.Cmd) {
	switch {
	case msg.Code == tea.KeyEnter:
		return nil, true, func() tea.Cmd { return p.done(p.input.Value()) }
	case msg.Code == tea.KeyEscape:
		return nil, true, p.dropped
	case msg.Keystroke() == "ctrl+c":
		return nil, true, nil
	default:
		return p.edit(msg), false, nil
	}
}

// answer gives a key to the prompt.
func (m *Model) answer(msg tea.KeyPressMsg) tea.Cmd {
	cmd, over, then := m.prompt.press(msg)
	if over {
		m.prompt = nil
	}
	if then != nil {
		return then()
	}
	return cmd
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
