package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/tui/grid"
	"stedi/tui/ui"
)

// screenID identifies a screen.
type screenID int

// The screens, in the order of their keys. The table screen belongs to the lake
// screen. The review screen is in the header once something was reviewed.
const (
	lakeScreen screenID = iota
	runScreen
	queryScreen
	checksScreen
	historyScreen
	tableScreen
	reviewScreen
	screenCount
)

// tabs are the screens in the header.
var tabs = []screenID{lakeScreen, runScreen, queryScreen, checksScreen, historyScreen}

// tabs returns the screens in the header now.
func (m *Model) tabs() []screenID {
	if m.current == reviewScreen || len(m.reviewView().all) > 0 {
		return append(slices.Clone(tabs), reviewScreen)
	}
	return tabs
}

// screen is one screen.
type screen interface {
	title() string
	// actions returns the actions that are possible now.
	actions() []ui.Action
	// update handles a message from background work. It ignores messages of
	// other screens.
	update(tea.Msg) tea.Cmd
	// draw draws the screen.
	draw(ui.Pane)
	// close stops the background work.
	close()
}

// filtering is a screen with a filter for its lines, applied while typing.
type filtering interface {
	filter() string
	setFilter(text string) tea.Cmd
}

var _ = []filtering{(*lakeView)(nil), (*runView)(nil), (*queryView)(nil), (*checksView)(nil), (*historyView)(nil), (*tableView)(nil), (*reviewView)(nil)}

// deliberate is a filtering screen that filters only when the text is complete.
type deliberate interface {
	// filterPrompt returns the prompt's initial text, and the position of the
	// cursor in characters from 1; 0 is the end.
	filterPrompt() (text string, at int)
}

// typing is a screen with a text field that takes every key while it has the
// focus.
type typing interface {
	// writing reports whether the text field has the focus.
	writing() bool
	typed(tea.KeyPressMsg) (cmd tea.Cmd, taken bool)
	pasted(text string) tea.Cmd
}

// writable is an overlay with a text field.
type writable interface {
	typed(tea.KeyPressMsg) (cmd tea.Cmd, taken bool)
	pasted(text string) tea.Cmd
}

// leavable is an overlay that is told when it is closed.
type leavable interface{ left() }

// The smallest terminal size that can show a screen.
const (
	leastWidth  = 20
	leastHeight = 6
)

func (m *Model) push(o ui.Overlay) { m.overlays = append(m.overlays, o) }

// pop closes the uppermost overlay.
func (m *Model) pop() {
	n := len(m.overlays)
	if n == 0 {
		return
	}
	if o, ok := m.overlays[n-1].(leavable); ok {
		o.left()
	}
	m.overlays = m.overlays[:n-1]
}

func (m *Model) top() ui.Overlay {
	if n := len(m.overlays); n > 0 {
		return m.overlays[n-1]
	}
	return nil
}

func (m *Model) here() screen { return m.screens[m.current] }

// show switches to a screen.
func (m *Model) show(id screenID) tea.Cmd {
	if m.current == tableScreen && id != tableScreen {
		m.filterGone()
	}
	m.current, m.overlays, m.prompt = id, nil, nil
	if q := m.queryView(); id == queryScreen && q.panes.At == editorPane {
		q.panes.At = catalogPane // keys are actions here; i or enter moves to the editor
	}
	return nil
}

// everywhere returns the actions of every screen.
func (m *Model) everywhere() []ui.Action {
	k := m.Keys
	var list []ui.Action
	for i, id := range tabs {
		name := m.screens[id].title()
		digit := string(rune('1' + i)) // alt also works where digits are text
		list = append(list, k.Act("screen-"+name, digit+" alt+"+digit, "screen "+name, func() tea.Cmd { return m.show(id) }).In("everywhere"))
	}
	if m.options.Reviews != nil {
		list = append(list, k.Act("screen-Review", "6 alt+6", "screen Review", func() tea.Cmd { return m.show(reviewScreen) }).In("everywhere").Also("submissions judge grade"))
	}
	_, filters := m.here().(filtering)
	return append(list,
		k.Act("palette", ": ctrl+p", "command", m.openPalette).In("everywhere").At(101),
		k.Act("help", "? f1", "help", m.openHelp).In("everywhere").At(100),
		k.Act("filter", "/", "filter", m.openFilter).In("everywhere").When(filters, "nothing can be filtered here"),
		k.Act("next-pane", "tab", "next pane", func() tea.Cmd { return m.turn(1) }).In("everywhere").When(m.panes() > 1, "there is one pane only"),
		k.Act("last-pane", "shift+tab", "previous pane", func() tea.Cmd { return m.turn(-1) }).In("everywhere").When(m.panes() > 1, "there is one pane only"),
		k.Act("pane-larger", "} alt+down", "larger pane", func() tea.Cmd { return m.resize(1) }).In("everywhere").When(m.panes() > 1, "there is one pane only"),
		k.Act("pane-smaller", "{ alt+up", "smaller pane", func() tea.Cmd { return m.resize(-1) }).In("everywhere").When(m.panes() > 1, "there is one pane only"),
		k.Act("zoom", "z", "zoom the pane", m.toggleZoom).In("everywhere").When(m.panes() > 1, "there is one pane only"),
		k.Act("open-lake", "O", "open another lake", m.openLake).In("everywhere").Also("switch change lake folder bucket database").When(m.options.Offers != nil, "no lakes are listed here").When(!m.live.going(), ui.Running),
		k.Act("compare-lakes", "alt+o", "compare with another lake", m.compareLakes).In("everywhere").When(m.options.Offers != nil && m.options.CheckLake != nil, "no lakes are listed here").When(m.lake() != nil, ui.NotOpen),
		k.Act("variant", "alt+v", "choose the variant", m.chooseVariant).In("everywhere").When(m.options.Offers != nil, "no variants are listed here").When(!m.live.going(), ui.Running),
		m.picture(),
		k.Act("look", "ctrl+l", "refresh", m.refresh).In("everywhere"),
		k.Act("doctor", "D", "run diagnostics", m.examine).In("everywhere").When(m.options.Examine != nil, "no diagnostics for this lake"),
		k.Act("explain", "X", "explain", m.explain).In("everywhere").Also("what is meaning topic learn").When(m.place != nil && m.place.Topics != nil, ui.NotOpen),
		k.Act("problem", "!", "the last error", m.showProblem).In("everywhere").When(m.newestProblem() != nil, noErrors),
		k.Act("back", "esc", "back", m.back).In("everywhere"),
		k.Act("quit", "q", "back, or quit", m.leave).In("everywhere"),
		k.Act("leave", "ctrl+c", "quit", m.quit).In("everywhere"),
		k.Act("suspend", "ctrl+z", "suspend", func() tea.Cmd { return tea.Suspend }).In("everywhere"),
	)
}

// refresh looks at everything again.
func (m *Model) refresh() tea.Cmd {
	m.options.Questions.Resume()
	return tea.Batch(tea.ClearScreen, m.lookAgain(), m.deliver(lookMsg{}))
}

// paned is a screen with several panes, of which one has the focus.
type paned interface {
	focus() *ui.Focus
}

func (m *Model) panes() int {
	if p, ok := m.here().(paned); ok {
		return p.focus().Count
	}
	return 1
}

func (m *Model) turn(by int) tea.Cmd {
	if p, ok := m.here().(paned); ok {
		f := p.focus()
		f.At = (f.At + by + f.Count) % f.Count
	}
	return nil
}

func (m *Model) toggleZoom() tea.Cmd {
	if p, ok := m.here().(paned); ok {
		p.focus().Zoomed = !p.focus().Zoomed
	}
	return nil
}

// possible returns the actions that are possible now.
func (m *Model) possible() []ui.Action {
	if o := m.top(); o != nil {
		return append(o.Actions(),
			m.Keys.Act("back", "esc", "close", m.back).In("everywhere").At(99),
			m.picture(),
			m.Keys.Act("leave", "ctrl+c", "quit", m.quit).In("everywhere"))
	}
	general := m.everywhere()
	if t, ok := m.here().(typing); ok && t.writing() {
		general = ui.Unwritten(general)
	}
	return append(m.here().actions(), general...)
}

// places returns the lists of actions of the screens and their panes that the
// reader can have at the same time.
func (m *Model) places() [][]ui.Action {
	var all [][]ui.Action
	for _, s := range m.screens {
		q, ok := s.(*queryView)
		if !ok {
			all = append(all, append(s.actions(), m.everywhere()...))
			continue
		}
		for _, pane := range q.everyPane() {
			all = append(all, append(pane, m.everywhere()...))
		}
	}
	return all
}

// moreLines names the lines of a list that are below the last one shown.
var moreLines = [2]string{"more line", "more lines"}

// picture is the one action that is possible while a text is written, too: the
// picture is of what is shown.
func (m *Model) picture() ui.Action {
	return m.Keys.Act("picture", "f12 alt+p", "save a picture", m.savePicture).In("everywhere")
}

// press handles a key.
func (m *Model) press(msg tea.KeyPressMsg) tea.Cmd {
	if a, ok := ui.Find([]ui.Action{m.picture()}, msg); ok && msg.Text == "" {
		return a.Do()
	}
	if m.prompt != nil {
		return m.answer(msg)
	}
	if w, ok := m.top().(writable); ok {
		if cmd, taken := w.typed(msg); taken {
			return cmd
		}
	}
	if m.top() == nil {
		if t, ok := m.here().(typing); ok && !m.general(msg) {
			if cmd, taken := t.typed(msg); taken {
				return cmd
			}
		}
	}
	possible := m.possible()
	if a, ok := ui.Find(possible, msg); ok {
		if a.IsOld(msg) {
			return tea.Batch(a.Do(), m.Toast(ui.Told, msg.Keystroke()+" is now "+a.KeyName()+" ("+a.Title()+"); the old key works until the next release"))
		}
		return a.Do()
	}
	if a, ok := ui.FindOff(possible, msg); ok {
		return m.refuse(a)
	}
	return nil
}

// general reports whether a key that is not text has a meaning on every screen.
// Even a text field does not take such a key.
func (m *Model) general(msg tea.KeyPressMsg) bool {
	if msg.Text != "" {
		return false
	}
	_, general := ui.Find(m.everywhere(), msg)
	return general
}

// noErrors is why the newest error cannot be shown.
const noErrors = "no errors"

// refuse shows why an action is not possible now.
func (m *Model) refuse(a ui.Action) tea.Cmd {
	why := a.Why
	if m.opening.Working() {
		why = "the lake is still being opened"
	}
	if a.Name == "problem" && why == noErrors {
		return m.Toast(ui.Told, why)
	}
	return m.Toast(ui.Warned, a.KeyName()+" "+a.Title()+": "+why)
}

// pastedLines normalizes the line ends of pasted text: terminals send CR for a
// line break, and some programs CR LF.
var pastedLines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// paste inserts pasted text into the text field that has the focus. Without
// such a field it shows that the text was not used.
func (m *Model) paste(msg tea.PasteMsg) tea.Cmd {
	text := pastedLines.Replace(msg.Content)
	if text == "" {
		return nil
	}
	line := strings.Trim(text, "\n") // a single-line field shows line breaks as spaces
	if m.prompt != nil {
		return m.prompt.Insert(line)
	}
	if w, ok := m.top().(writable); ok {
		return w.pasted(line)
	}
	if t, ok := m.here().(typing); ok && m.top() == nil && t.writing() {
		return t.pasted(text)
	}
	return m.Toast(ui.Warned, "the pasted text was not used: no text field is open"+m.fieldHint())
}

// fieldHint names the key that opens a text field.
func (m *Model) fieldHint() string {
	for _, name := range []string{"edit", "filter"} {
		for _, a := range m.possible() {
			if a.Name == name && !a.Off {
				return "; " + a.KeyName() + " opens one (" + a.Title() + ")"
			}
		}
	}
	return ""
}

// back closes the uppermost element: an overlay, a zoomed pane, a filter, the
// table.
func (m *Model) back() tea.Cmd {
	if m.top() != nil {
		m.pop()
		return nil
	}
	if p, ok := m.here().(paned); ok && p.focus().Zoomed {
		p.focus().Zoomed = false
		return nil
	}
	if s, ok := m.here().(interface{ shown() *grid.Grid }); ok && s.shown().Unmark() {
		return nil
	}
	if s, ok := m.here().(interface{ unwind() bool }); ok && s.unwind() {
		return nil
	}
	if f, ok := m.here().(filtering); ok && f.filter() != "" {
		return f.setFilter("")
	}
	if m.current == tableScreen {
		return m.show(lakeScreen)
	}
	return nil
}

// leave goes back, or quits if there is nothing to close.
func (m *Model) leave() tea.Cmd {
	if m.current == tableScreen {
		return m.back()
	}
	return m.quit()
}

// quit exits the program. It asks before it cancels a run.
func (m *Model) quit() tea.Cmd {
	if m.live.going() && !m.quitting {
		m.push(m.Confirm("A run is under way", "Quitting cancels it. No table is left half written.",
			ui.Answer{Key: "y", Text: "cancel it and quit", Do: m.stopAndQuit}, ui.Answer{Key: "n", Text: "stay", Do: func() tea.Cmd { return nil }}))
		return nil
	}
	return tea.Quit
}

func (m *Model) stopAndQuit() tea.Cmd {
	m.quitting = true
	return m.live.cancel()
}

// resize grows or shrinks the focused pane at its nearest border: an inner grip
// comes before an outer one.
func (m *Model) resize(by int) tea.Cmd {
	here, ok := m.here().(paned)
	if !ok {
		return nil
	}
	at := here.focus().At
	for _, z := range m.drawn.Zones {
		switch {
		case slices.Contains(z.Before, at):
			return z.Drag(2*by, by)
		case slices.Contains(z.After, at):
			return z.Drag(-2*by, -by)
		}
	}
	return m.Toast(ui.Warned, "the pane has no border that could be moved")
}
