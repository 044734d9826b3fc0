package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// View draws the screen as it is. The mouse means what is drawn here, until
// the next frame.
func (m *Model) View() tea.View {
	if m.same && m.shown.Content != "" {
		return m.shown
	}
	f := m.frame(m.Width, m.Height)
	m.drawn = f
	f.Shown()
	v := tea.NewView(f.String())
	v.AltScreen = true
	v.ReportFocus = true
	v.MouseMode = tea.MouseModeCellMotion
	v.WindowTitle = "stedi " + ui.Printable(m.options.Lake)
	v.Cursor = f.Cursor
	if share, ok := m.live.share(); ok {
		v.ProgressBar = tea.NewProgressBar(tea.ProgressBarDefault, int(share*100))
	}
	m.shown = v
	return v
}

// frame draws a frame of the given width and height.
func (m *Model) frame(width, height int) *ui.Frame {
	f := ui.NewFrame(width, height)
	f.Covered = len(m.overlays) > 0
	p := f.All()
	if width < leastWidth || height < leastHeight {
		p.Text(0, 0, m.Theme.Text, "terminal too small")
		return f
	}
	m.header(p.Top(1))
	foot := p.Bottom(height - 1)
	m.footer(foot)
	body := p.Part(0, 1, width, ui.BodyHeight(height))
	if ui.BodyHeight(height) < height-2 {
		m.news(p.Part(0, height-2, width, 1))
	} else {
		m.newsInFooter(foot)
	}
	m.here().draw(body)
	m.drawTurn(body)
	for _, o := range m.overlays {
		body.Restyle(func(s *uv.Style) { s.Attrs |= uv.AttrFaint })
		body.Cover()
		o.Draw(body)
	}
	if m.prompt != nil {
		m.prompt.Draw(p.Bottom(height-1), m.Theme)
	}
	return f
}

// drawTurn says on a screen with room for one pane that there are others.
func (m *Model) drawTurn(p ui.Pane) {
	s, ok := m.here().(paned)
	if v, review := s.(*reviewView); review && len(v.all) == 0 || m.lake() == nil && !review {
		return // a message is all there is
	}
	if !ok || p.Width() >= ui.Narrow || p.Height() >= 16 || s.focus().Zoomed || s.focus().Count < 2 {
		return
	}
	text := fmt.Sprintf(" %s %d/%d ", m.Keys.Label("next-pane", "tab"), s.focus().At+1, s.focus().Count)
	for x := range ui.Width(text) {
		if cell := p.Frame.Cells.CellAt(p.Area.Min.X+2+x, p.Area.Max.Y-1); cell == nil || cell.Content != "─" {
			return
		}
	}
	p.Text(2, p.Height()-1, m.Theme.Dim, text)
}

// news draws the latest message, the progress of a run, or the current failure.
func (m *Model) news(p ui.Pane) {
	t := m.Theme
	switch {
	case len(m.Toasts.List) > 0 && m.failure != nil && m.top() == nil && !m.Toasts.Failing(): // a toast never hides a failure
		room := max(p.Width()*2/5, p.Width()-ui.Width(m.Toasts.Newest())-4)
		m.drawFailure(p.Left(room))
		m.Toasts.Draw(p.Right(room), t)
	case len(m.Toasts.List) > 0:
		m.Toasts.Draw(p, t)
	case m.live.busy() && m.current != runScreen:
		x := p.Text(1, 0, t.Busy, "▶ ")
		x = p.Text(x, 0, t.Text, m.live.running())
		m.drawBar(p.Part(x+2, 0, p.Width()-x-3, 1))
		p.Click(func() tea.Cmd { return m.show(runScreen) })
	case m.failure != nil:
		m.drawFailure(p)
	default:
		if h, ok := m.here().(interface{ hint() (ui.Mood, string) }); ok {
			tone, text := h.hint()
			ui.DrawNews(p, t, tone, text)
		}
	}
}

// newsInFooter draws a message over the keys if there is no line of its own for
// it.
func (m *Model) newsInFooter(p ui.Pane) {
	if len(m.Toasts.List) == 0 {
		return // footer has the key of a failure
	}
	p = p.Left(p.Width() - m.fixedFooter(p.Width()))
	p.Fill(m.Theme.Bar)
	p.Cover()
	from := m.drawAlarm(p, !m.Toasts.Failing())
	m.Toasts.Draw(p.Right(from-1), m.Theme)
}

// drawFailure draws the current failure, and the key that explains it.
func (m *Model) drawFailure(p ui.Pane) {
	t := m.Theme
	text := "  " + m.forDetails()
	if p.Width() < ui.Narrow {
		text = "  " + m.problemKey() + " details"
	}
	x := p.Text(1, 0, t.Bad, "✗ ")
	x = p.Cut(x, 0, p.Width()-x-ui.Width(text)-1, t.Text, m.failure.what)
	p.Text(x, 0, t.Dim, text)
	p.Click(m.showProblem)
}

// header draws the names of the program, the screens and the lake.
func (m *Model) header(p ui.Pane) {
	t := m.Theme
	p.Fill(t.Bar)
	program := "STEDI lake"
	if p.Width() < scant {
		program = "STEDI" // the name of the screen needs the room
	}
	x := p.Text(1, 0, t.BarStrong, program)
	x += 2
	for i, id := range m.tabs() {
		current := id == m.current || id == lakeScreen && m.current == tableScreen
		label := fmt.Sprintf(" %d %s ", i+1, m.screens[id].title())
		if p.Width() < ui.Narrow && !current || p.Width() < leastNamed {
			label = fmt.Sprintf(" %d ", i+1)
		}
		style := t.Tab
		if current {
			style = t.TabCurrent
		}
		from := x
		x = p.Text(x, 0, style, label)
		p.Part(from, 0, x-from, 1).Click(func() tea.Cmd { return m.show(id) })
		x++
	}
	m.situation(p.Right(x + 1))
}

// situation draws the current object, engine and state on the right of the
// header. If there is too little room, it omits the least important parts
// first.
func (m *Model) situation(p ui.Pane) {
	with, lake := m.options.Engine, m.options.Lake
	variant := ""
	if len(m.options.Profile) > 0 {
		variant = "variant " + strings.Join(m.options.Profile, "+")
	}
	name := lake[strings.LastIndexByte(lake, '/')+1:]
	short := name
	if short != lake {
		short = "…/" + name
	}
	last, mark := m.lastRun(), m.lastMark()
	sign, _, _ := strings.Cut(mark, " ")
	n := m.wrongTables()
	wrong, few := "", ""
	if n > 0 {
		wrong, few = "✗ "+ui.Plural(n, "table wrong", "tables wrong"), fmt.Sprintf("✗ %d", n)
	}
	room := p.Width() - 1
	for _, parts := range [][]string{
		{with, variant, lake, wrong, last},
		{with, variant, short, wrong, last},
		{variant, short, wrong, last},
		{variant, short, few, last},
		{with, variant, short, wrong, mark},
		{variant, short, wrong, mark},
		{variant, name, wrong, mark},
		{variant, name, cmp.Or(wrong, sign)},
		{variant, name, cmp.Or(few, sign)},
		{variant, wrong, mark},
		{variant, wrong},
		{name, cmp.Or(few, sign)},
		{wrong},
		{variant},
		{few, sign},
		{sign},
	} {
		parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
		text := strings.Join(parts, " · ")
		if text == "" || ui.Width(text) > room {
			continue
		}
		p.TextRight(room, 0, m.Theme.Bar, text)
		for _, part := range parts {
			if part == wrong || part == few {
				before, _, _ := strings.Cut(text, part)
				p.Text(room-ui.Width(text)+ui.Width(before), 0, ui.Over(m.Theme.Bad, m.Theme.Bar), part)
			}
		}
		return
	}
}

// wrongTables counts the tables that are wrong, by themselves or by what they
// inherit. It is 0 during a run.
func (m *Model) wrongTables() (n int64) {
	if m.live.going() {
		return 0
	}
	for _, s := range m.results {
		if s.result >= inherited {
			n++
		}
	}
	return n
}

func (m *Model) lastRun() string {
	if m.live.going() {
		return "▶ running"
	}
	last := m.newestRun()
	if last == nil {
		return ""
	}
	word := ui.Span(last.Seconds)
	switch last.Status {
	case "ok":
	case "data_failed":
		if word = "failed"; onlyChecksFailed(last) {
			word = ui.Plural(int64(pipeline.TallyOf(last.Checks).Failed), "check failed", "checks failed")
		}
	default:
		word = last.Status
	}
	return fmt.Sprintf("last run %s %s, %s", runMark(last), word, ui.Ago(m.now(), last.Started))
}

// lastMark formats the last run in a few characters.
func (m *Model) lastMark() string {
	switch {
	case m.live.going():
		return "▶"
	case m.newestRun() == nil:
		return ""
	case m.newestRun().Status == "running":
		return "▶"
	default:
		return runMark(m.newestRun()) + " " + ui.Span(m.newestRun().Seconds)
	}
}

// newestRun returns the record of the newest run, or nil. A run of this process
// has it before the next survey finds it.
func (m *Model) newestRun() *pipeline.Record {
	if r := m.live.result; r != nil && m.unsurveyed() {
		return r
	}
	if m.view == nil {
		return nil
	}
	return m.view.Last
}

// runMark returns the result of a run as one character.
func runMark(r *pipeline.Record) string {
	switch r.Status {
	case "ok":
		return "✓"
	case "running":
		return "▶"
	case "cancelled":
		return "■"
	default:
		return "✗"
	}
}

// footer draws the keys of the current actions.
func (m *Model) footer(p ui.Pane) {
	t := m.Theme
	p.Fill(t.Bar)
	x := m.drawAlarm(p, true)
	first := x
	list, fixed := m.footerActions(p.Width())
	end := p.Width() - 1
	for _, a := range fixed {
		w := footWidth(a)
		if end-w < 0 {
			break
		}
		m.footKey(p, end-w, a)
		end -= w + 2
	}
	for _, a := range list {
		w := footWidth(a)
		if x+w > end {
			if key := ui.Width(a.KeyName()) + 1; x == first && end-x-key >= 8 { // the first one is never left out
				m.footKeyAs(p, x, a, ui.Shorten(a.Title(), end-x-key-1))
				break
			}
			continue // a shorter one may fit
		}
		m.footKey(p, x, a)
		x += w + 2
	}
}

// drawAlarm draws the key that explains the current failure, before the other
// keys of a footer without a line of messages above it, if that is wanted. It
// returns the column after it.
func (m *Model) drawAlarm(p ui.Pane, wanted bool) int {
	const least = 24 // columns, with room for another key
	if !wanted || m.failure == nil || m.top() != nil || ui.BodyHeight(m.Height) < m.Height-2 || p.Width() < least {
		return 1
	}
	t := m.Theme
	x := p.Text(1, 0, ui.Over(t.Bad, t.Bar), "✗ ")
	x = p.Text(x, 0, t.BarKey, m.problemKey())
	if len(m.Toasts.List) == 0 {
		x = p.Text(x+1, 0, ui.Over(t.Bad, t.Bar), "error")
	}
	p.Left(x).Click(m.showProblem)
	return x + 2
}

// footerActions returns the actions of the footer, and the ones that are always
// on its right: to close or help, and the palette if there is room for more than
// these.
func (m *Model) footerActions(width int) (list, fixed []ui.Action) {
	list = ui.Footer(m.possible())
	for len(list) > 0 && list[len(list)-1].Foot >= 99 {
		fixed = append(fixed, list[len(list)-1])
		list = list[:len(list)-1]
	}
	if last := len(fixed) - 1; last > 0 && width < scant {
		fixed = fixed[last:]
	}
	return list, fixed
}

// scant is the width below which only the most important keys have room.
const scant = 60

// leastNamed is the width below which the header has no room for the name of a
// screen.
const leastNamed = 36

// fixedFooter returns the columns of what is always on the right of the footer.
func (m *Model) fixedFooter(width int) (wide int) {
	_, fixed := m.footerActions(width)
	for _, a := range fixed {
		wide += footWidth(a) + 2
	}
	return wide
}

// footWidth returns the columns of an action in the footer.
func footWidth(a ui.Action) int { return ui.Width(a.KeyName()) + 1 + ui.Width(a.Title()) }

func (m *Model) footKey(p ui.Pane, x int, a ui.Action) { m.footKeyAs(p, x, a, a.Title()) }

func (m *Model) footKeyAs(p ui.Pane, x int, a ui.Action, title string) {
	end := p.Text(x, 0, m.Theme.BarKey, a.KeyName())
	end = p.Text(end+1, 0, m.Theme.Bar, title)
	p.Part(x, 0, end-x, 1).Click(a.Do)
}
