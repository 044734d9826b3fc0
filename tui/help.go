package tui

import (
	"cmp"
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"stedi/tui/ui"
)

// helpPanel lists all keys of the current screen by group, and the signs of the
// screens. Typed text filters the lines.
type helpPanel struct {
	*ui.Kit
	title  string
	list   []ui.Action
	input  textinput.Model
	scroll ui.List
}

// signs are the signs of the screens, with their meanings.
var signs = [][2]string{
	{"✓", "passed, or done"},
	{"✗", "failed"},
	{"!", "warning, or modified"},
	{"└", "wrong, as is its upstream"},
	{"=", "count as expected, not checked"},
	{"▶", "running"},
	{"■", "cancelled"},
	{"–", "skipped, or not built"},
	{"○", "waiting"},
	{"◌", "stale: older than its upstream"},
	{"≠", "different, or modified outside stedi"},
	{"◇", "built elsewhere"},
	{"·", "up to date, or nothing to do"},
	{"●", "marked, or the zone's colour"},
	{"★", "saved query, or preset"},
	{"▲ ▼", "sorted ascending, descending"},
	{"▸ ▾", "closed, open"},
	{"‹ ›", "more columns to the left, right"},
	{"…", "not read yet, or cut"},
	{"~", "estimated"},
	{"│", "end of the frozen columns"},
	{"┃", "position of what is shown"},
	{"━ ┄", "measured, estimated progress"},
	{"▇", "share of the largest value"},
	{"Δ", "difference from the expected count"},
	{"^x", "ctrl and x"},
	{"⇧", "shift"},
	{"⏎", "enter"},
}

func (m *Model) openHelp() tea.Cmd {
	title := m.here().title()
	if o, ok := m.top().(interface{ Title() string }); ok {
		title = o.Title()
	}
	h := &helpPanel{Kit: m.Kit, title: title, list: m.possible(), input: textinput.New()}
	h.input.Prompt = ""
	h.input.SetVirtualCursor(false)
	h.scroll = ui.List{Kit: m.Kit, Text: true, Len: func() int { return len(h.fitted(h.Width)) }}
	return tea.Batch(m.Open(h), h.input.Focus())
}

func (h *helpPanel) Actions() []ui.Action {
	return append(h.scroll.Actions("help-", ui.ReadKeys, 1), h.Keys.Act("help-close", "? f1 enter", "close", h.Shut))
}

func (h *helpPanel) typed(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	if _, special := ui.Find(h.Actions(), msg); special || msg.Code == tea.KeyEscape || msg.Mod.Contains(tea.ModCtrl) {
		return nil, false
	}
	return h.edit(msg), true
}

func (h *helpPanel) pasted(text string) tea.Cmd { return h.edit(tea.PasteMsg{Content: text}) }

func (h *helpPanel) edit(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	h.input, cmd = h.input.Update(msg)
	h.scroll.Reset()
	return cmd
}

// wants reports whether the typed text is in one of the texts.
func (h *helpPanel) wants(texts ...string) bool {
	wanted := strings.ToLower(strings.TrimSpace(h.input.Value()))
	for _, text := range texts {
		if strings.Contains(strings.ToLower(text), wanted) {
			return true
		}
	}
	return false
}

// helpLine is a line of the help: a heading, or a key and its action.
type helpLine struct {
	heading string
	action  ui.Action
	sign    [2]string
	text    string // the meaning, or the rest of that of the line above
}

// keyWidth returns the width of the keys or the sign of a line.
func (l helpLine) keyWidth() int {
	if l.sign[0] != "" {
		return 5
	}
	return 14
}

// byGroup returns the actions that the typed text wants by group: those of the
// screen, the ones of the footer first, then how to move the cursor, then the
// global ones.
func (h *helpPanel) byGroup() (groups []string, members map[string][]ui.Action) {
	members = map[string][]ui.Action{}
	for _, a := range h.list {
		if a.KeyName() == "" || !h.wants(a.Found(), a.KeyName(), a.Group) {
			continue
		}
		group := cmp.Or(a.Group, h.title)
		if members[group] == nil {
			groups = append(groups, group)
		}
		members[group] = append(members[group], a)
	}
	if at := slices.Index(groups, ui.Moving); at >= 0 {
		groups = slices.Delete(groups, at, at+1)
		if at = slices.Index(groups, "everywhere"); at < 0 {
			at = len(groups)
		}
		groups = slices.Insert(groups, at, ui.Moving)
	}
	slices.SortStableFunc(members[h.title], func(a, b ui.Action) int {
		return place(a) - place(b)
	})
	return groups, members
}

// place is where an action of the screen is in the help: first those of the
// footer, last those that are not possible now.
func place(a ui.Action) int {
	const rest = 1 << 20
	if a.Off {
		return 2 * rest
	}
	return cmp.Or(a.Foot, rest)
}

// lines returns the lines of the actions and of the signs. In one column the
// title stands for the first heading.
func (h *helpPanel) lines(screen int) []helpLine {
	groups, members := h.byGroup()
	var lines []helpLine
	for n, group := range groups {
		if n > 0 {
			lines = append(lines, helpLine{})
		}
		if n > 0 || group != h.title || screen >= scant {
			lines = append(lines, helpLine{heading: group})
		}
		for _, a := range members[group] {
			text := a.Title()
			if a.Off { // a terminal without colours cannot show it fainter
				text = "(" + text + ")"
			}
			lines = append(lines, helpLine{action: a, text: text})
		}
	}
	return append(lines, h.signLines(len(lines) > 0)...)
}

// signLines are the lines for the signs; below other lines, they begin with an
// empty one.
func (h *helpPanel) signLines(below bool) []helpLine {
	var lines []helpLine
	for _, sign := range signs {
		if h.wants(sign[0], sign[1], "signs") {
			lines = append(lines, helpLine{sign: sign, text: sign[1]})
		}
	}
	if len(lines) == 0 {
		return nil
	}
	lines = append([]helpLine{{heading: "signs"}}, lines...)
	if below {
		lines = append([]helpLine{{}}, lines...)
	}
	return lines
}

// columns returns how many columns the lines are shown in on a screen of a width,
// and how wide each is.
func (h *helpPanel) columns(screen int, lines []helpLine) (n, wide int) {
	const usual, most = 38, 3
	for _, line := range lines {
		wide = max(wide, line.keyWidth()+ui.Width(line.text)+2)
	}
	n = min(max(1, (screen-4)/usual), most)
	return n, min(max(wide, usual), (screen-3)/n)
}

// fitted returns the lines as they fit on a screen of a width: a long meaning
// extends over several.
func (h *helpPanel) fitted(screen int) (fitted []helpLine) {
	lines := h.lines(screen)
	_, wide := h.columns(screen, lines)
	for _, line := range lines {
		room := max(8, wide-1-line.keyWidth())
		for i, part := range ui.WrapWords(ui.StyledLine{{Text: line.text}}, room) {
			if i > 0 {
				line = helpLine{sign: [2]string{strings.Repeat(" ", min(1, len(line.sign[0])))}}
			}
			line.text = ""
			for _, s := range part {
				line.text += s.Text
			}
			fitted = append(fitted, line)
		}
	}
	return fitted
}

func (h *helpPanel) Draw(p ui.Pane) {
	lines := h.fitted(p.Width())
	columns, wide := h.columns(p.Width(), h.lines(p.Width()))
	rows := (len(lines) + columns - 1) / columns
	box, in := ui.Window(p, h.Theme, "KEYS · "+h.title, columns*wide+3, min(rows+3, p.Height()))
	h.drawInput(in.Line(0))
	in = in.Bottom(1)
	if rows > in.Height() { // one long scrolling column is easier to follow
		columns, rows = max(1, min(columns, (len(lines)+in.Height()-1)/max(1, in.Height()))), in.Height()
	}
	h.scroll.Mouse(in)
	from, to := h.scroll.Window(in, len(lines), columns*rows)
	for i, line := range lines[from:to] {
		h.drawLine(in.Part(1+i/rows*wide, i%rows, wide-1, 1), line)
	}
	if rest := len(lines) - to; rest > 0 {
		box.TextRight(box.Width()-2, box.Height()-1, h.Theme.Dim, " "+ui.Plural(int64(rest), "more line", "more lines")+" ")
	}
}

// drawInput draws the typed text, or that it is possible to type.
func (h *helpPanel) drawInput(line ui.Pane) {
	x := line.Text(1, 0, h.Theme.Accent, "/ ")
	if h.input.Value() == "" {
		line.Cut(x, 0, line.Width()-x-1, h.Theme.Dim, "type to find a key or a sign")
	}
	line.Text(x, 0, h.Theme.Strong, h.input.Value())
	at := []rune(h.input.Value())[:h.input.Position()]
	line.Frame.Cursor = tea.NewCursor(line.Area.Min.X+x+ui.Width(string(at)), line.Area.Min.Y)
}

func (h *helpPanel) drawLine(cell ui.Pane, line helpLine) {
	style, keys := h.Theme.Text, line.sign[0]
	switch {
	case line.heading != "":
		cell.Text(0, 0, h.Theme.TitleFocus, strings.ToUpper(line.heading))
		return
	case line.action.Do != nil:
		var list []string
		for _, k := range line.action.Key.Keys() {
			list = append(list, ui.KeyLabel(k))
		}
		keys = strings.Join(list, " ")
	}
	if line.action.Off {
		style = h.Theme.Dim
	}
	cell.Cut(0, 0, line.keyWidth()-1, h.Theme.Accent, keys)
	cell.Cut(line.keyWidth(), 0, cell.Width()-line.keyWidth(), style, line.text)
}
