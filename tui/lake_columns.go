package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/survey"
)

// profile is what is known of the values of a table's columns, as of one
// version of it.
type profile struct {
	version string
	columns []survey.ColumnProfile
	err     error
}

// leftOut is what the described table lacks.
func (p *profile) leftOut() []pipeline.LeftOut {
	if p == nil || len(p.columns) == 0 {
		return nil
	}
	return p.columns[0].LeftOut
}

// profiledMsg brings a profile.
type profiledMsg struct {
	table string
	*profile
}

// version stands for what lies in a table.
func version(v *survey.TableView) string {
	return fmt.Sprint(v.Changed.UnixNano(), v.Files, v.Bytes)
}

// profileSoon computes the profile of the chosen table in the background. What
// would have to be fetched for it from far away is left until it is asked for.
func (l *lakeView) profileSoon() tea.Cmd {
	if l.place == nil || l.place.Far {
		return nil
	}
	return l.profileNow()
}

// profileNow computes the profile of the chosen table, unless the one that is
// there holds. What was under way for another table stops.
func (l *lakeView) profileNow() tea.Cmd {
	t, v := l.current(), l.table(l.at)
	if t == nil || v == nil || v.Missing || l.live.going() {
		return nil
	}
	if p := l.profiles[t.Name]; p != nil && p.version == version(v) {
		return nil
	}
	now := version(v)
	l.profiles[t.Name] = &profile{version: now}
	open := l.place.Files
	return l.work.start(&l.profiler, func(ctx context.Context) tea.Msg {
		columns, err := answerTo(ctx, open, func(q pipeline.Querier) ([]survey.ColumnProfile, error) { return survey.ProfileColumns(ctx, q, t) })
		return profiledMsg{t.Name, &profile{now, columns, err}}
	})
}

// answerTo asks something of the files, by a querier of its own.
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
	}
	if msg.err != nil && !errors.Is(msg.err, context.Canceled) {
		return l.toast(warned, "the columns of "+msg.table+" cannot be described: "+strings.Join(strings.Fields(msg.err.Error()), " "))
	}
	return nil
}

// drawColumns lists the chosen table's columns with what is in them.
func (l *lakeView) drawColumns(p pane) {
	in := p.box(l.theme, "COLUMNS of "+l.at, l.panes.at == columnsPane)
	p.click(func() tea.Cmd { l.panes.at = columnsPane; return nil })
	p.wheel(func(delta int) tea.Cmd { l.panes.at = columnsPane; return l.move(sign(delta)) })
	if o := l.other(l.at); o != nil {
		l.drawOtherColumns(in, o)
		return
	}
	t := l.current()
	if t == nil || in.height() < 2 {
		return
	}
	found := l.profiles[t.Name]
	l.noteProfile(p, found)
	c := columnLayout(in.width())
	c.head(in.line(0), l.theme)
	list := in.bottom(1)
	from := min(l.scroll, max(0, len(t.Columns)-list.height()))
	for y := range list.height() {
		if from+y >= len(t.Columns) {
			break
		}
		var profile *survey.ColumnProfile
		if found != nil && from+y < len(found.columns) {
			profile = &found.columns[from+y]
		}
		c.row(list.line(y), l.theme, t.Columns[from+y], profile)
	}
}

// noteProfile says how far the description of the columns is.
func (l *lakeView) noteProfile(p pane, found *profile) {
	switch {
	case len(found.leftOut()) > 0:
		p.note(l.theme.warn, "of the rows that can be read")
	case found != nil && found.columns == nil && found.err == nil && l.profiler.working():
		p.note(l.theme.dim, "counting …")
	case found == nil && l.place.Far:
		p.note(l.theme.dim, keyOf(l.actions(), "profile")+" counts")
	}
}

// columnsAt says where the parts of a column's line begin, or end if they are
// numbers; 0: they have no room.
type columnsAt struct{ kind, nulls, distinct, shape int }

const shapeWidth = 16

func columnLayout(w int) columnsAt {
	c := columnsAt{kind: max(12, min(28, w/3))}
	end := c.kind + 9
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
	}
	return c
}

func (c columnsAt) head(p pane, t *theme) {
	p.text(1, 0, t.heading, "COLUMN")
	p.text(c.kind, 0, t.heading, "TYPE")
	if c.nulls > 0 {
		p.textRight(c.nulls, 0, t.heading, "NULLS")
	}
	if c.distinct > 0 {
		p.textRight(c.distinct, 0, t.heading, "DISTINCT")
	}
	if c.shape > 0 {
		p.text(c.shape, 0, t.heading, "SHAPE")
	}
}

func (c columnsAt) row(p pane, t *theme, column pipeline.Column, found *survey.ColumnProfile) {
	x := p.cut(1, 0, c.kind-2, t.text, column.Name)
	if column.Key && x+4 < c.kind {
		p.text(x+1, 0, t.warn, "key")
	}
	kind := column.Type.String()
	if found != nil && found.Unit != "" {
		kind = found.Unit
	}
	p.cut(c.kind, 0, 9, t.dim, kind)
	if found == nil {
		return
	}
	if c.nulls > 0 {
		style := t.dim
		if found.Nulls > 0 {
			style = t.warn
		}
		p.textRight(c.nulls, 0, style, percent(found.Nulls, max(1, found.Rows)))
	}
	if c.distinct > 0 {
		text := count(found.Distinct)
		if found.Approximate {
			text = "~" + short(float64(found.Distinct))
		}
		p.textRight(c.distinct, 0, t.number, text)
	}
	if c.shape > 0 {
		p.text(c.shape, 0, t.full, spark(found.Shape, shapeWidth))
	}
}

// openProfile shows all that is known of the columns' values.
func (l *lakeView) openProfile() tea.Cmd {
	t := l.current()
	if t == nil {
		return nil
	}
	l.open(&reader{kit: l.kit, head: "COLUMN STATS of " + t.Name, lines: func() []styledLine { return l.profileLines(t) }})
	return l.profileNow()
}

func (l *lakeView) profileLines(t *pipeline.Table) []styledLine {
	found := l.profiles[t.Name]
	switch {
	case found == nil, found.columns == nil && found.err == nil:
		return []styledLine{{{l.theme.dim, "counting …"}}}
	case found.err != nil:
		return []styledLine{{{l.theme.bad, found.err.Error()}}}
	}
	var lines []styledLine
	if left := found.leftOut(); len(left) > 0 {
		lines = append(lines, styledLine{{l.theme.warn, printable(pipeline.Missing(left))}}, nil)
	}
	for _, c := range found.columns {
		kind := c.Type.String()
		if c.Unit != "" {
			kind += ", " + c.Unit
		}
		lines = append(lines,
			styledLine{{l.theme.strong, c.Name}, {l.theme.dim, "  " + kind}},
			styledLine{{l.theme.text, l.countsOf(c)}},
		)
		if c.Min != "" || c.Max != "" {
			lines = append(lines, styledLine{{l.theme.dim, "  from "}, {l.theme.text, c.Min}, {l.theme.dim, " to "}, {l.theme.text, c.Max}})
		}
		if len(c.Shape) > 0 {
			lines = append(lines, styledLine{{uv.Style{}, "  "}, {l.theme.full, spark(c.Shape, len(c.Shape))}})
		}
		for _, v := range c.Top {
			lines = append(lines, styledLine{{l.theme.number, fmt.Sprintf("  %10s", count(v.Count))}, {l.theme.text, "  " + shorten(v.Value, 60)}})
		}
		lines = append(lines, nil)
	}
	return lines
}

func (l *lakeView) countsOf(c survey.ColumnProfile) string {
	distinct := count(c.Distinct)
	if c.Approximate {
		distinct = "about " + short(float64(c.Distinct))
	}
	text := fmt.Sprintf("  %s rows, %s null (%s), %s distinct", count(c.Rows), count(c.Nulls), percent(c.Nulls, max(1, c.Rows)), distinct)
	if c.Empty > 0 {
		text += ", " + count(c.Empty) + " empty"
	}
	return text
}
