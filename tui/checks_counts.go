package tui

import (
	"slices"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/diagnose"
	"stedi/tui/ui"
)

// drawCounts compares the rows of a table with the expected count of its data
// set.
func (c *checksView) drawCounts(p ui.Pane, k ruleColumns, table *pipeline.Table, back uv.Style) {
	t := c.Theme
	mark, tone := c.markOf(table.Name)
	v := c.table(table.Name)
	p.Text(1, 0, ui.Over(tone, back), mark)
	if v == nil {
		p.Text(nameFrom, 0, ui.Over(t.Text, back), ui.ShortenMiddle(table.Name, k.name-nameFrom))
		return
	}
	sign, words, look := c.badge(v)
	room := k.name - nameFrom
	if sign != "" {
		room -= 2
	}
	x := p.Text(nameFrom, 0, ui.Over(t.Text, back), ui.ShortenMiddle(table.Name, room))
	p.Text(x+1, 0, ui.Over(look, back), sign)
	p.TextRight(k.actual, 0, ui.Over(t.Number, back), c.rowsOf(v))
	if v.Expected != nil {
		p.TextRight(k.expected, 0, ui.Over(t.Dim, back), ui.Count(*v.Expected))
	}
	if rows, known := c.rows(v); v.Expected != nil && known && !v.Missing && k.change > 0 {
		style := tone
		if rows == *v.Expected {
			style = t.Dim
		}
		p.TextRight(k.change, 0, ui.Over(style, back), signed(rows-*v.Expected))
	}
	drawTally(p, k, c.tallyOf(table.Name), ui.Over(tone, back))
	if k.state > 0 {
		p.Cut(k.state, 0, stateWidth-1, ui.Over(look, back), words)
	}
	if k.detail > 0 {
		style, text := t.Dim, table.Doc
		if why := c.detailOf(table.Name); why != "" {
			style, text = tone, why
		}
		p.Cut(k.detail, 0, k.room(p.Width()), ui.Over(style, back), text)
	}
	if k.trend > 0 {
		p.Text(k.trend, 0, ui.Over(t.Full, back), ui.Spark(v.Trend, trendWidth-2))
	}
}

// drawTally draws the results of the checks of a table, with narrow gaps if need
// be.
func drawTally(p ui.Pane, k ruleColumns, tally pipeline.Tally, style uv.Style) {
	if k.checks == 0 {
		return
	}
	room, text := checksWidth-1, tallyText(tally)
	if k.state == 0 && k.detail == 0 {
		room = p.Width() - k.checks
	}
	if ui.Width(text) > room {
		text = strings.ReplaceAll(text, "  ", " ")
	}
	p.Cut(k.checks, 0, room, style, text)
}

// markOf returns the result of a table as one character. A table that is not
// built has none by itself, but its checks may have failed.
func (c *checksView) markOf(table string) (string, uv.Style) {
	if v := c.table(table); v != nil && v.Missing && c.tallyOf(table).Failed > 0 {
		return wrong.look(c.Theme)
	}
	return c.results[table].look(c.Theme)
}

// detailOf returns what is wrong with a table, or what its first failed
// check found; "" if nothing is known to be wrong.
func (c *checksView) detailOf(table string) string {
	if why := c.whyBad(table); why != "" {
		return why
	}
	checks := c.checksOf(table)
	if i := slices.IndexFunc(checks, func(r *pipeline.CheckRecord) bool { return r.State == "fail" }); i >= 0 {
		return c.breach(checks[i])
	}
	return ""
}

// tallyOf counts the checks of a table.
func (c *checksView) tallyOf(table string) pipeline.Tally {
	var checks []pipeline.CheckRecord
	for _, r := range c.checksOf(table) {
		checks = append(checks, *r)
	}
	return pipeline.TallyOf(checks)
}

// whyBad returns in a few words what is wrong with a table: the cause if it was
// found, else the count or a check; "" if nothing is known.
func (c *checksView) whyBad(table string) string {
	s := c.results[table]
	if found := c.diagnosis(table); s.result == wrong && found != nil && len(found.Causes) > 0 && found.Causes[0].Certainty != diagnose.Unknown {
		return found.Causes[0].Title
	}
	return s.why
}

func signed(n int64) string {
	if n > 0 {
		return "+" + ui.Count(n)
	}
	return ui.Count(n)
}
