package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// lakeView is the first screen: the zones with their tables, how the rows of
// the chosen one came about, what is in its columns, and what happened.
type lakeView struct {
	*app
	panes    ui.Focus
	at       string                                      // the chosen table
	wanted   string                                      // letters that a table's name must have
	borders  struct{ zones, lineage, columns, list int } // how far each was moved
	chosen   int                                         // the run in the activity
	scroll   int                                         // in the columns
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
	return &lakeView{app: a, panes: ui.Focus{Count: lakePanes}, profiles: map[string]*profile{}}
}

func (l *lakeView) title() string    { return "Lake" }
func (l *lakeView) focus() *ui.Focus { return &l.panes }
func (l *lakeView) filter() string   { return l.wanted }

func (l *lakeView) setFilter(text string) tea.Cmd {
	l.wanted = text
	if shown := l.tables(); len(shown) > 0 && !slices.Contains(shown, l.at) {
		return l.choose(shown[0])
	}
	return nil
}

func (l *lakeView) close() {
	l.profiler.Stop()
	l.counter.Stop()
	l.browser.Stop()
}

// tables are those that the filter lets through, by name.
func (l *lakeView) tables() []string {
	var shown []string
	for _, zone := range l.zones() {
		shown = append(shown, l.inZone(zone)...)
	}
	return shown
}

// inZone are the tables of one zone that the filter lets through.
func (l *lakeView) inZone(zone string) []string { return l.named(zone, l.wanted) }

// current is the definition of the chosen table, or nil if it is not ours.
func (l *lakeView) current() *pipeline.Table {
	if lake := l.lake(); lake != nil {
		return lake.Table(l.at)
	}
	return nil
}

func (l *lakeView) actions() []ui.Action {
	k, t := l.Keys, l.current()
	there, other := t != nil, l.other(l.at) != nil
	made := there && !t.IsLanding()
	open := l.place != nil && l.at != ""
	step := func(by int) func() tea.Cmd { return func() tea.Cmd { return l.move(by) } }
	side := func(by int) func() tea.Cmd { return func() tea.Cmd { return l.sideways(by) } }
	enter := "open the table"
	switch {
	case l.panes.At == activityPane:
		enter = "replay the run"
	case other:
		enter = "preview on " + l.options.ByCatalog
	}
	return []ui.Action{
		k.Act("up", "up k", "up", step(-1)),
		k.Act("down", "down j", "down", step(1)),
		k.Act("left", "left h", "previous zone, or upstream", side(-1)),
		k.Act("right", "right l", "next zone, or downstream", side(1)),
		k.Act("first", "home g", "first", step(-1<<20)),
		k.Act("last", "end G", "last", step(1<<20)),
		k.Act("open", "enter", enter, l.enter).At(1).When(there || other, ui.NoTable),
		k.Act("run-to", "r", "run with upstream", func() tea.Cmd { return l.start("+" + l.at) }).At(2).When(there, ui.NoTable).When(made, ui.NotMade).When(!l.live.going(), ui.Running),
		k.Act("run-all", "R", "run all", func() tea.Cmd { return l.start() }).At(3).When(open, ui.NotOpen).When(!l.live.going(), ui.Running),
		k.Act("check", "v", "check", l.check).At(4).When(there, ui.NoTable).When(!l.live.going(), ui.Running),
		k.Act("cancel-run", "c", "cancel the run", l.live.cancel).At(2).When(l.live.going(), ui.NotRunning),
		k.Act("profile", "p", "column stats", l.openProfile).At(5).When(there, ui.NoTable),
		k.Act("sql", "s", "SQL", l.openSQL).At(6).When(there, ui.NoTable),
		k.Act("lineage", "w", "funnel", func() tea.Cmd { l.panes.At = lineagePane; return nil }).At(7).When(there, ui.NoTable),
		k.Act("preview-athena", "A", "preview on "+l.options.ByCatalog, l.previewByCatalog).When(other || there && l.byCatalog() != nil, l.options.ByCatalog+" has no tables of this lake"),
		k.Act("verdict", "d", "check results", l.openVerdict).When(there, ui.NoTable),
		k.Act("plan", "P", "plan", func() tea.Cmd { return l.plan(nil) }).When(open, ui.NotOpen),
		k.Act("copy-name", "y", "copy the name", func() tea.Cmd { return l.CopyText(l.at, l.at) }).At(9).When(there || other, ui.NoTable),
		k.Act("copy-path", "Y", "copy the path", func() tea.Cmd { return l.CopyText("the path", l.pathOf(l.at)) }).When(there || other, ui.NoTable),
		k.Act("export-table", "e", "export", func() tea.Cmd { return l.Want(exportTable{l.at}) }).At(8).When(there, ui.NoTable),
	}
}

// move goes up or down in the pane that has the focus.
func (l *lakeView) move(by int) tea.Cmd {
	switch l.panes.At {
	case activityPane:
		if l.view != nil {
			l.chosen = min(max(0, l.chosen+by), max(0, len(l.view.Runs)-1))
		}
		return nil
	case columnsPane:
		l.scroll = min(max(0, l.scroll+by), max(0, l.columnCount()-1))
		return nil
	}
	shown := l.tables()
	if len(shown) == 0 {
		return nil
	}
	i := slices.Index(shown, l.at)
	return l.choose(shown[min(max(0, i+by), len(shown)-1)])
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
	at := slices.IndexFunc(zones, func(zone string) bool { return slices.Contains(l.inZone(zone), l.at) })
	if at < 0 {
		return nil
	}
	row := slices.Index(l.inZone(zones[at]), l.at)
	for z := at + by; z >= 0 && z < len(zones); z += by {
		if tables := l.inZone(zones[z]); len(tables) > 0 {
			return l.choose(tables[min(row, len(tables)-1)])
		}
	}
	return nil
}

// choose selects the table that the other panes describe.
func (l *lakeView) choose(name string) tea.Cmd {
	if name != l.at {
		l.at, l.scroll = name, 0
	}
	return tea.Batch(l.profileSoon(), l.explain(l.current()))
}

func (l *lakeView) enter() tea.Cmd {
	switch {
	case l.panes.At != activityPane && l.other(l.at) != nil:
		return l.previewByCatalog()
	case l.panes.At != activityPane:
		return l.Want(openTable{l.at})
	}
	if l.view == nil || l.chosen >= len(l.view.Runs) {
		return nil
	}
	return l.Want(replayRun{l.view.Runs[l.chosen].Run})
}

// previewByCatalog asks for the first rows of the chosen table the engine that
// reads it by its name in the catalog.
func (l *lakeView) previewByCatalog() tea.Cmd {
	return l.Want(previewTable{l.current(), l.other(l.at)})
}

// start runs tables, and shows how they run.
func (l *lakeView) start(tables ...string) tea.Cmd {
	options := l.options.Run
	options.Select = tables
	options.Check = true
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

// seen takes a new look at the lake.
func (l *lakeView) seen() tea.Cmd {
	if l.view == nil {
		return nil
	}
	l.chosen = min(l.chosen, max(0, len(l.view.Runs)-1))
	if l.current() == nil && l.other(l.at) == nil {
		if shown := l.tables(); len(shown) > 0 {
			return l.choose(shown[0])
		}
		return nil
	}
	return l.choose(l.at)
}
