package tui

import (
	"fmt"
	"slices"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	harmless "stedi/pipeline/printable"
	"stedi/pipeline/report"
	"stedi/tui/ui"
)

func (h *historyView) draw(p ui.Pane) {
	h.halves.Draw(p, h.panes, p.Width() >= ui.Medium, 45, 40, h.drawList, h.drawDetail)
}

func (h *historyView) drawList(p ui.Pane) {
	t := h.Theme
	in := p.Box(t, "RUNS", h.panes.At == listPane)
	runs := h.runs
	if len(runs) > 0 {
		var seconds []int64
		for _, r := range slices.Backward(runs) {
			seconds = append(seconds, int64(r.Seconds*1000))
		}
		if len(seconds) > 1 {
			p.Note(t.Full, "time "+ui.Spark(seconds, max(1, min(20, p.Width()/2-9))))
		}
	} else {
		in.Inset(1, 0).Wrap(0, t.Dim, h.noRuns(h.Keys.Label("run-all", "R")+" on screen 1 or 2 runs all"))
	}
	in = h.drawOutcome(in)
	h.list.Draw(p, in, len(runs)+h.below(), func(row ui.Row) {
		if row.N >= len(runs) {
			h.drawMore(row.Pane)
			return
		}
		h.drawRun(row.Right(2), runs[row.N], row.Back)
		if runs[row.N].Run == h.base {
			row.Text(0, 0, ui.Over(t.Warn, row.Back), "●")
		}
		if row.Chosen {
			row.Text(1, 0, ui.Over(t.Accent, row.Back), "▸")
		}
	})
}

// drawOutcome says below a list without room for the details how the chosen run
// ended, and returns the remaining pane.
func (h *historyView) drawOutcome(p ui.Pane) ui.Pane {
	const least, most = 4, 2 // lines of the list and of the text
	if !h.small() || p.Height() < least || len(h.runs) == 0 {
		return p
	}
	mood, text := h.hint()
	mark, style := mood.Look(h.Theme)
	_, text, _ = strings.Cut(text, ": ") // the list has the time
	lines := ui.WrapMost(ui.StyledLine{{Style: style, Text: mark + " "}, {Style: h.Theme.Text, Text: text}}, p.Width()-2, most)
	below := p.Bottom(p.Height() - len(lines))
	for y, line := range lines {
		below.Line(y).Styled(1, line)
	}
	return p.Top(p.Height() - len(lines))
}

// drawMore shows below the last known run that there may be older runs.
func (h *historyView) drawMore(row ui.Pane) {
	text := "… older runs"
	if h.records.reading.Working() {
		text = "reading older runs …"
	}
	row.Cut(3, 0, row.Width()-3, h.Theme.Dim, text)
	row.Click(h.readOlder)
}

// drawDetail describes the chosen run, or its differences from another.
func (h *historyView) drawDetail(p ui.Pane) {
	title := "RUN"
	if d := h.shownDiff(); d != nil {
		title = "DIFFERENCE"
	}
	in := p.Box(h.Theme, title, h.panes.At == detailPane)
	lines := h.detail(in.Width())
	h.text.Draw(p, in, len(lines), func(row ui.Row) { row.Styled(1, lines[row.N]) })
}

// shownDiff returns the requested difference if it belongs to the selected run.
func (h *historyView) shownDiff() *runDiff {
	r := h.current()
	if h.diff == nil || r == nil || h.diff.a != r.Run && h.diff.b != r.Run {
		return nil
	}
	return h.diff
}

// detail are the lines about the chosen run in a pane of that width.
func (h *historyView) detail(wide int) []ui.StyledLine {
	if d := h.shownDiff(); d != nil {
		return fitted(h.diffLines(d), wide)
	}
	r := h.current()
	if r == nil {
		return nil
	}
	lines := append(append(h.headOf(r, wide), h.stepsOf(r, wide)...), nil)
	for _, table := range r.Tables {
		lines = append(lines, h.tableLine(table, wide))
	}
	for _, c := range r.Checks {
		table := r.Table(c.Table)
		if c.State == "fail" && (table == nil || !table.Missing && (c.Check != "fresh" || table.Stale == "")) {
			lines = append(lines, h.failedLine(c))
		}
	}
	if wide < scant {
		lines = append(lines, nil, ui.StyledLine{{Style: h.Theme.Dim, Text: "run " + r.Run + " of " + h.dateOf(r)}})
	}
	return fitted(lines, wide)
}

func (h *historyView) dateOf(r *pipeline.Record) string {
	return r.Started.In(h.options.Zone).Format("2006-01-02 15:04:05")
}

// headOf says how a run ended, and why. In a narrow pane its name and its date,
// which the list shows too, are at the end of the text.
func (h *historyView) headOf(r *pipeline.Record, wide int) []ui.StyledLine {
	t := h.Theme
	about := []string{h.dateOf(r), r.Engine, ui.Span(r.Seconds)}
	if spent := pipeline.Spent(r.Steps...); spent != "" {
		about = append(about, spent)
	}
	ended := ui.Styled{Style: h.markStyle(r), Text: runMark(r) + " " + statusText(r)}
	lines := []ui.StyledLine{{{Style: t.Strong, Text: "run " + r.Run + "  "}, ended}, {{Style: t.Dim, Text: strings.Join(about, " · ")}}}
	if wide < scant {
		lines = []ui.StyledLine{{ended, {Style: t.Dim, Text: " · " + strings.Join(about[1:], " · ")}}}
	}
	if text := runText(r); r.Status != "ok" && text != statusText(r) {
		lines = append(lines, ui.StyledLine{{Style: t.Text, Text: text}})
	}
	if len(r.Profile) > 0 {
		lines = append(lines, ui.StyledLine{{Style: t.Dim, Text: "variant " + strings.Join(r.Profile, ", ")}})
	}
	for line := range strings.Lines(r.Error) {
		lines = append(lines, ui.StyledLine{{Style: t.Bad, Text: strings.TrimRight(line, "\n")}})
	}
	if tally := pipeline.TallyOf(r.Checks); tally.Failed+tally.Warned > 0 {
		style := t.Bad
		if tally.Failed == 0 {
			style = t.Warn
		}
		lines = append(lines, ui.StyledLine{{Style: t.Dim, Text: "checks "}, {Style: style, Text: tallyText(tally)}})
	}
	return lines
}

// failedLine describes a failed check of a run, with its table.
func (h *historyView) failedLine(c pipeline.CheckRecord) ui.StyledLine {
	line := h.checkLine(c)
	line[1].Text = c.Table + ": " + strings.Replace(line[1].Text, c.Check, shortName(&c), 1)
	return line
}

// fitted wraps lines for a pane of that width.
func fitted(lines []ui.StyledLine, wide int) (wrapped []ui.StyledLine) {
	for _, line := range lines {
		wrapped = append(wrapped, ui.WrapHanging(line, max(1, wide-2))...)
	}
	return wrapped
}

// stepsOf describes the steps of a run. Steps of one line need no blank line
// between them.
func (h *historyView) stepsOf(r *pipeline.Record, wide int) (lines []ui.StyledLine) {
	single := false
	for _, s := range r.Steps {
		if strings.Contains(r.Error, s.Error) {
			s.Error = "" // it is shown above
		}
		about := h.stepLines(s, wide)
		if len(about) > 1 || !single {
			lines = append(lines, nil)
		}
		single = len(about) == 1
		lines = append(lines, about...)
	}
	return lines
}

func (h *historyView) stepLines(s pipeline.StepRecord, wide int) []ui.StyledLine {
	t := h.Theme
	mark, style := h.stateMark(s.State)
	head := ui.StyledLine{{Style: style, Text: mark + " "}, {Style: t.Text, Text: s.Table}, {Style: t.Dim, Text: "  " + s.State.String()}}
	if s.State == pipeline.Published {
		head = append(head, ui.Styled{Style: t.Dim, Text: " in " + ui.Span(s.Seconds)})
	}
	if s.State == pipeline.Stopped {
		s.Reason = stopReason("", &s)
	}
	if s.Reason != "" && s.Reason != s.State.String() {
		head = append(head, ui.Styled{Style: t.Dim, Text: " (" + reasonOf(s.Reason) + ")"})
	}
	lines := []ui.StyledLine{head}
	if spent := pipeline.Spent(s); spent != "" {
		lines = append(lines, ui.StyledLine{{Style: t.Dim, Text: "    " + spent}})
	}
	numbers := 16
	if wide < scant {
		numbers = 9
	}
	for i, f := range s.Funnel {
		style := t.Text
		if i == len(s.Funnel)-1 {
			style = t.Strong
		}
		lines = append(lines, ui.StyledLine{{Style: t.Number, Text: fmt.Sprintf("%*s  ", numbers, ui.Count(f.Rows))}, {Style: style, Text: f.Name}})
	}
	for line := range strings.Lines(s.Error) {
		lines = append(lines, ui.StyledLine{{Style: t.Bad, Text: "    " + strings.TrimRight(line, "\n")}})
	}
	return lines
}

// reasonOf is why a step ran, of a run that is over.
func reasonOf(reason string) string {
	return strings.ReplaceAll(reason, " will be rebuilt", " was rebuilt")
}

func (h *historyView) tableLine(r pipeline.TableRecord, wide int) ui.StyledLine {
	t, room := h.Theme, 12
	if wide < scant {
		room = 9
	}
	line := ui.StyledLine{{Style: t.Number, Text: fmt.Sprintf("%*s  ", room, ui.Count(r.Rows))}, {Style: t.Text, Text: r.Table}}
	switch {
	case r.Missing:
		return ui.StyledLine{{Style: t.Dim, Text: fmt.Sprintf("%*s  %s", room, "—", r.Table)}}
	case r.Stale != "":
		line = append(line, ui.Styled{Style: t.Warn, Text: "  stale: " + r.Stale})
	case r.Expected != nil && *r.Expected != r.Rows:
		line = append(line, ui.Styled{Style: t.Bad, Text: "  not the " + ui.Count(*r.Expected) + " of this data set"})
	case r.Expected != nil && r.Rejected == 0:
		line = append(line, ui.Styled{Style: t.Good, Text: "  ✓"})
	}
	if r.Rejected > 0 {
		line = append(line, ui.Styled{Style: t.Warn, Text: "  " + ui.Count(r.Rejected) + " rejected"})
	}
	return line
}

// diffLines lists the differences of two runs.
func (h *historyView) diffLines(d *runDiff) []ui.StyledLine {
	t := h.Theme
	lines := []ui.StyledLine{
		{{Style: t.Bad, Text: "− " + d.a}},
		{{Style: t.Good, Text: "+ " + d.b}},
	}
	if d.diff == nil {
		text := "comparing …"
		if d.err != nil {
			text = d.err.Error()
		}
		return append(lines, ui.StyledLine{{Style: t.Dim, Text: text}})
	}
	lines = append(lines, nil, ui.StyledLine{{Style: t.TitleFocus, Text: "TABLES"}})
	if len(d.diff.Tables) == 0 {
		lines = append(lines, ui.StyledLine{{Style: t.Dim, Text: "  the same rows, bytes and columns"}})
	}
	for _, table := range d.diff.Tables {
		lines = append(lines, h.tableDiff(table)...)
	}
	lines = append(lines, nil, ui.StyledLine{{Style: t.TitleFocus, Text: "STEPS"}})
	for _, s := range d.diff.Steps {
		lines = append(lines, h.stepDiff(s)...)
	}
	return append(lines, h.rowLines(d.rows)...)
}

func (h *historyView) tableDiff(d report.TableDiff) []ui.StyledLine {
	t := h.Theme
	change, style := "", t.Dim
	if d.Rows.A >= 0 && d.Rows.B >= 0 {
		change = signed(d.Rows.B - d.Rows.A)
		if d.Rows.B != d.Rows.A {
			style = t.Warn
		}
	}
	lines := []ui.StyledLine{{
		{Style: t.Text, Text: fmt.Sprintf("  %-26s", d.Table)}, {Style: t.Dim, Text: counted(d.Rows.A) + " → "}, {Style: t.Number, Text: counted(d.Rows.B)}, {Style: style, Text: "  " + change},
	}}
	if before, after := ui.Size(max(0, d.Bytes.A)), ui.Size(max(0, d.Bytes.B)); d.Bytes.A >= 0 && d.Bytes.B >= 0 && before != after {
		lines[0] = append(lines[0], ui.Styled{Style: t.Dim, Text: "  " + before + " → " + after})
	}
	for _, c := range d.Added {
		lines = append(lines, ui.StyledLine{{Style: t.Good, Text: "    + column " + c}})
	}
	for _, c := range d.Removed {
		lines = append(lines, ui.StyledLine{{Style: t.Bad, Text: "    − column " + c}})
	}
	return lines
}

// counted formats a number of a diff; -1 means that there is no number.
func counted(n int64) string {
	if n < 0 {
		return "—"
	}
	return ui.Count(n)
}

func (h *historyView) stepDiff(d report.StepDiff) []ui.StyledLine {
	t := h.Theme
	state := d.State.A + "  " + ui.Span(d.Seconds.A) + " → " + ui.Span(d.Seconds.B)
	if d.State.A != d.State.B { // their times say nothing beside each other
		state = d.State.A + " → " + d.State.B
	}
	lines := []ui.StyledLine{{
		{Style: t.Text, Text: fmt.Sprintf("  %-24s  ", d.Table)}, {Style: t.Dim, Text: state},
	}}
	for _, f := range d.Funnel {
		lines = append(lines, ui.StyledLine{{Style: t.Dim, Text: fmt.Sprintf("    %-26s", f.Stage)}, {Style: t.Number, Text: counted(f.Rows.A) + " → " + counted(f.Rows.B)}})
	}
	changed := d.SQL[max(0, strings.Index(d.SQL, "@@")):] // the file names at the start add no information
	for line := range strings.Lines(changed) {
		line = strings.TrimRight(line, "\n")
		style := t.Dim
		switch {
		case strings.HasPrefix(line, "+"):
			style = t.Good
		case strings.HasPrefix(line, "-"):
			style = t.Bad
		}
		lines = append(lines, ui.StyledLine{{Style: uv.Style{}, Text: "    "}, {Style: style, Text: line}})
	}
	return lines
}

// rowLines lists the rows that only one of two versions has.
func (h *historyView) rowLines(rows []report.RowsDiff) []ui.StyledLine {
	t := h.Theme
	var lines []ui.StyledLine
	var same []string
	for _, d := range rows {
		if d.Gone == "" && d.OnlyA == 0 && d.OnlyB == 0 {
			same = append(same, d.Table)
			continue
		}
		lines = append(lines, nil, ui.StyledLine{{Style: t.TitleFocus, Text: "ROWS of " + d.Table}})
		if d.Gone != "" {
			lines = append(lines, ui.StyledLine{{Style: t.Dim, Text: "  " + d.Gone}})
			continue
		}
		if d.OnlyA > 0 {
			lines = append(lines, sampleLines(t.Bad, "− "+ui.Plural(d.OnlyA, "row", "rows")+" only before", d.Columns, d.SampleA)...)
		}
		if d.OnlyB > 0 {
			lines = append(lines, sampleLines(t.Good, "+ "+ui.Plural(d.OnlyB, "row", "rows")+" only after", d.Columns, d.SampleB)...)
		}
	}
	if len(same) > 0 {
		lines = append(lines, nil, ui.StyledLine{{Style: t.TitleFocus, Text: "THE SAME ROWS"}})
		for _, table := range same {
			lines = append(lines, ui.StyledLine{{Style: t.Text, Text: "  " + table}})
		}
	}
	return lines
}

func sampleLines(style uv.Style, head string, columns []pipeline.ResultColumn, sample [][]any) []ui.StyledLine {
	lines := []ui.StyledLine{{{Style: style, Text: "  " + head}}}
	for _, row := range sample {
		var parts []string
		for i, v := range row {
			if i < len(columns) && v != nil {
				parts = append(parts, columns[i].Name+" "+harmless.Head(harmless.Value(v), 60))
			}
		}
		lines = append(lines, ui.StyledLine{{Style: style, Text: "    "}, {Style: uv.Style{}, Text: strings.Join(parts, " · ")}})
	}
	return lines
}
