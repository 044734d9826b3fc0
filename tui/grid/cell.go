package grid

import (
	"strconv"
	"time"

	uv "github.com/charmbracelet/ultraviolet"

	harmless "stedi/pipeline/printable"
	"stedi/tui/ui"
)

// The widths of columns. A column has at least leastCell columns, and at most
// widthCap unless the reader widens it.
const (
	widthCap   = 40
	leastCell  = 3
	gap        = 2 // between columns
	timeLayout = "2006-01-02 15:04:05"
)

// Numbers in this range are probably times.
const (
	firstTime = 946684800000  // the year 2000, in milliseconds
	lastTime  = 4102444800000 // the year 2100
)

// CellText is what a cell shows of a value, with no more work than it takes to
// fill that many columns.
func CellText(v any, most int) string {
	switch v := v.(type) {
	case string:
		const cluster = 32 // maximal bytes per column
		if len(v) > cluster*most+cluster {
			return v[:cluster*most+cluster]
		}
		if v == "" {
			return `""`
		}
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	default:
		return harmless.Value(v)
	}
}

// CellStyle distinguishes what would read the same: nothing, the empty text, and
// texts that say so.
func CellStyle(t *ui.Theme, v any) uv.Style {
	switch v := v.(type) {
	case nil:
		return t.Null
	case string:
		if v == "" {
			return t.Null
		}
		return t.Text
	case bool:
		return t.Accent
	default:
		return t.Number
	}
}

// localTime formats a number that is a time as local time.
func (g *Grid) localTime(column int, v any) (string, bool) {
	n, ok := v.(int64)
	if !ok || g.times[column] != millis || n < firstTime || n >= lastTime {
		return "", false
	}
	return time.UnixMilli(n).In(g.Zone).Format(timeLayout), true
}

// measure updates the widths of the columns from a row, and detects columns
// with times.
func (g *Grid) measure(values []any) {
	for i, v := range values {
		if n, ok := v.(int64); ok && g.Columns[i].Type == "BIGINT" {
			switch {
			case n < firstTime || n >= lastTime:
				g.times[i] = notTime
			case g.times[i] == unseen:
				g.times[i] = millis
			}
		}
		if g.measured[i] < widthCap {
			g.measured[i] = max(g.measured[i], min(widthCap, ui.Width(CellText(v, widthCap))))
		}
	}
}

// CellWidth returns the drawn width of a column.
func (g *Grid) CellWidth(column int) int {
	c := g.Columns[column]
	head := min(ui.Width(c.Name), widthCap*3/4)
	if g.sortMark(c.Name) != "" {
		head += 2
	}
	w := max(leastCell, head, g.measured[column])
	if g.Local && g.times[column] == millis {
		w = max(w, g.measured[column]+1+len(timeLayout))
	}
	return max(leastCell, w+g.dragged[c.Name])
}

// widen adds columns to the width of a column.
func (g *Grid) widen(column, by int) {
	name := g.Columns[column].Name
	to := g.CellWidth(column) + by
	if w, _ := g.Space(); to >= leastCell && to <= max(w-gap, leastCell) {
		g.dragged[name] += by
	}
}

// placed is a column on the screen.
type placed struct {
	column int // index in the source
	at     int // index in Shown
	X, W   int
	frozen bool
}

// Layout says which columns are on the screen and where, in that many columns
// of the terminal, and which one is the first behind the frozen ones. The
// column with the cursor always is.
func (g *Grid) Layout(w int) (list []placed, left int) {
	x := g.gutter(w)
	frozen := 0
	for ; frozen < min(g.Frozen, len(g.Shown)-1); frozen++ {
		wide := g.CellWidth(g.Shown[frozen])
		if x+wide+gap > w*2/3 {
			break
		}
		list = append(list, placed{g.Shown[frozen], frozen, x, wide, true})
		x += wide + gap
	}
	left = min(max(frozen, g.left), max(0, len(g.Shown)-1))
	if g.At >= frozen {
		left = min(left, g.At)
		for used := g.widths(left, g.At); left < g.At && x+used > w; left++ {
			used -= g.CellWidth(g.Shown[left]) + gap
		}
	}
	for at := left; at < len(g.Shown) && x+leastCell <= w; at++ {
		wide := g.CellWidth(g.Shown[at])
		list = append(list, placed{g.Shown[at], at, x, min(wide, w-x), false})
		x += wide + gap
	}
	if w < narrow && len(list) > 1 {
		g.squeeze(list, x-gap-w)
	}
	return list, left
}

// In a grid of fewer columns of the terminal, texts give way to the last column.
const (
	narrow    = 60
	leastText = 16
)

// squeeze makes texts narrower, so that the last column on the screen is whole,
// which lacks that many columns. It changes nothing if that is not enough.
func (g *Grid) squeeze(list []placed, lack int) {
	last := &list[len(list)-1]
	give := func(c placed) int {
		if name := g.Columns[c.column].Name; g.Columns[c.column].IsNumber() || g.dragged[name] != 0 {
			return 0
		}
		return max(0, c.W-max(leastText, c.W*2/3))
	}
	most := 0
	for _, c := range list[:len(list)-1] {
		most += give(c)
	}
	if lack <= 0 || most < lack {
		return
	}
	last.W += lack
	moved := 0
	for i := range list {
		list[i].X -= moved
		if c := &list[i]; i < len(list)-1 {
			by := min(lack-moved, give(*c))
			c.W -= by
			moved += by
		}
	}
}

// widths returns the width of a range of columns, with the gaps between them.
func (g *Grid) widths(from, to int) int {
	sum := -gap
	for at := from; at <= to; at++ {
		sum += g.CellWidth(g.Shown[at]) + gap
	}
	return sum
}

// gutter returns the width of the row numbers with the space after them.
func (g *Grid) gutter(w int) int {
	if w < 60 {
		return 1
	}
	return len(ui.Count(g.Kept.Count)) + 3
}

// topFor is the first row on a screen of that many rows.
func (g *Grid) topFor(h int) int64 {
	rows := int64(h)
	top := min(g.Top, max(0, g.Kept.Count-rows))
	return max(0, min(max(top, g.Row-rows+1), g.Row))
}
