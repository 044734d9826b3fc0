package tui

import (
	"context"
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/pager"
	"stedi/tui/ui"
)

// load opens the files of the table in the background. The displayed rows stay
// until then.
func (t *tableView) load() tea.Cmd {
	table := t.definition()
	if table == nil {
		return nil
	}
	rows, now := int64(-1), ""
	if v := t.table(t.name); v != nil {
		now = version(v)
		if known, ok := t.rows(v); ok {
			rows = known
		}
	}
	open := t.openFiles(table, rows)
	return t.Work.Start(&t.loading, func(ctx context.Context) tea.Msg {
		files, err := open(ctx)
		return loadedMsg{files: files, version: now, err: err}
	})
}

// openFiles returns a function that opens the files of a table, except skipped
// ones. Its result is nil if there are no files.
func (t *tableView) openFiles(table *pipeline.Table, rows int64) func(context.Context) (*pager.Files, error) {
	store, temp, allow := t.place.Runner.Store, t.place.Scratch, t.options.Run.Allow
	return func(ctx context.Context) (opened *pager.Files, err error) {
		err = pipeline.Again(ctx, func() error {
			read, skipped, err := fetch(ctx, store, table, allow)
			if err == nil && len(read) > 0 {
				opened = pager.OpenFiles(table, read, rows, temp)
				opened.Skip(skipped)
			}
			return err
		})
		return opened, err
	}
}

// fetch makes the files of a table available locally, and returns the names of
// skipped files.
func fetch(ctx context.Context, store pipeline.Store, table *pipeline.Table, allow pipeline.Allowance) (files []ndjson.File, skipped []string, err error) {
	listed, err := store.List(ctx, table.Path)
	if err != nil {
		return nil, nil, err
	}
	if table.IsLanding() {
		var left []pipeline.File
		listed, left = allow.Split(listed)
		for _, f := range left {
			skipped = append(skipped, f.Name)
		}
	}
	files, err = pipeline.Fetch(ctx, store, listed)
	return files, skipped, err
}

// reload reads the table again. The cursor keeps its position.
func (t *tableView) reload() tea.Cmd { return t.load() }

// loaded shows the files of the table immediately, then sorts and filters them.
func (t *tableView) loaded(msg loadedMsg) tea.Cmd {
	if msg.err != nil {
		if !errors.Is(msg.err, context.Canceled) {
			return t.RowsFailed(msg.err)
		}
		return nil
	}
	old := t.files
	t.files, t.version, t.stale = msg.files, msg.version, false
	t.missing = msg.files == nil
	var cmds []tea.Cmd
	if old != nil {
		cmds = append(cmds, t.Discard(oldFiles{old}))
	}
	if t.missing {
		cmds = append(cmds, t.dropView())
		t.grid.Stop()
		t.grid.Source = nil
		return tea.Batch(cmds...)
	}
	if t.view == nil || !t.asked() {
		cmds = append(cmds, t.showFiles())
	}
	if t.asked() {
		cmds = append(cmds, t.Arrange())
	}
	return tea.Batch(cmds...)
}

// asked reports whether a sort order or a filter is set.
func (t *tableView) asked() bool { return len(t.grid.Order)+len(t.grid.Where) > 0 }

// showFiles shows the rows in stored order.
func (t *tableView) showFiles() tea.Cmd {
	closing := t.dropView()
	t.settled = arrangement{}
	return tea.Batch(closing, t.grid.Take(t.files, t.files.Index))
}

func (t *tableView) dropView() tea.Cmd {
	view := t.view
	t.view = nil
	if view == nil {
		return nil
	}
	return t.Discard(view)
}

// Arrange sorts and filters in the background. The previous rows stay on the
// screen until it is done.
func (t *tableView) Arrange() tea.Cmd {
	t.LookChanged()
	if t.files == nil {
		return nil
	}
	t.sorting.Stop()
	if !t.asked() {
		t.grid.Old = false
		return t.showFiles()
	}
	t.grid.Old = true
	how := arrangement{slices.Clone(t.grid.Order), slices.Clone(t.grid.Where)}
	table, open, files := t.definition(), t.place.Files, t.files
	return t.Work.Start(&t.sorting, func(ctx context.Context) tea.Msg {
		view, err := arrangeTable(ctx, open, table, files, how)
		return arrangedMsg{view, how, err}
	})
}

// arrangeTable opens the rows in another order, or those that match a filter in
// the order of the files.
func arrangeTable(ctx context.Context, open func(context.Context) (pipeline.Querier, error), table *pipeline.Table, files *pager.Files, how arrangement) (*arranged, error) {
	q, err := open(ctx)
	if err != nil {
		return nil, err
	}
	view := &arranged{querier: q}
	if len(how.order) > 0 {
		view.Source, err = pager.OpenView(ctx, q, table, pager.View{Sort: how.order, Where: how.where})
	} else {
		var filtered *pager.Filtered
		if filtered, err = pager.OpenFiltered(ctx, q, files, how.where); err == nil {
			view.Source, view.fill = filtered, filtered.Fill
			err = filtered.FillTo(ctx, firstRows)
		}
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, errors.Join(err, q.Close())
	}
	return view, nil
}

// arranged shows the sorted and filtered rows. After an error it restores the
// previous arrangement.
func (t *tableView) arranged(msg arrangedMsg) tea.Cmd {
	if msg.err == nil {
		closing := t.dropView()
		t.view, t.settled = msg.view, msg.how
		return tea.Batch(closing, t.grid.Take(msg.view.Source, msg.view.fill))
	}
	if errors.Is(msg.err, context.Canceled) {
		return nil
	}
	t.grid.Old = false
	t.grid.Order, t.grid.Where = t.settled.order, t.settled.where
	t.LookChanged()
	if pipeline.KindOf(msg.err) == pipeline.Conflict {
		t.stale = true
		return nil
	}
	return t.reject(msg)
}

// reject shows why an arrangement is not possible. The prompt for the filter
// then begins with the wrong text.
func (t *tableView) reject(msg arrangedMsg) tea.Cmd {
	at, ok := errors.AsType[*pipeline.SQLError](msg.err)
	i := slices.IndexFunc(msg.how.where, func(c pager.Condition) bool { return t.says[c.SQL].text != "" })
	if !ok || i < 0 {
		t.fail("the rows of "+t.name+" cannot be arranged", msg.err)
		return t.Toast(ui.Failed, t.failure.what+"   "+t.forDetails())
	}
	t.rejected = &rejectedFilter{text: t.says[msg.how.where[i].SQL].text, column: at.Column}
	t.failure = t.whyRejected(msg.err)
	text := "filter: " + at.Message
	if f, ok := errors.AsType[*pipeline.Failure](msg.err); ok {
		if near, _, ok := strings.Cut(f.Fix, " Columns:"); ok {
			text = sentences(text, near)
		}
	}
	return t.Toast(ui.Failed, sentences(text, "/ corrects it, ! explains it"))
}

// filterPrompt returns the initial text of the prompt for a condition, and the
// position of the cursor there.
func (t *tableView) filterPrompt() (text string, at int) {
	if t.rejected != nil {
		return t.rejected.text, t.rejected.column
	}
	for _, c := range t.grid.Where {
		if typed := t.says[c.SQL]; typed.text != "" {
			text = typed.text
		}
	}
	return text, 0
}

// filter returns the current filter as text.
func (t *tableView) filter() string {
	return strings.Join(t.conditionTexts(t.grid.Where), " and ")
}

// setFilter adds the typed condition, in place of an earlier typed one. An
// empty text removes all conditions.
func (t *tableView) setFilter(text string) tea.Cmd {
	text = strings.TrimSpace(text)
	g := t.grid
	t.rejected = nil
	t.filterGone()
	if t.files == nil || text == "" && len(g.Where) == 0 {
		return nil
	}
	where := slices.DeleteFunc(slices.Clone(g.Where), func(c pager.Condition) bool { return text == "" || c.SQL != "" })
	if text != "" {
		condition, typed := typedCondition(text, t.definition())
		t.says[condition] = typed
		where = append(where, pager.Condition{SQL: condition})
	}
	g.Where, g.Row, g.Top = where, 0, 0
	return t.Arrange()
}
