package tui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// examinedMsg brings the findings of diagnostics.
type examinedMsg struct {
	into     *[]pipeline.Finding
	findings []pipeline.Finding
}

// examine runs diagnostics. That works for a lake that cannot be opened, too.
func (a *app) examine() tea.Cmd {
	look, findings := a.options.Examine, &[]pipeline.Finding{}
	a.Open(&ui.Reader{Kit: a.Kit, Head: "DOCTOR", Lines: a.Fitted(func() []ui.StyledLine { return a.findingLines(*findings) })})
	return a.Work.Start(&a.examining, func(ctx context.Context) tea.Msg {
		return examinedMsg{findings, look(ctx)}
	})
}

// examined shows the findings. A problem is also recorded as the newest error.
func (a *app) examined(msg examinedMsg) tea.Cmd {
	*msg.into = msg.findings
	var wrong []error
	for _, f := range msg.findings {
		if f.Wrong {
			wrong = append(wrong, pipeline.Fail(f.Kind, "", f.Fix, "%s: %s", f.About, f.Says))
		}
	}
	if len(wrong) > 0 {
		a.fail(ui.Plural(int64(len(wrong)), "problem found", "problems found"), errors.Join(wrong...))
	}
	return nil
}

func (a *app) findingLines(findings []pipeline.Finding) []ui.StyledLine {
	t := a.Theme
	if len(findings) == 0 {
		return []ui.StyledLine{{{Style: t.Dim, Text: "running diagnostics …"}}}
	}
	var lines []ui.StyledLine
	for _, f := range findings {
		mark := ui.Styled{Style: t.Good, Text: "✓ "}
		if f.Wrong {
			mark = ui.Styled{Style: t.Bad, Text: "✗ "}
		}
		lines = append(lines, ui.StyledLine{mark, {Style: t.Strong, Text: f.About}, {Style: t.Text, Text: ": " + f.Says}})
		if f.Fix != "" {
			lines = append(lines, ui.StyledLine{{Style: t.Accent, Text: "  → " + f.Fix}})
		}
	}
	return lines
}
