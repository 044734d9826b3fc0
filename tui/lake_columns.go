package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/printable"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

// profile is the column stats of one version of a table.
type profile struct {
	version string
	columns []survey.ColumnProfile
	err     error
}

// leftOut returns what is missing from the table that the stats describe.
func (p *profile) leftOut() []pipeline.LeftOut {
	if p == nil || len(p.columns) == 0 {
		return nil
	}
	return p.columns[0].LeftOut
}

// problem says why there are no stats, without the name of the table; "" if
// there are, or if they are on their way.
func (p *profile) problem(table string) string {
	if p == nil || p.err == nil || errors.Is(p.err, context.Canceled) {
		return ""
	}
	text := strings.TrimPrefix(p.err.Error(), "column stats of "+table+": ")
	return strings.TrimPrefix(text, table+": ")
}

// profiledMsg brings column stats.
type profiledMsg struct {
	table string
	*profile
}

// version identifies the content of a table.
func version(v *survey.TableView) string {
	return fmt.Sprint(v.Changed.UnixNano(), v.Files, v.Bytes)
}

// profileSoon computes the column stats of the selected table in the
// background. It does not download files; profileNow does, on request.
func (l *lakeView) profileSoon() tea.Cmd {
	if l.place == nil || l.place.Far {
		return nil
	}
	return l.profileNow()
}

// profileNow computes the column stats of the selected table, unless the
// current ones are valid. It stops the computation for another table.
func (l *lakeView) profileNow() tea.Cmd {
	t, v := l.current(), l.table(l.list.Key)
	if t == nil || v == nil || v.Missing || l.live.going() {
		return nil
	}
	if p := l.profiles[t.Name]; p != nil && p.version == version(v) {
		return nil
	}
	now := version(v)
	l.profiles[t.Name] = &profile{version: now}
	open := l.place.Files
	return l.Work.Start(&l.profiler, func(ctx context.Context) tea.Msg {
		columns, err := answerTo(ctx, open, func(q pipeline.Querier) ([]survey.ColumnProfile, error) { return survey.ProfileColumns(ctx, q, t) })
		return profiledMsg{t.Name, &profile{now, columns, err}}
	})
}

// answerTo calls ask with a separate Querier over the files.
func answerTo[T any](ctx context.Context, open func(context.Context) (pipeline.Querier, error), ask func(pipeline.Querier) (T, error)) (found T, err error) {
	q, err := open(ctx)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	return ask(q)
}

func (l *lakeView) profiled(msg profiledMsg) tea.Cmd {
	l.profiles[msg.table] = msg.profile
	if len(msg.columns) > 0 && len(msg.leftOut()) == 0 {
		l.counts[msg.table] = rowCount{version: msg.version, rows: msg.columns[0].Rows}
		l.learn()
	}
	if problem := msg.problem(msg.table); problem != "" {
		return l.Toast(ui.Warned, "no column stats of "+msg.table+": "+sentences(strings.Split(problem, "\n")...))
	}
	return nil
}

// drawColumns lists the selected table's columns with their stats.
func (l *lakeView) drawColumns(p ui.Pane) {
	in := p.Box(l.Theme, "COLUMNS of "+l.list.Key, l.panes.At == columnsPane)
	if o := l.other(l.list.Key); o != nil {
		l.drawOtherColumns(p, in, o)
		return
	}
	t := l.current()
	if t == nil || in.Height() < 2 {
		l.columns.Mouse(p)
		return
	}
	found := l.profiles[t.Name]
	l.noteProfile(p, found)
	longest, marked := 0, 0
	for _, column := range t.Columns {
		wide := ui.Width(column.Name)
		longest = max(longest, wide)
		if column.Key {
			marked = max(marked, wide+len(keyMark))
		}
	}
	c := columnLayout(in.Width(), longest)
	c.noKeys = marked > c.kind-2
	c.head(in.Line(0), l.Theme)
	l.columns.Draw(p, in.Bottom(1), len(t.Columns), func(r ui.Row) {
		var profile *survey.ColumnProfile
		if found != nil && r.N < len(found.columns) {
			profile = &found.columns[r.N]
		}
		c.row(r.Pane, l.Theme, t.Columns[r.N], profile)
	})
	if problem := found.problem(t.Name); problem != "" {
		p.Under(l.Theme.Warn, "no stats: "+strings.TrimSuffix(printable.FirstLine(problem), ":"))
	}
}

// noteProfile shows the progress of the column stats.
func (l *lakeView) noteProfile(p ui.Pane, found *profile) {
	switch {
	case len(found.leftOut()) > 0:
		p.Note(l.Theme.Warn, "of the rows that can be read")
	case found != nil && found.columns == nil && found.err == nil && l.profiler.Working():
		p.Note(l.Theme.Dim, "counting …")
	case found == nil && l.place.Far:
		p.Note(l.Theme.Dim, ui.KeyOf(l.actions(), "statistics")+" counts")
	}
}

// keyMark follows the name of a key column.
const keyMark = " key"

// columnsAt holds the columns of a line's parts: the start of a text and the
// end of a number; 0 means that it does not fit.
type columnsAt struct {
	kind, nulls, distinct, shape, least, most int

	noKeys bool // the marks of the keys do not fit
}

const (
	typeWidth  = 9
	shapeWidth = 16
	valueWidth = 20 // of the least and the greatest value
)

// The least columns of the names, and those of the type, the nulls and the
// distinct values with narrow gaps.
const (
	tightNames  = 11
	tightCounts = 25
)

// columnLayout gives room to the names first, then to the counts.
func columnLayout(w, longest int) columnsAt {
	const counts = 17 // the type and the nulls
	c := columnsAt{kind: max(12, min(28, w/3))}
	c.kind = max(c.kind, min(28, longest+2, w-counts))
	if tight := w - tightCounts; c.kind+typeWidth+17 >= w && tight >= tightNames && longest+2 <= tight { // the distinct values instead of wide gaps
		c.kind = tight
		c.nulls, c.distinct = c.kind+typeWidth+6, c.kind+typeWidth+15
		return c
	}
	end := c.kind + typeWidth
	if w >= end+8 {
		end += 7
		c.nulls = end
	}
	if w >= end+11 {
		end += 10
		c.distinct = end
	}
	if w >= end+2+shapeWidth {
		c.shape = end + 2
		end = c.shape + shapeWidth
	}
	if c.shape > 0 && w >= end+2*(valueWidth+2) {
		c.least, c.most = end+2, end+4+valueWidth
	}
	return c
}

func (c columnsAt) head(p ui.Pane, t *ui.Theme) {
	p.Text(1, 0, t.Heading, "COLUMN")
	p.Text(c.kind, 0, t.Heading, "TYPE")
	if c.nulls > 0 {
		p.TextRight(c.nulls, 0, t.Heading, "NULLS")
	}
	if c.distinct > 0 {
		p.TextRight(c.distinct, 0, t.Heading, "DISTINCT")
	}
	if c.shape > 0 {
		p.Text(c.shape, 0, t.Heading, "SHAPE")
	}
	if c.least > 0 {
		p.Text(c.least, 0, t.Heading, "LEAST")
		p.Text(c.most, 0, t.Heading, "GREATEST")
	}
}

func (c columnsAt) row(p ui.Pane, t *ui.Theme, column pipeline.Column, found *survey.ColumnProfile) {
	x := 1 + ui.Width(column.Name)
	p.Cut(1, 0, c.kind-2, t.Text, column.Name)
	if column.Key && !c.noKeys {
		p.Text(x, 0, t.Warn, keyMark)
	}
	kind := column.Type.String()
	if found != nil && found.Unit != "" {
		kind = found.Unit
	}
	p.Cut(c.kind, 0, typeWidth-1, t.Dim, kind)
	if found == nil {
		return
	}
	if c.nulls > 0 {
		style := t.Dim
		if found.Nulls > 0 {
			style = t.Warn
		}
		p.TextRight(c.nulls, 0, style, ui.Percent(found.Nulls, max(1, found.Rows)))
	}
	if c.distinct > 0 {
		text := ui.Count(found.Distinct)
		if found.Approximate {
			text = "~" + ui.Short(float64(found.Distinct))
		}
		p.TextRight(c.distinct, 0, t.Number, text)
	}
	if c.shape > 0 {
		p.Text(c.shape, 0, t.Full, ui.Spark(found.Shape, shapeWidth))
	}
	if c.least > 0 {
		p.Cut(c.least, 0, valueWidth, t.Text, found.Min)
		p.Cut(c.most, 0, valueWidth, t.Text, found.Max)
	}
}

// openProfile shows all stats of the columns.
func (l *lakeView) openProfile() tea.Cmd {
	t := l.current()
	if t == nil {
		return nil
	}
	l.Open(&ui.Reader{Kit: l.Kit, Head: "COLUMN STATS of " + t.Name, Lines: func() []ui.StyledLine { return l.profileLines(t) }})
	return l.profileNow()
}

func (l *lakeView) profileLines(t *pipeline.Table) []ui.StyledLine {
	found := l.profiles[t.Name]
	var lines []ui.StyledLine
	switch {
	case found == nil, found.columns == nil && found.err == nil:
		return []ui.StyledLine{{{Style: l.Theme.Dim, Text: "counting …"}}}
	case found.err != nil:
		for line := range strings.Lines(found.problem(t.Name)) {
			lines = append(lines, ui.StyledLine{{Style: l.Theme.Bad, Text: strings.TrimRight(line, "\n")}})
		}
		return lines
	}
	if left := found.leftOut(); len(left) > 0 {
		lines = append(lines, ui.StyledLine{{Style: l.Theme.Warn, Text: ui.Printable(pipeline.Missing(left))}}, nil)
	}
	for _, c := range found.columns {
		kind := c.Type.String()
		if c.Unit != "" {
			kind += ", " + c.Unit
		}
		lines = append(lines,
			ui.StyledLine{{Style: l.Theme.Strong, Text: c.Name}, {Style: l.Theme.Dim, Text: "  " + kind}},
			ui.StyledLine{{Style: l.Theme.Text, Text: l.countsOf(c)}},
		)
		if c.Min != "" || c.Max != "" {
			lines = append(lines, ui.StyledLine{{Style: l.Theme.Dim, Text: "  from "}, {Style: l.Theme.Text, Text: c.Min}, {Style: l.Theme.Dim, Text: " to "}, {Style: l.Theme.Text, Text: c.Max}})
		}
		if len(c.Shape) > 0 {
			lines = append(lines, ui.StyledLine{{Style: uv.Style{}, Text: "  "}, {Style: l.Theme.Full, Text: ui.Spark(c.Shape, len(c.Shape))}})
		}
		for _, v := range c.Top {
			lines = append(lines, ui.StyledLine{{Style: l.Theme.Number, Text: fmt.Sprintf("  %10s", ui.Count(v.Count))}, {Style: l.Theme.Text, Text: "  " + ui.Shorten(v.Value, 60)}})
		}
		lines = append(lines, nil)
	}
	return lines
}

func (l *lakeView) countsOf(c survey.ColumnProfile) string {
	distinct := ui.Count(c.Distinct)
	if c.Approximate {
		distinct = "about " + ui.Short(float64(c.Distinct))
	}
	text := fmt.Sprintf("  %s rows, %s null (%s), %s distinct", ui.Count(c.Rows), ui.Count(c.Nulls), ui.Percent(c.Nulls, max(1, c.Rows)), distinct)
	if c.Empty > 0 {
		text += ", " + ui.Count(c.Empty) + " empty"
	}
	return text
}

// openSQL shows the transform or the DDL of the chosen table.
func (l *lakeView) openSQL() tea.Cmd {
	t := l.current()
	if t == nil {
		return nil
	}
	return l.Open(&ui.Reader{Kit: l.Kit, Head: t.File, Lines: func() []ui.StyledLine { return ui.ColourSQL(l.Theme, t.SQL()) }})
}
