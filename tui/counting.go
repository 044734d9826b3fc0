package tui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/pager"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

// If no run has counted a table, because the lake is new or a copy, its rows
// are counted in the background, table by table.

// rowCount is the number of rows of one version of a table.
type rowCount struct {
	version string
	rows    int64  // -1 if they cannot be counted
	why     string // why all or some of them cannot be counted
}

// countedMsg brings a count.
type countedMsg struct {
	table string
	rowCount
}

// countNext counts the next table whose row count is unknown, when the
// chosen one is described. What would have to be fetched for it from far away
// stays unknown.
func (l *lakeView) countNext() tea.Cmd {
	if l.place == nil || l.place.Far || l.view == nil || l.live.going() || l.profiler.Working() || l.counter.Working() {
		return nil
	}
	for i := range l.view.Tables {
		v := &l.view.Tables[i]
		if v.Known || v.Missing || l.counts[v.Table].version == version(v) {
			continue
		}
		open, table, now := l.place.Files, l.lake().Table(v.Table), version(v)
		return l.Work.Start(&l.counter, func(ctx context.Context) tea.Msg {
			why := ""
			rows, err := answerTo(ctx, open, func(q pipeline.Querier) (int64, error) {
				n, left, err := pager.CountRows(ctx, q, table, pager.View{})
				if err == nil && len(left) > 0 {
					n, why = -1, pipeline.Missing(left) // n does not count the complete table
				}
				return n, err
			})
			if err != nil {
				rows, why = -1, err.Error()
			}
			return countedMsg{table.Name, rowCount{now, rows, why}}
		})
	}
	return nil
}

// lacks describes the lines and files of a table that are unreadable or
// skipped; "" if there are none or they are unknown.
func (a *app) lacks(v *survey.TableView) string {
	if c := a.counts[v.Table]; !v.Known && c.version == version(v) {
		return ui.Printable(oneLine(strings.TrimPrefix(c.why, v.Table+": ")))
	}
	if left := v.LeftOut(); left != nil {
		if found := a.verdicts(); found != nil { // its message has places and causes
			for _, c := range found.Checks {
				if c.Check == pipeline.Readable && c.Table == v.Table && c.State == "fail" {
					return ui.Printable(c.Message)
				}
			}
		}
		return ui.Printable(left.String()) + " left out"
	}
	return ""
}

// rows returns the number of rows of a table from a run, a check or a count in
// this session; false if it is unknown.
func (a *app) rows(v *survey.TableView) (int64, bool) {
	if v.Known {
		return v.Rows, true
	}
	c := a.counts[v.Table]
	return c.rows, c.version == version(v) && c.rows >= 0
}
