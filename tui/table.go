package tui

import (
	"context"
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/pager"
)

// tableView shows the rows of one table: as they lie in its files, or sorted
// and filtered.
type tableView struct {
	*app
	grid *grid
	name string

	files    *pager.Files      // as they lie there; nil: not read yet
	view     *arranged         // sorted and filtered; nil: as they lie there
	settled  arrangement       // of the rows that are shown
	says     map[string]string // by SQL of a condition: what the reader has typed
	version  string            // of what is shown
	missing  bool
	stale    bool // what is shown has been replaced in the lake
	loading  task
	sorting  task
	exports  task
	exported int64 // rows of the export that is under way
	tracing  task
}

// arrangement is how rows are sorted and filtered.
type arrangement struct {
	order []pager.Order
	where []pager.Condition
}

// arranged is a table sorted and filtered, with the process that does it.
type arranged struct {
	*pager.SQLView
	querier pipeline.Querier
}

func (a *arranged) release() error { return errors.Join(a.Close(), a.querier.Close()) }

// Messages of the table screen.
type (
	loadedMsg struct {
		files   *pager.Files // nil: there are none
		version string
		err     error
	}
	arrangedMsg struct {
		view *arranged
		how  arrangement
		err  error
	}
)

func (m loadedMsg) release() error {
	if m.files == nil {
		return nil
	}
	return m.files.Close()
}

func (m arrangedMsg) release() error {
	if m.view == nil {
		return nil
	}
	return m.view.release()
}

// oldFiles are files that are not shown any more.
type oldFiles struct{ *pager.Files }

func (o oldFiles) release() error { return o.Close() }

func newTable(a *app) *tableView {
	t := &tableView{app: a, says: map[string]string{}}
	t.grid = newGrid(a, t)
	return t
}

func (t *tableView) title() string                 { return "Table" }
func (t *tableView) shown() *grid                  { return t.grid }
func (t *tableView) gridRoom() (width, height int) { return t.root.room() }

func (t *tableView) definition() *pipeline.Table {
	if lake := t.lake(); lake != nil {
		return lake.Table(t.name)
	}
	return nil
}

func (t *tableView) actions() []action {
	there := t.files != nil
	_, person := t.person()
	return append(t.grid.actions(),
		t.keys.act("export-shown", "e", "export", func() tea.Cmd { return t.askExport(true) }).in("table").at(5).when(there, "no table is open"),
		t.keys.act("export-all", "E", "export everything", func() tea.Cmd { return t.askExport(false) }).in("table").when(there, "no table is open"),
		t.keys.act("cancel-export", "c", "cancel the export", t.cancelExport).in("table").at(1).when(t.exports.working(), "no export is under way"),
		t.keys.act("person", "P", "follow this person", t.follow).in("table").at(10).when(person, "the row has no e-mail and no serial number"),
		t.keys.act("reload", "r", "read the table again", t.reload).in("table").when(t.name != "", "no table is open"),
		t.keys.act("table-before", "[", "previous table", func() tea.Cmd { return t.beside(-1) }).in("table").when(t.name != "", "no table is open"),
		t.keys.act("table-after", "]", "next table", func() tea.Cmd { return t.beside(1) }).in("table").when(t.name != "", "no table is open"),
	)
}

// show shows a table as it was looked at the last time. If it is there
// already, it stays as it is.
func (t *tableView) show(name string) tea.Cmd {
	if name == t.name && t.files != nil {
		if t.stale {
			return t.load()
		}
		return nil
	}
	return t.showWhere(name)
}

// showWhere shows the rows of a table for which conditions hold.
func (t *tableView) showWhere(name string, where ...pager.Condition) tea.Cmd {
	closing := t.clear()
	t.name, t.version = name, ""
	look := t.known.Tables[name]
	g := t.grid
	g.where, g.order, g.frozen, g.local = where, nil, look.Frozen, look.Local
	for _, s := range look.Sort {
		g.order = append(g.order, pager.Order{Column: s.Column, Descending: s.Descending})
	}
	for _, column := range look.Hidden {
		g.hidden[column] = true
	}
	return tea.Batch(closing, t.load())
}

// clear lets go of what is shown.
func (t *tableView) clear() tea.Cmd {
	t.stop()
	t.grid = newGrid(t.app, t)
	var cmds []tea.Cmd
	if t.files != nil {
		cmds = append(cmds, t.discard(oldFiles{t.files}))
	}
	if t.view != nil {
		cmds = append(cmds, t.discard(t.view))
	}
	t.files, t.view, t.settled, t.missing, t.stale = nil, nil, arrangement{}, false, false
	return tea.Batch(cmds...)
}

func (t *tableView) stop() {
	for _, task := range []*task{&t.loading, &t.sorting, &t.tracing} {
		task.stop()
	}
	t.grid.stop()
}

func (t *tableView) close() {
	t.stop()
	t.exports.stop() // which continues while other tables are shown
	if t.view != nil {
		_ = t.view.release() // nothing is left of it but a process that has ended
	}
	if t.files != nil {
		_ = t.files.Close() // the folder that they lie in goes away
	}
}

// beside shows the table before or after this one.
func (t *tableView) beside(by int) tea.Cmd {
	tables := t.lake().Tables
	i := slices.IndexFunc(tables, func(d *pipeline.Table) bool { return d.Name == t.name })
	return t.show(tables[(i+by+len(tables))%len(tables)].Name)
}

func (t *tableView) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case loadedMsg:
		return t.loaded(msg)
	case arrangedMsg:
		return t.arranged(msg)
	case exportedMsg:
		return t.exportOver(msg)
	case exportingMsg:
		return t.exporting(msg)
	case tracedMsg:
		return t.traced(msg)
	case viewMsg:
		return t.looked()
	default:
		return t.grid.update(msg)
	}
}

func (t *tableView) draw(p pane) {
	t.grid.draw(p, t.headline(), true)
	t.grid.drawStatus(p)
	if t.grid.source != nil {
		return
	}
	text := "reading …"
	switch {
	case t.missing && t.definition().IsLanding():
		text = "no data here yet"
	case t.missing:
		text = "this table has not been built yet: R on the lake screen runs all"
	case !t.loading.working():
		text = "the rows cannot be shown: press ! for details"
	}
	p.inset(1, 1).cut(1, 0, p.width()-4, t.theme.dim, text)
}

// headline names the table, and says how its rows are sorted and filtered.
func (t *tableView) headline() string {
	parts := []string{t.name}
	switch {
	case t.sorting.working():
		parts = append(parts, "arranging …")
	case t.grid.search.finding.working():
		parts = append(parts, "searching, row "+count(t.grid.search.come)+" …")
	case t.tracing.working():
		parts = append(parts, "following …")
	case t.exports.working():
		parts = append(parts, "exporting, "+plural(t.exported, "row", "rows")+" …")
	}
	var conditions, order []string
	for _, c := range t.grid.where {
		text, typed := t.says[c.SQL]
		if !typed {
			text = conditionText(c)
		}
		conditions = append(conditions, text)
	}
	if len(conditions) > 0 {
		parts = append(parts, strings.Join(conditions, " and "))
	}
	for _, o := range t.grid.order {
		order = append(order, o.Column+map[bool]string{false: " ▲", true: " ▼"}[o.Descending])
	}
	if len(order) > 0 {
		parts = append(parts, "by "+strings.Join(order, ", "))
	}
	if hidden := len(t.grid.columns) - len(t.grid.shown); hidden > 0 {
		parts = append(parts, count(int64(hidden))+" hidden")
	}
	return strings.Join(parts, " · ")
}

// lookChanged remembers how the table is looked at: no value of it.
func (t *tableView) lookChanged() {
	look := TableLook{Frozen: t.grid.frozen, Local: t.grid.local}
	for _, o := range t.grid.order {
		look.Sort = append(look.Sort, SortColumn{o.Column, o.Descending})
	}
	for _, c := range t.grid.columns {
		if t.grid.hidden[c.Name] {
			look.Hidden = append(look.Hidden, c.Name)
		}
	}
	if t.known.Tables == nil {
		t.known.Tables = map[string]TableLook{}
	}
	t.known.Tables[t.name] = look
}

// looked compares what is shown with what lies in the lake now.
func (t *tableView) looked() tea.Cmd {
	v := t.table(t.name)
	if v == nil || t.loading.working() || t.name == "" {
		return nil
	}
	now := version(v)
	if t.version == "" {
		t.version = now
	}
	if t.root.current != tableScreen || now == t.version && !t.stale {
		t.stale = t.stale || now != t.version
		return nil
	}
	if t.missing && v.Missing {
		return nil
	}
	return tea.Batch(t.toast(told, t.name+" has changed: its new rows are shown"), t.load())
}

// rowsFailed takes that rows cannot be read. If that is because others have
// come in their place, these are shown at the next look at the lake.
func (t *tableView) rowsFailed(err error) tea.Cmd {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	if pipeline.KindOf(err) == pipeline.Conflict {
		t.stale = true
		return nil
	}
	t.fail("the rows of "+t.name+" cannot be read", err, answer{"r", "read the table again", t.reload})
	return nil
}
