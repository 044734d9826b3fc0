package tui

import (
	"fmt"
	"strings"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// Farewell returns the result of the run of this session, for the scrollback
// after the screens are closed. It returns "" if there was no run.
func (m *Model) Farewell() string {
	r := &m.live
	if r.source != ownRun || len(r.steps) == 0 || m.lake() == nil {
		return ""
	}
	if !r.ended {
		r.settleSteps(true) // Close has cancelled it
	}
	lines := []string{strings.Join(strings.Fields("run "+r.id+" "+r.status), " ")}
	wide, open := 0, false
	for _, t := range m.made() {
		wide = max(wide, ui.Width(t.Name))
	}
	for _, t := range m.made() {
		s := r.steps[t.Name]
		if s == nil {
			continue
		}
		lines = append(lines, "  "+t.Name+strings.Repeat(" ", wide-ui.Width(t.Name))+"  "+m.stepText(t.Name, s))
		open = open || s.state == pipeline.Stopped || s.state == pipeline.Failed || s.state == pipeline.Skipped
	}
	if open {
		lines = append(lines, "No table was left half written. `stedi run --retry` resumes the run.")
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(ui.Printable(line) + "\n")
	}
	return b.String()
}

// stepText is the result of a step in words.
func (m *Model) stepText(table string, s *liveStep) string {
	text := s.state.String()
	if s.record != nil && s.state == pipeline.Published {
		text += fmt.Sprintf(" %s in %s", ui.Plural(s.record.Rows, "row", "rows"), ui.Span(s.record.Seconds))
	}
	if n := m.failedChecks(table, s); n > 0 {
		text += ", " + ui.Plural(int64(n), "check failed", "checks failed")
	}
	if s.state == pipeline.Skipped && s.reason != "" {
		text += ": " + s.reason
	}
	return text
}
