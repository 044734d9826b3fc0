package tui

import (
	"strconv"
	"time"

	uv "github.com/charmbracelet/ultraviolet"

	harmless "stedi/pipeline/printable"
)

// The widths of columns: no wider than the cap unless the reader wants it, and
// no narrower than the least.
const (
	widthCap   = 40
	leastCell  = 3
	gap        = 2 // between columns
	timeLayout = "2006-01-02 15:04:05"
)

// Numbers that lie between these are times, as far as one can tell.
const (
	firstTime = 946684800000  // the year 2000, in milliseconds
	lastTime  = 4102444800000 // the year 2100
)

// cellText is what a cell shows of a value, with no more work than it takes to
// fill that many columns.
func cellText(v any, most int) string {
	switch v := v.(type) {
	case string:
		const cluster = 32 // bytes that one column may take, at the utmost
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

// cellStyle distinguishes what would read the same: nothing, the empty text, and
// texts that say so.
func (t *theme) cellStyle(v any) uv.Style {
	switch v := v.(type) {
	case nil:
		return t.null
	case string:
		if v == "" {
			return t.null
		}
		return t.text
	case bool:
		return t.accent
	default:
		return t.number
	}
}

// localTime is the time that a number stands for.
func (g *grid) localTime(column int, v any) (string, bool) {
	n, ok := v.(int64)
	if !ok || g.times[column] != millis || n < firstTime || n >= lastTime {
		return "", false
	}
	return time.UnixMilli(n).In(g.options.Zone).Format(timeLayout), true
}

// measure learns from a row how wide its columns are, and which hold times.
func (g *grid) measure(values []any) {
	for i, v := range values {
		if n, ok := v.(int64); ok && g.columns[i].Type == "BIGINT" {
			switch {
			case n < firstTime || n >= lastTime:
				g.times[i] = notTime
			case g.times[i] == unseen:
				g.times[i] = millis
			}
		}
		if g.measured[i] < widthCap {
			g.measured[i] = max(g.measured[i], min(widthCap, width(cellText(v, widthCap))))
		}
	}
}

// cellWidth is how wide a column is drawn.
func (g *grid) cellWidth(column int) int {
	c := g.columns[column]
	head := min(width(c.Name), widthCap*3/4)
	if g.sortMark(c.Name) != "" {
		head += 2
	}
	w := max(leastCell, head, g.measured[column])
	if g.local && g.times[column] == millis {
		w = max(w, g.measured[column]+1+len(timeLayout))
	}
	return max(leastCell, w+g.dragged[c.Name])
}

// widen adds columns to a column's width.
func (g *grid) widen(column, by int) {
	name := g.columns[column].Name
	to := g.cellWidth(column) + by
	if w, _ := g.space(); to >= leastCell && to <= max(w-gap, leastCell) {
		g.dragged[name] += by
	}
}

// placed is a column on the screen.
type placed struct {
	column int // of the source
	at     int // in shown
	x, w   int
	frozen bool
}

// layout says which columns are on the screen and where, in that many columns
// of the terminal, and which one is the first behind the frozen ones. The
// column with the cursor always is.
func (g *grid) layout(w int) (list []placed, left int) {
	x := g.gutter(w)
	frozen := 0
	for ; frozen < min(g.frozen, len(g.shown)-1); frozen++ {
		wide := g.cellWidth(g.shown[frozen])
		if x+wide+gap > w*2/3 {
			break
		}
		list = append(list, placed{g.shown[frozen], frozen, x, wide, true})
		x += wide + gap
	}
	left = min(max(frozen, g.left), max(0, len(g.shown)-1))
	if g.at >= frozen {
		left = min(left, g.at)
		for used := g.widths(left, g.at); left < g.at && x+used > w; left++ {
			used -= g.cellWidth(g.shown[left]) + gap
		}
	}
	for at := left; at < len(g.shown) && x+leastCell <= w; at++ {
		wide := g.cellWidth(g.shown[at])
		list = append(list, placed{g.shown[at], at, x, min(wide, w-x), false})
		x += wide + gap
	}
	return list, left
}

// widths is how wide the columns from one to another are, with the gaps
// between them.
func (g *grid) widths(from, to int) int {
	sum := -gap
	for at := from; at <= to; at++ {
		sum += g.cellWidth(g.shown[at]) + gap
	}
	return sum
}

// gutter is how wide the numbers of the rows are, with what lies behind them.
func (g *grid) gutter(w int) int {
	if w < 60 {
		return 1
	}
	return len(count(g.kept.count)) + 3
}

// topFor is the first row on a screen of that many rows.
func (g *grid) topFor(h int) int64 {
	rows := int64(h)
	top := min(g.top, max(0, g.kept.count-rows))
	return max(0, min(max(top, g.row-rows+1), g.row))
}
