package ui

import (
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// Bar draws a share of a whole, from 0 to 1. What was measured is solid; what
// was estimated from past runs is dotted to mark it as an estimate.
func (p Pane) Bar(x, y, width int, full, rest uv.Style, share float64, estimated bool) {
	at := int(min(max(share, 0), 1)*float64(width) + 0.5)
	done, left := "━", "─"
	if estimated {
		done, left = "┅", "┄"
	}
	p.Text(x, y, full, strings.Repeat(done, at))
	p.Text(x+at, y, rest, strings.Repeat(left, width-at))
}

// Column draws a bar as long as its share of the width, to half a column, for
// the rows of a funnel.
func (p Pane) Column(x, y, width int, style uv.Style, share float64) {
	halves := int(min(max(share, 0), 1)*float64(width*2) + 0.5)
	if share > 0 && halves == 0 {
		halves = 1
	}
	p.Text(x, y, style, strings.Repeat("━", halves/2)+strings.Repeat("╸", halves%2))
}
