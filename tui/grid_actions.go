package tui

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline/pager"
)

// actions are what can be done with rows, wherever they come from.
func (g *grid) actions() []action {
	_, there := g.value()
	some := g.kept.count > 0
	return slices.Concat(g.moves(), []action{
		g.keys.act("row", "enter", "row", g.host.openRow).in("rows").at(1).when(there, noRow),
		g.keys.act("sort", "s", "sort", func() tea.Cmd { return g.sortBy(false) }).in("rows").at(2).when(some, noRow),
		g.keys.act("sort-also", "S", "add to sort", func() tea.Cmd { return g.sortBy(true) }).in("rows").when(some, noRow),
		g.keys.act("keep", "=", "keep this value", func() tea.Cmd { return g.filterBy(pager.Equal) }).in("rows").at(3).when(there, noRow),
		g.keys.act("leave-out", "x", "exclude this value", func() tea.Cmd { return g.filterBy(pager.NotEqual) }).in("rows").at(4).when(there, noRow),
		g.keys.act("drop-condition", "backspace", "remove filter", g.dropCondition).in("rows").at(5).when(len(g.where) > 0, "no filter is set"),
		g.keys.act("search", "ctrl+f", "search", g.askSearch).in("rows").at(7).when(some, noRow),
		g.keys.act("search-next", "n", "next match", func() tea.Cmd { return g.find(g.row+1, true) }).in("rows").when(g.search.text != "", "nothing was searched for"),
		g.keys.act("search-last", "N", "previous match", func() tea.Cmd { return g.find(g.row-1, false) }).in("rows").when(g.search.text != "", "nothing was searched for"),
		g.keys.act("go-to", "# ctrl+g", "go to row", g.askRow).in("rows").at(9).when(some, noRow),

		g.keys.act("cell", "v", "full value", g.openCell).in("columns").when(there, noRow),
		g.keys.act("time", "t", "local times", g.toggleTimes).in("columns").at(8).when(slices.Contains(g.times, millis), "no column looks like times"),
		g.keys.act("freeze", "f", "freeze up to here, or none", g.freeze).in("columns").when(some, noRow),
		g.keys.act("hide", "H", "hide the column", g.hide).in("columns").when(len(g.shown) > 1, "it is the only column"),
		g.keys.act("unhide", "U", "show hidden columns", g.unhide).in("columns").when(len(g.shown) < len(g.columns), "no column is hidden"),
		g.keys.act("wider", "+", "wider", func() tea.Cmd { return g.widenHere(4) }).in("columns").when(some, noRow),
		g.keys.act("narrower", "-", "narrower", func() tea.Cmd { return g.widenHere(-4) }).in("columns").when(some, noRow),

		g.keys.act("copy-cell", "y", "copy", g.copyCell).in("copy").at(6).when(there, noRow),
		g.keys.act("copy-row", "Y", "copy the row as JSON", g.copyRow).in("copy").when(there, noRow),
		g.keys.act("copy-column", "C", "copy the column", g.copyColumn).in("copy").when(there, noRow),
	})
}

// moves are the actions that move the cursor.
func (g *grid) moves() []action {
	k := g.keys
	rows := func(by int64) func() tea.Cmd { return func() tea.Cmd { return g.moveRows(by) } }
	columns := func(by int) func() tea.Cmd { return func() tea.Cmd { return g.moveColumns(by) } }
	pages := func(by int64) func() tea.Cmd { return func() tea.Cmd { return g.page(by) } }
	list := []action{
		k.act("up", "up k", "up", rows(-1)),
		k.act("down", "down j", "down", rows(1)),
		k.act("left", "left h", "left", columns(-1)),
		k.act("right", "right l", "right", columns(1)),
		k.act("page-up", "pgup", "page up", pages(-1)),
		k.act("page-down", "pgdown space", "page down", pages(1)),
		k.act("first", "home g", "first row", func() tea.Cmd { return g.moveRows(-g.row) }),
		k.act("last", "end G", "last row", g.last),
		k.act("first-column", "0 ^", "first column", columns(-1<<20)),
		k.act("last-column", "$", "last column", columns(1<<20)),
		k.act("scroll-left", "shift+left <", "scroll left", func() tea.Cmd { return g.scroll(-1) }),
		k.act("scroll-right", "shift+right >", "scroll right", func() tea.Cmd { return g.scroll(1) }),
	}
	for i := range list {
		list[i] = list[i].in("cursor").when(g.source != nil, noRow)
	}
	return list
}

// sortBy sorts by the column with the cursor: ascending, then descending, then
// not any more. Other columns go on sorting only if they are to.
func (g *grid) sortBy(also bool) tea.Cmd {
	c, ok := g.column()
	if !ok {
		return nil
	}
	order := slices.Clone(g.order)
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
	g.order = order
	g.row, g.top = 0, 0
	return g.host.arrange()
}

// filterBy keeps the rows with the value under the cursor, or all others.
func (g *grid) filterBy(op pager.Op) tea.Cmd {
	v, ok := g.value()
	c, _ := g.column()
	if !ok {
		return nil
	}
	g.where = append(slices.Clone(g.where), pager.Condition{Column: c.Name, Op: op, Value: v})
	g.row, g.top = 0, 0
	return g.host.arrange()
}

func (g *grid) dropCondition() tea.Cmd {
	g.where = slices.Clone(g.where[:len(g.where)-1])
	return g.host.arrange()
}

// conditionText is a condition as people read it, in few columns.
func conditionText(c pager.Condition) string {
	const most = 24
	switch {
	case c.SQL != "":
		return shorten(c.SQL, 2*most)
	case c.Value == nil && c.Op == pager.Equal:
		return c.Column + " is null"
	case c.Value == nil && c.Op == pager.NotEqual:
		return c.Column + " not null"
	default:
		return fmt.Sprintf("%s %s %s", c.Column, c.Op, shorten(cellText(c.Value, most), most))
	}
}

func (g *grid) toggleTimes() tea.Cmd {
	g.local = !g.local
	g.host.lookChanged()
	return nil
}

// freeze keeps the columns up to the cursor where they are; again, none.
func (g *grid) freeze() tea.Cmd {
	if g.frozen == g.at+1 {
		g.frozen = 0
	} else {
		g.frozen = min(g.at+1, len(g.shown)-1)
	}
	g.left = 0
	g.host.lookChanged()
	return g.moveColumns(0)
}

func (g *grid) hide() tea.Cmd {
	c, ok := g.column()
	if !ok {
		return nil
	}
	if g.at < g.frozen {
		g.frozen--
	}
	g.hidden[c.Name] = true
	g.choose("")
	g.host.lookChanged()
	return g.toast(told, c.Name+" is hidden: U shows it again")
}

func (g *grid) unhide() tea.Cmd {
	under := g.cursorColumn()
	clear(g.hidden)
	g.choose(under)
	g.host.lookChanged()
	return nil
}

func (g *grid) widenHere(by int) tea.Cmd {
	if g.at < len(g.shown) {
		g.widen(g.shown[g.at], by)
	}
	return g.moveColumns(0)
}
