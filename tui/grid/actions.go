package grid

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline/pager"
	"stedi/tui/ui"
)

// Actions returns the actions for rows, regardless of their source.
func (g *Grid) Actions() []ui.Action {
	_, there := g.Value()
	some := g.Kept.Count > 0
	return slices.Concat(g.moves(), []ui.Action{
		g.Keys.Act("row", "enter", "row", g.host.OpenRow).In("rows").At(1).When(there, ui.NoRow),
		g.Keys.Act("sort", "s", "sort", func() tea.Cmd { return g.sortBy(false) }).In("rows").At(2).When(some, ui.NoRow),
		g.Keys.Act("sort-also", "S", "add to sort", func() tea.Cmd { return g.sortBy(true) }).In("rows").When(some, ui.NoRow),
		g.Keys.Act("keep", "=", "keep this value", func() tea.Cmd { return g.filterBy(pager.Equal) }).In("rows").At(3).When(there, ui.NoRow),
		g.Keys.Act("leave-out", "x", "exclude this value", func() tea.Cmd { return g.filterBy(pager.NotEqual) }).In("rows").At(4).When(there, ui.NoRow),
		g.Keys.Act("drop-condition", "backspace", "remove filter", g.dropCondition).In("rows").At(5).When(len(g.Where) > 0, "no filter is set"),
		g.Keys.Act("search", "ctrl+f", "search", g.askSearch).In("rows").At(7).When(some, ui.NoRow),
		g.Keys.Act("search-next", "n", "next match", func() tea.Cmd { return g.find(g.Row+1, true) }).In("rows").When(g.Search.text != "", "nothing was searched for"),
		g.Keys.Act("search-last", "N", "previous match", func() tea.Cmd { return g.find(g.Row-1, false) }).In("rows").When(g.Search.text != "", "nothing was searched for"),
		g.Keys.Act("go-to", "# ctrl+g", "go to row", g.askRow).In("rows").At(9).When(some, ui.NoRow),

		g.Keys.Act("cell", "v", "full value", g.openCell).In("columns").When(there, ui.NoRow),
		g.Keys.Act("time", "t", "local times", g.toggleTimes).In("columns").At(8).When(slices.Contains(g.times, millis), "no column looks like times"),
		g.Keys.Act("freeze", "f", "freeze up to here, or none", g.freeze).In("columns").When(some, ui.NoRow),
		g.Keys.Act("hide", "H", "hide the column", g.hide).In("columns").When(len(g.Shown) > 1, "it is the only column"),
		g.Keys.Act("unhide", "U", "show hidden columns", g.unhide).In("columns").When(len(g.Shown) < len(g.Columns), "no column is hidden"),
		g.Keys.Act("wider", "+", "wider", func() tea.Cmd { return g.widenHere(4) }).In("columns").When(some, ui.NoRow),
		g.Keys.Act("narrower", "-", "narrower", func() tea.Cmd { return g.widenHere(-4) }).In("columns").When(some, ui.NoRow),

		g.Keys.Act("copy-cell", "y", "copy", g.copyCell).In("copy").At(6).When(there, ui.NoRow),
		g.Keys.Act("copy-row", "Y", "copy the row as JSON", g.CopyRow).In("copy").When(there, ui.NoRow),
		g.Keys.Act("copy-column", "C", "copy the column", g.copyColumn).In("copy").When(there, ui.NoRow),
	})
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
		k.Act("page-up", "pgup", "page up", pages(-1)),
		k.Act("page-down", "pgdown space", "page down", pages(1)),
		k.Act("first", "home g", "first row", func() tea.Cmd { return g.MoveRows(-g.Row) }),
		k.Act("last", "end G", "last row", g.last),
		k.Act("first-column", "0 ^", "first column", columns(-1<<20)),
		k.Act("last-column", "$", "last column", columns(1<<20)),
		k.Act("scroll-left", "shift+left <", "scroll left", func() tea.Cmd { return g.scroll(-1) }),
		k.Act("scroll-right", "shift+right >", "scroll right", func() tea.Cmd { return g.scroll(1) }),
	}
	for i := range list {
		list[i] = list[i].In("cursor").When(g.Source != nil, ui.NoRow)
	}
	return list
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
	return g.Toast(ui.Told, c.Name+" is hidden: U shows it again")
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
