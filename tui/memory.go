package tui

import (
	tea "charm.land/bubbletea/v2"
)

// Remembered is the state of the screens for a lake that the program stores
// between sessions. It contains no data of the lake except the texts of
// queries.
type Remembered struct {
	Screen string               `json:"screen,omitempty"`
	Table  string               `json:"table,omitempty"`
	Tables map[string]TableLook `json:"tables,omitempty"` // by table: its view settings

	Engine  string       `json:"engine,omitempty"` // selected engine for queries
	Sheets  []SavedQuery `json:"sheets,omitempty"` // the texts in the editor
	Sheet   string       `json:"sheet,omitempty"`  // the selected sheet
	Queries []SavedQuery `json:"queries,omitempty"`
	Past    []PastQuery  `json:"past,omitempty"` // oldest first
}

// TableLook holds the view settings of a table.
type TableLook struct {
	Sort   []SortColumn `json:"sort,omitempty"`
	Hidden []string     `json:"hidden,omitempty"`
	Frozen int          `json:"frozen,omitempty"` // number of columns that do not scroll
	Local  bool         `json:"local,omitempty"`  // show epoch milliseconds as local time
}

// SortColumn is a column that rows are sorted by.
type SortColumn struct {
	Column     string `json:"column"`
	Descending bool   `json:"descending,omitempty"`
}

// recall restores the state of the last session.
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

// remember stores the current state.
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

// settle restores the position of the last session once the lake is known.
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
