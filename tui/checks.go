package tui

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

// checksView is the fourth screen: the expected and the actual rows of each
// table, and the check results.
type checksView struct {
	*app
	panes     ui.Focus
	list      ui.List
	detail    ui.List
	wanted    string
	failsOnly bool
	opened    map[string]bool // by table, and by the name of a line of passed checks
	halves    ui.Halves
}

// The panes of the checks screen.
const (
	rulesPane = iota
	rulePane
	checksPanes
)

func newChecks(a *app) *checksView {
	c := &checksView{app: a, panes: ui.Focus{Count: checksPanes}, opened: map[string]bool{}}
	c.list = ui.List{
		Kit: a.Kit, Panes: &c.panes, Pane: rulesPane, Faint: true, Open: c.enter, More: moreLines,
		Len:   func() int { return len(c.lines()) },
		Name:  func(i int) string { return c.lines()[i].name() },
		Moved: func() tea.Cmd { c.detail.Reset(); return nil },
	}
	c.detail = ui.List{
		Kit: a.Kit, Panes: &c.panes, Pane: rulePane, Text: true, More: moreLines,
		Len: func() int { return len(c.detailLines(c.detail.Width())) },
	}
	return c
}

func (c *checksView) title() string    { return "Checks" }
func (c *checksView) focus() *ui.Focus { return &c.panes }
func (c *checksView) filter() string   { return c.wanted }

// close cancels what no screen will show.
func (c *checksView) close() {
	c.checking.Stop()
	c.diagnosing.Stop()
}

func (c *checksView) setFilter(text string) tea.Cmd {
	c.wanted = text
	c.list.Filtered()
	return nil
}

func (c *checksView) update(tea.Msg) tea.Cmd { return nil }

// ruleLine is a line of the list: a table with its counts, one of its checks, or
// those that passed.
type ruleLine struct {
	table *pipeline.Table
	rule  *pipeline.CheckRecord   // nil for the line of the table
	times int                     // how often the table has this check
	all   []*pipeline.CheckRecord // passed or skipped checks as one line
}

// name identifies a line.
func (l ruleLine) name() string {
	switch {
	case l.all != nil:
		return l.table.Name + " " + l.all[0].State
	case l.rule != nil:
		return l.table.Name + " " + l.rule.State + " " + l.rule.Check
	default:
		return l.table.Name
	}
}

// lines are the tables, the wrong ones first, each with its checks below it if
// it is open.
func (c *checksView) lines() []ruleLine {
	if c.lake() == nil {
		return nil
	}
	var lines []ruleLine
	for _, t := range c.ordered() {
		checks := c.checksOf(t.Name)
		shown := slices.DeleteFunc(slices.Clone(checks), func(r *pipeline.CheckRecord) bool { return !c.shows(r) })
		failed := c.results[t.Name].result >= inherited
		switch {
		case c.failsOnly && !failed && len(shown) == 0:
			continue
		case !c.matches(t.Name) && len(shown) == 0:
			continue
		}
		lines = append(lines, ruleLine{table: t})
		if c.opened[t.Name] || c.failsOnly || c.wanted != "" && !c.matches(t.Name) {
			lines = append(lines, c.below(t, shown)...)
		}
	}
	return lines
}

// ordered returns the tables: first those that are wrong by themselves, then
// those that inherit it, then warnings, otherwise in the order of the lake.
func (c *checksView) ordered() []*pipeline.Table {
	rank := func(t *pipeline.Table) int {
		switch c.results[t.Name].result {
		case wrong:
			return 0
		case inherited:
			return 1
		case unknown:
			if v := c.table(t.Name); v != nil && v.Missing && c.tallyOf(t.Name).Failed > 0 {
				return 1
			}
		case warned:
			return 2
		case countRight, passed:
		}
		return 3
	}
	tables := slices.Clone(c.lake().Tables)
	slices.SortStableFunc(tables, func(a, b *pipeline.Table) int { return cmp.Compare(rank(a), rank(b)) })
	return tables
}

// checksOf returns the results of the checks of a table that has not changed
// since.
func (c *checksView) checksOf(table string) (checks []*pipeline.CheckRecord) {
	found, v := c.verdicts(), c.table(table)
	if found == nil || v == nil || v.Verdict == survey.Unchecked && !v.Missing {
		return nil
	}
	for i := range found.Checks {
		if found.Checks[i].Table == table {
			checks = append(checks, &found.Checks[i])
		}
	}
	return checks
}

// below returns the lines of a table's checks: those that failed, then the
// others as one line for each result until it is opened.
func (c *checksView) below(t *pipeline.Table, checks []*pipeline.CheckRecord) []ruleLine {
	groups := map[string][]*pipeline.CheckRecord{}
	for _, r := range checks {
		groups[r.State] = append(groups[r.State], r)
	}
	lines := single(t, errorsFirst(groups["fail"]))
	for _, state := range []string{"skipped", "pass"} {
		if len(groups[state]) == 0 {
			continue
		}
		all := ruleLine{table: t, all: groups[state]}
		lines = append(lines, all)
		if c.opened[all.name()] {
			lines = append(lines, single(t, groups[state])...)
		}
	}
	return lines
}

// errorsFirst returns checks with the warnings behind the errors.
func errorsFirst(checks []*pipeline.CheckRecord) []*pipeline.CheckRecord {
	return slices.SortedStableFunc(slices.Values(checks), func(a, b *pipeline.CheckRecord) int { return strings.Compare(a.Severity, b.Severity) })
}

// single returns a line for each check. A check that is there several times is
// one line.
func single(t *pipeline.Table, checks []*pipeline.CheckRecord) (lines []ruleLine) {
	for _, r := range checks {
		i := slices.IndexFunc(lines, func(l ruleLine) bool { return l.rule.Check == r.Check })
		if i < 0 {
			lines = append(lines, ruleLine{table: t, rule: r, times: 1})
			continue
		}
		lines[i].times++
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
	return c.matches(r.Table + " " + shortName(r) + " " + r.Check + " " + r.Message)
}

// current returns the selected line.
func (c *checksView) current() (ruleLine, bool) {
	lines := c.lines()
	if len(lines) == 0 {
		return ruleLine{}, false
	}
	return lines[c.list.At()], true
}

func (c *checksView) actions() []ui.Action {
	k := c.Keys
	line, there := c.current()
	rule := c.definition(line.rule)
	idle := !c.live.going()
	made := there && !line.table.IsLanding()
	moves := c.list.Actions("", ui.SpaceKeys, 0)
	if c.panes.At == rulePane {
		moves = c.detail.Actions("", ui.SpaceKeys, 0)
	}
	enter, openable := c.enterTitle(line)
	moves = append(moves, c.proofActions(line.table, func(open func() tea.Cmd) tea.Cmd { return open() })...)
	return append(moves,
		k.Act("failing-rows", "enter", enter, c.enter).At(1).When(there, ui.NoLine).When(openable, "this check has no failing rows to show"),
		k.Act("right", "right l", "show the checks", func() tea.Cmd { return c.unfold(true) }).When(there, ui.NoLine),
		k.Act("left", "left h", "hide the checks", func() tea.Cmd { return c.unfold(false) }).When(there, ui.NoLine),
		k.Act("open", "o", "open the table", func() tea.Cmd { return c.Want(openTable{line.table.Name}) }).At(2).When(there, ui.NoLine),
		k.Act("check", "v", "check again", c.check).At(3).When(c.place != nil, ui.NotOpen).When(idle, ui.Running).When(!c.checking.Working(), "a check is under way"),
		k.Act("cancel-check", "c", "cancel the check", c.cancelCheck).At(3).When(c.checking.Working() || c.diagnosing.Working(), "no check is under way"),
		k.Was("x", "fails-only", "a", "failures only", c.toggleFails).At(4).When(there || c.failsOnly, ui.NoLine),
		k.Act("run-to", "r", "run the table", func() tea.Cmd { return c.run(line.table.Name) }).At(5).When(there, ui.NoLine).When(made, ui.NotMade).When(idle, ui.Running),
		k.Was("s", "sql", "Q", "SQL of the check", func() tea.Cmd { return c.openRule(rule) }).At(6).When(rule != nil, "this check has no failing rows to show"),
		k.Act("why", "w", "why is it wrong", func() tea.Cmd { return c.openWhy(line.table.Name) }).At(4).When(there, ui.NoLine).When(c.place != nil && c.place.Why != nil, "the cause cannot be searched in this lake"),
		k.Act("report", "e", "report", c.askReport).At(7).When(c.verdicts() != nil, "not checked yet"),
		k.Act("copy-rule", "y", "copy", func() tea.Cmd { return c.CopyText("the text", c.text(line)) }).At(8).When(there, ui.NoLine),
	)
}

// enterTitle says what enter does on a line, and whether it does anything.
func (c *checksView) enterTitle(line ruleLine) (title string, possible bool) {
	switch {
	case line.rule != nil:
		return "failing rows", c.definition(line.rule) != nil
	case line.table != nil && c.opened[line.name()]:
		return "hide the checks", true
	default:
		return "show the checks", true
	}
}

// enter opens or closes a line, or shows the rows that fail a check.
func (c *checksView) enter() tea.Cmd {
	line, there := c.current()
	switch rule := c.definition(line.rule); {
	case !there:
		return nil
	case line.rule == nil:
		return c.unfold(!c.opened[line.name()])
	case rule == nil:
		return nil
	default:
		return c.failingRows(rule)
	}
}

// unfold shows or hides the checks of a table. On a check it hides those of its
// table, and goes there.
func (c *checksView) unfold(open bool) tea.Cmd {
	line, there := c.current()
	if !there {
		return nil
	}
	name := line.name()
	if !open && (line.rule != nil || line.all != nil && !c.opened[name]) {
		name = line.table.Name
		if line.rule != nil && c.opened[name+" "+line.rule.State] {
			name += " " + line.rule.State
		}
	}
	if line.rule == nil || !open {
		c.opened[name] = open
		c.list.Choose(name)
	}
	return nil
}

func (c *checksView) toggleFails() tea.Cmd {
	c.failsOnly = !c.failsOnly
	c.list.Filtered()
	return nil
}

// cancelCheck cancels the check, or the search for causes that follows it.
func (c *checksView) cancelCheck() tea.Cmd {
	if !c.checking.Working() {
		return c.stopDiagnosis()
	}
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

// text formats what is known of a line as plain text.
func (c *checksView) text(line ruleLine) string { return ui.PlainText(c.describe(line)) }
