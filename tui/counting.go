package tui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/pager"
)

// Rows that no run has counted are counted in the background, table by table:
// those of a lake that is new, or that was copied.

// rowCount is how many rows a table has, as of one version of it.
type rowCount struct {
	version string
	rows    int64 // -1: they cannot be counted
}

// countedMsg brings a count.
type countedMsg struct {
	table string
	rowCount
}

// countSoon counts the next table of which nobody knows the rows. What would
// have to be fetched for it from far away stays unknown.
func (a *app) countSoon() tea.Cmd {
	if a.place == nil || a.place.Far || a.view == nil || a.live.going() || a.counting.working() {
		return nil
	}
	for i := range a.view.Tables {
		v := &a.view.Tables[i]
		if _, known := a.rows(v); known || v.Missing || a.counts[v.Table].version == version(v) {
			continue
		}
		open, table, now := a.place.Querier, a.lake().Table(v.Table), version(v)
		return a.work.start(&a.counting, func(ctx context.Context) tea.Msg {
			rows, err := countOf(ctx, open, table)
			if err != nil {
				rows = -1 // a run or a check says why
			}
			return countedMsg{table.Name, rowCount{now, rows}}
		})
	}
	return nil
}

func countOf(ctx context.Context, open func(context.Context, string) (pipeline.Querier, error), t *pipeline.Table) (_ int64, err error) {
	q, err := open(ctx, embedded)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	return pager.CountRows(ctx, q, t, pager.View{})
}

// rows is how many rows a table has, if that is known: from a run or a check, or
// because they were counted here.
func (a *app) rows(v *pipeline.TableView) (int64, bool) {
	if v.Known {
		return v.Rows, true
	}
	c := a.counts[v.Table]
	return c.rows, c.version == version(v) && c.rows >= 0
}
