package tui

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/pager"
	"stedi/tui/grid"
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
	table, open := t.definition(), t.place.Files
	return t.Work.Start(&t.sorting, func(ctx context.Context) tea.Msg {
		view, err := arrangeTable(ctx, open, table, how)
		return arrangedMsg{view, how, err}
	})
}

func arrangeTable(ctx context.Context, open func(context.Context) (pipeline.Querier, error), table *pipeline.Table, how arrangement) (*arranged, error) {
	q, err := open(ctx)
	if err != nil {
		return nil, err
	}
	view, err := pager.OpenView(ctx, q, table, pager.View{Sort: how.order, Where: how.where})
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, errors.Join(err, q.Close())
	}
	return &arranged{view, q}, nil
}

// arranged shows the sorted and filtered rows. After an error it restores the
// previous arrangement.
func (t *tableView) arranged(msg arrangedMsg) tea.Cmd {
	if msg.err == nil {
		closing := t.dropView()
		t.view, t.settled = msg.view, msg.how
		return tea.Batch(closing, t.grid.Take(msg.view, nil))
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
	t.fail("the rows of "+t.name+": the filter is not valid", msg.err)
	return nil
}

// filterPrompt returns the prompt for a condition.
func (t *tableView) filterPrompt() (label, text string) {
	for _, c := range t.grid.Where {
		if said := t.says[c.SQL]; said != "" && typedCondition(said, t.definition()) == c.SQL {
			text = said
		}
	}
	return "filter: SQL condition or text", text
}

// filter returns the current filter as text.
func (t *tableView) filter() string {
	var list []string
	for _, c := range t.grid.Where {
		list = append(list, grid.ConditionText(c))
	}
	return strings.Join(list, " and ")
}

// setFilter adds the typed condition, in place of an earlier typed one. An
// empty text removes all conditions.
func (t *tableView) setFilter(text string) tea.Cmd {
	text = strings.TrimSpace(text)
	g := t.grid
	if t.files == nil || text == "" && len(g.Where) == 0 {
		return nil
	}
	where := slices.DeleteFunc(slices.Clone(g.Where), func(c pager.Condition) bool { return text == "" || c.SQL != "" })
	if text != "" {
		condition := typedCondition(text, t.definition())
		t.says[condition] = text
		where = append(where, pager.Condition{SQL: condition})
	}
	g.Where, g.Row, g.Top = where, 0, 0
	return t.Arrange()
}

var (
	sqlName     = regexp.MustCompile(`"[^"]+"|[A-Za-z_]\w*`)
	sqlOperator = regexp.MustCompile(`(?i)[=<>(]|\b(is|in|like|ilike|between|not|similar)\b`)
)

// typedCondition converts typed text to SQL: text that is a condition on a
// column stays unchanged, and other text is searched in all columns.
func typedCondition(text string, table *pipeline.Table) string {
	for _, name := range sqlName.FindAllString(text, -1) {
		if sqlOperator.MatchString(text) && slices.ContainsFunc(table.Columns, func(c pipeline.Column) bool {
			return strings.EqualFold(c.Name, strings.Trim(name, `"`))
		}) {
			return text
		}
	}
	return sqlText("anywhere.sql", map[string]any{"Columns": table.Columns, "Text": text})
}
