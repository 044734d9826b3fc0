package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// helpPanel lists every key of the screen below it, by group.
type helpPanel struct {
	*app
	title  string
	list   []action
	offset int
}

func (m *Model) openHelp() tea.Cmd {
	title := m.here().title()
	if o, ok := m.top().(interface{ title() string }); ok {
		title = o.title()
	}
	m.open(&helpPanel{app: m.app, title: title, list: m.possible()})
	return nil
}

func (h *helpPanel) actions() []action {
	return []action{
		h.keys.act("help-down", "down j pgdown", "down", func() tea.Cmd { h.offset = min(h.offset+1, len(h.lines())-1); return nil }).at(1),
		h.keys.act("help-up", "up k pgup", "up", func() tea.Cmd { h.offset = max(0, h.offset-1); return nil }).at(2),
		h.keys.act("help-close", "? q enter", "close", func() tea.Cmd { h.root.shut(); return nil }),
	}
}

// helpLine is a line of the help: a heading, or a key and what it does.
type helpLine struct {
	heading string
	action  action
}

// lines groups the actions: those of the screen, then those everywhere.
func (h *helpPanel) lines() []helpLine {
	var groups []string
	members := map[string][]action{}
	for _, a := range h.list {
		if a.keyName() == "" {
			continue
		}
		group := a.group
		if group == "" {
			group = h.title
		}
		if members[group] == nil {
			groups = append(groups, group)
		}
		members[group] = append(members[group], a)
	}
	var lines []helpLine
	for _, group := range groups {
		if len(lines) > 0 {
			lines = append(lines, helpLine{})
		}
		lines = append(lines, helpLine{heading: group})
		for _, a := range members[group] {
			lines = append(lines, helpLine{action: a})
		}
	}
	return lines
}

func (h *helpPanel) draw(p pane) {
	const keyWidth, columnWidth = 14, 38
	lines := h.lines()
	columns := min(max(1, (p.width()-4)/columnWidth), 3)
	rows := (len(lines) + columns - 1) / columns
	height := min(rows+2, p.height())
	_, in := window(p, h.theme, "KEYS · "+h.title, columns*columnWidth+4, height)
	if rows > in.height() { // one long column that scrolls is easier to follow
		columns, rows = max(1, min(columns, (len(lines)+in.height()-1)/in.height())), in.height()
	}
	offset := min(h.offset, max(0, len(lines)-columns*rows))
	for i, line := range lines[offset:] {
		column, row := i/rows, i%rows
		if column >= columns {
			break
		}
		cell := in.part(1+column*columnWidth, row, columnWidth-1, 1)
		if line.heading != "" {
			cell.text(0, 0, h.theme.titleFocus, strings.ToUpper(line.heading))
			continue
		}
		if line.action.do == nil {
			continue
		}
		style := h.theme.text
		if line.action.off {
			style = h.theme.dim
		}
		var keys []string
		for _, k := range line.action.key.Keys() {
			keys = append(keys, keyLabel(k))
		}
		cell.cut(0, 0, keyWidth-1, h.theme.accent, strings.Join(keys, " "))
		cell.cut(keyWidth, 0, cell.width()-keyWidth, style, line.action.title())
	}
}
