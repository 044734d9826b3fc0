package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	harmless "stedi/pipeline/printable"
)

func (h *historyView) draw(p pane) {
	h.halves.draw(p, h.panes, p.width() >= medium, 45, 40, h.drawList, h.drawDetail)
}

func (h *historyView) drawList(p pane) {
	t := h.theme
	in := p.box(t, "RUNS", h.panes.at == listPane)
	runs := h.runs()
	if len(runs) > 0 {
		var seconds []int64
		for _, r := range slices.Backward(runs) {
			seconds = append(seconds, int64(r.Seconds*1000))
		}
		p.note(t.full, "time "+spark(seconds, max(1, min(20, p.width()/2-9))))
	} else {
		in.cut(1, 0, in.width()-2, t.dim, "no run yet: R on screen 1 or 2 runs all")
	}
	p.wheel(func(delta int) tea.Cmd { h.panes.at = listPane; return h.move(sign(delta)) })
	at := h.at(runs)
	below := 0 // a line for what is not there yet
	if h.more() {
		below = 1
	}
	from := max(0, min(at-in.height()/2, len(runs)+below-in.height()))
	for y := range in.height() {
		n := from + y
		row := in.line(y)
		if n >= len(runs) {
			if below > 0 {
				h.drawMore(row)
			}
			break
		}
		h.drawRun(row.right(2), runs[n], n == at && h.panes.at == listPane)
		if runs[n].Run == h.base {
			row.text(0, 0, t.warn, "●")
		}
		if n == at {
			row.text(1, 0, t.accent, "▸")
		}
		row.click(func() tea.Cmd { h.panes.at = listPane; return h.choose(runs, n) })
	}
}

// drawMore says that there may be older runs, below the last one that is known.
func (h *historyView) drawMore(row pane) {
	text := "… older runs"
	if h.records.reading.working() {
		text = "reading older runs …"
	}
	row.cut(3, 0, row.width()-3, h.theme.dim, text)
	row.click(h.readOlder)
}

// drawDetail describes the chosen run, or its differences from another.
func (h *historyView) drawDetail(p pane) {
	title := "RUN"
	if d := h.shownDiff(); d != nil {
		title = "DIFFERENCE"
	}
	in := p.box(h.theme, title, h.panes.at == detailPane)
	p.click(func() tea.Cmd { h.panes.at = detailPane; return nil })
	p.wheel(func(delta int) tea.Cmd { h.panes.at = detailPane; return h.move(delta) })
	h.room = in.width() - 2
	lines := h.detail()
	from := min(h.scroll, max(0, len(lines)-in.height()))
	for y := range in.height() {
		if from+y >= len(lines) {
			break
		}
		x := 1
		for _, s := range lines[from+y] {
			x = in.part(0, y, in.width()-1, 1).text(x, 0, s.style, s.text)
		}
	}
}

// shownDiff is the difference that was asked for, if it is of the chosen run.
func (h *historyView) shownDiff() *runDiff {
	r := h.current()
	if h.diff == nil || r == nil || h.diff.a != r.Run && h.diff.b != r.Run {
		return nil
	}
	return h.diff
}

func (h *historyView) detail() []styledLine {
	if d := h.shownDiff(); d != nil {
		return h.diffLines(d)
	}
	r := h.current()
	if r == nil {
		return nil
	}
	t := h.theme
	about := []string{r.Started.In(h.options.Zone).Format("2006-01-02 15:04:05"), r.Engine, span(r.Seconds)}
	if spent := pipeline.Spent(r.Steps...); spent != "" {
		about = append(about, spent)
	}
	lines := []styledLine{
		{{t.strong, "run " + r.Run + "  "}, {h.markStyle(r), runMark(r) + " " + r.Status}},
		{{t.dim, strings.Join(about, " · ")}},
	}
	if len(r.Profile) > 0 {
		lines = append(lines, styledLine{{t.dim, "profile " + strings.Join(r.Profile, ", ")}})
	}
	for line := range strings.Lines(r.Error) {
		lines = append(lines, styledLine{{t.bad, strings.TrimRight(line, "\n")}})
	}
	for _, s := range r.Steps {
		if strings.Contains(r.Error, s.Error) {
			s.Error = "" // it is said above
		}
		lines = append(lines, h.stepLines(s)...)
	}
	lines = append(lines, nil)
	for _, table := range r.Tables {
		lines = append(lines, h.tableLine(table))
	}
	for _, c := range r.Checks {
		if c.State == "fail" {
			lines = append(lines, h.checkLine(c))
		}
	}
	var fitted []styledLine
	for _, line := range lines {
		fitted = append(fitted, wrapWords(line, max(1, h.room))...)
	}
	return fitted
}

func (h *historyView) stepLines(s pipeline.StepRecord) []styledLine {
	t := h.theme
	mark, style := h.stateMark(s.State)
	head := styledLine{{style, mark + " "}, {t.text, s.Table}, {t.dim, "  " + s.State.String()}}
	if s.State == pipeline.Published {
		head = append(head, styled{t.dim, " in " + span(s.Seconds)})
	}
	if s.Reason != "" && s.Reason != s.State.String() {
		head = append(head, styled{t.dim, " (" + s.Reason + ")"})
	}
	lines := []styledLine{nil, head}
	if spent := pipeline.Spent(s); spent != "" {
		lines = append(lines, styledLine{{t.dim, "    " + spent}})
	}
	for i, f := range s.Funnel {
		style := t.text
		if i == len(s.Funnel)-1 {
			style = t.strong
		}
		lines = append(lines, styledLine{{t.dim, "    "}, {t.number, fmt.Sprintf("%12s  ", count(f.Rows))}, {style, f.Name}})
	}
	for line := range strings.Lines(s.Error) {
		lines = append(lines, styledLine{{t.bad, "    " + strings.TrimRight(line, "\n")}})
	}
	return lines
}

func (h *historyView) tableLine(r pipeline.TableRecord) styledLine {
	t := h.theme
	line := styledLine{{t.number, fmt.Sprintf("%12s  ", count(r.Rows))}, {t.text, r.Table}}
	switch {
	case r.Missing:
		return styledLine{{t.dim, fmt.Sprintf("%12s  %s", "—", r.Table)}}
	case r.Stale != "":
		line = append(line, styled{t.warn, "  stale: " + r.Stale})
	case r.Expected != nil && *r.Expected != r.Rows:
		line = append(line, styled{t.bad, "  not the " + count(*r.Expected) + " of this data set"})
	case r.Expected != nil:
		line = append(line, styled{t.good, "  ✓"})
	}
	if r.Rejected > 0 {
		line = append(line, styled{t.warn, "  " + count(r.Rejected) + " rejected"})
	}
	return line
}

// diffLines lists the differences of two runs.
func (h *historyView) diffLines(d *runDiff) []styledLine {
	t := h.theme
	lines := []styledLine{
		{{t.bad, "− " + d.a}},
		{{t.good, "+ " + d.b}},
	}
	if d.diff == nil {
		text := "comparing …"
		if d.err != nil {
			text = d.err.Error()
		}
		return append(lines, styledLine{{t.dim, text}})
	}
	lines = append(lines, nil, styledLine{{t.titleFocus, "TABLES"}})
	if len(d.diff.Tables) == 0 {
		lines = append(lines, styledLine{{t.dim, "  the same rows, bytes and columns"}})
	}
	for _, table := range d.diff.Tables {
		lines = append(lines, h.tableDiff(table)...)
	}
	lines = append(lines, nil, styledLine{{t.titleFocus, "STEPS"}})
	for _, s := range d.diff.Steps {
		lines = append(lines, h.stepDiff(s)...)
	}
	return append(lines, h.rowLines(d.rows)...)
}

func (h *historyView) tableDiff(d pipeline.TableDiff) []styledLine {
	t := h.theme
	change, style := "", t.dim
	if d.Rows.A >= 0 && d.Rows.B >= 0 {
		change = signed(d.Rows.B - d.Rows.A)
		if d.Rows.B != d.Rows.A {
			style = t.warn
		}
	}
	lines := []styledLine{{
		{t.text, fmt.Sprintf("  %-28s", d.Table)}, {t.dim, counted(d.Rows.A) + " → "}, {t.number, counted(d.Rows.B)}, {style, "  " + change},
	}}
	if d.Bytes.A >= 0 && d.Bytes.B >= 0 && d.Bytes.A != d.Bytes.B {
		lines[0] = append(lines[0], styled{t.dim, "  " + size(d.Bytes.A) + " → " + size(d.Bytes.B)})
	}
	for _, c := range d.Added {
		lines = append(lines, styledLine{{t.good, "    + column " + c}})
	}
	for _, c := range d.Removed {
		lines = append(lines, styledLine{{t.bad, "    − column " + c}})
	}
	return lines
}

// counted writes a number of a diff; -1 stands for none.
func counted(n int64) string {
	if n < 0 {
		return "—"
	}
	return count(n)
}

func (h *historyView) stepDiff(d pipeline.StepDiff) []styledLine {
	t := h.theme
	lines := []styledLine{{
		{t.text, fmt.Sprintf("  %-28s", d.Table)}, {t.dim, fmt.Sprintf("%s → %s   %s → %s", d.State.A, d.State.B, span(d.Seconds.A), span(d.Seconds.B))},
	}}
	for _, f := range d.Funnel {
		lines = append(lines, styledLine{{t.dim, fmt.Sprintf("    %-26s", f.Stage)}, {t.number, counted(f.Rows.A) + " → " + counted(f.Rows.B)}})
	}
	changed := d.SQL[max(0, strings.Index(d.SQL, "@@")):] // the names of the files say nothing new
	for line := range strings.Lines(changed) {
		line = strings.TrimRight(line, "\n")
		style := t.dim
		switch {
		case strings.HasPrefix(line, "+"):
			style = t.good
		case strings.HasPrefix(line, "-"):
			style = t.bad
		}
		lines = append(lines, styledLine{{uv.Style{}, "    "}, {style, line}})
	}
	return lines
}

// rowLines lists the rows that only one of two versions has.
func (h *historyView) rowLines(rows []pipeline.RowsDiff) []styledLine {
	t := h.theme
	var lines []styledLine
	var same []string
	for _, d := range rows {
		if d.Gone == "" && d.OnlyA == 0 && d.OnlyB == 0 {
			same = append(same, d.Table)
			continue
		}
		lines = append(lines, nil, styledLine{{t.titleFocus, "ROWS of " + d.Table}})
		if d.Gone != "" {
			lines = append(lines, styledLine{{t.dim, "  " + d.Gone}})
			continue
		}
		if d.OnlyA > 0 {
			lines = append(lines, sampleLines(t.bad, "− "+plural(d.OnlyA, "row", "rows")+" only before", d.Columns, d.SampleA)...)
		}
		if d.OnlyB > 0 {
			lines = append(lines, sampleLines(t.good, "+ "+plural(d.OnlyB, "row", "rows")+" only after", d.Columns, d.SampleB)...)
		}
	}
	if len(same) > 0 {
		lines = append(lines, nil, styledLine{{t.titleFocus, "THE SAME ROWS"}})
		for _, table := range same {
			lines = append(lines, styledLine{{t.text, "  " + table}})
		}
	}
	return lines
}

func sampleLines(style uv.Style, head string, columns []pipeline.ResultColumn, sample [][]any) []styledLine {
	lines := []styledLine{{{style, "  " + head}}}
	for _, row := range sample {
		var parts []string
		for i, v := range row {
			if i < len(columns) && v != nil {
				parts = append(parts, columns[i].Name+" "+harmless.Head(harmless.Value(v), 60))
			}
		}
		lines = append(lines, styledLine{{style, "    "}, {uv.Style{}, strings.Join(parts, " · ")}})
	}
	return lines
}
