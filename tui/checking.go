package tui

import (
	"context"
	"errors"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

// checkedMsg brings the results of the checks.
type checkedMsg struct {
	record *pipeline.Record
	at     map[string]string // versions of the tables when it began
	err    error
}

// checkingText is shown while checks run.
const checkingText = "checking …"

// check runs the checks in the background.
func (a *app) check() tea.Cmd {
	if a.place == nil || a.place.Check == nil {
		return nil
	}
	check := a.place.Check
	at := a.versions()
	return tea.Batch(a.Toast(ui.Told, checkingText), a.Work.Start(&a.checking, func(ctx context.Context) tea.Msg {
		record, err := check(ctx, nil)
		return checkedMsg{record, at, err}
	}))
}

// versions are those of all tables, by table.
func (a *app) versions() map[string]string {
	at := map[string]string{}
	if a.view != nil {
		for i := range a.view.Tables {
			at[a.view.Tables[i].Table] = version(&a.view.Tables[i])
		}
	}
	return at
}

// learn adds to the view what was found out in this session: what a check has
// found of tables that have not changed since, and what was counted.
func (a *app) learn() {
	if a.view == nil || a.lake() == nil {
		return
	}
	if found := a.verdicts(); found != nil && found == a.found {
		a.view.Learn(found, func(t *survey.TableView) bool { return a.foundAt[t.Table] == version(t) })
	}
	a.view.Expect(a.lake(), a.rows)
	a.results = a.standings()
}

// verdicts is what is known of the rules: what a check of this session found,
// or the newest run that has checked the lake.
func (a *app) verdicts() *pipeline.Record {
	var newest *pipeline.Record
	if a.view != nil {
		for _, r := range a.view.Runs {
			if len(r.Checks) > 0 {
				newest = r
				break
			}
		}
	}
	if a.found != nil && (newest == nil || a.found.Started.After(newest.Started)) {
		return a.found
	}
	return newest
}

func (m *Model) checked(msg checkedMsg) tea.Cmd {
	m.Toasts.DropText(checkingText)
	if msg.record == nil || msg.err != nil {
		if errors.Is(msg.err, context.Canceled) {
			return nil
		}
		m.fail("the lake cannot be checked", msg.err)
		return m.present()
	}
	m.found, m.foundAt = msg.record, msg.at
	m.learn()
	tally := pipeline.TallyOf(msg.record.Checks)
	if tally.Failed > 0 {
		searching := m.diagnose()
		return tea.Batch(m.checksFailed(msg.record), searching)
	}
	if m.failure != nil && m.failure.checks {
		m.settled()
	}
	text := ui.Plural(int64(tally.Passed), "check passed", "checks passed")
	mood := ui.Done
	if tally.Open() > 0 {
		text, mood = text+fmt.Sprintf(", %d skipped", tally.Open()), ui.Warned
	}
	if tally.Warned > 0 {
		text, mood = text+", "+ui.Plural(int64(tally.Warned), "warning", "warnings"), ui.Warned
	}
	if mood == ui.Warned && m.current != checksScreen {
		text += ", see screen 4"
	}
	return m.Toast(mood, text)
}
