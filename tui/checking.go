package tui

import (
	"context"
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

func (a *app) checked(msg checkedMsg) tea.Cmd {
	a.Toasts.DropText(checkingText)
	if msg.record == nil || msg.err != nil {
		a.fail("the lake cannot be checked", msg.err)
		return nil
	}
	a.found, a.foundAt = msg.record, msg.at
	a.learn()
	tally := pipeline.TallyOf(msg.record.Checks)
	text := ui.Plural(int64(tally.Passed), "check passed", "checks passed")
	if tally.Failed > 0 {
		failed := a.Toast(ui.Failed, fmt.Sprintf("%s failed, %s, see screen 4", ui.Plural(int64(tally.Failed), "check", "checks"), text))
		return tea.Batch(failed, a.diagnose())
	}
	if tally.Open() > 0 {
		text += fmt.Sprintf(", %d skipped", tally.Open())
	}
	if tally.Warned > 0 {
		return a.Toast(ui.Warned, fmt.Sprintf("%s, %s, see screen 4", text, ui.Plural(int64(tally.Warned), "warning", "warnings")))
	}
	if tally.Open() > 0 {
		return a.Toast(ui.Warned, text+", see screen 4")
	}
	return a.Toast(ui.Done, text)
}
