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
	var b strings.Builder
	status := r.status
	if !r.ended {
		status = "stopped"
	}
	fmt.Fprintf(&b, "run %s %s\n", r.id, status)
	for _, t := range m.lake().Tables {
		s := r.steps[t.Name]
		if s == nil {
			continue
		}
		fmt.Fprintf(&b, "  %-26s %s", t.Name, s.state)
		if s.record != nil && s.state == pipeline.Published {
			fmt.Fprintf(&b, " %s in %s", ui.Plural(s.record.Rows, "row", "rows"), ui.Span(s.record.Seconds))
		}
		b.WriteByte('\n')
	}
	return ui.Printable(b.String())
}
