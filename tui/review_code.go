package tui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline/printable"
	"stedi/pipeline/review"
	"stedi/tui/ui"
)

// sourceText is a file of a submission while it is shown.
type sourceText struct {
	target *review.Target
	file   string
	mark   int // the line that the item is about, from 1; 0: none
	lines  []string
}

// longestLine bounds what is kept of a line of code.
const longestLine = 2_000

// follow shows what the selected item is about.
func (v *reviewView) follow() {
	v.detail.Reset()
	one, item := v.current(), v.item()
	if item == nil {
		v.shown = sourceText{}
		return
	}
	want := sourceText{target: one.found, file: item.Where}
	if file, line, ok := review.CutLine(item.Where); ok {
		want.file, want.mark = file, line
	}
	if t := v.table(); want.file == "" && t != nil && len(t.Scripts) > 0 {
		want.file = t.Scripts[0]
	}
	if v.shown.target == want.target && v.shown.file == want.file {
		want.lines = v.shown.lines
	} else if want.target.Source != nil && want.file != "" {
		want.lines = linesOf(want.target.Source(want.file))
	}
	if want.mark > len(want.lines) {
		want.mark = 0
	}
	if v.shown.file != want.file || v.shown.mark != want.mark || v.shown.target != want.target {
		v.shift = 0
		v.shown = want
		v.code.To(max(0, want.mark-1))
	}
	v.shown = want
}

func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	for i, line := range lines {
		lines[i] = printable.Head(strings.ReplaceAll(line, "\t", "    "), longestLine)
	}
	return lines
}

// scroll moves the code sideways.
func (v *reviewView) scroll(by int) tea.Cmd {
	v.shift = min(max(0, v.shift+by), longestLine)
	return nil
}

// sideways is how many columns a key scrolls.
const sideways = 12

func (v *reviewView) drawCode(p ui.Pane) {
	t, s := v.Theme, v.shown
	title := "CODE"
	if s.file != "" {
		title += " " + s.file
		if s.mark > 0 {
			title += ":" + strconv.Itoa(s.mark)
		}
	}
	in := p.Box(t, title, v.panes.At == codePane)
	wide := len(strconv.Itoa(len(s.lines)))
	v.code.Draw(p, in, len(s.lines), func(r ui.Row) {
		style, number := t.Text, t.Dim
		if r.N+1 == s.mark {
			mark, tone := "▶", t.Bad
			if item := v.item(); item != nil {
				_, tone = v.resultMark(item.Result)
			}
			r.Text(0, 0, ui.Over(tone, r.Back), mark)
			style, number = t.Strong, tone
		}
		r.TextRight(2+wide, 0, ui.Over(number, r.Back), strconv.Itoa(r.N+1))
		line := []rune(s.lines[r.N])
		r.Cut(3+wide, 0, r.Width()-4-wide, ui.Over(style, r.Back), string(line[min(v.shift, len(line)):]))
	})
	if len(s.lines) == 0 {
		in.Text(2, 0, t.Dim, v.codeless())
	}
}

// codeless says why no file is shown.
func (v *reviewView) codeless() string {
	switch {
	case v.item() == nil:
		return ""
	case v.shown.file == "":
		return "no file belongs to this item"
	default:
		return "this file has no text to show: look at it yourself"
	}
}
