package tui

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/pager"
	harmless "stedi/pipeline/printable"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

// person is the names in the row with the cursor that identify a person.
type person struct {
	kind  string            // key of the name that is traced
	names map[string]string // by kind
}

// person returns the subject of the row with the cursor. The column with the
// cursor takes precedence.
func (t *tableView) person() (person, bool) {
	table, values := t.definition(), t.grid.Values()
	p := person{names: map[string]string{}}
	if table == nil || values == nil {
		return p, false
	}
	for _, kind := range slices.Sorted(maps.Keys(table.Subject)) {
		at := slices.IndexFunc(t.grid.Columns, func(c pipeline.ResultColumn) bool { return c.Name == table.Subject[kind] })
		if at < 0 || values[at] == nil || strings.TrimSpace(harmless.Value(values[at])) == "" {
			continue
		}
		p.names[kind] = harmless.Value(values[at])
		if p.kind == "" || table.Subject[kind] == t.grid.CursorColumn() {
			p.kind = kind
		}
	}
	return p, p.kind != ""
}

// tracedMsg brings the trace of a subject.
type tracedMsg struct {
	person person
	trace  *pipeline.Trace
	err    error
}

// follow traces the subject through every zone in the background.
func (t *tableView) follow() tea.Cmd {
	who, ok := t.person()
	if !ok {
		return t.Toast(ui.Warned, "no column of this row identifies a person")
	}
	runner, allow := t.place.Runner, t.options.Run.Allow
	return t.Work.Start(&t.tracing, func(ctx context.Context) tea.Msg {
		trace, err := survey.Trace(ctx, runner, who.names[who.kind], allow)
		return tracedMsg{who, trace, err}
	})
}

func (t *tableView) traced(msg tracedMsg) tea.Cmd {
	if msg.err != nil {
		if errors.Is(msg.err, context.Canceled) {
			return nil
		}
		t.fail("the person cannot be followed", msg.err)
		return nil
	}
	panel := newPersonPanel(t.app, msg.person, msg.trace)
	if i := slices.IndexFunc(msg.trace.Tables, func(t pipeline.TableTrace) bool { return t.Ends != "" }); i >= 0 {
		panel.list.To(i) // where the rows end is what people ask
	}
	return t.Open(panel)
}

// personPanel shows the trace of a subject: its rows in each table, and where
// and why they end.
type personPanel struct {
	*app
	person
	trace *pipeline.Trace
	list  ui.List
}

func newPersonPanel(a *app, who person, trace *pipeline.Trace) *personPanel {
	p := &personPanel{app: a, person: who, trace: trace}
	p.list = ui.List{Kit: a.Kit, More: [2]string{"more table", "more tables"}, Len: func() int { return len(trace.Tables) }, Open: p.openRows}
	return p
}

func (p *personPanel) Title() string { return "One person's rows" }

func (p *personPanel) Actions() []ui.Action {
	return append(p.list.Actions("person-", ui.SpaceKeys, 2),
		p.Keys.Act("person-open", "enter", "show these rows", p.openRows).At(1),
		p.Keys.Act("person-close", "q", "close", p.Shut),
	)
}

// openRows shows the subject's rows in the selected table.
func (p *personPanel) openRows() tea.Cmd {
	name := p.trace.Tables[p.list.At()].Table
	condition, said, ok := p.condition(p.lake().Table(name))
	if !ok {
		return p.Toast(ui.Warned, "no column of "+name+" identifies a person")
	}
	return p.Want(showRows{name, condition, said})
}

// condition returns the condition for the subject's rows in a table: a known
// name of the subject, or a name that another table links to it. For a linked
// name, said is the text in the headline.
func (p *personPanel) condition(table *pipeline.Table) (c pager.Condition, said string, ok bool) {
	kinds := slices.SortedFunc(maps.Keys(table.Subject), func(a, b string) int {
		return cmp.Or(-cmp.Compare(len(p.names[a]), len(p.names[b])), cmp.Compare(a, b))
	})
	for _, kind := range kinds {
		column := table.Subject[kind]
		if value, known := p.names[kind]; known {
			return pager.Condition{Column: column, Value: value}, "", true
		}
		for _, other := range p.lake().Tables {
			linked, known := other.Subject[kind], other.Subject[p.kind]
			if linked == "" || known == "" {
				continue
			}
			sql := sqlText("linked.sql", map[string]string{
				"Column": column, "Linked": linked, "Through": other.Name, "Known": known, "Value": p.names[p.kind],
			})
			return pager.Condition{SQL: sql}, column + " of " + p.names[p.kind], true
		}
	}
	return pager.Condition{}, "", false
}

func (p *personPanel) Draw(area ui.Pane) {
	th := p.Theme
	box, in := ui.Window(area, th, "ONE PERSON'S ROWS", min(area.Width()-2, 96), p.height(min(area.Width()-2, 96)))
	x := in.Cut(1, 0, in.Width()-2, th.Strong, p.names[p.kind])
	text := "  " + p.trace.Name
	if p.trace.Name == "" {
		text = "  found in no table"
	}
	for _, l := range p.trace.Linked {
		text += " (" + ui.Plural(l.Values, l.Name, "× "+l.Name) + ")"
	}
	if x+ui.Width(text) < in.Width() || in.Height() < lowPerson {
		in.Cut(x, 0, in.Width()-x-1, th.Dim, text)
	} else { // in the empty line
		in.Cut(1, 1, in.Width()-2, th.Dim, strings.TrimSpace(text))
	}
	list := in.Part(0, 2, in.Width(), min(len(p.trace.Tables), max(1, in.Height()-6)))
	if in.Height() < lowPerson {
		list = in.Part(0, 1, in.Width(), in.Height()-2)
		p.list.Draw(box, list, len(p.trace.Tables), p.drawTable)
		text, style := p.became(p.trace.Tables[p.list.At()])
		in.Cut(1, in.Height()-1, in.Width()-2, style, text)
		return
	}
	p.list.Draw(box, list, len(p.trace.Tables), p.drawTable)
	if below := in.Bottom(list.Height() + 3); below.Height() > 0 && p.list.At() < len(p.trace.Tables) {
		p.drawWay(below, p.trace.Tables[p.list.At()])
	}
}

// lowPerson is the height below which the panel says only in a line what became
// of the rows.
const lowPerson = 12

// height returns the height of the panel in lines, the same for every selected
// table.
func (p *personPanel) height(wide int) int {
	most := 1
	for _, t := range p.trace.Tables {
		lines := len(t.Stages)
		for _, s := range t.Stages {
			if s.Name == t.Ends {
				lines += len(p.reason(s, wide-2))
			}
		}
		most = max(most, lines)
	}
	return len(p.trace.Tables) + most + 5
}

func (p *personPanel) drawTable(row ui.Row) {
	th, t := p.Theme, p.trace.Tables[row.N]
	style := ui.Over(p.Theme.Text, row.Back)
	name := 0
	for _, other := range p.trace.Tables {
		name = max(name, ui.Width(other.Table))
	}
	end := min(name+11, max(14, row.Width()-20))
	if row.Width() < 2*name { // what became of the rows is below the list
		end = row.Width() - 1
	}
	row.Cut(1, 0, end-10, style, t.Table)
	row.TextRight(end, 0, ui.Over(th.Number, style), rowsText(t.Rows, t.Missing))
	text, tone := p.became(t)
	row.Cut(end+2, 0, row.Width()-end-3, ui.Over(tone, style), text)
}

// became says what became of the rows in a table.
func (p *personPanel) became(t pipeline.TableTrace) (string, uv.Style) {
	switch {
	case t.Missing:
		return "not built yet", p.Theme.Dim
	case t.Ends != "":
		return "all rows are dropped at " + t.Ends, p.Theme.Warn
	case len(t.Stages) > 0 && t.Stages[len(t.Stages)-1].Rows != t.Rows:
		return "the table is stale", p.Theme.Warn
	}
	return "", p.Theme.Dim
}

func rowsText(n int64, missing bool) string {
	if missing || n < 0 {
		return "—"
	}
	return ui.Count(n)
}

// drawWay draws how many of the subject's rows each stage returns.
func (p *personPanel) drawWay(area ui.Pane, t pipeline.TableTrace) {
	th := p.Theme
	if len(t.Stages) == 0 {
		area.Cut(1, 0, area.Width()-2, th.Dim, t.Table+" is a landing table (source)")
		return
	}
	y := 0
	for i, s := range t.Stages {
		name, style := s.Name, th.Text
		if i == len(t.Stages)-1 {
			name = "└▶ " + name
		}
		if s.Name == t.Ends {
			style = th.Warn
		}
		end := min(42, area.Width()-1)
		area.Cut(1, y, end-12, style, name)
		area.TextRight(end, y, style, rowsText(s.Rows, false))
		y++
		if s.Name != t.Ends {
			continue
		}
		for _, line := range p.reason(s, area.Width()) {
			area.Cut(5, y, area.Width()-6, th.Dim, line[0].Text)
			y++
		}
	}
}

// reason formats the predicate of a stage.
func (p *personPanel) reason(s pipeline.StageTrace, wide int) []ui.StyledLine {
	if s.Condition == "" {
		return nil
	}
	return ui.WrapWords(ui.StyledLine{{Style: p.Theme.Dim, Text: "condition: " + strings.Join(strings.Fields(s.Condition), " ")}}, max(10, wide-6))
}
