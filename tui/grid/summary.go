package grid

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline/pager"
	harmless "stedi/pipeline/printable"
	"stedi/tui/ui"
)

// Scan opens all displayed rows, in any order, to read them once.
type Scan func(context.Context) (pager.Source, error)

// Messages of the summaries.
type (
	frequenciesMsg struct {
		grid    *Grid
		columns []int
		list    []pager.Frequency
		rows    int64
		err     error
	}
	statisticsMsg struct {
		grid *Grid
		list []pager.Statistics
		err  error
	}
	summingMsg struct {
		grid *Grid
		rows *atomic.Int64
	}
)

// sum reads all rows in the background for a summary.
func (g *Grid) sum(run func(ctx context.Context, src pager.Source, progress func(int64)) tea.Msg, failed func(error) tea.Msg) tea.Cmd {
	if g.Source == nil {
		return nil
	}
	open, rows := g.host.Scan(), &atomic.Int64{}
	g.Summed = 0
	tick := tea.Tick(CountEvery, func(time.Time) tea.Msg { return summingMsg{g, rows} })
	return tea.Batch(tick, g.Work.Start(&g.Summing, func(ctx context.Context) tea.Msg {
		src, err := open(ctx)
		if err != nil {
			return failed(err)
		}
		msg := run(ctx, src, rows.Store)
		if err := src.Close(); err != nil {
			return failed(err)
		}
		return msg
	}))
}

// summing shows the progress of a summary.
func (g *Grid) summing(msg summingMsg) tea.Cmd {
	if !g.Summing.Working() {
		return nil
	}
	g.Summed = msg.rows.Load()
	return tea.Tick(CountEvery, func(time.Time) tea.Msg { return msg })
}

// frequencies counts the rows by the values of some columns.
func (g *Grid) frequencies(columns []int) tea.Cmd {
	return g.sum(func(ctx context.Context, src pager.Source, progress func(int64)) tea.Msg {
		list, rows, err := pager.Frequencies(ctx, src, columns, progress)
		return frequenciesMsg{g, columns, list, rows, err}
	}, func(err error) tea.Msg { return frequenciesMsg{grid: g, err: err} })
}

// frequencyHere counts the rows by the values of the column with the cursor.
func (g *Grid) frequencyHere() tea.Cmd {
	if g.At >= len(g.Shown) {
		return nil
	}
	return g.frequencies([]int{g.Shown[g.At]})
}

// askGroups asks for the columns of group counts: those that are frozen and the
// one with the cursor, unless others are named.
func (g *Grid) askGroups() tea.Cmd {
	var names []string
	for at, c := range g.Shown {
		if at < g.Frozen || at == g.At {
			names = append(names, g.Columns[c].Name)
		}
	}
	return g.Ask(&ui.Prompt{Label: "count rows by (columns, with commas)", Done: g.countBy}, strings.Join(names, ", "))
}

func (g *Grid) countBy(text string) tea.Cmd {
	var columns []int
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		i := slices.IndexFunc(g.Columns, func(c column) bool { return strings.EqualFold(c.Name, name) })
		if i < 0 {
			return g.Toast(ui.Failed, fmt.Sprintf("no column is named %q; separate the columns by commas", name))
		}
		if !slices.Contains(columns, i) {
			columns = append(columns, i)
		}
	}
	if len(columns) == 0 {
		return nil
	}
	return g.frequencies(columns)
}

// counted shows the frequencies.
func (g *Grid) countedBy(msg frequenciesMsg) tea.Cmd {
	if msg.err != nil {
		return g.sumFailed(msg.err)
	}
	var heads []panelHead
	var names []string
	for _, c := range msg.columns {
		heads = append(heads, panelHead{g.Columns[c].Name, g.Columns[c].IsNumber()})
		names = append(names, g.Columns[c].Name)
	}
	heads = append(heads, panelHead{"ROWS", true}, panelHead{"SHARE", true}, panelHead{"", false})
	p := newPanel(g.Kit, "ROWS BY "+strings.Join(names, ", "), "the counts", heads...)
	p.note = ui.Plural(int64(len(msg.list)), "value", "values")
	if len(msg.columns) > 1 {
		p.note = ui.Plural(int64(len(msg.list)), "group", "groups")
	}
	most := int64(1)
	if len(msg.list) > 0 {
		most = msg.list[0].Rows
	}
	for _, f := range msg.list {
		var row []panelCell
		for _, v := range f.Values {
			row = append(row, g.panelValue(v))
		}
		p.rows = append(p.rows, append(row,
			panelCell{ui.Count(f.Rows), g.Theme.Strong},
			panelCell{fmt.Sprintf("%.1f%%", 100*float64(f.Rows)/float64(max(1, msg.rows))), g.Theme.Dim},
			panelCell{strings.Repeat(barSign, int(barWide*f.Rows/most)), g.Theme.Full}))
	}
	choose := func(op pager.Op) func() tea.Cmd {
		return func() tea.Cmd {
			if at := p.list.At(); at < len(msg.list) {
				return g.Want(ui.CloseOverlay{Then: func() tea.Cmd { return g.keepGroup(msg.columns, msg.list[at].Values, op) }})
			}
			return nil
		}
	}
	p.more = []ui.Action{
		g.Keys.Act("group-rows", "enter", "show these rows", choose(pager.Equal)).At(1).When(len(msg.list) > 0, ui.NoRow),
		g.Keys.Act("group-others", "x", "exclude them", choose(pager.NotEqual)).At(2).When(len(msg.list) > 0, ui.NoRow).
			When(len(msg.columns) == 1, "only the values of one column can be excluded"),
	}
	p.list.Open = choose(pager.Equal)
	return g.Open(p)
}

// keepGroup filters the rows by the values of a group.
func (g *Grid) keepGroup(columns []int, values []any, op pager.Op) tea.Cmd {
	where := slices.Clone(g.Where)
	for i, c := range columns {
		where = append(where, pager.Condition{Column: g.Columns[c].Name, Op: op, Value: values[i]})
	}
	g.Where, g.Row, g.Top = where, 0, 0
	return g.host.Arrange()
}

func (g *Grid) panelValue(v any) panelCell {
	return panelCell{CellText(v, panelCap), CellStyle(g.Theme, v)}
}

// statistics summarizes every column.
func (g *Grid) statistics() tea.Cmd {
	return g.sum(func(ctx context.Context, src pager.Source, progress func(int64)) tea.Msg {
		list, err := pager.Summarize(ctx, src, progress)
		return statisticsMsg{g, list, err}
	}, func(err error) tea.Msg { return statisticsMsg{g, nil, err} })
}

// summarized shows the statistics.
func (g *Grid) summarized(msg statisticsMsg) tea.Cmd {
	if msg.err != nil {
		return g.sumFailed(msg.err)
	}
	p := newPanel(g.Kit, "STATISTICS", "the statistics",
		panelHead{"COLUMN", false}, panelHead{"DISTINCT", true}, panelHead{"NULLS", true}, panelHead{"TYPE", false},
		panelHead{"MIN", false}, panelHead{"MEDIAN", true}, panelHead{"MEAN", true}, panelHead{"MAX", false})
	for i, s := range msg.list {
		if i == 0 {
			p.note = ui.Plural(s.Rows, "row", "rows")
		}
		distinct := ui.Count(s.Distinct)
		if s.More {
			distinct = "over " + distinct
		}
		nulls := panelCell{ui.Count(s.Nulls), g.Theme.Dim}
		if s.Nulls > 0 {
			nulls = panelCell{fmt.Sprintf("%s (%.1f%%)", ui.Count(s.Nulls), 100*float64(s.Nulls)/float64(s.Rows)), g.Theme.Warn}
		}
		median, mean := panelCell{}, panelCell{}
		if s.Numbers > 0 {
			median, mean = panelCell{numberText(s.Median), g.Theme.Number}, panelCell{numberText(s.Mean), g.Theme.Number}
			if s.Sampled {
				median.text = "~" + median.text
			}
		}
		p.rows = append(p.rows, []panelCell{
			{g.Columns[i].Name, g.Theme.Strong},
			{distinct, g.Theme.Text},
			nulls,
			{g.Columns[i].TypeName(), g.Theme.Dim},
			g.edge(s.Min, s), median, mean, g.edge(s.Max, s),
		})
	}
	p.list.To(g.cursorColumnIndex())
	count := func() tea.Cmd {
		return g.Want(ui.CloseOverlay{Then: func() tea.Cmd { return g.frequencies([]int{p.list.At()}) }})
	}
	p.list.Open = count
	p.more = []ui.Action{g.Keys.Act("group-rows", "enter F", "frequencies", count).At(1)}
	return g.Open(p)
}

// edge formats the smallest or largest value of a column.
func (g *Grid) edge(v any, s pager.Statistics) panelCell {
	if s.Nulls == s.Rows {
		return panelCell{"", g.Theme.Dim}
	}
	return g.panelValue(v)
}

func (g *Grid) cursorColumnIndex() int {
	if g.At < len(g.Shown) {
		return g.Shown[g.At]
	}
	return 0
}

// numberText formats a computed number with at most six significant digits
// after a whole part that stays exact.
func numberText(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	if math.Abs(x) >= 1e6 && math.Abs(x) < 1e15 {
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'g', 6, 64)
}

func (g *Grid) sumFailed(err error) tea.Cmd {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return g.host.RowsFailed(err)
}

// compareMsg brings the two rows of a comparison.
type compareMsg struct {
	grid *Grid
	at   [2]int64
	rows [2][]any
	err  error
}

// compared returns the rows to compare: two marked rows, or the row with the
// cursor and the marked row; without marks, and the row above it, or from the
// first row the one below. If there are no such rows, it says why.
func (g *Grid) compared() (at [2]int64, why string) {
	marked := g.MarkedRows()
	switch {
	case len(marked) > 2:
		return at, ui.Count(int64(len(marked))) + " rows are marked: mark two"
	case len(marked) == 2:
		return [2]int64{marked[0], marked[1]}, ""
	case len(marked) == 1 && marked[0] == g.Row:
		return at, "go from the marked row to the other one"
	case len(marked) == 1:
		return [2]int64{min(marked[0], g.Row), max(marked[0], g.Row)}, ""
	case g.Kept.Count < 2:
		return at, "there are no two rows"
	}
	upper := max(0, g.Row-1)
	return [2]int64{upper, upper + 1}, ""
}

// compareRows fetches two rows and shows them side by side.
func (g *Grid) compareRows() tea.Cmd {
	at, why := g.compared()
	if why != "" || g.Source == nil {
		return nil
	}
	source := g.Source
	return g.Work.Start(&g.Summing, func(ctx context.Context) tea.Msg {
		msg := compareMsg{grid: g, at: at}
		for i, row := range at {
			page, err := source.Page(ctx, row, 1)
			if err != nil || len(page) == 0 {
				msg.err = err
				return msg
			}
			msg.rows[i] = page[0]
		}
		return msg
	})
}

func (g *Grid) showComparison(msg compareMsg) tea.Cmd {
	if msg.err != nil {
		return g.sumFailed(msg.err)
	}
	if msg.rows[0] == nil || msg.rows[1] == nil {
		return g.Toast(ui.Warned, "the rows no longer exist")
	}
	p := newPanel(g.Kit, "", "the comparison", panelHead{"COLUMN", false}, panelHead{"", false},
		panelHead{"ROW " + ui.Count(msg.at[0]+1), false}, panelHead{"ROW " + ui.Count(msg.at[1]+1), false})
	different, first := 0, 0
	for i, c := range g.Columns {
		a, b := msg.rows[0][i], msg.rows[1][i]
		cells := []panelCell{{c.Name, g.Theme.Strong}, {"", g.Theme.Warn}, g.panelValue(a), g.panelValue(b)}
		if harmless.Value(a) != harmless.Value(b) || (a == nil) != (b == nil) {
			if different++; different == 1 {
				first = i
			}
			cells[1].text, cells[2].style, cells[3].style = "≠", g.Theme.Warn, g.Theme.Warn
		}
		p.rows = append(p.rows, cells)
	}
	p.list.To(first)
	p.head = fmt.Sprintf("COMPARE ROWS · %d of %s differ", different, ui.Plural(int64(len(g.Columns)), "column", "columns"))
	if g.Width < narrow {
		p.head = fmt.Sprintf("COMPARE · %d of %d differ", different, len(g.Columns))
	}
	return g.Open(p)
}
