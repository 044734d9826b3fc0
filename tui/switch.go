package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// LakeChoice is a lake that can be opened.
type LakeChoice struct {
	Name  string // as --lake takes it
	Label string // shown
	Kind  string // recent, folder, bucket, in a bucket or database
}

// Offers are the lakes and variants that can be opened instead.
type Offers struct {
	Lakes    []LakeChoice
	Variants []string
	Notes    []string // what could not be listed, and why
	// More lists what takes longer, such as the buckets of an account; nil:
	// nothing. The result has only what is to be added.
	More func(context.Context) *Offers
}

// Switch asks the caller to open another lake, or the same one with other
// variants, in place of this one.
type Switch struct {
	Lake     string // "": this one
	Variants []string
	Screen   string // the screen to begin with
}

// Next is what the reader wants to see after these screens; nil: nothing.
func (m *Model) Next() *Switch { return m.next }

// offersMsg brings what can be opened.
type offersMsg struct{ *Offers }

// comparedMsg brings the checks of another lake.
type comparedMsg struct {
	lake   string
	record *pipeline.Record
	err    error
}

// picker is a palette whose choices arrive later.
type picker struct {
	*palette
	offered func(*Offers) []choice
}

// take adds choices. The cursor stays where it is: they come behind the others.
func (p *picker) take(o *Offers) {
	p.all, p.notes = append(p.all, p.offered(o)...), o.Notes
	if o.More != nil {
		p.notes = append(slices.Clone(p.notes), listing)
	}
	at := p.list.At()
	p.search()
	p.list.To(at)
}

// listing is shown while choices are still to come.
const listing = "listing …"

// pick opens a picker and lists what can be opened in the background.
func (m *Model) pick(title, verb string, free func(string) tea.Cmd, offered func(*Offers) []choice) tea.Cmd {
	p := &picker{palette: newPalette(m.Kit, title), offered: offered}
	p.free, p.notes, p.verb = free, []string{listing}, verb
	p.search()
	list := m.options.Offers
	return tea.Batch(m.Open(p), p.input.Focus(), m.Work.Start(&m.offering, func(ctx context.Context) tea.Msg {
		return offersMsg{list(ctx)}
	}))
}

// offered shows what can be opened, if it is still asked for.
func (m *Model) offered(o *Offers) tea.Cmd {
	p, ok := m.top().(*picker)
	if !ok {
		return nil
	}
	p.take(o)
	if o.More == nil {
		return nil
	}
	return m.Work.Start(&m.offering, func(ctx context.Context) tea.Msg { return offersMsg{o.More(ctx)} })
}

// lakeChoices are the other lakes.
func (m *Model) lakeChoices(o *Offers, do func(string) tea.Cmd) (list []choice) {
	for _, l := range o.Lakes {
		if l.Label != m.options.Lake {
			list = append(list, choice{text: l.Label, kind: l.Kind, do: func() tea.Cmd { return do(l.Name) }})
		}
	}
	return list
}

// openLake asks for the lake to open in place of this one.
func (m *Model) openLake() tea.Cmd {
	open := func(name string) tea.Cmd { return m.switchTo(Switch{Lake: name, Variants: m.options.Profile}) }
	return m.pick("OPEN A LAKE: a name, or a path, s3:// or glue://", "open", open, func(o *Offers) []choice { return m.lakeChoices(o, open) })
}

// openNamed opens what is typed as a command: a table, or another lake.
func (m *Model) openNamed(text string) tea.Cmd {
	name := strings.TrimSpace(strings.TrimPrefix(text, "open "))
	if lake := m.lake(); lake != nil && lake.Table(name) != nil {
		return m.openTable(name)
	}
	return m.switchTo(Switch{Lake: name, Variants: m.options.Profile})
}

// chooseVariant asks for the variant of the definition.
func (m *Model) chooseVariant() tea.Cmd {
	return m.pick("VARIANT of the definition", "choose", nil, func(o *Offers) (list []choice) {
		mark := func(on bool) string {
			if on {
				return "in use"
			}
			return ""
		}
		list = append(list, choice{text: "no variant", kind: mark(len(m.options.Profile) == 0), do: func() tea.Cmd { return m.switchTo(Switch{}) }})
		for _, name := range o.Variants {
			list = append(list, choice{text: name, kind: mark(slices.Contains(m.options.Profile, name)), do: func() tea.Cmd { return m.switchTo(Switch{Variants: []string{name}}) }})
		}
		return list
	})
}

// switchTo ends these screens for others.
func (m *Model) switchTo(to Switch) tea.Cmd {
	if m.live.going() {
		return m.Toast(ui.Warned, ui.Running)
	}
	to.Screen = m.here().title()
	m.next = &to
	return tea.Quit
}

// compareLakes asks for a lake to show beside this one.
func (m *Model) compareLakes() tea.Cmd {
	beside := func(name string) tea.Cmd {
		check := m.options.CheckLake
		return tea.Batch(m.Toast(ui.Told, "checking "+name+" …"), m.Work.Start(&m.comparing, func(ctx context.Context) tea.Msg {
			record, err := check(ctx, name)
			return comparedMsg{name, record, err}
		}))
	}
	return m.pick("COMPARE WITH A LAKE", "compare", beside, func(o *Offers) []choice { return m.lakeChoices(o, beside) })
}

// compared shows two lakes side by side.
func (m *Model) compared(msg comparedMsg) tea.Cmd {
	m.Toasts.DropText("checking " + msg.lake + " …")
	if msg.record == nil || msg.err != nil {
		m.fail("the lake "+msg.lake+" cannot be checked", msg.err)
		return m.present()
	}
	return m.Open(&ui.Reader{Kit: m.Kit, Head: "TWO LAKES", Lines: m.Fitted(func() []ui.StyledLine { return m.sideBySide(msg) })})
}

// sideBySide lists the rows and the results of the tables of two lakes.
func (m *Model) sideBySide(msg comparedMsg) []ui.StyledLine {
	t := m.Theme
	const number = 12
	name := min(26, max(10, m.Reading()-2*number-16))
	cell := func(text string, width int) string {
		text = ui.Shorten(ui.Printable(text), width)
		return text + strings.Repeat(" ", max(0, width-ui.Width(text)))
	}
	right := func(text string) string { return strings.Repeat(" ", max(0, number-ui.Width(text))) + text }
	lines := []ui.StyledLine{
		{{Style: t.Dim, Text: "A  "}, {Style: t.Text, Text: ui.Printable(m.options.Lake)}},
		{{Style: t.Dim, Text: "B  "}, {Style: t.Text, Text: ui.Printable(msg.lake)}},
		nil,
		{{Style: t.Heading, Text: cell("TABLE", name) + right("ROWS A") + "   " + right("ROWS B") + "   " + right("B − A")}},
	}
	for _, table := range m.lake().Tables {
		v, other := m.table(table.Name), msg.record.Table(table.Name)
		if v == nil || other == nil {
			continue
		}
		mark, style := m.results[table.Name].look(t)
		there, tone := otherMark(m, other, msg.record)
		rows, change := "—", ""
		if !other.Missing {
			rows = ui.Count(other.Rows)
		}
		if here, known := m.rows(v); known && !v.Missing && !other.Missing {
			change = signed(other.Rows - here)
		}
		lines = append(lines, ui.StyledLine{
			{Style: t.Text, Text: cell(table.Name, name)},
			{Style: t.Number, Text: right(m.rowsOf(v)) + " "},
			{Style: style, Text: mark + " "},
			{Style: t.Number, Text: right(rows) + " "},
			{Style: tone, Text: there + " "},
			{Style: t.Dim, Text: right(change)},
		})
	}
	lines = append(lines, nil)
	for _, c := range msg.record.Checks {
		if c.State == "fail" {
			lines = append(lines, append(ui.StyledLine{{Style: t.Dim, Text: "B  " + c.Table + " "}}, m.checkLine(c)...))
		}
	}
	return append(lines, ui.StyledLine{{Style: t.Dim, Text: fmt.Sprintf("B  %s", pipeline.TallyOf(msg.record.Checks))}})
}

// otherMark is the result of a table of another lake.
func otherMark(m *Model, t *pipeline.TableRecord, r *pipeline.Record) (string, uv.Style) {
	result := passed
	for _, c := range r.Checks {
		if c.Table == t.Table && c.State == "fail" {
			if c.Severity != "warning" {
				return wrong.look(m.Theme)
			}
			result = warned
		}
	}
	if t.Missing {
		return "–", m.Theme.Dim
	}
	return result.look(m.Theme)
}
