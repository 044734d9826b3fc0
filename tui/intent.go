package tui

import (
	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/pager"
	"stedi/tui/ui"
)

// Intents of the screens: requests for actions outside of the screen itself. A
// screen passes them to Kit.Want, and only carryOut acts on them, so screens do
// not depend on the root model or on each other.
type (
	// openTable shows the rows of a table.
	openTable struct{ table string }
	// showRows shows the rows of a table that match a condition. The headline
	// shows said for the condition.
	showRows struct {
		table string
		where pager.Condition
		said  string
	}
	// exportTable shows a table and asks for the file to export its rows to.
	exportTable struct{ table string }
	// startRun starts a run with the options.
	startRun struct{ options pipeline.RunOptions }
	// replaceFiles asks whether to move aside what others have built.
	replaceFiles struct{}
	// followRun shows the run of another process.
	followRun struct{ run string }
	// replayRun replays a past run.
	replayRun struct{ run string }
	// runQuery runs a query in a sheet with the name.
	runQuery struct{ name, text string }
	// previewTable queries the first rows of a table by its name in the
	// catalog; table is nil for one that the lake does not define.
	previewTable struct {
		table *pipeline.Table
		other *pipeline.CatalogTable
	}
	// writeReport asks for the file of a report about a run or about checks.
	writeReport struct{ record *pipeline.Record }
	// showProblem shows the newest error.
	showProblem struct{}
	// resume restores the position of the last session once the lake is known.
	resume struct{}
)

// carryOut acts on all intents, including those that result from them.
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

// do acts on an intent.
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

// visit acts on an intent that concerns another screen.
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
	case replaceFiles:
		options := m.options.Run
		options.Check = true
		return m.askReplace(options)
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
	case reviewTargets:
		return m.review(i.text)
	case resume:
		return m.settle()
	}
	return nil
}
