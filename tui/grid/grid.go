package grid

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/pager"
	"stedi/tui/ui"
)

// Grid shows rows of any number, with a cursor on one cell. It is a part of a
// screen, which passes on its actions, messages and pane.
//
// Rows come from a pager.Source in the background, some around the cursor at a
// time. Missing rows are drawn as "…".
type Grid struct {
	*ui.Kit
	host Host

	Source pager.Source // nil if nothing is shown
	// Whole returns the number of rows without a filter, and whether it is known;
	// nil: it is not.
	Whole   func() (int64, bool)
	Columns []pipeline.ResultColumn
	Shown   []int // indexes of the visible columns, in order
	Row     int64 // row of the cursor
	At      int   // column of the cursor, in Shown
	Top     int64 // the first row on the screen
	left    int   // the first visible column after the frozen ones, in Shown
	toEnd   bool  // go to the last row when it is known
	wish    int64 // the row of the cursor, until it is available again; 0: none
	ledge   int64 // number of rows above it on the screen

	Order  []pager.Order
	Where  []pager.Condition
	Hidden map[string]bool
	Frozen int  // number of columns that do not scroll
	Local  bool // show times beside numbers that look like times
	Old    bool // Order or Where has changed, and the new rows are pending

	Kept      gridRows
	measured  []int          // by column: width of its values so far
	dragged   map[string]int // by name: columns added by the reader
	times     []epoch        // by column
	Filling   ui.Task
	Search    gridSearch
	columning ui.Task
	Summing   ui.Task // a summary, or a comparison
	Summed    int64   // number of rows that it has read
	marks     marks
}

// Host is the screen that contains the grid.
type Host interface { //nolint:interfacebloat // one host has all that a grid needs
	// GridRoom returns the size of the grid on the screen, with its border.
	GridRoom() (width, height int)
	// Arrange opens the source again after a change of Order or Where.
	Arrange() tea.Cmd
	// LookChanged is called after other changes of the view settings.
	LookChanged()
	// RowsFailed is called when rows can no longer be read.
	RowsFailed(error) tea.Cmd
	// Scan returns a function that opens all displayed rows with all their
	// columns, in any order, for one reading in the background.
	Scan() Scan
	// OpenRow shows the row with the cursor.
	OpenRow() tea.Cmd
}

// New returns an empty grid; Take gives it rows.
func New(k *ui.Kit, host Host) *Grid {
	return &Grid{Kit: k, host: host, Hidden: map[string]bool{}, dragged: map[string]int{}}
}

// epoch is whether the numbers of a column look like times.
type epoch int8

const (
	unseen epoch = iota // no value was seen yet
	millis
	notTime
)

// Take shows the rows of a source, which the host still owns. fill runs in the
// background and reads the remaining rows; nil if all are known. The cursor
// keeps its position if that row and column exist.
func (g *Grid) Take(source pager.Source, fill func(context.Context) error) tea.Cmd {
	g.Stop()
	g.Unmark()
	under := g.CursorColumn()
	before := g.Columns
	g.Source, g.Columns, g.Old = source, source.Columns(), false
	if !slices.Equal(before, g.Columns) {
		g.measured, g.times = make([]int, len(g.Columns)), make([]epoch, len(g.Columns))
		g.dragged = map[string]int{}
	}
	g.Kept = gridRows{Rows: map[int64][]any{}, fetching: g.Kept.fetching}
	g.Kept.Count, g.Kept.all = source.Count()
	if g.Row >= g.Kept.Count && !g.Kept.all {
		g.wish, g.ledge = g.Row, g.Row-g.Top
	}
	g.choose(under)
	g.clamp()
	if fill != nil {
		return tea.Batch(g.Fetch(), g.fill(fill))
	}
	return g.Fetch()
}

// Stop cancels all background work.
func (g *Grid) Stop() {
	g.Kept.fetching.Stop()
	g.Filling.Stop()
	g.Search.Finding.Stop()
	g.columning.Stop()
	g.Summing.Stop()
}

// choose determines the visible columns, and moves the cursor to the column
// with the name.
func (g *Grid) choose(name string) {
	g.Shown = g.Shown[:0]
	for i, c := range g.Columns {
		if !g.Hidden[c.Name] {
			g.Shown = append(g.Shown, i)
		}
	}
	if i := slices.IndexFunc(g.Shown, func(c int) bool { return g.Columns[c].Name == name }); i >= 0 {
		g.At = i
	}
	g.At = min(max(0, g.At), max(0, len(g.Shown)-1))
	g.Frozen = min(g.Frozen, max(0, len(g.Shown)-1))
}

// CursorColumn returns the name of the column with the cursor, or "".
func (g *Grid) CursorColumn() string {
	if c, ok := g.column(); ok {
		return c.Name
	}
	return ""
}

// column returns the column with the cursor.
func (g *Grid) column() (pipeline.ResultColumn, bool) {
	if g.At >= len(g.Shown) {
		return pipeline.ResultColumn{}, false
	}
	return g.Columns[g.Shown[g.At]], true
}

// Values returns the row with the cursor, or nil if it is not in memory.
func (g *Grid) Values() []any { return g.Kept.Rows[g.Row] }

// Value returns the value of the cell with the cursor.
func (g *Grid) Value() (v any, ok bool) {
	values := g.Values()
	if values == nil || g.At >= len(g.Shown) {
		return nil, false
	}
	return values[g.Shown[g.At]], true
}

// clamp keeps cursor and view within the rows and columns.
func (g *Grid) clamp() {
	_, h := g.Space()
	g.Row = min(max(0, g.Row), max(0, g.Kept.Count-1))
	g.Top = g.topFor(h)
	g.At = min(max(0, g.At), max(0, len(g.Shown)-1))
}

// Space returns the number of terminal columns and rows for cells.
func (g *Grid) Space() (w, h int) {
	w, h = g.host.GridRoom()
	return max(1, w-2), max(1, h-3)
}

// MoveRows moves the cursor up or down.
func (g *Grid) MoveRows(by int64) tea.Cmd {
	g.toEnd, g.wish = false, 0
	g.Row += by
	g.clamp()
	return g.Fetch()
}

// goTo moves the cursor to a row, and centers the row if it was not on the
// screen.
func (g *Grid) goTo(row int64) tea.Cmd {
	_, h := g.Space()
	g.toEnd, g.wish = false, 0
	if row < g.Top || row >= g.Top+int64(h) {
		g.Top = row - int64(h)/2
	}
	g.Row = row
	g.clamp()
	return g.Fetch()
}

// page moves by a screen.
func (g *Grid) page(by int64) tea.Cmd {
	_, h := g.Space()
	g.Top += by * int64(h)
	return g.MoveRows(by * int64(h))
}

// last moves to the last row when it is known.
func (g *Grid) last() tea.Cmd {
	cmd := g.MoveRows(g.Kept.Count)
	g.toEnd = !g.Kept.all
	return cmd
}

// moveColumns moves the cursor to the left or right.
func (g *Grid) moveColumns(by int) tea.Cmd {
	g.At = min(max(0, g.At+by), max(0, len(g.Shown)-1))
	w, _ := g.Space()
	_, g.left = g.Layout(w)
	return nil
}

// scroll scrolls the columns. The cursor stays on the screen.
func (g *Grid) scroll(by int) tea.Cmd {
	w, _ := g.Space()
	_, left := g.Layout(w)
	g.left = min(max(g.Frozen, left+by), max(0, len(g.Shown)-1))
	at := g.At
	if at >= g.Frozen {
		at = max(at, g.left)
		for g.At = at; g.At > g.left; g.At-- {
			if _, left := g.Layout(w); left <= g.left {
				break
			}
		}
	}
	return nil
}
