package tui

import (
	"image"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"stedi/tui/ui"
)

// mouse passes a click, a turn of the wheel or a drag to the zone at its
// position.
func (m *Model) mouse(msg tea.MouseMsg) tea.Cmd {
	at := msg.Mouse()
	defer func() { m.mouseX, m.mouseY = at.X, at.Y }()
	switch msg := msg.(type) {
	case tea.MouseReleaseMsg:
		m.dragging = nil
	case tea.MouseMotionMsg:
		if m.dragging != nil {
			return m.dragging(at.X-m.mouseX, at.Y-m.mouseY)
		}
	case tea.MouseWheelMsg:
		delta := 3
		if msg.Button == tea.MouseWheelUp || msg.Button == tea.MouseWheelLeft {
			delta = -3
		}
		if z, ok := m.under(at.X, at.Y, func(z ui.Zone) bool { return z.Wheel != nil }); ok {
			return z.Wheel(delta)
		}
	case tea.MouseClickMsg:
		if msg.Button != tea.MouseLeft || m.prompt != nil {
			return nil
		}
		if z, ok := m.under(at.X, at.Y, func(z ui.Zone) bool { return z.Drag != nil || z.Click != nil }); ok {
			m.dragging = z.Drag
			if z.Click != nil {
				return z.Click(at.X-z.Area.Min.X, at.Y-z.Area.Min.Y)
			}
		}
	}
	return nil
}

// under finds the uppermost zone at a place of the last drawn frame that answers.
func (m *Model) under(x, y int, answers func(ui.Zone) bool) (ui.Zone, bool) {
	for _, z := range slices.Backward(m.drawn.Zones) {
		if (image.Point{X: x, Y: y}).In(z.Area) && answers(z) {
			return z, true
		}
	}
	return ui.Zone{}, false
}

// Filter returns a message filter for the program. It drops mouse movements
// beyond one per frame. It also drops the terminal's reply that offers another
// way of counting columns, because the renderer must count as the screens do.
func Filter(now func() time.Time) func(tea.Model, tea.Msg) tea.Msg {
	const frameTime = 16 * time.Millisecond
	var last time.Time
	return func(_ tea.Model, msg tea.Msg) tea.Msg {
		if _, ok := msg.(tea.MouseMotionMsg); ok {
			if at := now(); at.Sub(last) < frameTime {
				return nil
			} else {
				last = at
			}
		}
		if report, ok := msg.(tea.ModeReportMsg); ok && report.Mode == ansi.ModeUnicodeCore {
			return nil
		}
		return msg
	}
}
