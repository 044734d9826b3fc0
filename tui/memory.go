package tui

import (
	tea "charm.land/bubbletea/v2"
)

// Remembered is what the program keeps of a lake from one start to the next:
// nothing of its data, but the queries that were written.
type Remembered struct {
	Screen string               `json:"screen,omitempty"`
	Table  string               `json:"table,omitempty"`
	Tables map[string]TableLook `json:"tables,omitempty"` // by table: how it was looked at

	Engine  string       `json:"engine,omitempty"` // that queries go to
	Sheets  []SavedQuery `json:"sheets,omitempty"` // the texts in the editor
	Sheet   string       `json:"sheet,omitempty"`  // the one that was worked on
	Queries []SavedQuery `json:"queries,omitempty"`
	Past    []PastQuery  `json:"past,omitempty"` // the oldest first
}

// TableLook is how a table was looked at.
type TableLook struct {
	Sort   []SortColumn `json:"sort,omitempty"`
	Hidden []string     `json:"hidden,omitempty"`
	Frozen int          `json:"frozen,omitempty"` // columns that stay when the others move
	Local  bool         `json:"local,omitempty"`  // epoch milliseconds are shown as local time
}

// SortColumn is a column that rows are sorted by.
type SortColumn struct {
	Column     string `json:"column"`
	Descending bool   `json:"descending,omitempty"`
}

// recall takes up what the last session left.
func (m *Model) recall() {
	if m.options.Recall != nil {
		m.known = m.options.Recall()
	}
	for _, id := range tabs {
		if m.screens[id].title() == m.known.Screen {
			m.current = id
		}
	}
	m.lakeView().list.Choose(m.known.Table)
	m.queryView().recallSheets()
}

// remember keeps where the reader was.
func (m *Model) remember() error {
	if m.options.Remember == nil {
		return nil
	}
	m.known.Screen = m.here().title()
	m.known.Table = m.lakeView().list.Key
	m.queryView().rememberSheets()
	if m.current == tableScreen {
		m.known.Table = m.tableView().name
	}
	return m.options.Remember(m.known)
}

func (m *Model) lakeView() *lakeView {
	l, _ := m.screens[lakeScreen].(*lakeView)
	return l
}

func (m *Model) tableView() *tableView {
	t, _ := m.screens[tableScreen].(*tableView)
	return t
}

// settle begins, once the lake is known, where the last session ended.
func (m *Model) settle() tea.Cmd {
	if m.known.Screen == m.screens[tableScreen].title() && m.current == lakeScreen && m.top() == nil && m.lake().Table(m.known.Table) != nil {
		return tea.Batch(m.openTable(m.known.Table), m.follow())
	}
	return m.follow()
}

// openTable shows the rows of a table.
func (m *Model) openTable(name string) tea.Cmd {
	m.current = tableScreen
	m.overlays = nil
	return m.tableView().show(name)
}
