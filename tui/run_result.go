package tui

import (
	"strings"

	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/printable"
	"stedi/tui/ui"
)

// failedChecks returns how many checks of a table failed in the ended run on the
// screen that built it, or found it up to date.
func (a *app) failedChecks(table string, step *liveStep) int {
	if !a.live.ended || step.state != pipeline.Published && step.state != pipeline.UpToDate {
		return 0
	}
	record := a.live.result
	if record == nil && a.view != nil {
		for _, r := range a.view.Runs {
			if r.Run == a.live.id {
				record = r
			}
		}
	}
	if record == nil {
		return 0
	}
	failed := 0
	for _, c := range record.Checks {
		if c.Table == table && c.State == "fail" && c.Severity != "warning" {
			failed++
		}
	}
	return failed
}

// stepMark is stateMark, and a cross if checks of the table failed.
func (a *app) stepMark(table string, step *liveStep) (mark string, style uv.Style) {
	if a.failedChecks(table, step) > 0 {
		return "✗", a.Theme.Bad
	}
	return a.stateMark(step.state)
}

// statusText is the state of a run in words.
func statusText(r *pipeline.Record) string {
	switch {
	case r.Status == "ok":
		return "done"
	case onlyChecksFailed(r):
		return "done, " + ui.Plural(int64(pipeline.TallyOf(r.Checks).Failed), "check failed", "checks failed")
	case r.Status == "data_failed":
		return "failed"
	default:
		return r.Status
	}
}

// missingIn reports whether a run ended without a table.
func missingIn(r *pipeline.Record, table string) bool {
	t := r.Table(table)
	return t != nil && t.Missing
}

// runText summarizes a run in a few words: what failed first.
func runText(r *pipeline.Record) string {
	text := builtText(r)
	switch {
	case text == "" && r.Error != "":
		text = printable.FirstLine(r.Error)
	case text == "":
		text = "nothing to do"
	}
	if len(r.Selected) > 0 {
		text += " · " + strings.Join(r.Selected, " ")
	}
	return text
}

// builtText counts the steps and the failed checks of a run by result.
func builtText(r *pipeline.Record) string {
	count := map[pipeline.State]int{}
	first := ""
	for _, s := range r.Steps {
		count[s.State]++
		if s.State == pipeline.Failed && first == "" {
			first = s.Table
		}
	}
	var parts []string
	part := func(n int, one, many string) {
		if n > 0 {
			parts = append(parts, ui.Plural(int64(n), one, many))
		}
	}
	switch r.Status {
	case "running":
		parts = append(parts, "under way")
	case "cancelled":
		parts = append(parts, "cancelled")
	}
	if count[pipeline.Failed] == 1 {
		parts = append(parts, first+" failed")
	} else {
		part(count[pipeline.Failed], "table failed", "tables failed")
	}
	part(count[pipeline.Skipped], "skipped", "skipped")
	if r.Status != "cancelled" {
		part(count[pipeline.Stopped], "cancelled", "cancelled")
	}
	part(r.FailedOnTables(), "check failed", "checks failed")
	if len(parts) > 0 {
		part(count[pipeline.Published], "built", "built")
	} else {
		part(count[pipeline.Published], "table built", "tables built")
	}
	return strings.Join(parts, ", ")
}

// hint says what is known of the selected step.
func (s *runView) hint() (ui.Mood, string) {
	t := s.current()
	if t == nil || s.view == nil {
		return ui.Told, ""
	}
	v := s.table(t.Name)
	step := s.live.steps[t.Name]
	switch {
	case step != nil && s.tells(step):
		return s.stepHint(t.Name, step)
	case v == nil || v.Missing:
		if problem := s.failedBefore(t.Name); step == nil && problem != "" {
			return ui.Failed, t.Name + " failed in the last run: " + printable.FirstLine(problem)
		}
		return ui.Told, t.Name + " is not built yet"
	case v.Stale != "":
		return ui.Warned, t.Name + " is stale: " + v.Stale
	case v.Origin != pipeline.Managed:
		return ui.Told, t.Name + ": " + v.Origin.Note()
	default:
		return ui.Told, t.Name + ": " + s.rowsOf(v) + " rows, " + ui.Ago(s.now(), v.Changed)
	}
}

// tells reports whether a step of the run on the screen says more than its table.
func (s *runView) tells(step *liveStep) bool {
	return s.live.busy() || step.state == pipeline.Failed || step.state == pipeline.Skipped
}

// stepHint says what is known of a step of the run on the screen.
func (s *runView) stepHint(table string, step *liveStep) (ui.Mood, string) {
	switch step.state {
	case pipeline.Failed:
		return ui.Failed, table + " failed: " + printable.FirstLine(step.err)
	case pipeline.Skipped:
		return ui.Warned, table + " was skipped: " + step.reason
	case pipeline.Running, pipeline.Published, pipeline.Waiting, pipeline.UpToDate, pipeline.Stopped:
	}
	return ui.Told, s.stepText(table, step)
}

// stepText says what a step does in a run that is under way.
func (s *runView) stepText(table string, step *liveStep) string {
	switch step.state {
	case pipeline.Running:
		text := table + " is running"
		if read := rowsRead(step); read > 0 {
			text += ": " + ui.Plural(read, "row", "rows") + " read"
		}
		return text
	case pipeline.Published:
		return table + " is published: " + s.rowsNow(table) + " rows"
	case pipeline.Waiting:
		return table + " waits for its upstream tables"
	case pipeline.UpToDate, pipeline.Failed, pipeline.Skipped, pipeline.Stopped:
	}
	return table + " is " + step.state.String()
}

// failedBefore returns the error of a table that the newest run did not build;
// "": it did not fail.
func (a *app) failedBefore(table string) string {
	if last := a.lastStep(table); last != nil && last.State == pipeline.Failed {
		return last.Error
	}
	return ""
}

// hint says how the selected run ended.
func (h *historyView) hint() (ui.Mood, string) {
	r := h.current()
	if r == nil {
		return ui.Told, ""
	}
	mood := ui.Failed
	switch r.Status {
	case "ok":
		mood = ui.Done
	case "running":
		mood = ui.Told
	case "cancelled":
		mood = ui.Warned
	}
	status := statusText(r)
	if onlyChecksFailed(r) {
		status = "done" // the other text names the checks
	}
	about := runText(r)
	if !strings.HasPrefix(about, status) {
		about = status + "; " + about
	}
	text := "run of " + r.Started.In(h.options.Zone).Format("15:04:05") + ": " + about
	if n := pipeline.TallyOf(r.Checks).Warned; n > 0 {
		text += "; " + ui.Plural(int64(n), "warning", "warnings")
	}
	return mood, text
}
