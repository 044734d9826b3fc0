package tui

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/pager"
)

// grid shows rows of any number, with a cursor on one cell. It is a part of a
// screen, which hands its actions, messages and place on the screen to it.
//
// Rows come from a pager.Source, some around the cursor at a time, in the
// background. What is not there yet is drawn as "…".
type grid struct {
	*app
	host gridHost

	source  pager.Source // nil: nothing is shown
	columns []pipeline.ResultColumn
	shown   []int // the columns that are not hidden, in their order
	row     int64 // of the cursor
	at      int   // of the cursor, in shown
	top     int64 // the first row on the screen
	left    int   // the first column on the screen behind the frozen ones, in shown
	toEnd   bool  // go to the last row as soon as it is known
	wish    int64 // the row that the cursor was on, until it is known again; 0: none
	ledge   int64 // rows above it on the screen

	order  []pager.Order
	where  []pager.Condition
	hidden map[string]bool
	frozen int  // columns that stay when the others move
	local  bool // times are shown beside numbers that look like ones
	old    bool // the rows are not as order and where want them: others are on their way

	kept      gridRows
	measured  []int          // by column: how wide its values were so far
	dragged   map[string]int // by name: columns that the reader has added
	times     []epoch        // by column
	filling   task
	search    gridSearch
	columning task
}

// gridHost is the screen that a grid is on.
type gridHost interface {
	// gridRoom is how large the grid is on the screen, with its border.
	gridRoom() (width, height int)
	// arrange reopens the source after order or where have changed.
	arrange() tea.Cmd
	// lookChanged is called when something else about the look has.
	lookChanged()
	// rowsFailed is called when rows cannot be read any more.
	rowsFailed(error) tea.Cmd
	// openRow shows the row with the cursor.
	openRow() tea.Cmd
}

func newGrid(a *app, host gridHost) *grid {
	return &grid{app: a, host: host, hidden: map[string]bool{}, dragged: map[string]int{}}
}

// epoch says whether the numbers of a column look like times.
type epoch int8

const (
	unseen epoch = iota // there was none yet
	millis
	notTime
)

// take shows the rows of a source, which still belongs to the host. In the
// background, fill makes the rest of its rows known; nil: they are. The cursor
// stays where it is as far as there are such a row and column.
func (g *grid) take(source pager.Source, fill func(context.Context) error) tea.Cmd {
	g.stop()
	under := g.cursorColumn()
	before := g.columns
	g.source, g.columns, g.old = source, source.Columns(), false
	if !slices.Equal(before, g.columns) {
		g.measured, g.times = make([]int, len(g.columns)), make([]epoch, len(g.columns))
		g.dragged = map[string]int{}
	}
	g.kept = gridRows{rows: map[int64][]any{}, fetching: g.kept.fetching}
	g.kept.count, g.kept.all = source.Count()
	if g.row >= g.kept.count && !g.kept.all {
		g.wish, g.ledge = g.row, g.row-g.top
	}
	g.choose(under)
	g.clamp()
	if fill != nil {
		return tea.Batch(g.fetch(), g.fill(fill))
	}
	return g.fetch()
}

// stop ends all that is under way.
func (g *grid) stop() {
	g.kept.fetching.stop()
	g.filling.stop()
	g.search.finding.stop()
	g.columning.stop()
}

// choose finds out which columns are shown, and puts the cursor on the one of
// that name.
func (g *grid) choose(name string) {
	g.shown = g.shown[:0]
	for i, c := range g.columns {
		if !g.hidden[c.Name] {
			g.shown = append(g.shown, i)
		}
	}
	if i := slices.IndexFunc(g.shown, func(c int) bool { return g.columns[c].Name == name }); i >= 0 {
		g.at = i
	}
	g.at = min(max(0, g.at), max(0, len(g.shown)-1))
	g.frozen = min(g.frozen, max(0, len(g.shown)-1))
}

// cursorColumn is the name of the column with the cursor, or "".
func (g *grid) cursorColumn() string {
	if c, ok := g.column(); ok {
		return c.Name
	}
	return ""
}

// column is the column with the cursor.
func (g *grid) column() (pipeline.ResultColumn, bool) {
	if g.at >= len(g.shown) {
		return pipeline.ResultColumn{}, false
	}
	return g.columns[g.shown[g.at]], true
}

// values are those of the row with the cursor; nil: they are not there.
func (g *grid) values() []any { return g.kept.rows[g.row] }

// value is that of the cell with the cursor.
func (g *grid) value() (v any, ok bool) {
	values := g.values()
	if values == nil || g.at >= len(g.shown) {
		return nil, false
	}
	return values[g.shown[g.at]], true
}

// clamp keeps cursor and view inside what there is.
func (g *grid) clamp() {
	_, h := g.space()
	g.row = min(max(0, g.row), max(0, g.kept.count-1))
	g.top = g.topFor(h)
	g.at = min(max(0, g.at), max(0, len(g.shown)-1))
}

// space is how many columns and rows the cells have.
func (g *grid) space() (w, h int) {
	w, h = g.host.gridRoom()
	return max(1, w-2), max(1, h-3)
}

// moveRows moves the cursor up or down.
func (g *grid) moveRows(by int64) tea.Cmd {
	g.toEnd, g.wish = false, 0
	g.row += by
	g.clamp()
	return g.fetch()
}

// goTo puts the cursor on a row, in the middle of the screen if it was not on
// it.
func (g *grid) goTo(row int64) tea.Cmd {
	_, h := g.space()
	g.toEnd, g.wish = false, 0
	if row < g.top || row >= g.top+int64(h) {
		g.top = row - int64(h)/2
	}
	g.row = row
	g.clamp()
	return g.fetch()
}

// page moves by a screen.
func (g *grid) page(by int64) tea.Cmd {
	_, h := g.space()
	g.top += by * int64(h)
	return g.moveRows(by * int64(h))
}

// last goes to the last row, once it is known which one that is.
func (g *grid) last() tea.Cmd {
	cmd := g.moveRows(g.kept.count)
	g.toEnd = !g.kept.all
	return cmd
}

// moveColumns moves the cursor to the side.
func (g *grid) moveColumns(by int) tea.Cmd {
	g.at = min(max(0, g.at+by), max(0, len(g.shown)-1))
	w, _ := g.space()
	_, g.left = g.layout(w)
	return nil
}

// scroll moves the columns under the cursor, which goes along at the border.
func (g *grid) scroll(by int) tea.Cmd {
	w, _ := g.space()
	_, left := g.layout(w)
	g.left = min(max(g.frozen, left+by), max(0, len(g.shown)-1))
	at := g.at
	if at >= g.frozen {
		at = max(at, g.left)
		for g.at = at; g.at > g.left; g.at-- {
			if _, left := g.layout(w); left <= g.left {
				break
			}
		}
	}
	return nil
}
