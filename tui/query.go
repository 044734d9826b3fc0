package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/pager"
	"stedi/tui/grid"
	"stedi/tui/ui"
)

// queryView is the third screen: the tables, an editor with several sheets, and
// the result of a query.
type queryView struct {
	*app
	panes     ui.Focus
	borders   struct{ catalog, editor int } // how far each border was moved
	sheets    []*sheet
	tabs      ui.List // the sheets; the cursor is on the one that is shown
	tree      catalog
	popup     completion
	offers    ui.List // the words of popup
	asking    ui.Task
	arranging ui.Task
	querier   pipeline.Querier // nil before the first query
	answers   int              // number of results so far
	paired    *sheet           // its result is shown beside the current one; nil: none
}

// The panes of the query screen.
const (
	editorPane = iota
	resultPane
	catalogPane
	queryPanes
)

// sheet is one text in the editor, with its result.
type sheet struct {
	name   string
	editor textarea.Model
	rows   *grid.Grid
	base   *pager.Spooled // all rows of the result in their original order, or nil
	answer answerLine
	fault  *pipeline.SQLError // position and error of the last query, or nil
	asked  string             // the text of the last query
	sent   string             // likewise, as the engine got it
	whole  string             // the text of the editor at that time
	edits  edits
}

func newQuery(a *app) *queryView {
	q := &queryView{app: a, panes: ui.Focus{Count: queryPanes, At: catalogPane}}
	q.tree.open = map[string]bool{}
	q.tree.list = ui.List{
		Kit: a.Kit, Panes: &q.panes, Pane: catalogPane, More: moreLines,
		Len:  func() int { return len(q.catalogLines()) },
		Name: func(i int) string { return q.catalogLines()[i].name() },
		Open: func() tea.Cmd { return q.take(q.catalogLines()[q.tree.list.At()]) },
	}
	q.tabs = ui.List{Kit: a.Kit, Len: func() int { return len(q.sheets) }}
	q.offers = ui.List{Kit: a.Kit, Len: func() int { return len(q.popup.words) }, Open: q.complete, Once: true}
	q.add("q1", "")
	return q
}

func (q *queryView) title() string     { return "Query" }
func (q *queryView) focus() *ui.Focus  { return &q.panes }
func (q *queryView) shown() *grid.Grid { return q.sheet().rows }

func (q *queryView) filter() string {
	if q.panes.At == resultPane {
		return "" // the grid has its own filter
	}
	return q.tree.wanted
}

func (q *queryView) setFilter(text string) tea.Cmd {
	q.tree.wanted = text
	q.tree.list.Filtered()
	q.panes.At = catalogPane
	return nil
}

func (q *queryView) close() {
	q.asking.Stop()
	q.arranging.Stop()
	for _, s := range q.sheets {
		s.rows.Stop()
		if s.base != nil {
			_ = s.base.Close() // its directory is removed at the end
		}
	}
	if q.querier != nil {
		_ = q.querier.Close() // its process ends with this process at the latest
		q.querier = nil
	}
}

// sheetHost adapts a sheet for its grid.
type sheetHost struct {
	*queryView
	sheet *sheet
}

// add opens a sheet with a text.
func (q *queryView) add(name, text string) {
	s := &sheet{name: name, editor: textarea.New()}
	s.editor.SetVirtualCursor(false) // use the blinking cursor of the terminal
	s.editor.ShowLineNumbers = false
	s.editor.Prompt = ""
	s.editor.CharLimit = 0
	s.editor.MaxHeight = 0
	s.editor.SetWidth(1 << 12) // lines are cut when drawn, not wrapped
	s.editor.SetHeight(10)     // distance of the page keys
	s.editor.SetValue(text)
	s.editor.Focus()
	s.rows = grid.New(q.Kit, &sheetHost{q, s})
	q.sheets = append(q.sheets, s)
	q.tabs.To(len(q.sheets) - 1)
}

func (q *queryView) sheet() *sheet { return q.sheets[q.tabs.At()] }

// query opens a sheet for a query from another screen and runs it.
func (m *Model) query(name, text string) tea.Cmd {
	q := m.queryView()
	i := slices.IndexFunc(q.sheets, func(s *sheet) bool { return s.name == name })
	switch {
	case i < 0 && strings.TrimSpace(q.sheet().editor.Value()) == "":
		q.sheet().name = name // reuse an empty sheet
		q.sheet().editor.SetValue(text)
	case i < 0:
		q.add(name, text)
	default:
		q.tabs.To(i)
		q.sheets[i].editor.SetValue(text)
	}
	q.sheet().editor.MoveToBegin()
	q.panes.At = resultPane
	return tea.Batch(m.show(queryScreen), q.run())
}

func (m *Model) queryView() *queryView {
	q, _ := m.screens[queryScreen].(*queryView)
	return q
}

func (q *queryView) actions() []ui.Action {
	switch q.panes.At {
	case resultPane:
		export := q.Keys.Act("export-answer", "e", "export all rows", q.askExport).At(5).When(q.sheet().rows.Source != nil, "no result yet")
		return append(append(q.common(), export), q.sheet().rows.Actions()...)
	case catalogPane:
		return append(append(q.common(), q.saving()), q.tree.actions(q)...)
	default:
		return append(append(q.common(), q.saving()), q.editorActions()...)
	}
}

// everyPane returns the actions of each pane, regardless of the focus.
func (q *queryView) everyPane() [queryPanes][]ui.Action {
	panes := [queryPanes][]ui.Action{}
	at := q.panes.At
	for pane := range panes {
		q.panes.At = pane
		panes[pane] = q.actions()
	}
	q.panes.At = at
	return panes
}

// common returns the actions of every pane.
func (q *queryView) common() []ui.Action {
	k := q.Keys
	open := q.place != nil
	return []ui.Action{
		k.Act("ask", "f5 ctrl+enter ctrl+j", "run", q.run).At(1).When(open, ui.NotOpen).When(!q.asking.Working(), "a query is under way"),
		k.Act("query-plan", "f8", "explain the query", q.runPlan).Also("plan tree analyze optimizer execution").When(open, ui.NotOpen).When(!q.asking.Working(), "a query is under way"),
		k.Act("cancel-query", "ctrl+x", "cancel", q.cancel).At(1).When(q.asking.Working() || q.sheet().rows.Filling.Working(), "no query is under way"),
		k.Act("edit", "i", "write", func() tea.Cmd { q.panes.At = editorPane; return nil }).At(2).When(q.panes.At != editorPane, "this is where it is written"),
		k.Act("new-sheet", "ctrl+t", "new sheet", q.newSheet).At(6),
		k.Act("next-sheet", "ctrl+pgdown alt+right ]", "next sheet", func() tea.Cmd { return q.turnSheet(1) }).When(len(q.sheets) > 1, "it is the only sheet"),
		k.Act("last-sheet", "ctrl+pgup alt+left [", "previous sheet", func() tea.Cmd { return q.turnSheet(-1) }).When(len(q.sheets) > 1, "it is the only sheet"),
		k.Act("close-sheet", "alt+w", "close the sheet", q.closeSheet).When(len(q.sheets) > 1, "it is the only sheet"),
		k.Act("beside", "f7", "two results side by side", q.toggleBeside).When(len(q.sheets) > 1, "it is the only sheet"),
		k.Act("past", "ctrl+r", "history", q.openPast).At(5),
		k.Act("edit-outside", "ctrl+o", "$EDITOR", q.editOutside).At(7).When(q.options.Editor != nil, "no editor is known: set $EDITOR"),
		k.Act("engine", "f6", "engine", q.nextEngine).When(len(q.engines()) > 1, "no other engine can answer here"),
	}
}

// saving returns the action that saves the sheet. In the rows, its key searches
// instead.
func (q *queryView) saving() ui.Action {
	return q.Keys.Act("save-query", "ctrl+s", "save", q.askSave).At(4)
}

// engines returns the names of the engines for queries.
func (q *queryView) engines() []string {
	if q.place == nil {
		return nil
	}
	var names []string
	for _, e := range q.place.Engines {
		names = append(names, e.Name)
	}
	return names
}

func (q *queryView) nextEngine() tea.Cmd {
	all := q.engines()
	q.use(all[(slices.Index(all, q.engine())+1)%len(all)])
	return q.Toast(ui.Told, "queries go to "+q.known.Engine)
}

// use selects the engine for later queries.
func (q *queryView) use(engine string) {
	if q.querier != nil && engine != q.engine() {
		_ = q.querier.Close() // the next query opens a new one
		q.querier = nil
	}
	q.known.Engine = engine
}

// engine returns the name of the selected engine.
func (q *queryView) engine() string {
	all := q.engines()
	if slices.Contains(all, q.known.Engine) || len(all) == 0 {
		return q.known.Engine
	}
	return all[0]
}

func (q *queryView) newSheet() tea.Cmd {
	n := 1
	for slices.ContainsFunc(q.sheets, func(s *sheet) bool { return s.name == sheetName(n) }) {
		n++
	}
	q.add(sheetName(n), "")
	q.panes.At = editorPane
	return nil
}

func sheetName(n int) string { return "q" + ui.Count(int64(n)) }

func (q *queryView) turnSheet(by int) tea.Cmd {
	q.popup.close()
	return q.tabs.Turn(by)
}

func (q *queryView) closeSheet() tea.Cmd {
	q.sheet().rows.Stop()
	cmd := q.discardSpool(q.sheet().base)
	at := q.tabs.At()
	q.sheets = slices.Delete(q.sheets, at, at+1)
	q.tabs.To(at)
	return cmd
}

// update handles messages from background work.
func (q *queryView) update(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	switch msg := msg.(type) {
	case clockMsg:
		if q.asking.Working() {
			cmds = append(cmds, q.watchClock())
		}
	case answeredMsg:
		cmds = append(cmds, q.answered(msg))
	case sortedMsg:
		cmds = append(cmds, q.arranged(msg))
	case editedMsg:
		cmds = append(cmds, q.edited(msg))
	}
	for _, s := range q.sheets {
		cmds = append(cmds, s.rows.Update(msg))
	}
	return tea.Batch(cmds...)
}

// recallSheets restores the texts of the last session.
func (q *queryView) recallSheets() {
	if len(q.known.Sheets) == 0 {
		return
	}
	q.sheets = nil
	for _, s := range q.known.Sheets {
		q.add(s.Name, s.SQL)
	}
	q.tabs.To(slices.IndexFunc(q.sheets, func(s *sheet) bool { return s.name == q.known.Sheet }))
}

// rememberSheets stores the texts for the next session.
func (q *queryView) rememberSheets() {
	q.known.Sheets, q.known.Sheet = nil, q.sheet().name
	for _, s := range q.sheets {
		if text := s.editor.Value(); strings.TrimSpace(text) != "" {
			q.known.Sheets = append(q.known.Sheets, SavedQuery{Name: s.name, SQL: text})
		}
	}
}
