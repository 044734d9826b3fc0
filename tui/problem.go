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

// fail remembers a failure and shows that there is one. The screen goes on.
func (a *app) fail(what string, err error, fixes ...answer) {
	if errors.Is(err, errStale) {
		return
	}
	a.failure = describe(what, err)
	a.failure.fixes = fixes
}

// errStale is the error of work that nobody waits for.
var errStale = errors.New("no longer wanted")

// showProblem opens the error panel.
func (m *Model) showProblem() tea.Cmd {
	if m.failure != nil {
		m.open(&problemPanel{m.app, m.failure})
	}
	return nil
}

type problemPanel struct {
	*app
	*problem
}

func (p *problemPanel) actions() []action {
	var list []action
	for i, f := range p.fixes {
		list = append(list, p.keys.act("fix-"+f.key, f.key, f.text, func() tea.Cmd {
			p.root.shut()
			return f.do()
		}).at(1+i))
	}
	return append(list,
		p.keys.act("copy-problem", "y", "copy the report", func() tea.Cmd { return p.copyText("the report", p.report()) }).at(50),
		p.keys.act("dismiss", "x", "dismiss", func() tea.Cmd {
			p.app.failure = nil
			p.root.shut()
			return nil
		}).at(51),
	)
}

// report is the problem as plain text.
func (p *problem) report() string {
	return fmt.Sprintf("WHAT  %s\nWHY   %s\nFIX   %s\nEXIT  %d\n", p.what, strings.Join(p.why, "\n      "), strings.Join(p.fix, "\n      "), int(p.kind))
}

func (p *problemPanel) draw(area pane) {
	w := min(area.width()-2, 100)
	type part struct {
		label string
		lines []string
	}
	parts := []part{{"WHAT", []string{p.what}}, {"WHY", p.why}, {"FIX", p.fix}}
	rows := 0
	for i := range parts {
		var wrapped []string
		for _, line := range parts[i].lines {
			wrapped = append(wrapped, strings.Split(ansi.Wrap(printable(line), max(10, w-12), " /"), "\n")...)
		}
		parts[i].lines = wrapped
		rows += max(1, len(wrapped)) + 1
	}
	in := window(area, p.theme, "ERROR", w, rows+len(p.fixes)+3)
	y := 0
	for _, part := range parts {
		in.text(1, y, p.theme.bad, part.label)
		for _, line := range part.lines {
			in.text(8, y, p.theme.text, line)
			y++
		}
		y++
	}
	for _, a := range p.actions() {
		row := in.part(8, y, in.width()-9, 1)
		if y >= in.height() || !strings.HasPrefix(a.name, "fix-") {
			break
		}
		x := row.text(0, 0, p.theme.accent, a.keyName())
		row.text(x+2, 0, p.theme.text, a.title())
		row.click(a.do)
		y++
	}
}
