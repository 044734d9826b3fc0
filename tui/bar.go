package tui

import (
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// bar draws a share of a whole, from 0 to 1. What was measured is solid; what
// was estimated from past runs is dotted, so that nobody takes it for more.
func (p pane) bar(x, y, width int, t *theme, share float64, estimated bool) {
	full := int(min(max(share, 0), 1)*float64(width) + 0.5)
	done, rest := "━", "─"
	if estimated {
		done, rest = "┅", "┄"
	}
	p.text(x, y, t.full, strings.Repeat(done, full))
	p.text(x+full, y, t.rest, strings.Repeat(rest, width-full))
}

// column draws a horizontal bar of blocks, for the rows of a waterfall.
func (p pane) column(x, y, width int, style uv.Style, share float64) {
	eighths := int(min(max(share, 0), 1)*float64(width*8) + 0.5)
	if share > 0 && eighths == 0 {
		eighths = 1
	}
	text := strings.Repeat("█", eighths/8)
	if part := eighths % 8; part > 0 {
		text += string([]rune(" ▏▎▍▌▋▊▉")[part])
	}
	p.text(x, y, style, text)
}
