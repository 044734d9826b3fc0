package tui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline/pager"
)

// gridRows are the rows of a grid that are in memory: those on the screen and
// some around them.
type gridRows struct {
	rows     map[int64][]any
	count    int64 // how many rows are known
	all      bool  // and these are all
	fetching task
	from, to int64 // what is being fetched
	dry      bool  // no more rows have come so far than are known
	broken   bool  // nothing more can be read
	failed   error // of what makes the rest of the rows known
}

// Messages of a grid.
type (
	pageMsg struct {
		grid  *grid
		first int64
		rows  [][]any
		count int64
		all   bool
		err   error
	}
	countMsg struct {
		grid   *grid
		source pager.Source
		count  int64
		all    bool
	}
	filledMsg struct {
		grid  *grid
		count int64
		all   bool
		err   error
	}
)

// Rows are fetched some screens before and behind what is shown, unless they
// take much memory, and are forgotten when they are farther away.
const (
	aheadScreens = 2
	keptScreens  = 5
	aheadBytes   = 16 << 20
)

// wanted are the next rows to fetch: those on the screen first, then those
// below, then those above.
func (g *grid) wanted() (first, end int64) {
	_, h := g.space()
	screen := int64(h)
	if first, end = g.missing(g.top, g.top+screen); first < end || g.kept.bytes() > aheadBytes {
		return first, end
	}
	if first, end = g.missing(g.top+screen, g.top+(1+aheadScreens)*screen); first < end {
		return first, end
	}
	return g.missing(g.top-aheadScreens*screen, g.top)
}

// missing finds the first run of rows in a part that are not in memory. What
// lies behind the rows that are known is worth a try.
func (g *grid) missing(from, to int64) (first, end int64) {
	first = max(0, from)
	to = g.bound(to)
	for first < to && g.kept.rows[first] != nil {
		first++
	}
	for end = first; end < to && g.kept.rows[end] == nil; end++ {
	}
	return first, end
}

// bound is a row, or the end of the rows if that comes before it.
func (g *grid) bound(row int64) int64 {
	if g.kept.all || g.kept.dry {
		return min(row, g.kept.count)
	}
	return row
}

// bytes is about how much memory the texts take.
func (k *gridRows) bytes() (n int) {
	for _, row := range k.rows {
		for _, v := range row {
			if s, ok := v.(string); ok {
				n += len(s)
			}
		}
	}
	return n
}

// fetch gets the rows that are wanted, unless they are on their way.
func (g *grid) fetch() tea.Cmd {
	if g.source == nil || g.kept.broken {
		return nil
	}
	first, end := g.wanted()
	if first >= end || g.kept.fetching.working() && first >= g.kept.from && end <= g.kept.to {
		return nil
	}
	if _, h := g.space(); first >= g.top && first < g.top+int64(h) {
		end = max(end, g.bound(first+(1+aheadScreens)*int64(h))) // what comes below is wanted next
	}
	g.kept.from, g.kept.to = first, end
	source := g.source
	return g.work.start(&g.kept.fetching, func(ctx context.Context) tea.Msg {
		rows, err := source.Page(ctx, first, int(end-first))
		count, all := source.Count()
		return pageMsg{g, first, rows, count, all, err}
	})
}

// countEvery is how often a growing number of rows is looked at.
const countEvery = 200 * time.Millisecond

// fill makes the rest of the rows known, and shows how many there are so far.
func (g *grid) fill(fill func(context.Context) error) tea.Cmd {
	source := g.source
	return tea.Batch(g.countSoon(), g.work.start(&g.filling, func(ctx context.Context) tea.Msg {
		err := fill(ctx)
		count, all := source.Count()
		return filledMsg{g, count, all, err}
	}))
}

func (g *grid) countSoon() tea.Cmd {
	source := g.source
	return tea.Tick(countEvery, func(time.Time) tea.Msg {
		count, all := source.Count()
		return countMsg{g, source, count, all}
	})
}

// update takes the messages of the grid.
func (g *grid) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case pageMsg:
		if msg.grid == g {
			return g.paged(msg)
		}
	case countMsg:
		if msg.grid == g && msg.source == g.source && g.filling.working() {
			return tea.Batch(g.counted(msg.count, msg.all), g.countSoon())
		}
	case filledMsg:
		if msg.grid == g {
			return g.filled(msg)
		}
	case foundMsg:
		if msg.grid == g {
			return g.found(msg)
		}
	case findingMsg:
		if msg.grid == g {
			return g.searching(msg)
		}
	case columnMsg:
		if msg.grid == g {
			return g.copiedColumn(msg)
		}
	}
	return nil
}

// paged takes rows that have come.
func (g *grid) paged(msg pageMsg) tea.Cmd {
	if msg.err != nil {
		if errors.Is(msg.err, context.Canceled) {
			return nil
		}
		g.kept.broken = true
		return g.host.rowsFailed(msg.err)
	}
	if len(msg.rows) == 0 && msg.first < msg.count {
		msg.count, msg.all = msg.first, true // the earlier count was wrong
	}
	g.kept.dry = len(msg.rows) == 0
	_, h := g.space()
	for row := range g.kept.rows {
		if row < g.top-keptScreens*int64(h) || row >= g.top+(1+keptScreens)*int64(h) {
			delete(g.kept.rows, row)
		}
	}
	for i, values := range msg.rows {
		g.kept.rows[msg.first+int64(i)] = values
		g.measure(values)
	}
	return g.counted(msg.count, msg.all)
}

// counted takes a number of rows.
func (g *grid) counted(count int64, all bool) tea.Cmd {
	g.kept.dry = g.kept.dry && count == g.kept.count
	g.kept.count, g.kept.all = count, all
	switch {
	case g.toEnd:
		g.row, g.top, g.toEnd = count-1, count, !all
	case g.wish > 0 && (all || g.wish < count):
		g.row, g.top, g.wish = g.wish, g.wish-g.ledge, 0
	}
	g.clamp()
	return g.fetch()
}

// filled takes that all rows are known, or why they are not.
func (g *grid) filled(msg filledMsg) tea.Cmd {
	if msg.err != nil {
		g.toEnd = false
		if !errors.Is(msg.err, context.Canceled) {
			g.kept.failed = msg.err
			return tea.Batch(g.counted(msg.count, msg.all), g.host.rowsFailed(msg.err))
		}
	}
	return g.counted(msg.count, msg.all)
}
