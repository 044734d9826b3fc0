package tui

import (
	"fmt"
	"strings"

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

// filtered adds to the title of a list its filter, and how many tables it hides.
func filtered(title, filter string, hidden int) string {
	if strings.TrimSpace(filter) == "" {
		return title
	}
	if hidden == 0 {
		return title + " / " + strings.TrimSpace(filter)
	}
	return fmt.Sprintf("%s / %s hides %s", title, strings.TrimSpace(filter), ui.Plural(int64(hidden), "table", "tables"))
}
