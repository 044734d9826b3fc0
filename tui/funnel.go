package tui

import (
	"context"
	"regexp"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

// funnelColumns are the widths of the names, the numbers of rows and the bars.
type funnelColumns struct {
	name, rows, bar int
	brief           bool // a loss only as a share
}

// layoutFunnel gives the names what the others leave. In a narrow pane, bars are
// left out first, and losses never.
func layoutFunnel(levels pipeline.Levels, room int) funnelColumns {
	const loss, share, reason, longest, shortest = 18, 9, 10, 24, 4
	c := funnelColumns{}
	for _, l := range levels {
		c.name = max(c.name, ui.Width(l.Name)+3)
		c.rows = max(c.rows, ui.Width(ui.Count(l.Rows))+2)
	}
	if c.name > room-c.rows-loss {
		c.brief = true
		c.name = min(c.name, max(room/3, room-c.rows-share))
		return c
	}
	if c.bar = min(longest, room-c.name-c.rows-loss-reason); c.bar < shortest {
		c.bar = 0
	}
	return c
}

// drawFunnel draws a bar for each level, with its loss.
func (a *app) drawFunnel(p ui.Pane, t *pipeline.Table, funnel pipeline.Funnel, choose func(string) tea.Cmd) int {
	th := a.Theme
	levels, others := funnel.Levels(len(t.Transform.Inputs))
	most := int64(1)
	for _, l := range levels {
		most = max(most, l.Rows)
	}
	columns := layoutFunnel(levels, p.Width())
	y := 0
	for _, l := range levels {
		if y >= p.Height() {
			return y
		}
		a.drawLevel(p, y, l, a.predicates[t.Name][l.Name], columns, most, choose)
		y++
	}
	if len(others) > 0 && y < p.Height() {
		x := p.Text(1, y, th.Dim, "with")
		for _, o := range others {
			x = a.drawLink(p, x+1, y, o.Name, choose)
		}
		y++
	}
	return y
}

func (a *app) drawLevel(p ui.Pane, y int, l pipeline.Level, predicate string, c funnelColumns, most int64, choose func(string) tea.Cmd) {
	th := a.Theme
	style, mark := th.Text, "├ "
	switch {
	case l.Input:
		style, mark = th.Accent, ""
	case l.Table:
		style, mark = th.Strong, "└▶ "
	}
	x := p.Text(1, y, th.Border, mark)
	p.Cut(x, y, 1+c.name-x, style, l.Name)
	if l.Input {
		p.Part(1, y, c.name, 1).Click(func() tea.Cmd { return choose(l.Name) })
	}
	at := 1 + c.name + c.rows
	p.TextRight(at, y, th.Number, ui.Count(l.Rows))
	if c.bar > 0 {
		p.Column(at+1, y, c.bar, a.barStyle(l), float64(l.Rows)/float64(most))
		at += c.bar + 1
	}
	at++
	if l.Input {
		return
	}
	text, tone := "no loss", th.Dim
	switch {
	case l.Change < 0:
		text, tone = "−"+ui.Count(-l.Change)+" · "+ui.Percent(-l.Change, l.Rows-l.Change), th.Warn
		if c.brief {
			text = "−" + ui.Percent(-l.Change, l.Rows-l.Change)
		}
	case l.Change > 0:
		text, tone = "+"+ui.Count(l.Change), th.Busy
	}
	at = p.Text(at, y, tone, text)
	if l.Change != 0 {
		if predicate == "" && l.Table && l.Change < 0 {
			predicate = "duplicates"
		}
		if predicate != "" && p.Width()-at > 6 {
			p.Cut(at+2, y, p.Width()-at-3, th.Dim, briefly(predicate))
		}
	}
}

// aliases are the names that a transform gives its inputs, before a column.
var aliases = regexp.MustCompile(`\b[a-z]\w{0,2}\.("?)`)

// briefly writes a condition without what only the engine needs.
func briefly(condition string) string {
	text := aliases.ReplaceAllString(strings.Join(strings.Fields(condition), " "), "$1")
	for strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") && !strings.Contains(text[1:len(text)-1], ")") {
		text = text[1 : len(text)-1]
	}
	return text
}

func (a *app) barStyle(l pipeline.Level) uv.Style {
	if l.Input {
		return a.Theme.Accent
	}
	return a.Theme.Full
}

// drawLink names a table, with its rows, for a click.
func (a *app) drawLink(p ui.Pane, x, y int, name string, choose func(string) tea.Cmd) int {
	from := x
	x = p.Cut(x, y, p.Width()-x-1, a.Theme.Accent, "▶ "+name)
	if v := a.table(name); v != nil && x+1+ui.Width(a.rowsOf(v)) < p.Width() {
		x = p.Text(x+1, y, a.Theme.Dim, a.rowsOf(v))
	}
	p.Part(from, y, x-from, 1).Click(func() tea.Cmd { return choose(name) })
	return x + 1
}

// explainedMsg has the predicates of the stages of a table.
type explainedMsg struct {
	table      string
	conditions map[string]string
}

// explain finds the predicates of a table's stages, once.
func (a *app) explain(t *pipeline.Table) tea.Cmd {
	if t == nil || t.IsLanding() || a.predicates[t.Name] != nil {
		return nil
	}
	runner := a.place.Runner
	return a.Work.Start(&a.explaining, func(ctx context.Context) tea.Msg {
		conditions, err := survey.Conditions(ctx, runner, t)
		if err != nil {
			return nil // the funnel is shown without predicates
		}
		return explainedMsg{t.Name, conditions}
	})
}
