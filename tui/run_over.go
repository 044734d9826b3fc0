package tui

import (
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
	r.ended = true
	r.work.Stop()
	r.settleSteps()
	if r.source != ownRun {
		return m.lookAgain()
	}
	if m.quitting {
		return tea.Quit
	}
	cmds := []tea.Cmd{m.look()}
	switch kind := pipeline.KindOf(msg.err); {
	case msg.err == nil && msg.record != nil:
		m.failure = nil
		cmds = append(cmds, m.Toast(ui.Done, runText(msg.record)+" in "+ui.Span(msg.record.Seconds)))
	case kind == pipeline.Cancelled, kind == pipeline.Terminated:
		cmds = append(cmds, m.Toast(ui.Warned, "cancelled; no table was left half written"))
	default:
		m.fail(m.whatFailed(msg.record), msg.err, m.remedies(msg)...)
		cmds = append(cmds, m.Toast(ui.Failed, m.failure.what+"   press ! for details"))
	}
	return tea.Batch(cmds...)
}

// settleSteps ends the steps that have no last event, because the process of the
// run was killed.
func (r *liveRun) settleSteps() {
	for _, s := range r.steps {
		switch s.state {
		case pipeline.Running:
			s.state, s.reason, s.ended = pipeline.Failed, "the process of the run ended", r.latest
		case pipeline.Waiting:
			s.state, s.reason = pipeline.Skipped, "the run ended before this step"
		case pipeline.Published, pipeline.UpToDate, pipeline.Failed, pipeline.Skipped, pipeline.Stopped:
		}
	}
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

func failingCheck(c pipeline.CheckRecord) string {
	if c.Failing == 0 {
		return fmt.Sprintf("check %s of %s fails: %s", c.Check, c.Table, c.Message)
	}
	return fmt.Sprintf("check %s of %s fails for %s", c.Check, c.Table, ui.Plural(c.Failing, "row", "rows"))
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
		list = append(list, ui.Answer{Key: "m", Text: "run again, and move these files aside (--replace)", Do: again(func(o *pipeline.RunOptions) { o.Replace = true })})
	}
	if n := rejected(msg.record); n > 0 {
		list = append(list, ui.Answer{Key: "w", Text: fmt.Sprintf("run again without those lines (--max-rejects %d)", n), Do: again(func(o *pipeline.RunOptions) { o.Allow.Limit = pipeline.Limit{Count: n} })})
	}
	if files := unreadable(msg.record); len(files) > 0 {
		list = append(list, ui.Answer{Key: "s", Text: "run again without " + ui.Plural(int64(len(files)), "file", "files") + " (--skip-file)", Do: again(func(o *pipeline.RunOptions) {
			o.Allow.SkipFiles = append(slices.Clone(o.Allow.SkipFiles), files...)
		})})
	}
	return append(list, ui.Answer{Key: "r", Text: "run again", Do: again(func(*pipeline.RunOptions) {})})
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
