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
// screen, which hands its actions, messages and place on the screen to it.
//
// Rows come from a pager.Source, some around the cursor at a time, in the
// background. What is not there yet is drawn as "…".
type Grid struct {
	*ui.Kit
	host Host

	Source  pager.Source // nil: nothing is shown
	Columns []pipeline.ResultColumn
	Shown   []int // the columns that are not hidden, in their order
	Row     int64 // of the cursor
	At      int   // of the cursor, in shown
	Top     int64 // the first row on the screen
	left    int   // the first column on the screen behind the frozen ones, in shown
	toEnd   bool  // go to the last row as soon as it is known
	wish    int64 // the row that the cursor was on, until it is known again; 0: none
	ledge   int64 // rows above it on the screen

	Order  []pager.Order
	Where  []pager.Condition
	Hidden map[string]bool
	Frozen int  // columns that stay when the others move
	Local  bool // times are shown beside numbers that look like ones
	Old    bool // the rows are not as order and where want them: others are on their way

	Kept      gridRows
	measured  []int          // by column: how wide its values were so far
	dragged   map[string]int // by name: columns that the reader has added
	times     []epoch        // by column
	Filling   ui.Task
	Search    gridSearch
	columning ui.Task
}

// Host is the screen that a grid is on.
type Host interface {
	// GridRoom is how large the grid is on the screen, with its border.
	GridRoom() (width, height int)
	// Arrange opens the source anew after order or where have changed.
	Arrange() tea.Cmd
	// LookChanged is called when something else about the look has.
	LookChanged()
	// RowsFailed is called when rows cannot be read any more.
	RowsFailed(error) tea.Cmd
	// OpenRow shows the row with the cursor.
	OpenRow() tea.Cmd
}

// New makes an empty grid; Show gives it rows.
func New(k *ui.Kit, host Host) *Grid {
	return &Grid{Kit: k, host: host, Hidden: map[string]bool{}, dragged: map[string]int{}}
}

// epoch says whether the numbers of a column look like times.
type epoch int8

const (
	unseen epoch = iota // there was none yet
	millis
	notTime
)

// Take shows the rows of a source, which still belongs to the host. In the
// background, fill makes the rest of its rows known; nil: they are. The cursor
// stays where it is as far as there are such a row and column.
func (g *Grid) Take(source pager.Source, fill func(context.Context) error) tea.Cmd {
	g.Stop()
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

// Stop ends all that is under way.
func (g *Grid) Stop() {
	g.Kept.fetching.Stop()
	g.Filling.Stop()
	g.Search.Finding.Stop()
	g.columning.Stop()
}

// choose finds out which columns are shown, and puts the cursor on the one of
// that name.
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

// CursorColumn is the name of the column with the cursor, or "".
func (g *Grid) CursorColumn() string {
	if c, ok := g.column(); ok {
		return c.Name
	}
	return ""
}

// column is the column with the cursor.
func (g *Grid) column() (pipeline.ResultColumn, bool) {
	if g.At >= len(g.Shown) {
		return pipeline.ResultColumn{}, false
	}
	return g.Columns[g.Shown[g.At]], true
}

// Values are those of the row with the cursor; nil: they are not there.
func (g *Grid) Values() []any { return g.Kept.Rows[g.Row] }

// Value is that of the cell with the cursor.
func (g *Grid) Value() (v any, ok bool) {
	values := g.Values()
	if values == nil || g.At >= len(g.Shown) {
		return nil, false
	}
	return values[g.Shown[g.At]], true
}

// clamp keeps cursor and view inside what there is.
func (g *Grid) clamp() {
	_, h := g.Space()
	g.Row = min(max(0, g.Row), max(0, g.Kept.Count-1))
	g.Top = g.topFor(h)
	g.At = min(max(0, g.At), max(0, len(g.Shown)-1))
}

// Space is how many columns and rows the cells have.
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

// goTo puts the cursor on a row, in the middle of the screen if it was not on
// it.
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

// last goes to the last row, once it is known which one that is.
func (g *Grid) last() tea.Cmd {
	cmd := g.MoveRows(g.Kept.Count)
	g.toEnd = !g.Kept.all
	return cmd
}

// moveColumns moves the cursor to the side.
func (g *Grid) moveColumns(by int) tea.Cmd {
	g.At = min(max(0, g.At+by), max(0, len(g.Shown)-1))
	w, _ := g.Space()
	_, g.left = g.Layout(w)
	return nil
}

// scroll moves the columns under the cursor, which goes along at the border.
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
