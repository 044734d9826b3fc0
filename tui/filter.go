package tui

import (
	tea "charm.land/bubbletea/v2"

	"stedi/tui/ui"
)

// answer passes a key to the prompt.
func (m *Model) answer(msg tea.KeyPressMsg) tea.Cmd {
	cmd, over, then := m.prompt.Press(msg)
	if over {
		m.prompt = nil
	}
	if then != nil {
		return then()
	}
	return cmd
}

func (m *Model) openFilter() tea.Cmd {
	f, ok := m.here().(filtering)
	if !ok {
		return nil
	}
	if d, ok := f.(deliberate); ok {
		text, at := d.filterPrompt()
		return m.Ask(&ui.Prompt{Label: "filter: SQL condition or text", Done: f.setFilter, Cursor: at}, text)
	}
	return m.Ask(&ui.Prompt{
		Label: "filter", Changed: f.setFilter,
		Done:    f.setFilter,
		Dropped: func() tea.Cmd { return f.setFilter("") },
	}, f.filter())
}
