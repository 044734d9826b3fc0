package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
)

// View draws the screen as it is.
func (m *Model) View() tea.View {
	f := m.frame(m.width, m.height)
	v := tea.NewView(f.String())
	v.AltScreen = true
	v.ReportFocus = true
	v.MouseMode = tea.MouseModeCellMotion
	v.WindowTitle = "stedi " + printable(m.options.Lake)
	v.Cursor = f.cursor
	if share, ok := m.live.share(); ok {
		v.ProgressBar = tea.NewProgressBar(tea.ProgressBarDefault, int(share*100))
	}
	return v
}

// frame draws into that many columns and lines.
func (m *Model) frame(width, height int) *frame {
	f := newFrame(width, height)
	p := f.all()
	if width < leastWidth || height < leastHeight {
		p.text(0, 0, m.theme.text, "terminal too small")
		return f
	}
	m.header(p.top(1))
	m.footer(p.bottom(height - 1))
	body := p.part(0, 1, width, bodyHeight(height))
	if bodyHeight(height) < height-2 {
		m.news(p.part(0, height-2, width, 1))
	}
	m.here().draw(body)
	for _, o := range m.overlays {
		body.restyle(func(s *uv.Style) { s.Attrs |= uv.AttrFaint })
		body.cover()
		o.draw(body)
	}
	if m.prompt != nil {
		m.prompt.draw(p.bottom(height-1), m.theme)
	}
	return f
}

// bodyHeight is how many lines a screen has between header and footer, and
// above the line for news where there is room for one.
func bodyHeight(height int) int {
	if height >= 16 {
		return height - 3
	}
	return height - 2
}

// room is how large a screen is.
func (m *Model) room() (width, height int) { return m.width, bodyHeight(m.height) }

// news shows what just happened, how far a run is, or what is wrong.
func (m *Model) news(p pane) {
	t := m.theme
	switch {
	case len(m.toasts.list) > 0:
		m.toasts.draw(p, t)
	case m.live.busy() && m.current != runScreen:
		x := p.text(1, 0, t.busy, "▶ ")
		x = p.text(x, 0, t.text, m.live.running())
		m.drawBar(p.part(x+2, 0, p.width()-x-3, 1))
		p.click(func() tea.Cmd { return m.show(runScreen) })
	case m.failure != nil:
		x := p.text(1, 0, t.bad, "✗ ")
		x = p.cut(x, 0, p.width()-x-20, t.text, m.failure.what)
		p.text(x, 0, t.dim, "  press ! for details")
		p.click(m.showProblem)
	default:
		if h, ok := m.here().(interface{ hint() (mood, string) }); ok {
			tone, text := h.hint()
			drawNews(p, t, tone, text)
		}
	}
}

// header names the program, the screens and the lake.
func (m *Model) header(p pane) {
	t := m.theme
	p.fill(t.bar)
	x := p.text(1, 0, t.barStrong, "STEDI lake")
	x += 2
	for i, id := range tabs {
		name := m.screens[id].title()
		label := fmt.Sprintf(" %d %s ", i+1, name)
		if p.width() < 60 {
			label = fmt.Sprintf(" %d ", i+1)
		}
		style := t.tab
		if id == m.current || id == lakeScreen && m.current == tableScreen {
			style = t.tabCurrent
		}
		from := x
		x = p.text(x, 0, style, label)
		p.part(from, 0, x-from, 1).click(func() tea.Cmd { return m.show(id) })
		x++
	}
	m.situation(p.right(x + 1))
}

// situation says on the right of the header what is worked on, with what, and
// how it goes. Where that has no room, what is least news goes first.
func (m *Model) situation(p pane) {
	with, lake := m.options.Engine, m.options.Lake
	if len(m.options.Profile) > 0 {
		with += " · " + strings.Join(m.options.Profile, "+")
	}
	name := lake[strings.LastIndexByte(lake, '/')+1:]
	last := m.lastRun()
	room := p.width() - 1
	var text string
	for _, parts := range [][]string{{with, lake, last}, {with, "…/" + name, last}, {"…/" + name, last}, {last}, {m.options.Engine, m.lastMark()}, {m.lastMark()}} {
		parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
		if text = strings.Join(parts, " · "); width(text) <= room {
			break
		}
	}
	p.textRight(room, 0, m.theme.bar, shorten(text, room))
}

func (m *Model) lastRun() string {
	if m.live.going() {
		return "▶ running"
	}
	if m.view == nil || m.view.Last == nil {
		return ""
	}
	last := m.view.Last
	return fmt.Sprintf("last run %s %s, %s", runMark(last), span(last.Seconds), ago(m.now(), last.Started))
}

// lastMark is lastRun in a few characters.
func (m *Model) lastMark() string {
	switch {
	case m.live.going():
		return "▶"
	case m.view == nil || m.view.Last == nil:
		return m.options.Engine
	default:
		return runMark(m.view.Last) + " " + span(m.view.Last.Seconds)
	}
}

// runMark says in one character how a run ended.
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

// footer names the keys that work here and now.
func (m *Model) footer(p pane) {
	t := m.theme
	p.fill(t.bar)
	x := 1
	list := footer(m.possible())
	// The last ones, help and palette, always have their place on the right.
	var fixed []action
	for len(list) > 0 && list[len(list)-1].foot >= 99 {
		fixed = append(fixed, list[len(list)-1])
		list = list[:len(list)-1]
	}
	end := p.width() - 1
	for _, a := range fixed {
		w := width(a.keyName()) + 1 + width(a.title())
		if end-w < 0 {
			break
		}
		m.footKey(p, end-w, a)
		end -= w + 2
	}
	for _, a := range list {
		w := width(a.keyName()) + 1 + width(a.title())
		if x+w > end {
			break
		}
		m.footKey(p, x, a)
		x += w + 2
	}
}

func (m *Model) footKey(p pane, x int, a action) {
	end := p.text(x, 0, m.theme.barKey, a.keyName())
	end = p.text(end+1, 0, m.theme.bar, a.title())
	p.part(x, 0, end-x, 1).click(a.do)
}
