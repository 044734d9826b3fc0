package picture

import (
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

const (
	margin       = 12.0
	titleBar     = 32.0
	windowRadius = 9.0
)

// window paints the paper with an optional frame, and returns the upper left
// corner of the screen.
func (d *drawing) window(columns, rows int, o Options) point {
	ground, ink := d.theme.colour(nil, d.theme.Background), d.theme.colour(nil, d.theme.Foreground)
	d.width = float64(columns)*cellWidth + 2*margin
	d.height = float64(rows)*cellHeight + 2*margin
	paper := rect{0, 0, d.width, d.height}
	if !o.Frame {
		var page outline
		page.polygon(point{}, point{d.width, 0}, point{d.width, d.height}, point{0, d.height})
		d.frame = append(d.frame, panel{page, ground})
		return point{margin, margin}
	}
	d.height += titleBar - margin/2
	paper.y1 = d.height

	var edge, inside, rule outline
	edge.rounded(paper, windowRadius, false)
	inside.rounded(rect{1, 1, paper.x1 - 1, paper.y1 - 1}, windowRadius-1, false)
	rule.polygon(point{1, titleBar - 1}, point{paper.x1 - 1, titleBar - 1}, point{paper.x1 - 1, titleBar}, point{1, titleBar})
	d.frame = append(d.frame, panel{edge, blend(ground, ink, 0.25)}, panel{inside, ground}, panel{rule, blend(ground, ink, 0.12)})
	for i, lamp := range []uint32{0xf2605a, 0xf5be4f, 0x5cc454} {
		var dot outline
		dot.disc(20+float64(i)*18, titleBar/2, 5.5)
		d.frame = append(d.frame, panel{dot, rgb(lamp)})
	}
	d.title(o.Title, blend(ground, ink, 0.65))
	return point{margin, titleBar + margin/2}
}

// title writes the title into the middle of the frame's bar, clipped to the
// space between the lamps and the other edge.
func (d *drawing) title(text string, ink color.RGBA) {
	const lamps = 74
	room := int((d.width - 2*lamps) / cellWidth)
	text = ansi.Truncate(strings.Join(strings.Fields(text), " "), max(room, 0), "…")
	width := ansi.StringWidth(text)
	x := float64(int(d.width-float64(width)*cellWidth) / 2)
	for _, line := range Parse(text, width, 1).rows {
		for i, c := range line {
			if strings.TrimSpace(c.Content) != "" {
				plain := uv.Cell{Content: c.Content, Width: c.Width}
				d.character(&plain, look{foreground: ink}, x+float64(i)*cellWidth, (titleBar-cellHeight)/2)
			}
		}
	}
}
