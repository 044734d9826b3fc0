package tui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
)

// examinedMsg brings the findings of diagnostics.
type examinedMsg struct {
	into     *[]pipeline.Finding
	findings []pipeline.Finding
}

// examine runs diagnostics. That works for a lake that cannot be opened, too.
func (a *app) examine() tea.Cmd {
	look, findings := a.options.Examine, &[]pipeline.Finding{}
	a.root.open(&reader{app: a, head: "DOCTOR", lines: a.fitted(func() []styledLine { return a.findingLines(*findings) })})
	return a.work.start(&a.examining, func(ctx context.Context) tea.Msg {
		return examinedMsg{findings, look(ctx)}
	})
}

// examined shows the findings. What is wrong is the newest error as well.
func (a *app) examined(msg examinedMsg) tea.Cmd {
	*msg.into = msg.findings
	var wrong []error
	for _, f := range msg.findings {
		if f.Wrong {
			wrong = append(wrong, pipeline.Fail(f.Kind, "", f.Fix, "%s: %s", f.About, f.Says))
		}
	}
	if len(wrong) > 0 {
		a.fail(plural(int64(len(wrong)), "problem found", "problems found"), errors.Join(wrong...))
	}
	return nil
}

func (a *app) findingLines(findings []pipeline.Finding) []styledLine {
	t := a.theme
	if len(findings) == 0 {
		return []styledLine{{{t.dim, "running diagnostics …"}}}
	}
	var lines []styledLine
	for _, f := range findings {
		mark := styled{t.good, "✓ "}
		if f.Wrong {
			mark = styled{t.bad, "✗ "}
		}
		lines = append(lines, styledLine{mark, {t.strong, f.About}, {t.text, ": " + f.Says}})
		if f.Fix != "" {
			lines = append(lines, styledLine{{t.accent, "  → " + f.Fix}})
		}
	}
	return lines
}
