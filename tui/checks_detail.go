package tui

import (
	"cmp"
	"fmt"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

// drawRule draws the details of the selected line.
func (c *checksView) drawRule(p ui.Pane) {
	title := "CHECK"
	if line, ok := c.current(); ok && line.rule == nil {
		title = "TABLE " + line.table.Name
	}
	in := p.Box(c.Theme, title, c.panes.At == rulePane)
	lines := c.detailLines(in.Width())
	c.detail.Draw(p, in, len(lines), func(r ui.Row) { r.Styled(1, lines[r.N]) })
}

// detailLines describes the selected line in lines of at most that many columns.
func (c *checksView) detailLines(width int) (lines []ui.StyledLine) {
	line, ok := c.current()
	if !ok {
		return nil
	}
	for _, l := range c.describe(line) {
		lines = append(lines, ui.WrapWords(l, max(8, width-3))...)
	}
	return lines
}

// describe says all that is known of a line.
func (c *checksView) describe(line ruleLine) (lines []ui.StyledLine) {
	t := c.Theme
	put := func(style uv.Style, text string) {
		if text != "" {
			lines = append(lines, ui.StyledLine{{Style: style, Text: ui.Printable(text)}})
		}
	}
	switch {
	case line.rule != nil:
		c.tellCheck(line, put)
	case line.all != nil:
		for _, r := range line.all {
			mark, tone := c.ruleMark(r)
			text := c.ruleOf(r)
			if r.State == "skipped" {
				text += " " + r.Message
			}
			lines = append(lines, ui.StyledLine{{Style: tone, Text: mark + " " + shortName(r) + "  "}, {Style: t.Text, Text: text}})
		}
	default:
		c.tellResult(line.table, put)
		c.tellFailures(line.table, put)
		c.tellTable(line.table, put)
	}
	return lines
}

// tellCheck describes a check and its result.
func (c *checksView) tellCheck(line ruleLine, put func(uv.Style, string)) {
	t, r := c.Theme, line.rule
	mark, tone := c.ruleMark(r)
	head := mark + " " + r.Check + "  " + resultWord(r)
	if r.Failing > 0 {
		head += ", " + ui.Plural(r.Failing, "row", "rows")
	}
	if line.times > 1 {
		head += fmt.Sprintf(", defined %d times", line.times)
	}
	put(tone, head)
	put(t.Text, "rule: "+c.ruleOf(r))
	for text := range strings.Lines(c.messageOf(r)) {
		put(t.Text, strings.TrimSpace(text))
	}
	for _, d := range r.Diagnosis {
		put(t.Warn, d)
	}
	if r.State == "fail" && r.Severity != "warning" {
		c.tellCause(line.table, put)
	}
	if rule := c.definition(r); rule != nil {
		kind := "severity: " + r.Severity
		if rule.Guard {
			kind += "; guard: blocks publishing"
		}
		put(t.Dim, kind+"; "+rule.File)
	}
}

// tellResult describes the count of a table, and why it is wrong.
func (c *checksView) tellResult(table *pipeline.Table, put func(uv.Style, string)) {
	t, s, v := c.Theme, c.results[table.Name], c.table(table.Name)
	if v == nil {
		return
	}
	c.tellCount(table, v, put)
	if s.result == inherited || s.result == warned && s.why != c.failing(v) { // checks that failed are listed below
		_, tone := s.look(t)
		put(tone, s.why)
	}
	c.tellCause(table, put)
}

// tellTable describes the table and its state.
func (c *checksView) tellTable(table *pipeline.Table, put func(uv.Style, string)) {
	t, v := c.Theme, c.table(table.Name)
	if v == nil {
		put(t.Text, table.Doc)
		return
	}
	if v.Verdict == survey.Unchecked && !v.Missing {
		put(t.Dim, "The checks have not been run on this version: "+ui.KeyOf(c.actions(), "check")+" runs them.")
	}
	put(t.Dim, table.Doc)
	if note := v.Origin.Note(); note != "" {
		put(t.Dim, note)
	}
	if v.Stale != "" {
		put(t.Warn, "stale: "+v.Stale)
	}
	for _, name := range v.Blocking {
		put(t.Bad, name+" was "+pipeline.ModifiedOutside)
	}
	for _, note := range pipeline.NoteLines([]pipeline.TableRecord{v.TableRecord}) {
		put(t.Dim, note.Label+": "+note.Text)
	}
}

// tellCount compares the count of a table with what is expected.
func (c *checksView) tellCount(table *pipeline.Table, v *survey.TableView, put func(uv.Style, string)) {
	t := c.Theme
	mark, tone := c.results[table.Name].look(t)
	switch rows, known := c.rows(v); {
	case v.Missing && table.IsLanding():
		put(t.Dim, "– no file in "+table.Path)
	case v.Missing:
		put(t.Dim, "– not built")
	case !known:
		put(t.Dim, mark+" not counted yet")
	case v.Expected == nil:
		put(tone, mark+" "+ui.Plural(rows, "row", "rows"))
		put(t.Dim, "Unknown landing data: no expected counts")
	case *v.Expected == rows:
		put(tone, mark+" "+ui.Count(rows)+" rows, as expected")
	default:
		put(tone, mark+" "+c.shortage(v, offBy(rows, *v.Expected)))
	}
}

// tellCause says why a table is wrong, or that the cause is being searched.
func (c *checksView) tellCause(table *pipeline.Table, put func(uv.Style, string)) {
	t, s := c.Theme, c.results[table.Name]
	why := c.diagnosis(table.Name)
	switch {
	case s.result < inherited:
	case s.from != "":
		put(t.Bad, "inherited from "+s.from+": correct that table first")
	case why != nil && why.State == diagnose.Right && s.result == wrong && !table.IsLanding():
		put(t.Bad, "The transform returns these rows: correct "+table.File+", then run the table again.")
	case why != nil && why.State != diagnose.Right:
		put(t.Bad, cmp.Or(why.Sentence(), why.Message)+"  "+ui.KeyOf(c.actions(), "why")+" shows the proof")
	case c.diagnosing.Working():
		put(t.Dim, "searching the cause …")
	}
}

// tellFailures lists the failed checks of a table, and counts the others.
func (c *checksView) tellFailures(table *pipeline.Table, put func(uv.Style, string)) {
	t := c.Theme
	passed := 0
	for _, l := range single(table, errorsFirst(c.checksOf(table.Name))) {
		mark, tone := c.ruleMark(l.rule)
		if l.rule.State == "pass" {
			passed++
		}
		if l.rule.State != "fail" || l.rule.Check == pipeline.ExpectedRows {
			continue
		}
		put(tone, mark+" "+c.breach(l.rule))
	}
	if passed > 0 {
		put(t.Good, "✓ "+ui.Plural(int64(passed), "check passed", "checks passed"))
	}
}
