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
	lines := []startLine{{style: t.Strong, text: "This lake is empty."}, {style: t.Dim, text: l.options.Lake, spare: true}, {}, {style: t.Text, text: "Put JSON lines in"}}
	for _, path := range l.landingPaths() {
		lines = append(lines, startLine{style: t.Accent, text: path})
	}
	lines = append(lines, startLine{}, startLine{style: t.Dim, text: "`stedi sample DIR` writes sample data, `stedi --demo` shows a lake.", spare: true})
	keys := []string{l.Keys.Label("open-lake", "O") + " open another lake", l.Keys.Label("look", "ctrl+l") + " refresh", l.Keys.Label("doctor", "D") + " diagnostics", l.Keys.Label("next-pane", "tab") + " the tables"}
	row := keys[0]
	for _, key := range keys[1:] { // as many in a line as fit
		if longer := row + "   " + key; ui.Width(longer) <= in.Width()-2 {
			row = longer
			continue
		}
		lines, row = append(lines, startLine{style: t.Dim, text: row}), key
	}
	drawCentred(in, append(lines, startLine{style: t.Dim, text: row}))
}

// startLine is a line in the middle of a screen that has nothing else to show.
type startLine struct {
	style uv.Style
	text  string
	spare bool // left out if the lines do not fit
}

// drawCentred draws lines in the middle of a pane, as far as there is room for
// them.
func drawCentred(in ui.Pane, lines []startLine) {
	fitted := fitLines(lines, in.Width()-2)
	if len(fitted) > in.Height() { // without the blank lines
		lines = slices.DeleteFunc(lines, func(l startLine) bool { return l.text == "" })
		fitted = fitLines(lines, in.Width()-2)
	}
	if len(fitted) > in.Height() {
		lines = slices.DeleteFunc(lines, func(l startLine) bool { return l.spare })
		fitted = fitLines(lines, in.Width()-2)
	}
	y := max(0, (in.Height()-len(fitted))/2)
	for _, l := range fitted {
		in.Text(max(0, (in.Width()-ui.Width(l.text))/2), y, l.style, l.text)
		y++
	}
}

// fitLines breaks lines between words.
func fitLines(lines []startLine, room int) (fitted []startLine) {
	for _, l := range lines {
		for _, part := range ui.WrapWords(ui.StyledLine{{Style: l.style, Text: ui.Printable(l.text)}}, max(8, room)) {
			text := ""
			if len(part) > 0 {
				text = strings.TrimRight(part[0].Text, " ")
			}
			fitted = append(fitted, startLine{style: l.style, text: text})
		}
	}
	return fitted
}

// noRuns says why no run can be shown. In an empty lake a run has nothing to read.
func (a *app) noRuns(start string) string {
	if a.view != nil && a.isEmpty() {
		return "no data yet: " + a.Keys.Label("screen-Lake", "1") + " says where to put it"
	}
	return "no run yet: " + start
}

// starts reports whether the screen shows what to do with an empty lake.
func (l *lakeView) starts() bool {
	return l.view != nil && l.isEmpty() && len(l.others) == 0 && l.panes.At == tablesPane && !l.live.busy()
}
