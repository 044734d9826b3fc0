package tui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/diagnose"
	"stedi/tui/ui"
)

// problem is a failure for the error panel: what failed, why, and the fixes,
// with keys for those that the program can apply.
type problem struct {
	what  string
	why   []string
	fix   []string
	kind  pipeline.Kind
	fixes []ui.Answer

	filter bool      // a filter that is not valid, until another table or filter
	before *problem  // what was the newest failure before such a filter
	checks bool      // failed checks, which a later check may find to pass
	table  string    // that they are about
	since  time.Time // start of the run or check that found it; zero: unknown
}

// forDetails names the key that shows the newest error.
func (a *app) forDetails() string { return "press " + a.problemKey() + " for details" }

func (a *app) problemKey() string { return a.Keys.Label("problem", "!") }

// describe converts an error to a problem.
func describe(what string, err error) *problem {
	p := &problem{what: what, kind: pipeline.KindOf(err)}
	var add func(error)
	add = func(err error) {
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range joined.Unwrap() {
				add(e)
			}
			return
		}
		if f, ok := errors.AsType[*pipeline.Failure](err); ok {
			text := f.Err.Error()
			if f.Table != "" {
				text = f.Table + ": " + text
			}
			p.why = append(p.why, strings.Split(text, "\n")...)
			if f.Fix != "" {
				p.fix = append(p.fix, strings.Split(f.Fix, "\n")...)
			}
			return
		}
		p.why = append(p.why, strings.Split(err.Error(), "\n")...)
	}
	add(err)
	return p
}

// sentences joins texts in one line, with a full stop between two of them.
func sentences(texts ...string) string {
	line := ""
	for _, text := range texts {
		text = strings.Join(strings.Fields(text), " ")
		switch {
		case text == "":
			continue
		case line != "" && !strings.ContainsAny(line[len(line)-1:], ".!?:;"):
			line += "."
		}
		line = strings.TrimSpace(line + " " + text)
	}
	return line
}

// fail remembers a failure and shows that there is one. The screen stays usable.
func (a *app) fail(what string, err error, fixes ...ui.Answer) {
	if errors.Is(err, errStale) {
		return
	}
	p := describe(what, err)
	p.fixes = fixes
	a.failWith(p)
}

// failWith remembers a failure. Messages about earlier things end.
func (a *app) failWith(p *problem) {
	a.failure = p
	a.Toasts.DropAll()
}

// overtaken reports whether newer results show that the failure is over: its
// table is right again, or a newer run has ended well.
func (a *app) overtaken() bool {
	p := a.failure
	if p == nil || p.since.IsZero() || a.view == nil || a.live.busy() {
		return false
	}
	last, found := a.view.Last, a.verdicts()
	if p.table == "" {
		return newerThan(last, p.since) && last.Status == "ok"
	}
	newer := newerThan(last, p.since) || newerThan(found, p.since)
	return newer && a.results[p.table].result < inherited
}

func newerThan(r *pipeline.Record, since time.Time) bool {
	return r != nil && r.Started.After(since)
}

// settled forgets the failure, and the messages about failures with it.
func (a *app) settled() {
	a.failure = nil
	a.Toasts.DropMood(ui.Failed)
}

// filterGone forgets the failure of a filter that is no longer shown, and returns to
// the one before it.
func (a *app) filterGone() {
	if a.failure != nil && a.failure.filter {
		before := a.failure.before
		a.settled()
		a.failure = before
	}
}

// errStale is the error of work whose result is no longer wanted.
var errStale = errors.New("no longer wanted")

// newestProblem returns the newest failure of this session, or else that of the
// last run before it; nil: that one ended well.
func (m *Model) newestProblem() *problem {
	if m.failure != nil || m.view == nil || m.live.busy() {
		return m.failure
	}
	last := m.view.Last
	switch {
	case last == nil:
		return nil
	case onlyChecksFailed(last):
		return m.problemOfChecks(last)
	case last.Status == "failed" || last.Status == "data_failed":
		p := &problem{what: m.whatFailed(last), kind: pipeline.Kind(last.ExitCode), since: last.Started}
		p.why = strings.Split(strings.TrimSpace(strings.TrimSuffix(last.Error, last.Remedy)), "\n")
		if last.Remedy != "" {
			p.fix = strings.Split(last.Remedy, "\n")
		}
		return p
	default:
		return nil
	}
}

// showProblem opens the error panel.
func (m *Model) showProblem() tea.Cmd {
	p := m.newestProblem()
	if p == nil {
		return nil
	}
	var more []ui.Action
	for i, f := range p.fixes {
		more = append(more, m.Keys.Act("fix-"+f.Key, f.Key, f.Text, func() tea.Cmd { return m.Want(ui.CloseOverlay{Then: f.Do}) }).At(1+i))
	}
	more = append(more, m.Keys.Was("x", "dismiss", "delete", "dismiss", func() tea.Cmd {
		m.settled()
		return m.Shut()
	}).At(2+len(p.fixes)).When(p == m.failure, "it belongs to the last run: the next one replaces it"))
	return m.Open(&ui.Reader{
		Kit: m.Kit, Head: "ERROR", Lines: func() []ui.StyledLine { return m.problemLines(p) }, More: more,
		Copy: func() tea.Cmd { return m.CopyText("the report", m.reportOf(p)) },
	})
}

// reportOf formats a problem as plain text.
func (a *app) reportOf(p *problem) string {
	var b strings.Builder
	b.WriteString("WHAT  " + p.what + "\n")
	for _, part := range []struct {
		name  string
		lines []string
	}{{"WHY   ", a.whyOf(p)}, {"FIX   ", a.fixOf(p)}} {
		if len(part.lines) > 0 {
			b.WriteString(part.name + strings.Join(part.lines, "\n      ") + "\n")
		}
	}
	return b.String() + fmt.Sprintf("EXIT  %d\n", int(p.kind))
}

// whyOf returns why something failed. For a failed check the cause may have been
// found since.
func (a *app) whyOf(p *problem) []string {
	if !p.checks {
		return p.why
	}
	switch found := a.diagnosis(p.table); {
	case found != nil && found.Sentence() != "":
		return append(slices.Clone(p.why), found.Sentence())
	case a.diagnosing.Working():
		return append(slices.Clone(p.why), "searching the cause …")
	default:
		return p.why
	}
}

// fixOf returns how to repair it. The fix of a cause that was found says more than
// the general advice.
func (a *app) fixOf(p *problem) []string {
	if p.checks {
		if found := a.diagnosis(p.table); found != nil && len(found.Causes) > 0 && found.Causes[0].Certainty != diagnose.Unknown {
			return []string{found.Causes[0].Fix}
		}
	}
	return p.fix
}

// problemLines formats what failed, why, and the fix. What is longer than the
// window begins with what failed and the fix.
func (a *app) problemLines(p *problem) []ui.StyledLine {
	what, why := a.problemPart("WHAT", []string{p.what}), a.problemPart("WHY", a.whyOf(p))
	fix := a.problemPart("FIX", a.fixOf(p))
	keys := a.fixLines(p)
	_, height := a.Room()
	if room := height - 2; len(what)+len(why)+len(fix)+len(keys)+2 <= room {
		lines := slices.Concat(what, []ui.StyledLine{nil}, why)
		if len(fix)+len(keys) > 0 {
			lines = append(lines, nil)
		}
		if lines = append(lines, fix...); len(fix) > 0 && len(keys) > 0 && len(lines)+len(keys) < room {
			lines = append(lines, nil)
		}
		return append(lines, keys...)
	} else if len(what)+len(why)+len(fix)+len(keys) > room {
		return slices.Concat(what, fix, keys, why)
	}
	return slices.Concat(what, why, fix, keys)
}

// problemLabel is the width of the names of the parts; on a narrow screen the
// text continues below them.
func (a *app) problemLabel() (label, room int) {
	const most = 90
	room = max(10, min(most, a.Reading()))
	if a.Reading() < scant-4 {
		return 0, room
	}
	return 7, room
}

// problemPart formats a part of a problem with its name.
func (a *app) problemPart(name string, texts []string) (lines []ui.StyledLine) {
	t := a.Theme
	label, room := a.problemLabel()
	for _, text := range texts {
		line := ui.StyledLine{{Style: t.Text, Text: ui.Printable(text)}}
		if label == 0 && name != "" {
			line = ui.StyledLine{{Style: t.Bad, Text: name + " "}, {Style: t.Text, Text: ui.Printable(strings.TrimSpace(text))}}
		}
		for _, part := range ui.WrapHanging(line, room-label) {
			if label > 0 {
				part = append(ui.StyledLine{{Style: t.Bad, Text: fmt.Sprintf("%-*s", label, name)}}, part...)
			}
			lines = append(lines, part)
			name = ""
		}
	}
	return lines
}

// fixLines lists the keys that apply a fix.
func (a *app) fixLines(p *problem) (lines []ui.StyledLine) {
	t := a.Theme
	label, room := a.problemLabel()
	for _, f := range p.fixes {
		lead := strings.Repeat(" ", label) + f.Key + "  "
		for i, part := range ui.WrapWords(ui.StyledLine{{Style: t.Text, Text: f.Text}}, room-len(lead)) {
			if i > 0 {
				lead = strings.Repeat(" ", len(lead))
			}
			lines = append(lines, append(ui.StyledLine{{Style: t.Accent, Text: lead}}, part...))
		}
	}
	return lines
}
