package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
)

func (c *checksView) draw(p pane) {
	c.halves.draw(p, c.panes, p.width() >= medium+20, 60, 65, c.drawRules, c.drawRule)
}

// summary says in a line what is known of the rules.
func (c *checksView) summary() string {
	found := c.verdicts()
	switch {
	case c.checking.working():
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
	return text + "  " + ago(c.now(), found.Started)
}

// Columns of the list: where the numbers end, and where the rest begins; 0:
// no room.
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

func (c *checksView) drawRules(p pane) {
	t := c.theme
	in := p.box(t, "ROW COUNTS AND CHECKS", c.panes.at == rulesPane)
	tone := t.dim
	if found := c.verdicts(); found != nil {
		if tally := pipeline.TallyOf(found.Checks); tally.Failed > 0 {
			tone = t.bad
		} else if tally.Passed > 0 && tally.Warned+tally.Skipped == 0 {
			tone = t.good
		}
	}
	p.note(tone, c.summary())
	p.wheel(func(delta int) tea.Cmd {
		c.at = min(max(0, c.at+sign(delta)), max(0, len(c.lines())-1))
		return nil
	})
	k := ruleLayout(in.width())
	head := in.line(0)
	head.text(3, 0, t.heading, "TABLE")
	for label, at := range map[string]int{"EXPECTED": k.expected, "ROWS": k.actual, "Δ": k.change} {
		if at > 0 {
			head.textRight(at, 0, t.heading, label)
		}
	}
	if k.rule > 0 {
		head.text(k.rule, 0, t.heading, "RULE")
		head.text(k.trend, 0, t.heading, "TREND")
	}
	head.text(k.verdict, 0, t.heading, "VERDICT")
	lines := c.lines()
	list := in.bottom(1)
	at := min(c.at, max(0, len(lines)-1))
	from := max(0, min(at-list.height()/2, len(lines)-list.height()))
	for y := range list.height() {
		n := from + y
		if n >= len(lines) {
			break
		}
		c.drawRuleLine(list.line(y), k, lines[n], n == at)
		list.line(y).click(func() tea.Cmd { c.at, c.panes.at = n, rulesPane; return nil })
	}
	if c.lake() != nil && len(lines) == 0 {
		list.text(2, 0, t.dim, "nothing to show: v runs the checks, x shows all, esc drops the filter")
	}
}

func (c *checksView) drawRuleLine(p pane, k ruleColumns, line ruleLine, chosen bool) {
	t := c.theme
	back := uv.Style{}
	if chosen {
		back = t.selectedFaint
		if c.panes.at == rulesPane {
			back = t.selected
		}
		p.fill(back)
	}
	if line.rule == nil {
		c.drawCounts(p, k, line.table, back)
		return
	}
	mark, tone := c.ruleMark(line.rule)
	x := p.text(5, 0, over(tone, back), mark+" ")
	name := strings.TrimPrefix(line.rule.Check, line.table.Name+"_")
	x = p.cut(x, 0, k.verdict-x-1, over(t.text, back), strings.ReplaceAll(name, "_", " "))
	p.cut(k.verdict, 0, p.width()-k.verdict, over(tone, back), verdictWord(line.rule))
	if line.rule.State == "fail" && line.rule.Failing > 0 && x < k.verdict-12 {
		p.textRight(k.verdict-1, 0, over(t.dim, back), plural(line.rule.Failing, "row", "rows"))
	}
}

func verdictWord(r *pipeline.CheckRecord) string {
	if r.State == "fail" && r.Severity == "warning" {
		return "warning"
	}
	return r.State
}

func (a *app) ruleMark(r *pipeline.CheckRecord) (string, uv.Style) {
	t := a.theme
	switch {
	case r.State == "pass":
		return "✓", t.good
	case r.State == "skipped":
		return "–", t.dim
	case r.Severity == "warning":
		return "!", t.warn
	default:
		return "✗", t.bad
	}
}

// drawCounts compares the rows of a table with those that its data set gives.
func (c *checksView) drawCounts(p pane, k ruleColumns, table *pipeline.Table, back uv.Style) {
	t := c.theme
	zone := slices.Index(c.lake().Zones(), table.Zone)
	p.text(1, 0, over(t.zone(zone), back), "●")
	p.cut(3, 0, max(8, min(26, k.actual-8)), over(t.strong, back), table.Name)
	v := c.table(table.Name)
	if v == nil {
		return
	}
	p.textRight(k.actual, 0, over(t.number, back), c.counted(v))
	word, tone := "", t.dim
	if v.Expected != nil && v.Known && !v.Missing {
		word, tone = "pass", t.good
		change := v.Rows - *v.Expected
		if change != 0 {
			word, tone = "FAIL", t.bad
		}
		if k.expected > 0 {
			p.textRight(k.expected, 0, over(t.dim, back), count(*v.Expected))
		}
		if k.change > 0 {
			p.textRight(k.change, 0, over(tone, back), signed(change))
		}
	}
	switch {
	case v.Missing:
		word, tone = "not built", t.dim
	case v.Stale != "":
		word, tone = "STALE", t.warn
	case len(v.Strange) > 0:
		word, tone = "MODIFIED", t.bad
	}
	p.cut(k.verdict, 0, 9, over(tone, back), word)
	if k.rule > 0 {
		p.cut(k.rule, 0, k.verdict-k.rule-1, over(t.dim, back), table.Doc)
		p.text(k.trend, 0, over(t.full, back), spark(v.Trend, 16))
	}
}

// counted is the number of a table's rows: if no run has read them, then as the
// checks have counted them.
func (c *checksView) counted(v *pipeline.TableView) string {
	if found := c.verdicts(); found != nil && !v.Known && !v.Missing {
		if t := found.Table(v.Table); t != nil && !t.Missing {
			return count(t.Rows)
		}
	}
	return c.rowsOf(v)
}

func signed(n int64) string {
	if n > 0 {
		return "+" + count(n)
	}
	return count(n)
}

// drawRule says all that is known of the chosen line.
func (c *checksView) drawRule(p pane) {
	t := c.theme
	line, ok := c.current()
	title := "RULE"
	if ok && line.rule == nil {
		title = "TABLE"
	}
	in := p.box(t, title, c.panes.at == rulePane)
	p.click(func() tea.Cmd { c.panes.at = rulePane; return nil })
	if !ok {
		return
	}
	y := 0
	put := func(style uv.Style, text string) { y = in.inset(1, 0).wrap(y, style, text) }
	if line.rule == nil {
		c.tellTable(line.table, put)
		return
	}
	mark, tone := c.ruleMark(line.rule)
	put(tone, mark+" "+line.rule.Check+"  "+verdictWord(line.rule))
	if rule := c.definition(line.rule); rule != nil {
		put(t.text, rule.Doc)
		kind := "severity: error"
		if rule.Warning {
			kind = "severity: warning"
		}
		if rule.Guard {
			kind += "; guard: blocks publishing"
		}
		put(t.dim, kind+"; "+rule.File)
	}
	if line.rule.Failing > 0 {
		put(t.strong, plural(line.rule.Failing, "failing row", "failing rows"))
	}
	if line.rule.Message != "" {
		put(t.text, line.rule.Message)
	}
	for _, d := range line.rule.Diagnosis {
		put(t.warn, d)
	}
}

func (c *checksView) tellTable(table *pipeline.Table, put func(uv.Style, string)) {
	t := c.theme
	put(t.strong, table.Name+"  "+table.Zone)
	put(t.text, table.Doc)
	v := c.table(table.Name)
	if v == nil {
		return
	}
	switch {
	case !v.Known && !v.Missing:
		put(t.dim, "Not checked since it last changed: "+keyOf(c.actions(), "check")+" checks it.")
	case v.Expected == nil:
		put(t.dim, "Unknown landing data: no expected counts")
	case *v.Expected == v.Rows:
		put(t.good, count(v.Rows)+" rows, as expected")
	default:
		put(t.bad, count(v.Rows)+" rows, expected "+count(*v.Expected)+": "+signed(v.Rows-*v.Expected))
	}
	if v.Stale != "" {
		put(t.warn, "stale: "+v.Stale)
	}
	for _, name := range v.Strange {
		put(t.bad, name+" was modified outside stedi")
	}
	for _, note := range v.Notes {
		put(t.dim, pipeline.NoteLabel(note)+": "+note)
	}
}
