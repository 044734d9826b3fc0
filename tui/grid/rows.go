package grid

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline/pager"
	"stedi/tui/ui"
)

// gridRows are the rows of a grid in memory: the rows on the screen and some
// around them.
type gridRows struct {
	Rows     map[int64][]any
	Count    int64 // number of known rows
	all      bool  // Count is final
	fetching ui.Task
	from, to int64 // the range that is being fetched
	dry      bool  // no rows beyond the known ones are available yet
	broken   bool  // no more rows can be read
	failed   error // error of fill
}

// Messages of a grid.
type (
	// PageMsg brings rows that were fetched.
	PageMsg struct {
		grid  *Grid
		first int64
		rows  [][]any
		count int64
		all   bool
		err   error
	}
	countMsg struct {
		grid   *Grid
		source pager.Source
		count  int64
		all    bool
	}
	filledMsg struct {
		grid  *Grid
		count int64
		all   bool
		err   error
	}
)

// Rows are prefetched some screens before and after the visible ones, unless
// they need much memory. Rows that are farther away are dropped.
const (
	aheadScreens = 2
	keptScreens  = 5
	aheadBytes   = 16 << 20
)

// wanted returns the next rows to fetch: the visible ones first, then those
// below, then those above.
func (g *Grid) wanted() (first, end int64) {
	_, h := g.Space()
	screen := int64(h)
	if first, end = g.missing(g.Top, g.Top+screen); first < end || g.Kept.bytes() > aheadBytes {
		return first, end
	}
	if first, end = g.missing(g.Top+screen, g.Top+(1+aheadScreens)*screen); first < end {
		return first, end
	}
	return g.missing(g.Top-aheadScreens*screen, g.Top)
}

// missing returns the first range of rows in from..to that is not in memory.
// Rows beyond the known ones may exist.
func (g *Grid) missing(from, to int64) (first, end int64) {
	first = max(0, from)
	to = g.bound(to)
	for first < to && g.Kept.Rows[first] != nil {
		first++
	}
	for end = first; end < to && g.Kept.Rows[end] == nil; end++ {
	}
	return first, end
}

// bound limits a row to the end of the rows.
func (g *Grid) bound(row int64) int64 {
	if g.Kept.all || g.Kept.dry {
		return min(row, g.Kept.Count)
	}
	return row
}

// bytes returns the approximate memory of the texts.
func (k *gridRows) bytes() (n int) {
	for _, row := range k.Rows {
		for _, v := range row {
			if s, ok := v.(string); ok {
				n += len(s)
			}
		}
	}
	return n
}

// Fetch fetches the wanted rows unless a fetch is running.
func (g *Grid) Fetch() tea.Cmd {
	if g.Source == nil || g.Kept.broken {
		return nil
	}
	first, end := g.wanted()
	if first >= end || g.Kept.fetching.Working() && first >= g.Kept.from && end <= g.Kept.to {
		return nil
	}
	if _, h := g.Space(); first >= g.Top && first < g.Top+int64(h) {
		end = max(end, g.bound(first+(1+aheadScreens)*int64(h))) // the rows below are needed next
	}
	g.Kept.from, g.Kept.to = first, end
	source := g.Source
	return g.Work.Start(&g.Kept.fetching, func(ctx context.Context) tea.Msg {
		rows, err := source.Page(ctx, first, int(end-first))
		count, all := source.Count()
		return PageMsg{g, first, rows, count, all, err}
	})
}

// CountEvery is the interval for updates of a growing number of rows.
const CountEvery = 200 * time.Millisecond

// fill runs the function that reads the remaining rows, and shows their number
// so far.
func (g *Grid) fill(fill func(context.Context) error) tea.Cmd {
	source := g.Source
	return tea.Batch(g.countSoon(), g.Work.Start(&g.Filling, func(ctx context.Context) tea.Msg {
		err := fill(ctx)
		count, all := source.Count()
		return filledMsg{g, count, all, err}
	}))
}

func (g *Grid) countSoon() tea.Cmd {
	source := g.Source
	return tea.Tick(CountEvery, func(time.Time) tea.Msg {
		count, all := source.Count()
		return countMsg{g, source, count, all}
	})
}

// Update handles the messages of the grid.
func (g *Grid) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case PageMsg:
		if msg.grid == g {
			return g.paged(msg)
		}
	case countMsg:
		if msg.grid == g && msg.source == g.Source && g.Filling.Working() {
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
	default:
		return g.summary(msg)
	}
	return nil
}

// summary handles the messages about all rows or the selected ones.
func (g *Grid) summary(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case columnMsg:
		if msg.grid == g {
			return g.copiedColumn(msg)
		}
	case summingMsg:
		if msg.grid == g {
			return g.summing(msg)
		}
	case frequenciesMsg:
		if msg.grid == g {
			return g.countedBy(msg)
		}
	case statisticsMsg:
		if msg.grid == g {
			return g.summarized(msg)
		}
	case compareMsg:
		if msg.grid == g {
			return g.showComparison(msg)
		}
	case selectedMsg:
		if msg.grid == g {
			return g.copiedSelection(msg)
		}
	}
	return nil
}

// paged stores fetched rows.
func (g *Grid) paged(msg PageMsg) tea.Cmd {
	if msg.err != nil {
		if errors.Is(msg.err, context.Canceled) {
			return nil
		}
		g.Kept.broken = true
		return g.host.RowsFailed(msg.err)
	}
	if len(msg.rows) == 0 && msg.first < msg.count {
		msg.count, msg.all = msg.first, true // the earlier count was wrong
	}
	g.Kept.dry = len(msg.rows) == 0
	_, h := g.Space()
	for row := range g.Kept.Rows {
		if row < g.Top-keptScreens*int64(h) || row >= g.Top+(1+keptScreens)*int64(h) {
			delete(g.Kept.Rows, row)
		}
	}
	for i, values := range msg.rows {
		g.Kept.Rows[msg.first+int64(i)] = values
		g.measure(values)
	}
	return g.counted(msg.count, msg.all)
}

// counted stores a number of rows.
func (g *Grid) counted(count int64, all bool) tea.Cmd {
	g.Kept.dry = g.Kept.dry && count == g.Kept.Count
	g.Kept.Count, g.Kept.all = count, all
	switch {
	case g.toEnd:
		g.Row, g.Top, g.toEnd = count-1, count, !all
	case g.wish > 0 && (all || g.wish < count):
		g.Row, g.Top, g.wish = g.wish, g.wish-g.ledge, 0
	}
	g.clamp()
	return g.Fetch()
}

// filled handles the end of fill, or its error.
func (g *Grid) filled(msg filledMsg) tea.Cmd {
	if msg.err != nil {
		g.toEnd = false
		if !errors.Is(msg.err, context.Canceled) {
			g.Kept.failed = msg.err
			return tea.Batch(g.counted(msg.count, msg.all), g.host.RowsFailed(msg.err))
		}
	}
	return g.counted(msg.count, msg.all)
}
