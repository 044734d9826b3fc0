package tui

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// runOver shows how a run ended.
func (m *Model) runOver(msg runMsg) tea.Cmd {
	r := &m.live
	kind := pipeline.KindOf(msg.err)
	stopped := kind == pipeline.Cancelled || kind == pipeline.Terminated
	r.ended = true
	r.work.Stop()
	r.settleSteps(stopped)
	r.result = msg.record
	r.logChecks()
	m.followFailure()
	m.Toasts.DropText(m.following) // it is not running any more
	if r.source != ownRun {
		return m.lookAgain()
	}
	if m.quitting {
		return tea.Quit
	}
	cmds := []tea.Cmd{m.look()}
	switch {
	case stopped:
		m.outcome = "cancelled; no table was left half written"
		cmds = append(cmds, m.Toast(ui.Warned, m.outcome))
	case onlyChecksFailed(msg.record):
		cmds = append(cmds, m.checksFailed(msg.record), m.movedAside(msg.record), m.diagnose())
	case msg.err == nil && msg.record != nil:
		m.settled()
		mood, text := ui.Done, cmp.Or(builtText(msg.record), "nothing to do")+" in "+ui.Span(msg.record.Seconds)
		if n := pipeline.TallyOf(msg.record.Checks).Warned; n > 0 {
			mood, text = ui.Warned, text+", "+ui.Plural(int64(n), "warning", "warnings")
		}
		m.outcome = text
		cmds = append(cmds, m.movedAside(msg.record), m.Toast(mood, text))
	default:
		m.fail(m.whatFailed(msg.record), msg.err, m.remedies(msg)...)
		if m.failure != nil && msg.record != nil {
			m.failure.since = msg.record.Started
		}
		cmds = append(cmds, m.present())
	}
	return tea.Batch(cmds...)
}

// followFailure moves the cursor of the Run screen to the first step that failed,
// or whose checks failed.
func (m *Model) followFailure() {
	run, ok := m.screens[runScreen].(*runView)
	if !ok {
		return
	}
	for _, t := range m.made() {
		if step := m.live.steps[t.Name]; step != nil && (step.state == pipeline.Failed || m.failedChecks(t.Name, step) > 0) {
			run.follow(t.Name)
			return
		}
	}
}

// present opens the error panel by itself, unless the reader types or reads
// something else: then the last line shows the failure.
func (m *Model) present() tea.Cmd {
	t, types := m.here().(typing)
	if m.prompt != nil || m.top() != nil || types && t.writing() {
		return nil
	}
	return m.showProblem()
}

// onlyChecksFailed reports whether a run has built its tables, but checks failed.
func onlyChecksFailed(r *pipeline.Record) bool {
	return r != nil && r.Status == "data_failed" && pipeline.TallyOf(r.Checks).Failed > 0 &&
		!slices.ContainsFunc(r.Steps, func(s pipeline.StepRecord) bool { return s.State == pipeline.Failed })
}

// checksFailed remembers that checks of a run or of this session failed, and
// opens the error panel.
func (m *Model) checksFailed(r *pipeline.Record) tea.Cmd {
	p := m.problemOfChecks(r)
	if p == nil {
		return nil
	}
	m.failWith(p)
	return m.present()
}

// problemOfChecks describes the first failed check of a run, or returns nil.
func (m *Model) problemOfChecks(r *pipeline.Record) *problem {
	var failed []pipeline.CheckRecord
	for _, t := range r.Tables { // upstream before downstream
		for _, c := range r.Checks {
			if c.Table == t.Table && c.State == "fail" && c.Severity != "warning" {
				failed = append(failed, c)
			}
		}
	}
	if len(failed) == 0 {
		return nil
	}
	first := &failed[0]
	p := &problem{what: failingCheck(*first), kind: pipeline.BadData, checks: true, table: first.Table, since: r.Started}
	if more := len(failed) - 1; more > 0 {
		p.what += "; " + pipeline.Counted(more, "more check") + " failed"
	}
	t := r.Table(first.Table)
	if !t.Missing {
		p.why = append(p.why, "rule: "+m.ruleOf(first))
	}
	if text := m.messageOf(first); text != "" {
		p.why = append(p.why, strings.Split(text, "\n")...)
	}
	if t.Missing {
		p.what = strings.Replace(p.what, failingCheck(*first), first.Table+" is not built", 1)
		p.table = "" // the cause is known
	} else if t.Expected != nil && t.Rows != *t.Expected && first.Check != pipeline.ExpectedRows {
		p.why = append(p.why, offBy(t.Rows, *t.Expected))
	}
	p.fix, p.fixes = m.fixesOf(first, t.Missing)
	return p
}

// fixesOf returns what to do about a failed check, with keys that show its rows
// and its SQL.
func (m *Model) fixesOf(c *pipeline.CheckRecord, missing bool) (fix []string, fixes []ui.Answer) {
	rule := m.definition(c)
	if t := m.lake().Table(c.Table); t != nil && !t.IsLanding() && missing {
		options := m.options.Run
		options.Select = []string{"+" + c.Table}
		build := func() tea.Cmd {
			return m.startRun(options)
		}
		if len(m.asides()) > 0 { // they block every run
			return []string{"Build it; first move the files aside that stedi did not publish."},
				[]ui.Answer{{Key: "m", Text: "move these files aside, and build it with its upstream tables (--replace)", Do: func() tea.Cmd { return m.askReplace(options) }}}
		}
		return []string{"Build it."}, []ui.Answer{{Key: "r", Text: "build it with its upstream tables", Do: build}}
	}
	fix = m.adviceOf(c, rule)
	if rule != nil {
		fixes = append(fixes,
			ui.Answer{Key: "f", Text: "show the failing rows", Do: func() tea.Cmd { return m.Want(runQuery{rule.Name, rule.SQL}) }},
			ui.Answer{Key: "s", Text: "show the SQL of the check", Do: func() tea.Cmd {
				return m.Open(&ui.Reader{Kit: m.Kit, Head: rule.File, Lines: func() []ui.StyledLine { return ui.ColourSQL(m.Theme, rule.SQL) }})
			}})
	}
	if m.place.Why != nil {
		fixes = append(fixes, ui.Answer{Key: "w", Text: "show the cause and its proof", Do: func() tea.Cmd { return m.openWhy(c.Table) }})
	}
	return fix, append(fixes, ui.Answer{Key: "4", Text: "show all checks", Do: func() tea.Cmd { return m.show(checksScreen) }})
}

// adviceOf says what to correct if a check fails.
func (m *Model) adviceOf(c *pipeline.CheckRecord, rule *pipeline.Check) []string {
	t := m.lake().Table(c.Table)
	switch {
	case len(c.Diagnosis) > 0:
		return c.Diagnosis
	case t == nil:
		return nil
	case t.IsLanding():
		return []string{"Correct the files in " + t.Path + ", then run the checks again."}
	}
	wrong := t.File
	if m.builtElsewhere(t.Name) {
		wrong = "the program that builds the table"
	}
	if rule == nil {
		return []string{"Correct " + wrong + ", then run the checks again."}
	}
	return []string{"Correct " + wrong + ", or the check in " + rule.File + " if the check is wrong."}
}

func (a *app) builtElsewhere(table string) bool {
	v := a.table(table)
	return v != nil && v.Origin == pipeline.Unmanaged
}

// settleSteps ends the steps that have no last event, because the process of the
// run was killed or cancelled.
func (r *liveRun) settleSteps(stopped bool) {
	if r.status == "" {
		if r.status = "interrupted"; stopped {
			r.status = pipeline.Stopped.String()
		}
	}
	for _, s := range r.steps {
		switch s.state {
		case pipeline.Running:
			s.state, s.reason, s.ended = pipeline.Failed, "the process of the run ended", r.latest
			if stopped {
				s.state, s.reason = pipeline.Stopped, ""
			}
		case pipeline.Waiting:
			s.state, s.reason = pipeline.Skipped, "the run ended before this step"
			if stopped {
				s.state, s.reason = pipeline.Stopped, notStarted
			}
		case pipeline.Published, pipeline.UpToDate, pipeline.Failed, pipeline.Skipped, pipeline.Stopped:
		}
	}
}

// logChecks adds the failed checks to the log, before its last line.
func (r *liveRun) logChecks() {
	if r.result == nil {
		return
	}
	var lines []logLine
	for _, c := range r.result.Checks {
		switch {
		case c.State != "fail", missingIn(r.result, c.Table):
		case c.Severity == "warning":
			lines = append(lines, logLine{r.latest, ui.Warned, c.Table, "warning: " + shortName(&c) + ": " + c.Message})
		default:
			lines = append(lines, logLine{r.latest, ui.Failed, c.Table, failedCheck(&c)})
		}
	}
	r.log = slices.Insert(r.log, max(0, len(r.log)-1), lines...)
}

func (m *Model) whatFailed(record *pipeline.Record) string {
	if record != nil {
		for _, s := range record.Steps {
			if s.State == pipeline.Failed {
				if v := m.table(s.Table); v != nil && v.Missing {
					return s.Table + " failed; no table was written"
				}
				return s.Table + " failed; the previous version is unchanged"
			}
		}
		for _, c := range record.Checks {
			if c.State == "fail" && c.Severity != "warning" {
				return failingCheck(c)
			}
		}
	}
	return "run failed"
}

// failingCheck says which check failed, and for how many rows.
func failingCheck(c pipeline.CheckRecord) string {
	return c.Table + ": " + failedCheck(&c)
}

// failedCheck is failingCheck without the table.
func failedCheck(c *pipeline.CheckRecord) string {
	switch {
	case c.Check == pipeline.ExpectedRows:
		return c.Message
	case c.Failing == 0:
		return "check " + shortName(c) + " failed: " + c.Message
	default:
		return "check " + shortName(c) + " failed, " + ui.Plural(c.Failing, "row", "rows")
	}
}

// remedies returns the fixes for a failure that the program can apply.
func (m *Model) remedies(msg runMsg) []ui.Answer {
	var list []ui.Answer
	asked := m.live.asked
	again := func(change func(*pipeline.RunOptions)) func() tea.Cmd {
		return func() tea.Cmd {
			options := asked
			change(&options)
			return m.startRun(options)
		}
	}
	if locked, ok := errors.AsType[*pipeline.LockedError](msg.err); ok {
		list = append(list, ui.Answer{Key: "f", Text: "follow that run", Do: func() tea.Cmd { return m.followRun(locked.Holder.Run) }})
	} else if pipeline.KindOf(msg.err) == pipeline.Conflict {
		list = append(list, ui.Answer{Key: "m", Text: "move these files aside, and run again (--replace)", Do: func() tea.Cmd { return m.askReplace(asked) }})
	}
	if n := rejected(msg.record); n > 0 {
		list = append(list, ui.Answer{Key: "w", Text: fmt.Sprintf("run again without those lines (--max-rejects %d)", n), Do: again(func(o *pipeline.RunOptions) { o.Allow.Limit = pipeline.Limit{Count: n} })})
	}
	if files := unreadable(msg.record); len(files) > 0 {
		list = append(list, ui.Answer{Key: "s", Text: "run again without " + ui.Plural(int64(len(files)), "file", "files") + " (--skip-file)", Do: again(func(o *pipeline.RunOptions) {
			o.Allow.SkipFiles = append(slices.Clone(o.Allow.SkipFiles), files...)
		})})
	}
	if len(list) == 0 || pipeline.KindOf(msg.err) != pipeline.Conflict {
		list = append(list, ui.Answer{Key: "r", Text: "run again", Do: again(func(*pipeline.RunOptions) {})})
	}
	return list
}

// rejected returns how many rejects of a table must be allowed to continue a
// failed run, or 0 if rejects are not the cause.
func rejected(record *pipeline.Record) (most int64) {
	if record == nil || !strings.Contains(record.Remedy, "--max-rejects") {
		return 0
	}
	for _, t := range record.Tables {
		most = max(most, t.Rejected)
	}
	return most
}

// unreadable returns the files that must be skipped to continue a failed run.
func unreadable(record *pipeline.Record) (files []string) {
	if record == nil || !strings.Contains(record.Remedy, "--skip-file") {
		return nil
	}
	for _, t := range record.Tables {
		files = append(files, t.UnreadableFiles...)
	}
	return files
}
