package tui

import (
	"slices"
	"strings"

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
	keys := []string{l.Keys.Label("look", "ctrl+l") + " refresh", l.Keys.Label("doctor", "D") + " diagnostics", l.Keys.Label("open-lake", "O") + " open another lake", l.Keys.Label("next-pane", "tab") + " the tables"}
	row := keys[0]
	for _, key := range keys[1:] { // as many in a line as fit
		if longer := row + "   " + key; ui.Width(longer) <= in.Width()-2 {
			row = longer
			continue
		}
		lines, row = append(lines, line{t.Dim, row}), key
	}
	lines = append(lines, line{t.Dim, row})
	var fitted []line
	for _, l := range lines {
		for _, part := range ui.WrapWords(ui.StyledLine{{Style: l.style, Text: ui.Printable(l.text)}}, max(8, in.Width()-2)) {
			text := ""
			if len(part) > 0 {
				text = strings.TrimRight(part[0].Text, " ")
			}
			fitted = append(fitted, line{l.style, text})
		}
	}
	if len(fitted) > in.Height() { // without the blank lines
		fitted = slices.DeleteFunc(fitted, func(l line) bool { return l.text == "" })
	}
	y := max(0, (in.Height()-len(fitted))/2)
	for _, l := range fitted {
		in.Text(max(0, (in.Width()-ui.Width(l.text))/2), y, l.style, l.text)
		y++
	}
}

// starts reports whether the screen shows what to do with an empty lake.
func (l *lakeView) starts() bool {
	return l.view != nil && l.isEmpty() && len(l.others) == 0 && l.panes.At == tablesPane && !l.live.busy()
}
