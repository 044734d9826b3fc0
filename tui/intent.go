package tui

import (
	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/pager"
	"stedi/tui/ui"
)

// Intents of the screens: what one of them wants that is not its own to do. A
// screen hands them to kit.want, and carryOut is the only place that acts on
// them, so that no screen knows the root model or another screen.
type (
	// openTable shows the rows of a table.
	openTable struct{ table string }
	// showRows shows the rows of a table for which a condition holds, which the
	// headline calls said.
	showRows struct {
		table string
		where pager.Condition
		said  string
	}
	// exportTable shows a table and asks where its rows are exported to.
	exportTable struct{ table string }
	// startRun runs what the options select.
	startRun struct{ options pipeline.RunOptions }
	// followRun shows the run of another process.
	followRun struct{ run string }
	// replayRun plays a past run again.
	replayRun struct{ run string }
	// runQuery runs a query in a sheet of that name.
	runQuery struct{ name, text string }
	// previewTable queries the first rows of a table by its name in the
	// catalog; table is nil for one that the lake does not define.
	previewTable struct {
		table *pipeline.Table
		other *pipeline.CatalogTable
	}
	// writeReport asks where a report of a run or of checks is written.
	writeReport struct{ record *pipeline.Record }
	// showProblem shows the newest error.
	showProblem struct{}
	// resume goes, once the lake is known, to where the last session ended.
	resume struct{}
)

// carryOut carries out all intents, and those that they lead to.
func (m *Model) carryOut() tea.Cmd {
	var cmds []tea.Cmd
	for {
		intent, ok := m.NextIntent()
		if !ok {
			return tea.Batch(cmds...)
		}
		cmds = append(cmds, m.do(intent))
	}
}

// do carries out an intent.
func (m *Model) do(intent tea.Msg) tea.Cmd {
	switch i := intent.(type) {
	case ui.OpenOverlay:
		m.push(i.Overlay)
		return nil
	case ui.CloseOverlay:
		m.pop()
		if i.Then != nil {
			return i.Then()
		}
		return nil
	case ui.Ask:
		m.prompt = i.Prompt
		return i.Prompt.Begin(i.Text)
	default:
		return m.visit(intent)
	}
}

// visit carries out an intent that is about another screen.
func (m *Model) visit(intent tea.Msg) tea.Cmd {
	switch i := intent.(type) {
	case openTable:
		return m.openTable(i.table)
	case showRows:
		m.current, m.overlays = tableScreen, nil
		return m.tableView().showSaid(i)
	case exportTable:
		return m.exportTable(i.table)
	case startRun:
		return m.startRun(i.options)
	case followRun:
		return m.followRun(i.run)
	case replayRun:
		return m.replay(i.run)
	case runQuery:
		return m.query(i.name, i.text)
	case previewTable:
		return m.queryView().previewByCatalog(i)
	case writeReport:
		return m.askReport(i.record)
	case showProblem:
		return m.showProblem()
	case resume:
		return m.settle()
	}
	return nil
}
