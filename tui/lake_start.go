package tui

import (
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/tui/ui"
)

// drawStart draws what to do with an empty lake, in the middle of the pane.
func (l *lakeView) drawStart(p ui.Pane) {
	t := l.Theme
	in := p.Box(t, "LAKE", true)
	type line struct {
		style uv.Style
		text  string
	}
	lines := []line{{t.Strong, "This lake is empty."}, {t.Dim, l.options.Lake}, {}, {t.Text, "Put JSON lines in"}}
	for _, path := range l.landingPaths() {
		lines = append(lines, line{t.Accent, path})
	}
	lines = append(lines, line{}, line{t.Dim, "`stedi sample DIR` writes sample data, `stedi --demo` shows a lake."})
	lines = append(lines, line{t.Dim, l.key("look", "ctrl+l") + " refresh   " + l.key("doctor", "D") + " diagnostics   " + l.key("open-lake", "O") + " open another lake   " + l.key("next-pane", "tab") + " the tables"})
	y := max(0, (in.Height()-len(lines))/2)
	for _, l := range lines {
		text := ui.Shorten(l.text, in.Width())
		in.Text(max(0, (in.Width()-ui.Width(text))/2), y, l.style, text)
		y++
	}
}

// key is the name of the key of an action of every screen.
func (l *lakeView) key(action, keys string) string {
	return l.Keys.Act(action, keys, "", nil).KeyName()
}
