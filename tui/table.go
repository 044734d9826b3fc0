package tui

import tea "charm.land/bubbletea/v2"

type tableView struct {
	*app
	name string
}

func newTable(a *app) *tableView { return &tableView{app: a} }

func (t *tableView) title() string              { return "Table" }
func (t *tableView) actions() []action          { return nil }
func (t *tableView) update(msg tea.Msg) tea.Cmd { return nil }
func (t *tableView) draw(p pane)                { p.box(t.theme, t.name, true) }
func (t *tableView) close()                     {}
func (t *tableView) show(name string) tea.Cmd   { t.name = name; return nil }

func (m *Model) exportTable(name string) tea.Cmd { return nil }
