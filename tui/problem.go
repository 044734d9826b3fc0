package tui

import (
	"errors"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"stedi/pipeline"
)

// problem is a failure as the error panel shows it: what happened, why, and
// what to do about it, on keys where the program can do it.
type problem struct {
	what  string
	why   []string
	fix   []string
	kind  pipeline.Kind
	fixes []answer
}

// describe makes a problem of an error.
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

// fail remembers a failure and shows that there is one. The screen stays usable.
func (a *app) fail(what string, err error, fixes ...answer) {
	if errors.Is(err, errStale) {
		return
	}
	a.failure = describe(what, err)
	a.failure.fixes = fixes
}

// errStale is the error of work whose result is no longer wanted.
var errStale = errors.New("no longer wanted")

// showProblem opens the error panel.
func (m *Model) showProblem() tea.Cmd {
	p := m.failure
	if p == nil {
		return nil
	}
	var more []action
	for i, f := range p.fixes {
		more = append(more, m.keys.act("fix-"+f.key, f.key, f.text, func() tea.Cmd {
			m.shut()
			return f.do()
		}).at(1+i))
	}
	more = append(more, m.keys.act("dismiss", "x", "dismiss", func() tea.Cmd {
		m.failure = nil
		m.shut()
		return nil
	}).at(2+len(p.fixes)))
	m.open(&reader{
		app: m.app, head: "ERROR", lines: func() []styledLine { return m.problemLines(p) }, more: more,
		copy: func() tea.Cmd { return m.copyText("the report", p.report()) },
	})
	return nil
}

// report is the problem as plain text.
func (p *problem) report() string {
	return fmt.Sprintf("WHAT  %s\nWHY   %s\nFIX   %s\nEXIT  %d\n", p.what, strings.Join(p.why, "\n      "), strings.Join(p.fix, "\n      "), int(p.kind))
}

// problemLines are what has happened, why, and what to do about it.
func (a *app) problemLines(p *problem) []styledLine {
	const label, most = 7, 90
	t := a.theme
	var lines []styledLine
	section := func(name string, texts []string) {
		for _, text := range texts {
			for part := range strings.SplitSeq(ansi.WrapWc(printable(text), max(10, min(most, a.reading()-label)), " /"), "\n") {
				lines = append(lines, styledLine{{t.bad, fmt.Sprintf("%-*s", label, name)}, {t.text, part}})
				name = ""
			}
		}
		lines = append(lines, nil)
	}
	section("WHAT", []string{p.what})
	section("WHY", p.why)
	section("FIX", p.fix)
	for _, f := range p.fixes {
		lines = append(lines, styledLine{{t.accent, strings.Repeat(" ", label) + f.key + "  "}, {t.text, f.text}})
	}
	return lines
}
