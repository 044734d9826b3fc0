package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

func (c *checksView) draw(p ui.Pane) {
	c.halves.Draw(p, c.panes, p.Width() >= ui.Medium+20, 60, 65, c.drawRules, c.drawRule)
}

// summary summarizes the check results in one line.
func (c *checksView) summary() string {
	found := c.verdicts()
	switch {
	case c.checking.Working():
		return checkingText
	case found == nil:
		return "not checked yet"
	}
	tally := pipeline.TallyOf(found.Checks)
	text := fmt.Sprintf("%d ✓", tally.Passed)
	if tally.Failed > 0 {
		text += fmt.Sprintf("  %d ✗", tally.Failed)
	}
	if tally.Warned > 0 {
		text += fmt.Sprintf("  %d !", tally.Warned)
	}
	if tally.Skipped > 0 {
		text += fmt.Sprintf("  %d –", tally.Skipped)
	}
	if found.Spending != nil {
		text += fmt.Sprintf("  %.1f MB scanned, $%.5f", float64(found.Spending.ScannedBytes)/1e6, found.Spending.CostUSD)
	}
	return text + "  " + ui.Ago(c.now(), found.Started)
}

// ruleColumns are the columns of the list: the end of a number, and the start
// of other text; 0 means that there is no room.
type ruleColumns struct{ expected, actual, change, rule, verdict, trend int }

func ruleLayout(w int) ruleColumns {
	c := ruleColumns{actual: 40, verdict: w - 9}
	if w >= 62 {
		c.expected, c.actual = 39, 50
	}
	if w >= 74 {
		c.change = c.actual + 10
	}
	if w >= 100 {
		c.rule = c.change + 2
		c.trend = w - 18
		c.verdict = w - 27
	}
	if w < 44 {
		c.actual, c.verdict = w-11, w-9
	}
	return c
}

func (c *checksView) drawRules(p ui.Pane) {
	t := c.Theme
	in := p.Box(t, "ROW COUNTS AND CHECKS", c.panes.At == rulesPane)
	tone := t.Dim
	if found := c.verdicts(); found != nil {
		if tally := pipeline.TallyOf(found.Checks); tally.Failed > 0 {
			tone = t.Bad
		} else if tally.Passed > 0 && tally.Warned+tally.Open() == 0 {
			tone = t.Good
		}
	}
	p.Note(tone, c.summary())
	k := ruleLayout(in.Width())
	head := in.Line(0)
	head.Text(3, 0, t.Heading, "TABLE")
	for label, at := range map[string]int{"EXPECTED": k.expected, "ROWS": k.actual, "Δ": k.change} {
		if at > 0 {
			head.TextRight(at, 0, t.Heading, label)
		}
	}
	if k.rule > 0 {
		head.Text(k.rule, 0, t.Heading, "RULE")
		head.Text(k.trend, 0, t.Heading, "TREND")
	}
	head.Text(k.verdict, 0, t.Heading, "VERDICT")
	lines := c.lines()
	list := in.Bottom(1)
	c.list.Draw(p, list, len(lines), func(r ui.Row) { c.drawRuleLine(r.Pane, k, lines[r.N], r.Back) })
	if c.lake() != nil && len(lines) == 0 {
		list.Text(2, 0, t.Dim, "nothing to show: v runs the checks, x shows all, esc drops the filter")
	}
}

func (c *checksView) drawRuleLine(p ui.Pane, k ruleColumns, line ruleLine, back uv.Style) {
	t := c.Theme
	if line.rule == nil {
		c.drawCounts(p, k, line.table, back)
		return
	}
	mark, tone := c.ruleMark(line.rule)
	x := p.Text(5, 0, ui.Over(tone, back), mark+" ")
	name := strings.TrimPrefix(line.rule.Check, line.table.Name+"_")
	x = p.Cut(x, 0, k.verdict-x-1, ui.Over(t.Text, back), strings.ReplaceAll(name, "_", " "))
	p.Cut(k.verdict, 0, p.Width()-k.verdict, ui.Over(tone, back), verdictWord(line.rule))
	if line.rule.State == "fail" && line.rule.Failing > 0 && x < k.verdict-12 {
		p.TextRight(k.verdict-1, 0, ui.Over(t.Dim, back), ui.Plural(line.rule.Failing, "row", "rows"))
	}
}

func verdictWord(r *pipeline.CheckRecord) string {
	if r.State == "fail" && r.Severity == "warning" {
		return "warning"
	}
	return r.State
}

func (a *app) ruleMark(r *pipeline.CheckRecord) (string, uv.Style) {
	t := a.Theme
	switch {
	case r.State == "pass":
		return "✓", t.Good
	case r.State == "skipped":
		return "–", t.Dim
	case r.Severity == "warning":
		return "!", t.Warn
	default:
		return "✗", t.Bad
	}
}

// drawCounts compares the rows of a table with the expected count of its data
// set.
func (c *checksView) drawCounts(p ui.Pane, k ruleColumns, table *pipeline.Table, back uv.Style) {
	t := c.Theme
	zone := slices.Index(c.lake().Zones(), table.Zone)
	p.Text(1, 0, ui.Over(t.Zone(zone), back), "●")
	p.Cut(3, 0, max(8, min(26, k.actual-8)), ui.Over(t.Strong, back), table.Name)
	v := c.table(table.Name)
	if v == nil {
		return
	}
	p.TextRight(k.actual, 0, ui.Over(t.Number, back), c.rowsOf(v))
	word, tone := "", t.Dim
	if v.Expected != nil && k.expected > 0 {
		p.TextRight(k.expected, 0, ui.Over(t.Dim, back), ui.Count(*v.Expected))
	}
	if rows, known := c.rows(v); v.Expected != nil && known && !v.Missing {
		word, tone = "pass", t.Good
		change := rows - *v.Expected
		if change != 0 {
			word, tone = "FAIL", t.Bad
		}
		if k.change > 0 {
			p.TextRight(k.change, 0, ui.Over(tone, back), signed(change))
		}
	}
	switch {
	case v.Missing:
		word, tone = "not built", t.Dim
	case v.Stale != "":
		word, tone = "STALE", t.Warn
	case v.Origin == pipeline.Modified:
		word, tone = "MODIFIED", t.Bad
	}
	p.Cut(k.verdict, 0, 9, ui.Over(tone, back), word)
	if k.rule > 0 {
		p.Cut(k.rule, 0, k.verdict-k.rule-1, ui.Over(t.Dim, back), about(table, v))
		p.Text(k.trend, 0, ui.Over(t.Full, back), ui.Spark(v.Trend, 16))
	}
}

// about describes a table, first by who built it unless stedi did.
func about(table *pipeline.Table, v *survey.TableView) string {
	if note := v.Origin.Note(); note != "" {
		return note + " · " + table.Doc
	}
	return table.Doc
}

func signed(n int64) string {
	if n > 0 {
		return "+" + ui.Count(n)
	}
	return ui.Count(n)
}

// drawRule draws the details of the selected line.
func (c *checksView) drawRule(p ui.Pane) {
	t := c.Theme
	line, ok := c.current()
	title := "RULE"
	if ok && line.rule == nil {
		title = "TABLE"
	}
	in := p.Box(t, title, c.panes.At == rulePane)
	p.Click(func() tea.Cmd { c.panes.At = rulePane; return nil })
	if !ok {
		return
	}
	y := 0
	put := func(style uv.Style, text string) { y = in.Inset(1, 0).Wrap(y, style, text) }
	if line.rule == nil {
		c.tellTable(line.table, put)
		return
	}
	mark, tone := c.ruleMark(line.rule)
	put(tone, mark+" "+line.rule.Check+"  "+verdictWord(line.rule))
	if rule := c.definition(line.rule); rule != nil {
		put(t.Text, rule.Doc)
		kind := "severity: error"
		if rule.Warning {
			kind = "severity: warning"
		}
		if rule.Guard {
			kind += "; guard: blocks publishing"
		}
		put(t.Dim, kind+"; "+rule.File)
	}
	if line.rule.Failing > 0 {
		put(t.Strong, ui.Plural(line.rule.Failing, "failing row", "failing rows"))
	}
	if line.rule.Message != "" {
		put(t.Text, line.rule.Message)
	}
	for _, d := range line.rule.Diagnosis {
		put(t.Warn, d)
	}
}

func (c *checksView) tellTable(table *pipeline.Table, put func(uv.Style, string)) {
	t := c.Theme
	put(t.Strong, table.Name+"  "+table.Zone)
	put(t.Text, table.Doc)
	v := c.table(table.Name)
	if v == nil {
		return
	}
	if note := v.Origin.Note(); note != "" {
		put(t.Dim, note)
	}
	rows, known := c.rows(v)
	switch {
	case v.Missing:
		put(t.Dim, "not built")
	case !known:
		put(t.Dim, "Not checked since it last changed: "+ui.KeyOf(c.actions(), "check")+" checks it.")
	case v.Expected == nil:
		put(t.Dim, "Unknown landing data: no expected counts")
	case *v.Expected == rows:
		put(t.Good, ui.Count(rows)+" rows, as expected")
	default:
		put(t.Bad, ui.Count(rows)+" rows, expected "+ui.Count(*v.Expected)+": "+signed(rows-*v.Expected))
	}
	if why := c.diagnosis(table.Name); why != nil && why.State != diagnose.Right {
		put(t.Bad, cmp.Or(why.Sentence(), why.Message)+"  "+ui.KeyOf(c.actions(), "why")+" shows the proof")
	} else if c.diagnosing.Working() {
		put(t.Dim, "searching the cause …")
	}
	if v.Stale != "" {
		put(t.Warn, "stale: "+v.Stale)
	}
	for _, name := range v.Strange {
		put(t.Bad, name+" was "+pipeline.ModifiedOutside)
	}
	for _, note := range pipeline.NoteLines([]pipeline.TableRecord{v.TableRecord}) {
		put(t.Dim, note.Label+": "+note.Text)
	}
}
