package grid

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline/pager"
	"stedi/tui/ui"
)

// searchKeys are the keys for a text in the rows; / filters.
const searchKeys = `\ f3`

// Actions returns the actions for rows, regardless of their source.
func (g *Grid) Actions() []ui.Action {
	_, there := g.Value()
	open := g.Source != nil // rows stay on the screen while a query is run again
	there = there && open
	some := open && g.Kept.Count > 0
	return slices.Concat(g.moves(), g.rowActions(there, some), g.columnActions(there, some), g.summaryActions(some), g.copyActions(there))
}

// rowActions returns the actions that choose, mark and order rows.
func (g *Grid) rowActions(there, some bool) []ui.Action {
	k := g.Keys
	return inGroup("rows", []ui.Action{
		k.Act("row", "enter", "row", g.host.OpenRow).At(1).When(there, ui.NoRow).Also("record details json"),
		k.Act("sort", "s", "sort", func() tea.Cmd { return g.sortBy(false) }).At(2).When(some, ui.NoRow).Also("order ascending descending"),
		k.Act("sort-also", "S", "add to sort", func() tea.Cmd { return g.sortBy(true) }).When(some, ui.NoRow).Also("order by several columns"),
		k.Act("keep", "=", "keep this value", func() tea.Cmd { return g.filterBy(pager.Equal) }).At(3).When(there, ui.NoRow).Also("filter only where equal"),
		k.Act("leave-out", "x", "exclude this value", func() tea.Cmd { return g.filterBy(pager.NotEqual) }).At(4).When(there, ui.NoRow).Also("filter without not equal"),
		k.Act("drop-condition", "backspace", "remove filter", g.dropCondition).At(5).When(len(g.Where) > 0, "no filter is set").Also("clear reset where"),
		k.Act("search", searchKeys, "search", g.askSearch).At(9).When(some, ui.NoRow).Also("find text"),
		k.Act("search-next", "n", "next match", func() tea.Cmd { return g.find(g.Row+1, true) }).When(g.Search.text != "", "nothing was searched for: "+k.Label("search", searchKeys)+" searches"),
		k.Act("search-last", "N", "previous match", func() tea.Cmd { return g.find(g.Row-1, false) }).When(g.Search.text != "", "nothing was searched for: "+k.Label("search", searchKeys)+" searches"),
		k.Act("go-to", "# ctrl+g", "go to row", g.askRow).At(11).When(some, ui.NoRow).Also("jump line number"),
	})
}

// columnActions returns the actions for the columns.
func (g *Grid) columnActions(there, some bool) []ui.Action {
	k := g.Keys
	return inGroup("columns", []ui.Action{
		k.Was("v", "cell", "o", "full value", g.openCell).When(there, ui.NoRow).Also("open cell long text"),
		k.Was("t", "time", "T", "local times", g.toggleTimes).At(10).When(slices.Contains(g.times, millis), "no column looks like times").Also("epoch date timestamp zone"),
		k.Was("f", "freeze", "|", "freeze up to here, or none", g.freeze).When(some, ui.NoRow).Also("pin fix columns"),
		k.Act("hide", "H", "hide the column", g.hide).When(len(g.Shown) > 1, "it is the only column"),
		k.Act("unhide", "U", "show hidden columns", g.unhide).When(len(g.Shown) < len(g.Columns), "no column is hidden"),
		k.Act("wider", "+", "wider", func() tea.Cmd { return g.widenHere(4) }).When(some, ui.NoRow).Also("column width"),
		k.Act("narrower", "-", "narrower", func() tea.Cmd { return g.widenHere(-4) }).When(some, ui.NoRow).Also("column width"),
	})
}

// summaryActions returns the actions that summarize rows, or compare them.
func (g *Grid) summaryActions(some bool) []ui.Action {
	k := g.Keys
	_, unable := g.compared()
	return inGroup("summary", []ui.Action{
		k.Act("frequency", "F", "frequencies", g.frequencyHere).At(7).When(some, ui.NoRow).Also("frequency table histogram distinct values count"),
		k.Act("groups", "*", "group counts", g.askGroups).When(some, ui.NoRow).Also("rows by several columns pivot frequency"),
		k.Act("statistics", "I", "statistics", g.statistics).At(8).When(some, ui.NoRow).Also("describe summary min max mean median nulls distinct"),
		k.Act("compare-rows", "d", "compare two rows", g.compareRows).When(unable == "", unable).Also("diff difference"),
	})
}

// markActions returns the actions that select rows and cells.
func (g *Grid) markActions(some bool) []ui.Action {
	k := g.Keys
	return inGroup("selection", []ui.Action{
		k.Act("mark", "m", "mark the row", g.mark).When(some, ui.NoRow).Also("select tag choose"),
		k.Act("mark-range", "M", "mark up to here", g.markRange).When(len(g.marks.rows) > 0, "no row is marked").Also("select range"),
		k.Act("range", "ctrl+v", "select cells", g.startRange).When(some, ui.NoRow).Also("visual block range selection"),
	})
}

// copyActions returns the actions that copy.
func (g *Grid) copyActions(there bool) []ui.Action {
	k := g.Keys
	row := "copy the row as JSON"
	if len(g.marks.rows) > 0 {
		row = "copy the marked rows as JSON"
	}
	cell := "copy"
	if g.marks.ranged {
		cell = "copy the cells"
	}
	return append(g.markActions(g.Kept.Count > 0), inGroup("copy", []ui.Action{
		k.Act("copy-cell", "y", cell, g.copyCell).At(6).When(there, ui.NoRow).Also("yank clipboard"),
		k.Act("copy-row", "Y", row, g.copyRows).When(there, ui.NoRow).Also("yank clipboard"),
		k.Was("C", "copy-column", "ctrl+y", "copy the column", g.copyColumn).When(there, ui.NoRow).Also("yank clipboard"),
	})...)
}

// inGroup puts actions under a heading of the help.
func inGroup(name string, list []ui.Action) []ui.Action {
	for i := range list {
		list[i] = list[i].In(name)
	}
	return list
}

// moves returns the actions that move the cursor.
func (g *Grid) moves() []ui.Action {
	k := g.Keys
	rows := func(by int64) func() tea.Cmd { return func() tea.Cmd { return g.MoveRows(by) } }
	columns := func(by int) func() tea.Cmd { return func() tea.Cmd { return g.moveColumns(by) } }
	pages := func(by int64) func() tea.Cmd { return func() tea.Cmd { return g.page(by) } }
	list := []ui.Action{
		k.Act("up", "up k", "up", rows(-1)),
		k.Act("down", "down j", "down", rows(1)),
		k.Act("left", "left h", "left", columns(-1)),
		k.Act("right", "right l", "right", columns(1)),
		k.Act("page-up", "pgup ctrl+b", "page up", pages(-1)),
		k.Act("page-down", "pgdown ctrl+f space", "page down", pages(1)),
		k.Act("half-up", "ctrl+u", "half a page up", func() tea.Cmd { return g.MoveRows(-g.half()) }),
		k.Act("half-down", "ctrl+d", "half a page down", func() tea.Cmd { return g.MoveRows(g.half()) }),
		k.Act("first", "home g", "first row", func() tea.Cmd { return g.MoveRows(-g.Row) }),
		k.Act("last", "end G", "last row", g.last),
		k.Act("first-column", "0 ^", "first column", columns(-1<<20)),
		k.Act("last-column", "$", "last column", columns(1<<20)),
		k.Act("scroll-left", "shift+left <", "scroll left", func() tea.Cmd { return g.scroll(-1) }),
		k.Act("scroll-right", "shift+right >", "scroll right", func() tea.Cmd { return g.scroll(1) }),
	}
	for i := range list {
		list[i] = list[i].When(g.Source != nil, ui.NoRow)
	}
	return inGroup(ui.Moving, list)
}

// half returns half the number of rows on the screen.
func (g *Grid) half() int64 {
	_, h := g.Space()
	return max(1, int64(h)/2)
}

// sortBy cycles the sort order of the column with the cursor: ascending,
// descending, none. It keeps the sort order of other columns only if also is
// true.
func (g *Grid) sortBy(also bool) tea.Cmd {
	c, ok := g.column()
	if !ok {
		return nil
	}
	order := slices.Clone(g.Order)
	i := slices.IndexFunc(order, func(o pager.Order) bool { return o.Column == c.Name })
	if !also {
		if i >= 0 {
			order = order[i : i+1]
			i = 0
		} else {
			order = nil
		}
	}
	switch {
	case i < 0:
		order = append(order, pager.Order{Column: c.Name})
	case !order[i].Descending:
		order[i].Descending = true
	default:
		order = slices.Delete(order, i, i+1)
	}
	g.Order = order
	g.Row, g.Top = 0, 0
	return g.host.Arrange()
}

// filterBy keeps the rows with the value under the cursor, or all other rows.
func (g *Grid) filterBy(op pager.Op) tea.Cmd {
	v, ok := g.Value()
	c, _ := g.column()
	if !ok {
		return nil
	}
	g.Where = append(slices.Clone(g.Where), pager.Condition{Column: c.Name, Op: op, Value: v})
	g.Row, g.Top = 0, 0
	return g.host.Arrange()
}

func (g *Grid) dropCondition() tea.Cmd {
	g.Where = slices.Clone(g.Where[:len(g.Where)-1])
	return g.host.Arrange()
}

// ConditionText formats a condition in few columns.
func ConditionText(c pager.Condition) string {
	const most = 24
	switch {
	case c.SQL != "":
		return ui.Shorten(c.SQL, 2*most)
	case c.Value == nil && c.Op == pager.Equal:
		return c.Column + " is null"
	case c.Value == nil && c.Op == pager.NotEqual:
		return c.Column + " not null"
	default:
		return fmt.Sprintf("%s %s %s", c.Column, c.Op, ui.Shorten(CellText(c.Value, most), most))
	}
}

// Settings describes what of the rows is shown and how: the conditions in the
// given words, the order and how many columns are hidden.
func (g *Grid) Settings(conditions []string) (parts []string) {
	if len(conditions) > 0 {
		parts = append(parts, strings.Join(conditions, " and "))
	}
	var order []string
	for _, o := range g.Order {
		order = append(order, o.Column+map[bool]string{false: " ▲", true: " ▼"}[o.Descending])
	}
	if len(order) > 0 {
		parts = append(parts, "by "+strings.Join(order, ", "))
	}
	if hidden := len(g.Columns) - len(g.Shown); hidden > 0 {
		parts = append(parts, ui.Count(int64(hidden))+" hidden")
	}
	return parts
}

// ConditionTexts formats the conditions of the grid.
func (g *Grid) ConditionTexts() (list []string) {
	for _, c := range g.Where {
		list = append(list, ConditionText(c))
	}
	return list
}

func (g *Grid) toggleTimes() tea.Cmd {
	g.Local = !g.Local
	g.host.LookChanged()
	return nil
}

// freeze freezes the columns up to the cursor, or unfreezes them.
func (g *Grid) freeze() tea.Cmd {
	if g.Frozen == g.At+1 {
		g.Frozen = 0
	} else {
		g.Frozen = min(g.At+1, len(g.Shown)-1)
	}
	g.left = 0
	g.host.LookChanged()
	return g.moveColumns(0)
}

func (g *Grid) hide() tea.Cmd {
	c, ok := g.column()
	if !ok {
		return nil
	}
	if g.At < g.Frozen {
		g.Frozen--
	}
	g.Hidden[c.Name] = true
	g.choose("")
	g.host.LookChanged()
	return g.Toast(ui.Told, c.Name+" is hidden: "+ui.KeyOf(g.Actions(), "unhide")+" shows it again")
}

func (g *Grid) unhide() tea.Cmd {
	under := g.CursorColumn()
	clear(g.Hidden)
	g.choose(under)
	g.host.LookChanged()
	return nil
}

func (g *Grid) widenHere(by int) tea.Cmd {
	if g.At < len(g.Shown) {
		g.widen(g.Shown[g.At], by)
	}
	return g.moveColumns(0)
}
