package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// checksView is the fourth screen: the expected and the actual rows of each
// table, and the check results.
type checksView struct {
	*app
	panes     ui.Focus
	list      ui.List
	wanted    string
	failsOnly bool
	halves    ui.Halves
}

// The panes of the checks screen.
const (
	rulesPane = iota
	rulePane
	checksPanes
)

func newChecks(a *app) *checksView {
	c := &checksView{app: a, panes: ui.Focus{Count: checksPanes}}
	c.list = ui.List{
		Kit: a.Kit, Panes: &c.panes, Pane: rulesPane, Faint: true,
		Len:  func() int { return len(c.lines()) },
		Name: func(i int) string { return c.lines()[i].name() },
	}
	return c
}

func (c *checksView) title() string    { return "Checks" }
func (c *checksView) focus() *ui.Focus { return &c.panes }
func (c *checksView) filter() string   { return c.wanted }
func (c *checksView) close()           { c.checking.Stop() }

func (c *checksView) setFilter(text string) tea.Cmd {
	c.wanted = text
	c.list.Filtered()
	return nil
}

func (c *checksView) update(tea.Msg) tea.Cmd { return nil }

// ruleLine is a line of the list: a table with its counts, or one of its
// checks.
type ruleLine struct {
	table *pipeline.Table
	rule  *pipeline.CheckRecord // nil for the line of the table
}

// name identifies a line.
func (l ruleLine) name() string {
	if l.rule == nil {
		return l.table.Name
	}
	return l.table.Name + " " + l.rule.Check
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

// current returns the selected line.
func (c *checksView) current() (ruleLine, bool) {
	lines := c.lines()
	if len(lines) == 0 {
		return ruleLine{}, false
	}
	return lines[c.list.At()], true
}

// definition returns the check in the lake's definition for a record, or nil if
// it is a built-in check.
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

func (c *checksView) actions() []ui.Action {
	k := c.Keys
	line, there := c.current()
	rule := c.definition(line.rule)
	idle := !c.live.going()
	made := there && !line.table.IsLanding()
	return append(c.list.Actions("", ui.SpaceKeys, 0),
		k.Act("failing-rows", "enter", "failing rows", func() tea.Cmd { return c.failingRows(rule) }).At(1).When(rule != nil, "this check has no failing rows to show"),
		k.Act("open", "o", "open the table", func() tea.Cmd { return c.Want(openTable{line.table.Name}) }).At(2).When(there, ui.NoLine),
		k.Act("check", "v", "check again", c.check).At(3).When(c.place != nil, ui.NotOpen).When(idle, ui.Running).When(!c.checking.Working(), "a check is under way"),
		k.Act("cancel-check", "c", "cancel the check", c.cancelCheck).At(3).When(c.checking.Working(), "no check is under way"),
		k.Act("fails-only", "x", "failures only", c.toggleFails).At(4).When(there || c.failsOnly, ui.NoLine),
		k.Act("run-to", "r", "run the table", func() tea.Cmd { return c.run(line.table.Name) }).At(5).When(there, ui.NoLine).When(made, ui.NotMade).When(idle, ui.Running),
		k.Act("sql", "s", "SQL of the check", func() tea.Cmd { return c.openRule(rule) }).At(6).When(rule != nil, "this check has no failing rows to show"),
		k.Act("why", "w", "why is it wrong", func() tea.Cmd { return c.openWhy(line.table.Name) }).At(4).When(there, ui.NoLine).When(c.place != nil && c.place.Why != nil, "the cause cannot be searched in this lake"),
		k.Act("why-rows", "W", "differing rows", func() tea.Cmd { return c.queryWhy(line.table) }).When(made, ui.NotMade),
		k.Act("report", "e", "report", c.askReport).At(7).When(c.verdicts() != nil, "not checked yet"),
		k.Act("copy-rule", "y", "copy", func() tea.Cmd { return c.CopyText("the text", c.text(line)) }).At(8).When(there, ui.NoLine),
	)
}

func (c *checksView) toggleFails() tea.Cmd {
	c.failsOnly = !c.failsOnly
	c.list.Filtered()
	return nil
}

func (c *checksView) cancelCheck() tea.Cmd {
	c.checking.Stop()
	return c.Toast(ui.Warned, "the check was cancelled")
}

func (c *checksView) run(table string) tea.Cmd {
	options := c.options.Run
	options.Select = []string{"+" + table}
	return c.Want(startRun{options})
}

// failingRows queries the rows that fail a check, on the query screen.
func (c *checksView) failingRows(rule *pipeline.Check) tea.Cmd {
	return c.Want(runQuery{rule.Name, rule.SQL})
}

func (c *checksView) openRule(rule *pipeline.Check) tea.Cmd {
	return c.Open(&ui.Reader{Kit: c.Kit, Head: rule.File, Lines: func() []ui.StyledLine { return ui.ColourSQL(c.Theme, rule.SQL) }})
}

// text formats a line as plain text.
func (c *checksView) text(line ruleLine) string {
	if line.rule == nil {
		v := c.table(line.table.Name)
		text := line.table.Name
		if v != nil {
			text += "\t" + c.rowsOf(v)
			if v.Expected != nil {
				text += "\texpected " + ui.Count(*v.Expected)
			}
		}
		return text
	}
	var b strings.Builder
	for _, s := range c.checkLine(*line.rule) {
		b.WriteString(s.Text)
	}
	return b.String()
}
