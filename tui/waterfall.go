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

// fall is one level of a funnel: its number of rows, and the change since the
// previous level.
type fall struct {
	name   string
	rows   int64
	change int64  // since the previous level
	why    string // predicate of this level
	input  bool   // an input table
	table  bool   // the result
}

// waterfall returns the levels of a table's funnel: its first input, the rows
// after each stage, and the result. The other inputs are returned separately.
func waterfall(t *pipeline.Table, funnel []pipeline.StageRows, why map[string]string) (way []fall, others []pipeline.StageRows) {
	for i, s := range funnel {
		f := fall{name: s.Name, rows: s.Rows, why: why[s.Name]}
		switch {
		case i == 0:
			f.input = true
		case i < len(t.Transform.Inputs):
			others = append(others, s)
			continue
		default:
			f.table = i == len(funnel)-1
			f.change = s.Rows - way[len(way)-1].rows
		}
		way = append(way, f)
	}
	return way, others
}

// fallColumns are the columns of a funnel: the names, the numbers of rows and
// the bars, which end where the losses begin.
type fallColumns struct{ name, rows, bar int }

// layoutFall gives the names the room that the other parts leave. The size and
// share of a loss are the most important parts, and the bars are omitted first.
func layoutFall(way []fall, room int) fallColumns {
	const loss, reason, longest, shortest = 18, 10, 24, 4
	c := fallColumns{}
	for _, f := range way {
		c.name = max(c.name, ui.Width(f.name)+3)
		c.rows = max(c.rows, ui.Width(ui.Count(f.rows))+2)
	}
	c.name = min(c.name, max(room/3, room-c.rows-loss))
	if c.bar = min(longest, room-c.name-c.rows-loss-reason); c.bar < shortest {
		c.bar = 0
	}
	return c
}

// drawWaterfall draws a bar for each level with the rows lost there.
func (a *app) drawWaterfall(p ui.Pane, t *pipeline.Table, funnel []pipeline.StageRows, choose func(string) tea.Cmd) int {
	th := a.Theme
	way, others := waterfall(t, funnel, a.asks[t.Name])
	most := int64(1)
	for _, f := range way {
		most = max(most, f.rows)
	}
	columns := layoutFall(way, p.Width())
	y := 0
	for _, f := range way {
		if y >= p.Height() {
			return y
		}
		a.drawFall(p, y, f, columns, most, choose)
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

func (a *app) drawFall(p ui.Pane, y int, f fall, c fallColumns, most int64, choose func(string) tea.Cmd) {
	th := a.Theme
	style, mark := th.Text, "├ "
	switch {
	case f.input:
		style, mark = th.Accent, ""
	case f.table:
		style, mark = th.Strong, "└▶ "
	}
	x := p.Text(1, y, th.Border, mark)
	p.Cut(x, y, 1+c.name-x, style, f.name)
	if f.input {
		p.Part(1, y, c.name, 1).Click(func() tea.Cmd { return choose(f.name) })
	}
	at := 1 + c.name + c.rows
	p.TextRight(at, y, th.Number, ui.Count(f.rows))
	if c.bar > 0 {
		p.Column(at+1, y, c.bar, a.barStyle(f), float64(f.rows)/float64(most))
		at += c.bar + 1
	}
	at++
	if f.input {
		return
	}
	text, tone := "no loss", th.Dim
	switch {
	case f.change < 0:
		text, tone = "−"+ui.Count(-f.change)+" · "+ui.Percent(-f.change, f.rows-f.change), th.Warn
	case f.change > 0:
		text, tone = "+"+ui.Count(f.change), th.Busy
	}
	at = p.Text(at, y, tone, text)
	if f.change != 0 {
		why := f.why
		if why == "" && f.table && f.change < 0 {
			why = "duplicates"
		}
		if why != "" && p.Width()-at > 6 {
			p.Cut(at+2, y, p.Width()-at-3, th.Dim, briefly(why))
		}
	}
}

// aliases matches the aliases of a transform's inputs before a column.
var aliases = regexp.MustCompile(`\b[a-z]\w{0,2}\.("?)`)

// briefly shortens a condition by parts that only the engine needs.
func briefly(condition string) string {
	text := aliases.ReplaceAllString(strings.Join(strings.Fields(condition), " "), "$1")
	for strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") && !strings.Contains(text[1:len(text)-1], ")") {
		text = text[1 : len(text)-1]
	}
	return text
}

func (a *app) barStyle(f fall) uv.Style {
	if f.input {
		return a.Theme.Accent
	}
	return a.Theme.Full
}

// drawLink draws a table name with its rows as a link.
func (a *app) drawLink(p ui.Pane, x, y int, name string, choose func(string) tea.Cmd) int {
	from := x
	x = p.Text(x, y, a.Theme.Accent, "▶ "+name)
	if v := a.table(name); v != nil {
		x = p.Text(x+1, y, a.Theme.Dim, a.rowsOf(v))
	}
	p.Part(from, y, x-from, 1).Click(func() tea.Cmd { return choose(name) })
	return x + 1
}

// explainedMsg brings the predicates of a table's stages.
type explainedMsg struct {
	table      string
	conditions map[string]string
}

// explain reads the predicates of a table's stages, once.
func (a *app) explain(t *pipeline.Table) tea.Cmd {
	if t == nil || t.IsLanding() || a.asks[t.Name] != nil {
		return nil
	}
	runner := a.place.Runner
	return a.Work.Start(&a.explaining, func(ctx context.Context) tea.Msg {
		conditions, err := survey.Conditions(ctx, runner, t)
		if err != nil {
			return nil // the funnel is drawn without them
		}
		return explainedMsg{t.Name, conditions}
	})
}
