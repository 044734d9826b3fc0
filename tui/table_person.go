package tui

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/pager"
	harmless "stedi/pipeline/printable"
)

// person is the names in the row with the cursor that identify a person.
type person struct {
	kind  string            // of name that is followed
	names map[string]string // by kind
}

// person finds out whose the row with the cursor is. The column with the
// cursor counts first.
func (t *tableView) person() (person, bool) {
	table, values := t.definition(), t.grid.values()
	p := person{names: map[string]string{}}
	if table == nil || values == nil {
		return p, false
	}
	for _, kind := range slices.Sorted(maps.Keys(table.Subject)) {
		at := slices.IndexFunc(t.grid.columns, func(c pipeline.ResultColumn) bool { return c.Name == table.Subject[kind] })
		if at < 0 || values[at] == nil || strings.TrimSpace(harmless.Value(values[at])) == "" {
			continue
		}
		p.names[kind] = harmless.Value(values[at])
		if p.kind == "" || table.Subject[kind] == t.grid.cursorColumn() {
			p.kind = kind
		}
	}
	return p, p.kind != ""
}

// tracedMsg says where a person's rows are.
type tracedMsg struct {
	person person
	trace  *pipeline.Trace
	err    error
}

// follow finds the rows of the person in every zone, in the background.
func (t *tableView) follow() tea.Cmd {
	who, ok := t.person()
	if !ok {
		return t.toast(warned, "no column of this row identifies a person")
	}
	runner, allow := t.place.Runner, t.options.Run.Allow
	return t.work.start(&t.tracing, func(ctx context.Context) tea.Msg {
		trace, err := runner.Trace(ctx, who.names[who.kind], allow)
		return tracedMsg{who, trace, err}
	})
}

func (t *tableView) traced(msg tracedMsg) tea.Cmd {
	if msg.err != nil {
		if errors.Is(msg.err, context.Canceled) {
			return nil
		}
		t.fail("the person cannot be followed", msg.err)
		return t.toast(failed, t.failure.what+"   press ! for details")
	}
	panel := &personPanel{app: t.app, person: msg.person, trace: msg.trace}
	for i, table := range slices.Backward(msg.trace.Tables) {
		if table.Ends != "" {
			panel.at = i // where the rows end is what people ask
		}
	}
	t.root.open(panel)
	return nil
}

// personPanel shows where a person's rows are, and where they end and why.
type personPanel struct {
	*app
	person
	trace *pipeline.Trace
	at    int
}

func (p *personPanel) title() string { return "One person's rows" }

func (p *personPanel) actions() []action {
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd {
			p.at = min(max(0, p.at+by), len(p.trace.Tables)-1)
			return nil
		}
	}
	return []action{
		p.keys.act("person-down", "down j", "down", move(1)).at(2),
		p.keys.act("person-up", "up k", "up", move(-1)).at(3),
		p.keys.act("person-open", "enter", "show these rows", p.openRows).at(1),
		p.keys.act("person-close", "q", "close", func() tea.Cmd { p.root.shut(); return nil }),
	}
}

// openRows shows the person's rows in the chosen table.
func (p *personPanel) openRows() tea.Cmd {
	name := p.trace.Tables[p.at].Table
	condition, ok := p.condition(p.lake().Table(name))
	if !ok {
		return p.toast(warned, "no column of "+name+" identifies a person")
	}
	t := p.root.tableView()
	p.root.current, p.root.overlays = tableScreen, nil
	return t.showWhere(name, condition)
}

// condition is what makes a row of a table the person's: by a name that is
// known of them, or by one that another table has beside it.
func (p *personPanel) condition(table *pipeline.Table) (pager.Condition, bool) {
	kinds := slices.SortedFunc(maps.Keys(table.Subject), func(a, b string) int {
		return cmp.Or(-cmp.Compare(len(p.names[a]), len(p.names[b])), cmp.Compare(a, b))
	})
	for _, kind := range kinds {
		column := table.Subject[kind]
		if value, known := p.names[kind]; known {
			return pager.Condition{Column: column, Value: value}, true
		}
		for _, other := range p.lake().Tables {
			linked, known := other.Subject[kind], other.Subject[p.kind]
			if linked == "" || known == "" {
				continue
			}
			sql := sqlText("linked.sql", map[string]string{
				"Column": column, "Linked": linked, "Through": other.Name, "Known": known, "Value": p.names[p.kind],
			})
			p.root.tableView().says[sql] = column + " of " + p.names[p.kind]
			return pager.Condition{SQL: sql}, true
		}
	}
	return pager.Condition{}, false
}

func (p *personPanel) draw(area pane) {
	th := p.theme
	_, in := window(area, th, "ONE PERSON'S ROWS", min(area.width()-2, 96), p.height(min(area.width()-2, 96)))
	x := in.cut(1, 0, in.width()-2, th.strong, p.names[p.kind])
	text := "  " + p.trace.Name
	if p.trace.Name == "" {
		text = "  found in no table"
	}
	for _, l := range p.trace.Linked {
		text += " (" + plural(l.Values, l.Name, "× "+l.Name) + ")"
	}
	in.cut(x, 0, in.width()-x-1, th.dim, text)
	list := in.part(0, 2, in.width(), min(len(p.trace.Tables), max(1, in.height()-6)))
	from := max(0, p.at-list.height()+1)
	for y := range list.height() {
		p.drawTable(list.line(y), from+y)
	}
	if below := in.bottom(list.height() + 3); below.height() > 0 && p.at < len(p.trace.Tables) {
		p.drawWay(below, p.trace.Tables[p.at])
	}
}

// height is how many lines the panel takes, whichever table is chosen.
func (p *personPanel) height(wide int) int {
	most := 1
	for _, t := range p.trace.Tables {
		lines := len(t.Stages)
		for _, s := range t.Stages {
			if s.Stage == t.Ends {
				lines += len(p.reason(s, wide-2))
			}
		}
		most = max(most, lines)
	}
	return len(p.trace.Tables) + most + 5
}

func (p *personPanel) drawTable(row pane, n int) {
	th, t := p.theme, p.trace.Tables[n]
	style := th.text
	if n == p.at {
		style = th.selected
		row.fill(style)
	}
	end := max(14, row.width()*40/100)
	row.cut(1, 0, end-10, style, t.Table)
	row.textRight(end, 0, over(th.number, style), rowsText(t.Rows, t.Missing))
	switch {
	case t.Missing:
		row.cut(end+2, 0, row.width()-end-3, over(th.dim, style), "not built yet")
	case t.Ends != "":
		row.cut(end+2, 0, row.width()-end-3, over(th.warn, style), "all rows are dropped at "+t.Ends)
	case len(t.Stages) > 0 && t.Stages[len(t.Stages)-1].Rows != t.Rows:
		row.cut(end+2, 0, row.width()-end-3, over(th.warn, style), "the table is stale")
	}
	row.click(func() tea.Cmd {
		if p.at == n {
			return p.openRows()
		}
		p.at = n
		return nil
	})
}

func rowsText(n int64, missing bool) string {
	if missing || n < 0 {
		return "—"
	}
	return count(n)
}

// drawWay shows how many of the person's rows come out of each stage.
func (p *personPanel) drawWay(area pane, t pipeline.TableTrace) {
	th := p.theme
	if len(t.Stages) == 0 {
		area.cut(1, 0, area.width()-2, th.dim, t.Table+" is a landing table (source)")
		return
	}
	y := 0
	for i, s := range t.Stages {
		name, style := s.Stage, th.text
		if i == len(t.Stages)-1 {
			name = "└▶ " + name
		}
		if s.Stage == t.Ends {
			style = th.warn
		}
		area.cut(1, y, 30, style, name)
		area.textRight(42, y, style, rowsText(s.Rows, false))
		y++
		if s.Stage != t.Ends {
			continue
		}
		for _, line := range p.reason(s, area.width()) {
			area.cut(5, y, area.width()-6, th.dim, line[0].text)
			y++
		}
	}
}

// reason is what a stage asks of a row, in lines for so much room.
func (p *personPanel) reason(s pipeline.StageTrace, wide int) []styledLine {
	if s.Condition == "" {
		return nil
	}
	return wrapWords(styledLine{{p.theme.dim, "condition: " + strings.Join(strings.Fields(s.Condition), " ")}}, max(10, wide-6))
}
