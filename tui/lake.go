package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// lakeView is the first screen: the zones with their tables, and the lineage,
// columns and activity of the selected table.
type lakeView struct {
	*app
	panes    ui.Focus
	list     ui.List                                     // of the tables; its key is the chosen one
	columns  ui.List                                     // of the chosen table
	runs     ui.List                                     // in the activity
	wanted   string                                      // letters that a table's name must have
	borders  struct{ zones, lineage, columns, list int } // how far each was moved
	profiles map[string]*profile
	profiler ui.Task
	counter  ui.Task
	browser  ui.Task
}

// The panes of the lake screen.
const (
	tablesPane = iota
	lineagePane
	columnsPane
	activityPane
	lakePanes
)

func newLake(a *app) *lakeView {
	l := &lakeView{app: a, panes: ui.Focus{Count: lakePanes}, profiles: map[string]*profile{}}
	l.list = ui.List{
		Kit: a.Kit, Panes: &l.panes, Pane: tablesPane, Faint: true, Open: l.enter, More: moreLines,
		Len:   func() int { return len(l.lines()) },
		Name:  func(i int) string { return l.lines()[i].table },
		Skip:  func(i int) bool { return l.lines()[i].table == "" },
		Moved: func() tea.Cmd { l.columns.Reset(); return l.tell() },
	}
	l.columns = ui.List{Kit: a.Kit, Panes: &l.panes, Pane: columnsPane, Text: true, Len: l.columnCount, More: [2]string{"more column", "more columns"}}
	l.runs = ui.List{
		Kit: a.Kit, Panes: &l.panes, Pane: activityPane, Newest: true, Open: l.enter, More: [2]string{"more run", "more runs"},
		Len:  func() int { return len(l.recent()) },
		Name: func(i int) string { return l.recent()[i].Run },
	}
	return l
}

func (l *lakeView) title() string    { return "Lake" }
func (l *lakeView) focus() *ui.Focus { return &l.panes }
func (l *lakeView) filter() string   { return l.wanted }

func (l *lakeView) setFilter(text string) tea.Cmd {
	l.wanted = text
	if shown := l.tables(); len(shown) > 0 && !slices.Contains(shown, l.list.Key) {
		return l.choose(shown[0])
	}
	return nil
}

func (l *lakeView) close() {
	l.profiler.Stop()
	l.counter.Stop()
	l.browser.Stop()
}

// tables returns the names of the tables that match the filter.
func (l *lakeView) tables() []string {
	var shown []string
	for _, zone := range l.zones() {
		shown = append(shown, l.inZone(zone)...)
	}
	return shown
}

// tableLine is a line of the list: a table, or the zone of those below it.
type tableLine struct {
	zone  int
	name  string // of the zone
	table string // "": it is a heading
}

// lines are the tables that the filter lets through, below the names of their
// zones.
func (l *lakeView) lines() []tableLine {
	var lines []tableLine
	for i, zone := range l.zones() {
		lines = append(lines, tableLine{zone: i, name: zone})
		for _, table := range l.inZone(zone) {
			lines = append(lines, tableLine{zone: i, name: zone, table: table})
		}
	}
	return lines
}

// recent are the newest runs.
func (l *lakeView) recent() []*pipeline.Record {
	if l.view == nil {
		return nil
	}
	return l.view.Runs
}

// inZone are the tables of one zone that the filter lets through.
func (l *lakeView) inZone(zone string) []string { return l.named(zone, l.wanted) }

// current returns the definition of the selected table, or nil if the lake does
// not define it.
func (l *lakeView) current() *pipeline.Table {
	if lake := l.lake(); lake != nil {
		return lake.Table(l.list.Key)
	}
	return nil
}

func (l *lakeView) actions() []ui.Action {
	k, t := l.Keys, l.current()
	there, other := t != nil && !l.starts(), l.other(l.list.Key) != nil
	made := there && !t.IsLanding()
	open := l.place != nil && l.list.Key != "" && !l.starts()
	noTable, notOpen := ui.NoTable, ui.NotOpen // why what they stand for is impossible
	if l.starts() {
		const empty = "the lake is empty"
		noTable, notOpen = empty, empty
	}
	side := func(by int) func() tea.Cmd { return func() tea.Cmd { return l.sideways(by) } }
	moves := l.list.Actions("", ui.SpaceKeys, 0)
	enter := "open the table"
	switch {
	case l.panes.At == activityPane:
		enter, moves = "replay the run", l.runs.Actions("", ui.SpaceKeys, 0)
	case l.panes.At == columnsPane:
		moves = l.columns.Actions("", ui.SpaceKeys, 0)
	case other:
		enter = "preview on " + l.options.ByCatalog
	}
	return append(moves,
		k.Act("left", "left h", "previous zone, or upstream", side(-1)),
		k.Act("right", "right l", "next zone, or downstream", side(1)),
		k.Act("open", "enter", enter, l.enter).At(1).When(there || other, noTable),
		k.Act("run-to", "r", "run with upstream", func() tea.Cmd { return l.start("+" + l.list.Key) }).At(2).When(there, noTable).When(made, ui.NotMade).When(!l.live.going(), ui.Running),
		k.Act("run-all", "R", "run all", func() tea.Cmd { return l.start() }).At(3).When(open, notOpen).When(!l.live.going(), ui.Running),
		k.Act("check", "v", "check", l.check).At(4).When(there, noTable).When(!l.live.going(), ui.Running),
		k.Act("cancel-run", "c", "cancel the run", l.live.cancel).At(2).When(l.live.going(), ui.NotRunning),
		k.Was("p", "statistics", "I", "column stats", l.openProfile).At(5).When(there, noTable),
		k.Was("s", "sql", "Q", "SQL", l.openSQL).At(6).When(there, noTable),
		k.Act("lineage", "w", "funnel", func() tea.Cmd { l.panes.At = lineagePane; return nil }).At(7).When(there, noTable),
		k.Act("preview-athena", "A", "preview on "+l.options.ByCatalog, l.previewByCatalog).When(other || there && l.byCatalog() != nil, l.options.ByCatalog+" has no tables of this lake"),
		k.Was("d", "verdict", "K", "check results", l.openVerdict).When(there, noTable),
		k.Act("plan", "P", "plan", func() tea.Cmd { return l.plan(nil) }).When(open, notOpen),
		k.Act("rollback", "alt+u", "roll back", func() tea.Cmd { return l.askRollback(l.list.Key) }).Also("rollback undo restore previous version").When(there, noTable).When(made, ui.NotMade).When(l.canRollBack(l.table(l.list.Key)), "there is no previous version").When(!l.live.going(), ui.Running),
		k.Act("replace", "alt+m", "move files aside, rebuild", func() tea.Cmd { return l.Want(replaceFiles{}) }).When(open, notOpen).When(len(l.asides()) > 0, "stedi published all tables").When(!l.live.going(), ui.Running),
		k.Act("copy-name", "y", "copy the name", func() tea.Cmd { return l.CopyText(l.list.Key, l.list.Key) }).At(9).When(there || other, noTable),
		k.Act("copy-path", "Y", "copy the path", func() tea.Cmd { return l.CopyText("the path", l.pathOf(l.list.Key)) }).When(there || other, noTable),
		k.Act("export-table", "e", "export", func() tea.Cmd { return l.Want(exportTable{l.list.Key}) }).At(8).When(there, noTable),
	)
}

// sideways goes to the zone beside, or in the lineage to a table that the
// chosen one reads or that read it.
func (l *lakeView) sideways(by int) tea.Cmd {
	if t := l.current(); t != nil && l.panes.At == lineagePane {
		if by < 0 && !t.IsLanding() {
			return l.choose(t.Transform.Inputs[0])
		}
		if readers := l.lake().Downstream(t.Name); by > 0 && len(readers) > 0 {
			return l.choose(readers[0].Name)
		}
		return nil
	}
	zones := l.zones()
	at := slices.IndexFunc(zones, func(zone string) bool { return slices.Contains(l.inZone(zone), l.list.Key) })
	if at < 0 {
		return nil
	}
	row := slices.Index(l.inZone(zones[at]), l.list.Key)
	for z := at + by; z >= 0 && z < len(zones); z += by {
		if tables := l.inZone(zones[z]); len(tables) > 0 {
			return l.choose(tables[min(row, len(tables)-1)])
		}
	}
	return nil
}

// choose selects the table that the other panes describe.
func (l *lakeView) choose(name string) tea.Cmd {
	if name != l.list.Key {
		l.list.Choose(name)
		l.columns.Reset()
	}
	return l.tell()
}

// tell finds out what the other panes show of the chosen table.
func (l *lakeView) tell() tea.Cmd { return tea.Batch(l.profileSoon(), l.explain(l.current())) }

func (l *lakeView) enter() tea.Cmd {
	switch {
	case l.panes.At != activityPane && l.other(l.list.Key) != nil:
		return l.previewByCatalog()
	case l.panes.At != activityPane:
		return l.Want(openTable{l.list.Key})
	}
	if len(l.recent()) == 0 {
		return nil
	}
	return l.Want(replayRun{l.recent()[l.runs.At()].Run})
}

// previewByCatalog queries the first rows of the selected table with the engine
// that reads it by its name in the catalog.
func (l *lakeView) previewByCatalog() tea.Cmd {
	return l.Want(previewTable{l.current(), l.other(l.list.Key)})
}

// start runs the transforms of tables and shows the progress.
func (l *lakeView) start(tables ...string) tea.Cmd {
	options := l.options.Run
	options.Select = tables
	options.Check = len(tables) == 0 // other tables may not be built
	return l.Want(startRun{options})
}

func (l *lakeView) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case viewMsg:
		return tea.Batch(l.seen(), l.countNext())
	case profiledMsg:
		return tea.Batch(l.profiled(msg), l.countNext())
	case countedMsg:
		l.counts[msg.table] = msg.rowCount
		l.learn()
		return l.countNext()
	case openedMsg, lookMsg:
		return l.browse()
	case browsedMsg:
		return l.browsed(msg)
	}
	return nil
}

// seen handles a new survey of the lake.
func (l *lakeView) seen() tea.Cmd {
	if l.view == nil {
		return nil
	}
	if l.current() == nil && l.other(l.list.Key) == nil {
		if shown := l.tables(); len(shown) > 0 {
			return l.choose(shown[0])
		}
		return nil
	}
	return l.choose(l.list.Key)
}
