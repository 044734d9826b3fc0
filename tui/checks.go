package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
)

// checksView is the fourth screen: what is expected of each table, what is
// there, and which rules hold.
type checksView struct {
	*app
	panes     focus
	at        int
	wanted    string
	failsOnly bool
	halves    halves
}

// The panes of the checks screen.
const (
	rulesPane = iota
	rulePane
	checksPanes
)

func newChecks(a *app) *checksView { return &checksView{app: a, panes: focus{count: checksPanes}} }

func (c *checksView) title() string  { return "Checks" }
func (c *checksView) focus() *focus  { return &c.panes }
func (c *checksView) filter() string { return c.wanted }
func (c *checksView) close()         { c.checking.stop() }

func (c *checksView) setFilter(text string) tea.Cmd {
	c.wanted, c.at = text, 0
	return nil
}

func (c *checksView) update(tea.Msg) tea.Cmd { return nil }

// ruleLine is a line of the list: a table with its counts, or one of its
// rules.
type ruleLine struct {
	table *pipeline.Table
	rule  *pipeline.CheckRecord // nil: the table itself
}

// lines are the tables, each with its rules below.
func (c *checksView) lines() []ruleLine {
	lake, found := c.lake(), c.verdicts()
	if lake == nil {
		return nil
	}
	var lines []ruleLine
	for _, t := range lake.Tables {
		var rules []ruleLine
		if found != nil {
			for i := range found.Checks {
				if r := &found.Checks[i]; r.Table == t.Name && c.shows(r) {
					rules = append(rules, ruleLine{t, r})
				}
			}
		}
		if c.matches(t.Name) && (!c.failsOnly || len(rules) > 0) || len(rules) > 0 {
			lines = append(lines, ruleLine{t, nil})
			lines = append(lines, rules...)
		}
	}
	return lines
}

func (c *checksView) matches(text string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(strings.TrimSpace(c.wanted)))
}

func (c *checksView) shows(r *pipeline.CheckRecord) bool {
	if c.failsOnly && r.State != "fail" {
		return false
	}
	return c.matches(r.Table + " " + r.Check + " " + r.Message)
}

// current is the chosen line.
func (c *checksView) current() (ruleLine, bool) {
	lines := c.lines()
	if len(lines) == 0 {
		return ruleLine{}, false
	}
	return lines[min(c.at, len(lines)-1)], true
}

// definition is the rule of the lake's definition that a record is of, or nil
// if it is one that holds for every lake.
func (c *checksView) definition(r *pipeline.CheckRecord) *pipeline.Check {
	if r == nil || c.lake() == nil {
		return nil
	}
	i := slices.IndexFunc(c.lake().Checks, func(k *pipeline.Check) bool { return k.Name == r.Check })
	if i < 0 {
		return nil
	}
	return c.lake().Checks[i]
}

func (c *checksView) actions() []action {
	k := c.keys
	line, there := c.current()
	rule := c.definition(line.rule)
	idle := !c.live.going()
	made := there && !line.table.IsLanding()
	step := func(by int) func() tea.Cmd {
		return func() tea.Cmd {
			c.at = min(max(0, c.at+by), max(0, len(c.lines())-1))
			return nil
		}
	}
	return []action{
		k.act("up", "up k", "up", step(-1)),
		k.act("down", "down j", "down", step(1)),
		k.act("page-up", "pgup", "page up", step(-10)),
		k.act("page-down", "pgdown space", "page down", step(10)),
		k.act("first", "home g", "first", step(-1<<20)),
		k.act("last", "end G", "last", step(1<<20)),
		k.act("failing-rows", "enter", "failing rows", func() tea.Cmd { return c.failingRows(rule) }).at(1).when(rule != nil, "this check has no failing rows to show"),
		k.act("open", "o", "open the table", func() tea.Cmd { return c.want(openTable{line.table.Name}) }).at(2).when(there, noLine),
		k.act("check", "v", "check again", c.check).at(3).when(c.place != nil, notOpen).when(idle, running).when(!c.checking.working(), "a check is under way"),
		k.act("cancel-check", "c", "cancel the check", c.cancelCheck).at(3).when(c.checking.working(), "no check is under way"),
		k.act("fails-only", "x", "failures only", c.toggleFails).at(4).when(there || c.failsOnly, noLine),
		k.act("run-to", "r", "run the table", func() tea.Cmd { return c.run(line.table.Name) }).at(5).when(there, noLine).when(made, notMade).when(idle, running),
		k.act("sql", "s", "SQL of the check", func() tea.Cmd { return c.openRule(rule) }).at(6).when(rule != nil, "this check has no failing rows to show"),
		k.act("report", "e", "report", c.askReport).at(7).when(c.verdicts() != nil, "not checked yet"),
		k.act("copy-rule", "y", "copy", func() tea.Cmd { return c.copyText("the text", c.text(line)) }).at(8).when(there, noLine),
	}
}

func (c *checksView) toggleFails() tea.Cmd {
	c.failsOnly, c.at = !c.failsOnly, 0
	return nil
}

func (c *checksView) cancelCheck() tea.Cmd {
	c.checking.stop()
	return c.toast(warned, "the check was cancelled")
}

func (c *checksView) run(table string) tea.Cmd {
	options := c.options.Run
	options.Select = []string{"+" + table}
	return c.want(startRun{options})
}

// failingRows asks for the rows that break a rule, where queries are asked.
func (c *checksView) failingRows(rule *pipeline.Check) tea.Cmd {
	return c.want(runQuery{rule.Name, rule.SQL})
}

func (c *checksView) openRule(rule *pipeline.Check) tea.Cmd {
	return c.open(&reader{kit: c.kit, head: rule.File, lines: func() []styledLine { return colourSQL(c.theme, rule.SQL) }})
}

// text is a line as plain text.
func (c *checksView) text(line ruleLine) string {
	if line.rule == nil {
		v := c.table(line.table.Name)
		text := line.table.Name
		if v != nil {
			text += "\t" + c.counted(v)
			if v.Expected != nil {
				text += "\texpected " + count(*v.Expected)
			}
		}
		return text
	}
	var b strings.Builder
	for _, s := range c.checkLine(*line.rule) {
		b.WriteString(s.text)
	}
	return b.String()
}
