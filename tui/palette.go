package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/sahilm/fuzzy"

	"stedi/tui/ui"
)

// palette finds an action, table or screen by a few of its letters.
type palette struct {
	*ui.Kit
	title string
	input textinput.Model
	all   []choice
	off   []ui.Action // not possible now
	shown []match
	list  ui.List
	sql   func(text string) tea.Cmd // runs a query that is typed; nil: queries are not taken
	free  func(text string) tea.Cmd // opens a text that is no choice; nil: there is no such
	// argued is the choice of a text that is a command with an argument; nil:
	// there is none.
	argued func(text string) (choice, bool)
	notes  []string // shown below the choices
	verb   string   // what enter does with a choice
}

// choice is a line of the palette.
type choice struct {
	text  string
	kind  string
	key   string
	do    func() tea.Cmd
	words string // other words for it
}

// match is a matching choice, with the positions of the matching bytes.
type match struct {
	choice
	marks []int
}

// command is the title of the palette of all actions.
const command = "COMMAND"

// newPalette returns an empty palette.
func newPalette(k *ui.Kit, title string) *palette {
	p := &palette{Kit: k, title: title, input: textinput.New(), verb: "run"}
	p.input.Prompt = ""
	p.input.SetVirtualCursor(false)
	p.list = ui.List{Kit: k, More: [2]string{"more choice", "more choices"}, Len: func() int { return len(p.shown) }, Open: p.choose, Once: true}
	return p
}

// show opens it.
func (p *palette) show() tea.Cmd {
	p.search()
	return tea.Batch(p.Open(p), p.input.Focus())
}

func (m *Model) openPalette() tea.Cmd { return m.choices().show() }

// choices returns a palette of everything that is possible now.
func (m *Model) choices() *palette {
	p := newPalette(m.Kit, command)
	p.sql = func(text string) tea.Cmd { return m.query("typed", text) }
	p.argued = m.reviewChoice
	if m.options.Offers != nil {
		p.free = m.openNamed
	}
	possible := m.possible()
	var moves []choice // last: their keys are quicker
	for _, a := range possible {
		c := choice{a.Title(), a.Group, a.KeyName(), a.Do, a.Found()}
		switch {
		case a.Name == "palette":
		case a.Off:
			p.off = append(p.off, a)
		case a.Moves():
			moves = append(moves, c)
		default:
			p.all = append(p.all, c)
		}
	}
	for _, id := range m.tabs() {
		if id != m.current {
			p.all = append(p.all, m.choicesOf(id)...)
		}
	}
	p.all = append(p.all, m.rowChoices(possible)...)
	if lake := m.lake(); lake != nil {
		for _, t := range lake.Tables {
			p.all = append(p.all, choice{"open " + t.Name, "table", "", func() tea.Cmd { return m.openTable(t.Name) }, "show rows view"})
		}
		for _, s := range lake.Presets {
			p.all = append(p.all, choice{"query " + s.Name, "query", "", func() tea.Cmd { return m.query(s.Name, s.SQL) }, ""})
		}
	}
	for _, s := range m.known.Queries {
		p.all = append(p.all, choice{"query " + s.Name, "saved query", "", func() tea.Cmd { return m.query(s.Name, s.SQL) }, ""})
	}
	p.all = append(p.all, moves...)
	return p
}

// rowChoices are what can be done with rows, so that it is found before rows are
// shown.
func (m *Model) rowChoices(possible []ui.Action) (list []choice) {
	if m.current == tableScreen {
		return nil
	}
	for _, a := range m.tableView().grid.Actions() {
		here := slices.ContainsFunc(possible, func(b ui.Action) bool { return b.Name == a.Name })
		if a.Off && a.Foot > 0 && !here {
			list = append(list, choice{a.Title(), "rows of a table", a.KeyName(), func() tea.Cmd {
				return m.Toast(ui.Told, "open a table first, then press "+a.KeyName()+" ("+a.Title()+")")
			}, a.Found()})
		}
	}
	return list
}

// choicesOf returns the actions of another screen.
func (m *Model) choicesOf(id screenID) []choice {
	var list []choice
	for _, a := range m.screens[id].actions() {
		if !a.Off {
			list = append(list, choice{a.Title(), m.screens[id].title(), a.KeyName(), func() tea.Cmd {
				return tea.Batch(m.show(id), a.Do())
			}, a.Found()})
		}
	}
	return list
}

func (p *palette) search() {
	p.shown = nil
	p.list.Reset()
	text := strings.TrimSpace(p.input.Value())
	if p.argued != nil {
		if c, ok := p.argued(text); ok {
			p.shown = []match{{c, nil}}
			return
		}
	}
	if p.free != nil && strings.ContainsAny(text, "/\\") {
		p.shown = append(p.shown, match{choice{text: text, kind: "path", do: func() tea.Cmd { return p.free(text) }}, nil})
	}
	if p.sql != nil && question.MatchString(text) {
		p.shown = append(p.shown, match{choice{text: "run the query", kind: "query", key: "⏎", do: func() tea.Cmd { return p.sql(text) }}, nil})
	}
	if text == "" {
		for _, c := range p.all {
			p.shown = append(p.shown, match{c, nil})
		}
		return
	}
	p.shown = append(p.shown, p.matches(text)...)
}

// matches returns the choices for a text: those with its words first, then those
// with it as another word, then those with its letters.
func (p *palette) matches(text string) (list []match) {
	if command, ok := strings.CutPrefix(text, ":"); ok {
		text = command // vim writes the colon, too
	}
	if quitWords[text] {
		text = "quit"
	}
	words, found := make([]string, len(p.all)), map[int]bool{}
	add := func(i int, m match) {
		if !found[i] {
			found[i] = true
			list = append(list, m)
		}
	}
	for i, c := range p.all {
		if words[i] = c.text; c.text == text {
			add(i, match{c, prefixMarks(c.text, text)})
		}
	}
	for i, c := range p.all {
		if ui.Synonym(strings.ToLower(c.text), text) != "" {
			add(i, match{c, prefixMarks(c.text, text)})
		}
	}
	for i, c := range p.all {
		if word := ui.Synonym(c.words, text); word != "" && len(text) > 1 {
			c.text += "  (" + word + ")"
			add(i, match{c, nil})
		}
	}
	for _, f := range fuzzy.Find(text, words) {
		add(f.Index, match{p.all[f.Index], f.MatchedIndexes})
	}
	return list
}

// quitWords are commands of vim, less and k9s.
var quitWords = map[string]bool{"q": true, "q!": true, "qa": true, "qa!": true, "wq": true, "x": true, "exit": true}

// prefixMarks returns the positions of a word's beginning in a text.
func prefixMarks(text, wanted string) (marks []int) {
	at := strings.Index(" "+strings.ToLower(text), " "+strings.ToLower(wanted))
	for i := range len(wanted) {
		marks = append(marks, at+i)
	}
	return marks
}

func (p *palette) Actions() []ui.Action {
	return append(p.list.Actions("palette-", ui.TextKeys, 1), p.Keys.Act("palette-do", "enter", p.verb, p.choose).At(3))
}

func (p *palette) choose() tea.Cmd {
	if text := strings.TrimSpace(p.input.Value()); len(p.shown) == 0 && p.free != nil && p.title != command && text != "" {
		return p.Want(ui.CloseOverlay{Then: func() tea.Cmd { return p.free(text) }})
	}
	if at := p.list.At(); at < len(p.shown) {
		return p.Want(ui.CloseOverlay{Then: p.shown[at].do})
	}
	return p.Shut()
}

func (p *palette) typed(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	if _, special := ui.Find(p.Actions(), msg); special || msg.Code == tea.KeyEscape || msg.Mod.Contains(tea.ModCtrl) {
		return nil, false
	}
	return p.edit(msg), true
}

func (p *palette) pasted(text string) tea.Cmd { return p.edit(tea.PasteMsg{Content: text}) }

func (p *palette) edit(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	before := p.input.Value()
	if p.input, cmd = p.input.Update(msg); p.input.Value() != before {
		p.search()
	}
	return cmd
}

func (p *palette) Draw(area ui.Pane) {
	t := p.Theme
	wide := min(96, max(76, area.Width()*3/5))
	const most = 18
	tall := min(most, len(p.shown)+len(p.footnotes(wide-4, most/2))+4)
	box, in := ui.Hanging(area, t, p.title, wide, tall, most)
	x := in.Text(1, 0, t.Accent, ": ")
	in.Text(x, 0, t.Strong, p.input.Value())
	at := []rune(p.input.Value())[:p.input.Position()]
	in.Frame.Cursor = tea.NewCursor(in.Area.Min.X+x+ui.Width(string(at)), in.Area.Min.Y)
	list := in.Bottom(2)
	if in.Height() < 8 && len(p.shown) > in.Height()-2 { // the choices need the empty line
		list = in.Bottom(1)
	}
	notes := p.footnotes(list.Width()-2, list.Height()/2)
	choices := list.Top(list.Height() - len(notes))
	p.list.Draw(box, choices, len(p.shown), func(r ui.Row) { p.line(r.Pane, p.shown[r.N], ui.Over(t.Text, r.Back)) })
	for y, note := range notes {
		list.Line(min(len(p.shown), choices.Height())+y).Styled(1, note)
	}
}

// footnotes are the lines below the choices.
func (p *palette) footnotes(width, most int) (lines []ui.StyledLine) {
	notes := p.notes
	if len(p.shown) == 0 && (p.input.Value() != "" || len(notes) == 0) {
		notes = append([]string{p.noMatch()}, notes...)
	}
	for _, note := range notes {
		lines = append(lines, ui.Wrap(ui.StyledLine{{Style: p.Theme.Dim, Text: ui.Printable(note)}}, width)...)
	}
	if len(p.shown) == 0 {
		most = max(most, 1)
	}
	return lines[:min(len(lines), most)]
}

// noMatch says that no choice matches, and why not if an action does that is not
// possible now.
func (p *palette) noMatch() string {
	text := strings.TrimSpace(p.input.Value())
	i := slices.IndexFunc(p.off, func(a ui.Action) bool {
		return text != "" && (ui.Synonym(strings.ToLower(a.Title()), text) != "" || len(text) > 1 && ui.Synonym(a.Found(), text) != "")
	})
	if i < 0 {
		return "no match"
	}
	return "no match; not possible now: " + p.off[i].Title() + " (" + p.off[i].Why + ")"
}

// line draws a choice and highlights the matching letters. In a narrow window,
// it leaves out the kind.
func (p *palette) line(row ui.Pane, c match, style uv.Style) {
	const kindWide, keyWide = 16, 10
	x, room := 1, row.Width()-3-ui.Width(c.key)
	if row.Width() >= 4*kindWide {
		room = row.Width() - kindWide - keyWide - 1
		row.Cut(room+1, 0, kindWide, ui.Over(p.Theme.Dim, style), c.kind)
	}
	for i, r := range ui.Shorten(c.text, room-1) {
		s := style
		if slices.Contains(c.marks, i) {
			s = ui.Over(p.Theme.Busy, style)
		}
		x = row.Text(x, 0, s, string(r))
	}
	row.TextRight(row.Width()-1, 0, ui.Over(p.Theme.Accent, style), c.key)
}
