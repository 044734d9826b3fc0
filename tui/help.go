package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/tui/ui"
)

// helpPanel lists all keys of the current screen by group.
type helpPanel struct {
	*ui.Kit
	title  string
	list   []ui.Action
	scroll ui.List
}

func (m *Model) openHelp() tea.Cmd {
	title := m.here().title()
	if o, ok := m.top().(interface{ Title() string }); ok {
		title = o.Title()
	}
	h := &helpPanel{Kit: m.Kit, title: title, list: m.possible()}
	h.scroll = ui.List{Kit: m.Kit, Text: true, Len: func() int { return len(h.lines()) }}
	return m.Open(h)
}

func (h *helpPanel) Actions() []ui.Action {
	return append(h.scroll.Actions("help-", ui.SpaceKeys, 1), h.Keys.Act("help-close", "? q enter", "close", h.Shut))
}

// helpLine is a line of the help: a heading, or a key and its action.
type helpLine struct {
	heading string
	action  ui.Action
}

// lines returns the actions by group: those of the screen, then the global
// ones.
func (h *helpPanel) lines() []helpLine {
	var groups []string
	members := map[string][]ui.Action{}
	for _, a := range h.list {
		if a.KeyName() == "" {
			continue
		}
		group := a.Group
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

func (h *helpPanel) Draw(p ui.Pane) {
	const keyWidth, columnWidth = 14, 38
	lines := h.lines()
	columns := min(max(1, (p.Width()-4)/columnWidth), 3)
	rows := (len(lines) + columns - 1) / columns
	height := min(rows+2, p.Height())
	_, in := ui.Window(p, h.Theme, "KEYS · "+h.title, columns*columnWidth+4, height)
	if rows > in.Height() { // one long scrolling column is easier to follow
		columns, rows = max(1, min(columns, (len(lines)+in.Height()-1)/in.Height())), in.Height()
	}
	h.scroll.Mouse(in)
	from, to := h.scroll.Window(in, len(lines), columns*rows)
	for i, line := range lines[from:to] {
		column, row := i/rows, i%rows
		cell := in.Part(1+column*columnWidth, row, columnWidth-1, 1)
		if line.heading != "" {
			cell.Text(0, 0, h.Theme.TitleFocus, strings.ToUpper(line.heading))
			continue
		}
		if line.action.Do == nil {
			continue
		}
		style := h.Theme.Text
		if line.action.Off {
			style = h.Theme.Dim
		}
		var keys []string
		for _, k := range line.action.Key.Keys() {
			keys = append(keys, ui.KeyLabel(k))
		}
		cell.Cut(0, 0, keyWidth-1, h.Theme.Accent, strings.Join(keys, " "))
		cell.Cut(keyWidth, 0, cell.Width()-keyWidth, style, line.action.Title())
	}
}
