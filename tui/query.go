package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/pager"
)

// queryView is the third screen: the tables, an editor with several sheets,
// and the rows that a query gives.
type queryView struct {
	*app
	panes     focus
	borders   struct{ catalog, editor int } // how far each was moved
	sheets    []*sheet
	on        int // the sheet that is shown
	tree      catalog
	popup     completion
	asking    task
	arranging task
	querier   pipeline.Querier // nil until the first query
	answers   int              // so far
}

// The panes of the query screen.
const (
	editorPane = iota
	resultPane
	catalogPane
	queryPanes
)

// sheet is one text in the editor, and what came of it.
type sheet struct {
	name   string
	editor textarea.Model
	rows   *grid
	base   *pager.Spooled // all rows of the answer, as they came; nil: there is none
	answer answerLine
	fault  *pipeline.SQLError // where the text is wrong, as of the last try
	asked  string             // the text that was asked
}

func newQuery(a *app) *queryView {
	q := &queryView{app: a, panes: focus{count: queryPanes, at: catalogPane}}
	q.tree.open = map[string]bool{}
	q.add("q1", "")
	return q
}

func (q *queryView) title() string { return "Query" }
func (q *queryView) focus() *focus { return &q.panes }
func (q *queryView) shown() *grid  { return q.sheet().rows }

func (q *queryView) filter() string {
	if q.panes.at == resultPane {
		return "" // the grid has a filter of its own
	}
	return q.tree.wanted
}

func (q *queryView) setFilter(text string) tea.Cmd {
	q.tree.wanted, q.tree.at = text, 0
	q.panes.at = catalogPane
	return nil
}

func (q *queryView) close() {
	q.asking.stop()
	q.arranging.stop()
	for _, s := range q.sheets {
		s.rows.stop()
		if s.base != nil {
			_ = s.base.Close() // its folder goes away at the end
		}
	}
	if q.querier != nil {
		_ = q.querier.Close() // its process goes away with ours at the latest
		q.querier = nil
	}
}

// sheetHost is a sheet as its grid sees it.
type sheetHost struct {
	*queryView
	sheet *sheet
}

// add opens a sheet with a text.
func (q *queryView) add(name, text string) {
	s := &sheet{name: name, editor: textarea.New()}
	s.editor.SetVirtualCursor(false) // the terminal has one, which blinks by itself
	s.editor.ShowLineNumbers = false
	s.editor.Prompt = ""
	s.editor.CharLimit = 0
	s.editor.MaxHeight = 0
	s.editor.SetWidth(1 << 12) // lines are cut where they are drawn, not wrapped
	s.editor.SetHeight(10)     // what the page keys move by
	s.editor.SetValue(text)
	s.editor.Focus()
	s.rows = newGrid(q.kit, &sheetHost{q, s})
	q.sheets = append(q.sheets, s)
	q.on = len(q.sheets) - 1
}

func (q *queryView) sheet() *sheet { return q.sheets[q.on] }

// query asks a question that another screen has, in a sheet of its own.
func (m *Model) query(name, text string) tea.Cmd {
	q := m.queryView()
	i := slices.IndexFunc(q.sheets, func(s *sheet) bool { return s.name == name })
	switch {
	case i < 0 && strings.TrimSpace(q.sheet().editor.Value()) == "":
		q.sheet().name = name // an empty one is as good as a new one
		q.sheet().editor.SetValue(text)
	case i < 0:
		q.add(name, text)
	default:
		q.on = i
		q.sheets[i].editor.SetValue(text)
	}
	q.sheet().editor.MoveToBegin()
	q.panes.at = resultPane
	return tea.Batch(m.show(queryScreen), q.run())
}

func (m *Model) queryView() *queryView {
	q, _ := m.screens[queryScreen].(*queryView)
	return q
}

func (q *queryView) actions() []action {
	switch q.panes.at {
	case resultPane:
		export := q.keys.act("export-answer", "e", "export all rows", q.askExport).at(5).when(q.sheet().base != nil, "no result yet")
		return append(append(q.common(), export), q.sheet().rows.actions()...)
	case catalogPane:
		return append(append(q.common(), q.saving()), q.tree.actions(q)...)
	default:
		return append(append(q.common(), q.saving()), q.editorActions()...)
	}
}

// everyPane are the actions of each pane, whichever has the focus.
func (q *queryView) everyPane() [queryPanes][]action {
	panes := [queryPanes][]action{}
	at := q.panes.at
	for pane := range panes {
		q.panes.at = pane
		panes[pane] = q.actions()
	}
	q.panes.at = at
	return panes
}

// common are the actions of every pane.
func (q *queryView) common() []action {
	k := q.keys
	open := q.place != nil
	return []action{
		k.act("ask", "f5 ctrl+enter ctrl+j", "run", q.run).at(1).when(open, notOpen).when(!q.asking.working(), "a query is under way"),
		k.act("cancel-query", "ctrl+x", "cancel", q.cancel).at(1).when(q.asking.working() || q.sheet().rows.filling.working(), "no query is under way"),
		k.act("edit", "i", "write", func() tea.Cmd { q.panes.at = editorPane; return nil }).at(2).when(q.panes.at != editorPane, "this is where it is written"),
		k.act("new-sheet", "ctrl+t", "new sheet", q.newSheet).at(6),
		k.act("next-sheet", "ctrl+pgdown alt+right", "next sheet", func() tea.Cmd { return q.turnSheet(1) }).when(len(q.sheets) > 1, "it is the only sheet"),
		k.act("last-sheet", "ctrl+pgup alt+left", "previous sheet", func() tea.Cmd { return q.turnSheet(-1) }).when(len(q.sheets) > 1, "it is the only sheet"),
		k.act("close-sheet", "alt+w", "close the sheet", q.closeSheet).when(len(q.sheets) > 1, "it is the only sheet"),
		k.act("past", "ctrl+r", "history", q.openPast).at(5),
		k.act("edit-outside", "ctrl+o", "$EDITOR", q.editOutside).at(7).when(q.options.Editor != nil, "no editor is known: set $EDITOR"),
		k.act("engine", "f6", "engine", q.nextEngine).when(len(q.engines()) > 1, "no other engine can answer here"),
	}
}

// saving keeps the text of the sheet. In the rows its key searches.
func (q *queryView) saving() action {
	return q.keys.act("save-query", "ctrl+s", "save", q.askSave).at(4)
}

// engines are the names of those that can answer queries here.
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
	return q.toast(told, "queries go to "+q.known.Engine)
}

// use sends queries to an engine from now on.
func (q *queryView) use(engine string) {
	if q.querier != nil && engine != q.engine() {
		_ = q.querier.Close() // the next question opens another
		q.querier = nil
	}
	q.known.Engine = engine
}

// engine is the one that queries go to.
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
	q.panes.at = editorPane
	return nil
}

func sheetName(n int) string { return "q" + count(int64(n)) }

func (q *queryView) turnSheet(by int) tea.Cmd {
	q.on = (q.on + by + len(q.sheets)) % len(q.sheets)
	q.popup.close()
	return nil
}

func (q *queryView) closeSheet() tea.Cmd {
	q.sheet().rows.stop()
	cmd := q.discardSpool(q.sheet().base)
	q.sheets = slices.Delete(q.sheets, q.on, q.on+1)
	q.on = min(q.on, len(q.sheets)-1)
	return cmd
}

// update takes what came from the background.
func (q *queryView) update(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	switch msg := msg.(type) {
	case clockMsg:
		if q.asking.working() {
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
		cmds = append(cmds, s.rows.update(msg))
	}
	return tea.Batch(cmds...)
}

// recallSheets brings back the texts of the last session.
func (q *queryView) recallSheets() {
	if len(q.known.Sheets) == 0 {
		return
	}
	q.sheets = nil
	for _, s := range q.known.Sheets {
		q.add(s.Name, s.SQL)
	}
	q.on = max(0, slices.IndexFunc(q.sheets, func(s *sheet) bool { return s.name == q.known.Sheet }))
}

// rememberSheets keeps the texts for the next session.
func (q *queryView) rememberSheets() {
	q.known.Sheets, q.known.Sheet = nil, q.sheet().name
	for _, s := range q.sheets {
		if text := s.editor.Value(); strings.TrimSpace(text) != "" {
			q.known.Sheets = append(q.known.Sheets, SavedQuery{Name: s.name, SQL: text})
		}
	}
}
