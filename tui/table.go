package tui

import (
	"context"
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/pager"
	"stedi/tui/grid"
	"stedi/tui/ui"
)

// tableView shows the rows of one table as stored, or sorted and filtered.
type tableView struct {
	*app
	grid *grid.Grid
	name string

	files    *pager.Files           // the files in stored order; nil: not read yet
	view     *arranged              // sorted and filtered; nil: stored order
	settled  arrangement            // arrangement of the displayed rows
	says     map[string]typedFilter // by SQL of a condition
	rejected *rejectedFilter        // the last typed condition, if it is not valid
	version  string                 // version of the displayed rows
	missing  bool
	stale    bool // the lake has a newer version than the displayed one
	loading  ui.Task
	sorting  ui.Task
	exports  ui.Task
	exported int64 // rows written by the running export
	tracing  ui.Task
}

// arrangement is the sort order and the filter.
type arrangement struct {
	order []pager.Order
	where []pager.Condition
}

// arranged is a sorted or filtered table, with its query process.
type arranged struct {
	pager.Source
	fill    func(context.Context) error // reads the remaining rows; nil: all are known
	querier pipeline.Querier
}

// position returns the row of the files that a displayed row is.
func (t *tableView) position(row int64) (int64, bool) {
	if t.view == nil {
		return row, true
	}
	filtered, ok := t.view.Source.(*pager.Filtered)
	if !ok {
		return 0, false
	}
	return filtered.Position(row)
}

func (a *arranged) Release() error { return errors.Join(a.Close(), a.querier.Close()) }

// Messages of the table screen.
type (
	loadedMsg struct {
		files   *pager.Files // nil if there are no files
		version string
		err     error
	}
	arrangedMsg struct {
		view *arranged
		how  arrangement
		err  error
	}
)

func (m loadedMsg) Release() error {
	if m.files == nil {
		return nil
	}
	return m.files.Close()
}

func (m arrangedMsg) Release() error {
	if m.view == nil {
		return nil
	}
	return m.view.Release()
}

// oldFiles are files that are no longer displayed.
type oldFiles struct{ *pager.Files }

func (o oldFiles) Release() error { return o.Close() }

func newTable(a *app) *tableView {
	t := &tableView{app: a, says: map[string]typedFilter{}}
	t.grid = t.newGrid()
	return t
}

// newGrid returns the grid of a table.
func (t *tableView) newGrid() *grid.Grid {
	g := grid.New(t.Kit, t)
	g.Whole = func() (int64, bool) {
		v := t.table(t.name)
		if v == nil {
			return 0, false
		}
		return t.rows(v)
	}
	return g
}

func (t *tableView) title() string                 { return "Table" }
func (t *tableView) shown() *grid.Grid             { return t.grid }
func (t *tableView) GridRoom() (width, height int) { return t.Room() }

func (t *tableView) definition() *pipeline.Table {
	if lake := t.lake(); lake != nil {
		return lake.Table(t.name)
	}
	return nil
}

func (t *tableView) actions() []ui.Action {
	there := t.files != nil
	_, person := t.person()
	k := t.Keys
	catalog := t.options.ByCatalog
	return append(t.grid.Actions(),
		k.Act("preview-athena", "A", "preview on "+catalog, t.previewByCatalog).In("table").When(t.definition() != nil && t.byCatalog() != nil, catalog+" has no tables of this lake"),
		k.Act("export-shown", "e", "export", func() tea.Cmd { return t.askExport(shownRows) }).In("table").At(5).When(there, "no table is open").Also("save write csv json parquet file"),
		k.Act("export-all", "E", "export everything", func() tea.Cmd { return t.askExport(allRows) }).In("table").When(there, "no table is open").Also("save write file"),
		k.Act("cancel-export", "c", "cancel the export", t.cancelExport).In("table").At(1).When(t.exports.Working(), "no export is under way").Also("stop abort"),
		k.Was("P", "person", "@", "follow this person", t.follow).In("table").At(10).When(person, "the row has no e-mail and no serial number").Also("trace subject customer"),
		k.Was("r", "reload", "ctrl+r", "read the table again", t.reload).In("table").When(t.name != "", "no table is open").Also("refresh reload"),
		k.Act("table-before", "[", "previous table", func() tea.Cmd { return t.beside(-1) }).In("table").When(t.name != "", "no table is open"),
		k.Act("table-after", "]", "next table", func() tea.Cmd { return t.beside(1) }).In("table").When(t.name != "", "no table is open"),
	)
}

// show shows a table with its stored view settings. If it is already shown,
// nothing changes.
func (t *tableView) show(name string) tea.Cmd {
	if name == t.name && t.files != nil {
		if t.stale {
			return t.load()
		}
		return nil
	}
	return t.showWhere(name)
}

// showWhere shows the rows of a table that match the conditions.
func (t *tableView) showWhere(name string, where ...pager.Condition) tea.Cmd {
	closing := t.clear()
	t.name, t.version = name, ""
	look := t.known.Tables[name]
	g := t.grid
	g.Where, g.Order, g.Frozen, g.Local = where, nil, look.Frozen, look.Local
	for _, s := range look.Sort {
		g.Order = append(g.Order, pager.Order{Column: s.Column, Descending: s.Descending})
	}
	for _, column := range look.Hidden {
		g.Hidden[column] = true
	}
	return tea.Batch(closing, t.load())
}

// showSaid shows the rows that another screen requested.
func (t *tableView) showSaid(wanted showRows) tea.Cmd {
	if wanted.said != "" {
		t.says[wanted.where.SQL] = typedFilter{shown: wanted.said}
	}
	return t.showWhere(wanted.table, wanted.where)
}

// clear releases the displayed rows.
func (t *tableView) clear() tea.Cmd {
	t.stop()
	t.grid = t.newGrid()
	var cmds []tea.Cmd
	if t.files != nil {
		cmds = append(cmds, t.Discard(oldFiles{t.files}))
	}
	if t.view != nil {
		cmds = append(cmds, t.Discard(t.view))
	}
	t.files, t.view, t.settled, t.missing, t.stale = nil, nil, arrangement{}, false, false
	return tea.Batch(cmds...)
}

func (t *tableView) stop() {
	for _, task := range []*ui.Task{&t.loading, &t.sorting, &t.tracing} {
		task.Stop()
	}
	t.grid.Stop()
}

func (t *tableView) close() {
	t.stop()
	t.exports.Stop() // which continues while other tables are shown
	if t.view != nil {
		_ = t.view.Release() // only an ended process remains
	}
	if t.files != nil {
		_ = t.files.Close() // their directory is removed
	}
}

// beside shows the next or previous table.
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
	case lookMsg:
		if t.current == tableScreen {
			return t.reload()
		}
		return nil
	default:
		return t.grid.Update(msg)
	}
}

func (t *tableView) draw(p ui.Pane) {
	t.grid.Draw(p, t.headline(), true)
	t.grid.DrawStatus(p)
	if t.grid.Source != nil {
		return
	}
	text := "reading …"
	switch {
	case t.missing && t.definition().IsLanding():
		text = "no data here yet"
	case t.missing:
		text = "this table has not been built yet: " + t.Keys.Label("run-all", "R") + " on the lake screen runs all"
	case !t.loading.Working():
		text = "the rows cannot be shown: " + t.forDetails()
	}
	p.Inset(1, 1).Cut(1, 0, p.Width()-4, t.Theme.Dim, text)
}

// headline formats the name of the table, its sort order and its filter.
func (t *tableView) headline() string {
	parts := []string{t.name}
	switch {
	case t.sorting.Working():
		parts = append(parts, "arranging …")
	case t.grid.Search.Finding.Working():
		parts = append(parts, "searching, row "+ui.Count(t.grid.Search.Come)+" …")
	case t.grid.Summing.Working():
		parts = append(parts, "counting, row "+ui.Count(t.grid.Summed)+" …")
	case t.tracing.Working():
		parts = append(parts, "following …")
	case t.exports.Working():
		parts = append(parts, "exporting, "+ui.Plural(t.exported, "row", "rows")+" …")
	}
	parts = append(parts, t.grid.Settings(t.conditionTexts(t.grid.Where))...)
	return strings.Join(parts, " · ")
}

// LookChanged stores the view settings of the table. They contain no values of
// it.
func (t *tableView) LookChanged() {
	look := TableLook{Frozen: t.grid.Frozen, Local: t.grid.Local}
	for _, o := range t.grid.Order {
		look.Sort = append(look.Sort, SortColumn{o.Column, o.Descending})
	}
	for _, c := range t.grid.Columns {
		if t.grid.Hidden[c.Name] {
			look.Hidden = append(look.Hidden, c.Name)
		}
	}
	if t.known.Tables == nil {
		t.known.Tables = map[string]TableLook{}
	}
	t.known.Tables[t.name] = look
}

// looked compares the displayed version with the version in the lake.
func (t *tableView) looked() tea.Cmd {
	v := t.table(t.name)
	if v == nil || t.loading.Working() || t.name == "" {
		return nil
	}
	now := version(v)
	if t.version == "" {
		t.version = now
	}
	if t.current != tableScreen || now == t.version && !t.stale {
		t.stale = t.stale || now != t.version
		return nil
	}
	if t.missing && v.Missing {
		return nil
	}
	return tea.Batch(t.Toast(ui.Told, t.name+" has changed: its new rows are shown"), t.load())
}

// RowsFailed handles rows that cannot be read. If a newer version replaced
// them, it is shown after the next survey.
func (t *tableView) RowsFailed(err error) tea.Cmd {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	if pipeline.KindOf(err) == pipeline.Conflict {
		t.stale = true
		return nil
	}
	fixes := []ui.Answer{{Key: "r", Text: "read the table again", Do: t.reload}}
	if t.byCatalog() != nil {
		fixes = append(fixes, ui.Answer{Key: "A", Text: "show its first rows on " + t.options.ByCatalog, Do: t.previewByCatalog})
	}
	t.fail("the rows of "+t.name+" cannot be read", err, fixes...)
	return nil
}

// previewByCatalog queries the first rows with the engine that reads tables by
// their names in the catalog, which reads more formats.
func (t *tableView) previewByCatalog() tea.Cmd { return t.Want(previewTable{t.definition(), nil}) }

// hint says what else can read rows that were left out.
func (t *tableView) hint() (ui.Mood, string) {
	if t.grid.Source == nil || t.byCatalog() == nil || grid.LeftOutText(t.grid.Source) == "" {
		return ui.Told, ""
	}
	return ui.Warned, ui.KeyOf(t.actions(), "preview-athena") + " shows the first rows on " + t.options.ByCatalog + ", which may read what was left out"
}
