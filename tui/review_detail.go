package tui

import (
	"fmt"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline/review"
	"stedi/tui/ui"
)

// detailLines describes the selected item in lines of at most that many columns.
func (v *reviewView) detailLines(width int) (lines []ui.StyledLine) {
	item := v.item()
	if item == nil {
		return nil
	}
	for _, l := range v.describe(item, width-3) {
		lines = append(lines, ui.WrapWords(l, max(8, width-3))...)
	}
	return lines
}

// describe says all that is known of an item, in a pane of a width.
func (v *reviewView) describe(item *review.Item, width int) (lines []ui.StyledLine) {
	t := v.Theme
	put := func(style uv.Style, text string) {
		if text != "" {
			lines = append(lines, ui.StyledLine{{Style: style, Text: ui.Printable(text)}})
		}
	}
	mark, tone := v.resultMark(item.Result)
	put(tone, mark+" "+strings.TrimSpace(item.Title+" "+item.Table))
	put(t.Text, item.Message)
	if item.Where != "" {
		put(t.Dim, "at "+item.Where)
	}
	put(t.Text, item.Feedback)
	if said := item.Reviewer.Sentence(); said != "" {
		put(t.Accent, "● reviewer: "+said)
	}
	if note := v.current().found.Note; note != "" {
		put(t.Accent, "● on the target: "+note)
	}
	if v.Width < wideReview {
		v.tellCode(item, width, put)
	}
	if table := v.table(); table != nil {
		put(t.Text, " ")
		v.tellRows(table, put)
		lines = append(lines, v.funnel(table, width)...)
	}
	return lines
}

// tellCode shows the lines around the place of an item.
func (v *reviewView) tellCode(item *review.Item, width int, put func(uv.Style, string)) {
	_, line, ok := review.CutLine(item.Where)
	if !ok {
		return
	}
	prefix := fmt.Sprintf("%4d  ", line)
	for _, text := range item.Code {
		if strings.HasPrefix(text, prefix) {
			put(v.Theme.Strong, ui.Shorten(ui.Printable("▶"+text), width))
		} else {
			put(v.Theme.Dim, ui.Shorten(ui.Printable(" "+text), width))
		}
	}
}

// tellRows says what the code gives for a table.
func (v *reviewView) tellRows(table *review.Table, put func(uv.Style, string)) {
	t := v.Theme
	number := func(n *int64) string {
		if n == nil {
			return "not known"
		}
		return ui.Count(*n)
	}
	put(t.Strong, table.Table)
	if table.WouldFail != "" {
		put(t.Bad, "would fail: "+table.WouldFail)
	}
	text := "the code gives " + number(table.Rows) + ", on correct inputs " + number(table.RowsOnRightInputs)
	if table.Expected > 0 {
		text += "; the rubric has " + ui.Count(table.Expected)
	}
	tone := t.Text
	if table.Rows != nil && table.Expected > 0 && *table.Rows != table.Expected {
		tone = t.Warn
	}
	put(tone, text)
	if !table.Understood {
		put(t.Warn, "not all of its script was understood")
	}
	for _, c := range table.Claimed {
		how := ""
		if c.Read {
			how = ", machine-read"
		}
		put(t.Dim, "claimed: "+ui.Count(c.Rows)+" ("+c.Where+how+")")
	}
	for _, s := range table.Scripts {
		put(t.Dim, "script: "+s)
	}
}

// funnel shows the rows of each step of the job, with a bar.
func (v *reviewView) funnel(table *review.Table, width int) (lines []ui.StyledLine) {
	t := v.Theme
	most, name, rows := int64(1), 0, 0
	for _, s := range table.Funnel {
		most, name, rows = max(most, s.Rows), max(name, ui.Width(s.Name)), max(rows, ui.Width(ui.Count(s.Rows)))
	}
	name = min(name, max(8, width/2))
	room := min(24, width-name-rows-4)
	for _, s := range table.Funnel {
		label := ui.Shorten(ui.Printable(s.Name), name)
		count := ui.Count(s.Rows)
		line := ui.StyledLine{
			{Style: t.Text, Text: label + strings.Repeat(" ", max(0, name-ui.Width(label))+1)},
			{Style: t.Number, Text: strings.Repeat(" ", max(0, rows-ui.Width(count))) + count + " "},
		}
		if room >= 4 {
			line = append(line, ui.Styled{Style: t.Full, Text: strings.Repeat("━", int(float64(room)*float64(s.Rows)/float64(most)+0.5))})
		}
		lines = append(lines, line)
	}
	return lines
}

// text formats what is known of an item as plain text.
func (v *reviewView) text(item *review.Item) string {
	return item.ID + "\n" + ui.PlainText(v.describe(item, ui.Narrow))
}
