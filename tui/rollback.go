package tui

import (
	"context"
	"path"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/run"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

// rolledBackMsg brings the result of a rollback.
type rolledBackMsg struct {
	table    string
	restored *run.Restored
	err      error
}

// canRollBack reports whether a table has a version that can be put back.
func (a *app) canRollBack(v *survey.TableView) bool {
	return a.place != nil && a.place.Rollback != nil && v != nil && (v.Previous != nil || len(v.Moved) > 0)
}

// askRollback shows what a rollback would do, and asks for it.
func (a *app) askRollback(table string) tea.Cmd {
	v := a.table(table)
	text := "It has " + a.rowsOf(v) + " rows now. "
	if len(v.Moved) > 0 {
		text += ui.Plural(int64(len(v.Moved)), "file that was moved aside comes", "files that were moved aside come") + " back from " + path.Dir(v.Moved[0]) +
			". A run with --replace moves them aside again."
	} else {
		text += "The previous version has " + ui.Plural(v.Previous.Rows, "row", "rows") + " and was built by run " + v.Previous.Run + ". A second rollback undoes this."
	}
	return a.Open(a.Confirm("Roll back "+table+"?", text,
		ui.Answer{Key: "y", Text: "roll back", Do: func() tea.Cmd { return a.rollback(table) }},
		ui.Answer{Key: "n", Text: "leave it", Do: func() tea.Cmd { return nil }}))
}

func (a *app) rollback(table string) tea.Cmd {
	do := a.place.Rollback
	return a.Work.Start(&a.restoring, func(ctx context.Context) tea.Msg {
		restored, err := do(ctx, table)
		return rolledBackMsg{table, restored, err}
	})
}

func (m *Model) rolledBack(msg rolledBackMsg) tea.Cmd {
	if msg.err != nil {
		m.fail(msg.table+" was not rolled back", msg.err)
		return tea.Batch(m.present(), m.look())
	}
	r := msg.restored
	text := r.Table + ": " + ui.Count(r.RowsBefore) + " → " + ui.Count(r.Rows) + " rows"
	if len(r.Stale) > 0 {
		text += "; " + ui.Plural(int64(len(r.Stale)), "table is stale", "tables are stale")
	}
	return tea.Batch(m.look(), m.Toast(ui.Done, text))
}

// aside is a table whose files a run with --replace moves aside.
type aside struct {
	table string
	files int
	rows  string // before
}

// asides lists the tables with files that stedi did not publish.
func (a *app) asides() (list []aside) {
	if a.view == nil {
		return nil
	}
	for i := range a.view.Tables {
		switch v := &a.view.Tables[i]; {
		case v.Missing || v.Zone == pipeline.Landing:
		case v.Origin == pipeline.Unmanaged:
			list = append(list, aside{v.Table, v.Files, a.rowsOf(v)})
		case v.Origin == pipeline.Modified:
			list = append(list, aside{v.Table, max(1, len(v.Blocking)), a.rowsOf(v)})
		}
	}
	return list
}

// askReplace shows which files a run with --replace moves aside and where to, and
// asks for it.
func (m *Model) askReplace(options pipeline.RunOptions) tea.Cmd {
	list := m.asides()
	start := m.Keys.Act("replace-run", "y", "move them aside and run", func() tea.Cmd {
		return m.Want(ui.CloseOverlay{Then: func() tea.Cmd {
			options.Replace = true
			m.moving = list
			return m.startRun(options)
		}})
	}).At(1).When(!m.live.going(), ui.Running)
	return m.Open(&ui.Reader{
		Kit: m.Kit, Head: "MOVE FILES ASIDE", More: []ui.Action{start},
		Lines: m.Fitted(func() []ui.StyledLine {
			t := m.Theme
			lines := []ui.StyledLine{
				{{Style: t.Text, Text: "A run with --replace moves these files to "}, {Style: t.Strong, Text: m.options.Lake + "/" + asideFolder}, {Style: t.Text, Text: " and rebuilds the tables."}},
				nil,
			}
			for _, one := range list {
				lines = append(lines, ui.StyledLine{
					{Style: t.Text, Text: pad(one.table, 28)},
					{Style: t.Dim, Text: pad(ui.Plural(int64(one.files), "file", "files"), 12)},
					{Style: t.Number, Text: one.rows + " rows"},
				})
			}
			return append(lines, nil, ui.StyledLine{{Style: t.Dim, Text: "Rolling a table back undoes this until the next run."}})
		}),
	})
}

// asideFolder is where the files of a run go.
const asideFolder = pipeline.StateFolder + "/replaced"

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(1, width-ui.Width(text)))
}

// movedAside shows the rows before and after a run that moved files aside.
func (m *Model) movedAside(record *pipeline.Record) tea.Cmd {
	list := m.moving
	m.moving = nil
	if len(list) == 0 || record == nil || !slices.ContainsFunc(record.Steps, func(s pipeline.StepRecord) bool { return s.State == pipeline.Published }) {
		return nil
	}
	return m.Open(&ui.Reader{Kit: m.Kit, Head: "FILES MOVED ASIDE", Lines: m.Fitted(func() []ui.StyledLine {
		t := m.Theme
		lines := []ui.StyledLine{
			{{Style: t.Text, Text: "The files are in "}, {Style: t.Strong, Text: m.options.Lake + "/" + asideFolder + "/" + record.Run}},
			nil,
			{{Style: t.Heading, Text: pad("TABLE", 28) + pad("BEFORE", 14) + "AFTER"}},
		}
		for _, one := range list {
			after := "—"
			if r := record.Table(one.table); r != nil && !r.Missing {
				after = ui.Count(r.Rows)
			}
			lines = append(lines, ui.StyledLine{{Style: t.Text, Text: pad(one.table, 28)}, {Style: t.Number, Text: pad(one.rows, 14) + after}})
		}
		return append(lines, nil, ui.StyledLine{{Style: t.Dim, Text: ui.KeyOf(m.lakeView().actions(), "rollback") + " on a table of the Lake screen puts its files back, until the next run."}})
	})})
}
