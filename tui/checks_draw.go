package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
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
	text := tallyText(tally)
	if found.Spending != nil {
		text += fmt.Sprintf("  %.1f MB scanned, $%.5f", float64(found.Spending.ScannedBytes)/1e6, found.Spending.CostUSD)
	}
	return text + "  " + ui.Ago(c.now(), found.Started)
}

// shorter are the results in fewer and fewer words.
func (c *checksView) shorter() []string {
	found := c.verdicts()
	if found == nil || c.checking.Working() {
		return nil
	}
	tally := pipeline.TallyOf(found.Checks)
	worst := pipeline.Tally{Failed: tally.Failed, Warned: tally.Warned}
	if tally.Failed > 0 {
		worst.Warned = 0
	}
	return []string{tallyText(tally), tallyText(worst)}
}

// tallyText formats the results of checks: those that failed first.
func tallyText(tally pipeline.Tally) string {
	var parts []string
	for _, n := range []struct {
		count int
		mark  string
	}{{tally.Failed, "✗"}, {tally.Warned, "!"}, {tally.Open(), "–"}, {tally.Passed, "✓"}} {
		if n.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n.count, n.mark))
		}
	}
	return strings.Join(parts, "  ")
}

// ruleColumns are the columns of the list: the end of a number, and the start
// of other text; 0 means that there is no room.
type ruleColumns struct{ name, expected, actual, change, checks, state, detail, trend int }

// The widths of the columns, and the start of the name.
const (
	nameFrom    = 3
	nameLeast   = 16
	nameMost    = 26
	countWidth  = 9
	changeWidth = 9
	checksWidth = 14
	stateWidth  = 11
	detailLeast = 24
	trendWidth  = 12
)

// ruleLayout gives room to the counts first, then to the difference, the whole
// name, the checks, the state, if a table has one, the detail, and last to the
// trend.
func ruleLayout(w int, states, trend bool) ruleColumns {
	free := max(0, w-1-nameFrom-nameLeast-2*countWidth)
	take := func(want int) int {
		if free < want {
			return 0
		}
		free -= want
		return want
	}
	change := take(changeWidth)
	name := min(nameMost, nameLeast+free)
	free -= name - nameLeast
	checks, state := take(checksWidth), 0
	if states {
		state = take(stateWidth)
	}
	c := ruleColumns{name: nameFrom + name}
	c.expected = c.name + countWidth
	c.actual = c.expected + countWidth
	end := c.actual + change
	if change > 0 {
		c.change = end
	}
	if checks > 0 {
		c.checks = end + 2
		end += checks
	}
	if state > 0 {
		c.state = end + 2
		end += state
	}
	if free >= detailLeast {
		c.detail = end + 2
		if trend && free >= detailLeast+trendWidth {
			c.trend = w - trendWidth + 1
		}
	}
	return c
}

// room returns the width of the detail.
func (k ruleColumns) room(w int) int {
	if k.trend > 0 {
		w = k.trend - 1
	}
	return w - k.detail - 1
}

func (c *checksView) drawRules(p ui.Pane) {
	t := c.Theme
	lines := c.lines()
	in := p.Box(t, filtered("ROW COUNTS AND CHECKS", c.wanted, c.hidden(lines)), c.panes.At == rulesPane)
	tone := t.Dim
	if found := c.verdicts(); found != nil {
		if tally := pipeline.TallyOf(found.Checks); tally.Failed > 0 {
			tone = t.Bad
		} else if tally.Passed > 0 && tally.Warned+tally.Open() == 0 {
			tone = t.Good
		}
	}
	note := c.summary()
	for _, shorter := range c.shorter() {
		if ui.Width(note)+4 > p.Width()/2 {
			note = shorter
		}
	}
	p.Note(tone, note)
	k := ruleLayout(in.Width(), c.anyState(), c.anyTrend())
	head := in.Line(0)
	head.Text(nameFrom, 0, t.Heading, "TABLE")
	for label, at := range map[string]int{"EXPECTED": k.expected, "ROWS": k.actual, "Δ": k.change} {
		if at > 0 {
			head.TextRight(at, 0, t.Heading, label)
		}
	}
	for label, at := range map[string]int{"CHECKS": k.checks, "STATE": k.state, "DETAIL": k.detail, "TREND": k.trend} {
		if at > 0 {
			head.Text(at, 0, t.Heading, label)
		}
	}
	list := in.Bottom(1)
	c.list.Draw(p, list, len(lines), func(r ui.Row) {
		if r.Chosen {
			r.Text(0, 0, ui.Over(t.Accent, r.Back), "▸")
		}
		c.drawRuleLine(r.Pane, k, lines[r.N], r.Back)
	})
	if c.lake() != nil && len(lines) == 0 {
		list.Text(2, 0, t.Dim, c.emptyText())
	}
}

// hidden returns how many tables the filter hides.
func (c *checksView) hidden(lines []ruleLine) int {
	if c.lake() == nil {
		return 0
	}
	n := len(c.lake().Tables)
	for _, l := range lines {
		if l.rule == nil && l.all == nil {
			n--
		}
	}
	return n
}

// anyState reports whether the state of a table is worth a column.
func (c *checksView) anyState() bool {
	return c.view != nil && slices.ContainsFunc(c.view.Tables, func(v survey.TableView) bool {
		_, words, _ := c.badge(&v)
		return words != ""
	})
}

// anyTrend reports whether a table has counts of earlier runs.
func (c *checksView) anyTrend() bool {
	return c.view != nil && slices.ContainsFunc(c.view.Tables, func(v survey.TableView) bool { return len(v.Trend) > 1 })
}

// hint says what the checks found.
func (c *checksView) hint() (ui.Mood, string) {
	if c.lake() == nil || c.view == nil || len(c.lake().Tables) == 0 {
		return ui.Told, ""
	}
	first := c.ordered()[0].Name
	switch s := c.results[first]; {
	case s.result == wrong:
		return ui.Failed, "first wrong table: " + first + ": " + cmp.Or(c.whyBad(first), "see its checks")
	case s.result == inherited:
		return ui.Failed, first + ": " + s.why
	case c.verdicts() == nil:
		return ui.Told, "not checked yet: " + ui.KeyOf(c.actions(), "check") + " checks all tables"
	case s.result == warned:
		return ui.Warned, first + ": " + s.why
	default:
		return ui.Done, pipeline.TallyOf(c.verdicts().Checks).Verdict()
	}
}

// emptyText says why the list has no lines.
func (c *checksView) emptyText() string {
	switch {
	case c.wanted != "":
		return "no match: esc removes the filter"
	case c.failsOnly:
		return "no failures: " + ui.KeyOf(c.actions(), "fails-only") + " shows all"
	default:
		return "the lake defines no tables"
	}
}

func (c *checksView) drawRuleLine(p ui.Pane, k ruleColumns, line ruleLine, back uv.Style) {
	t := c.Theme
	switch {
	case line.all != nil:
		mark, tone := c.ruleMark(line.all[0])
		text := fmt.Sprintf("%d %s", len(line.all), mark)
		x := p.Text(nameFrom+2, 0, ui.Over(tone, back), text)
		word := "passed"
		if line.all[0].State == "skipped" {
			word = "skipped"
		}
		p.Cut(x+1, 0, p.Width()-x-2, ui.Over(t.Dim, back), word+": "+namesOf(line.all))
	case line.rule != nil:
		c.drawCheck(p, k, line, back)
	default:
		c.drawCounts(p, k, line.table, back)
	}
}

// drawCheck draws the line of a check: its name, how many rows fail, its rule.
func (c *checksView) drawCheck(p ui.Pane, k ruleColumns, line ruleLine, back uv.Style) {
	t := c.Theme
	mark, tone := c.ruleMark(line.rule)
	x := p.Text(nameFrom+2, 0, ui.Over(tone, back), mark+" ")
	name := shortName(line.rule)
	if line.times > 1 {
		name += fmt.Sprintf(" ×%d", line.times)
	}
	end := p.Width() - 1
	if k.detail > 0 {
		end = k.detail - 1
		p.Cut(k.detail, 0, p.Width()-k.detail-1, ui.Over(t.Dim, back), c.ruleOf(line.rule))
	}
	if line.rule.State == "fail" && line.rule.Failing > 0 {
		text := ui.Plural(line.rule.Failing, "row", "rows")
		p.TextRight(k.actual, 0, ui.Over(tone, back), text)
		end = min(end, k.actual-ui.Width(text)-1)
	}
	p.Cut(x, 0, end-x, ui.Over(t.Text, back), name)
}

func namesOf(checks []*pipeline.CheckRecord) string {
	var names []string
	for _, r := range checks {
		if name := shortName(r); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func resultWord(r *pipeline.CheckRecord) string {
	switch {
	case r.State == "fail" && r.Severity == "warning":
		return "warning"
	case r.State == "fail":
		return "failed"
	case r.State == "pass":
		return "passed"
	default:
		return r.State
	}
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
