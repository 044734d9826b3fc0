package picture

import (
	"math"
	"slices"
)

// shape is a character that is drawn without the font: rectangles, which join
// those of adjacent cells, and an outline for round or slanted parts.
type shape struct {
	rects   []rect
	outline outline
	// ink is the opacity of the text colour; it is below 1 for shades.
	ink float64
}

func (s *shape) rect(x0, y0, x1, y1 float64) {
	s.rects = append(s.rects, rect{x0, y0, x1, y1})
}

// shapeOf returns the shape of a character of the Unicode blocks Box Drawing,
// Block Elements and Braille, and of a few symbols that the font lacks.
func shapeOf(r rune) (shape, bool) {
	s := shape{ink: 1}
	switch {
	case r >= 0x2500 && r <= 0x257f:
		s.box(r)
	case r >= 0x2580 && r <= 0x259f:
		s.block(r)
	case r >= 0x2800 && r <= 0x28ff:
		s.braille(r)
	default:
		return s, s.symbol(r)
	}
	return s, true
}

// block draws halves, eighths, shades and quadrants.
func (s *shape) block(r rune) {
	const w, h = cellWidth, cellHeight
	switch {
	case r == '▀':
		s.rect(0, 0, w, h/2)
	case r <= '█':
		s.rect(0, h-h*float64(r-'▀')/8, w, h)
	case r <= '▏':
		s.rect(0, 0, w*float64('▐'-r)/8, h)
	case r == '▐':
		s.rect(w/2, 0, w, h)
	case r <= '▓':
		s.rect(0, 0, w, h)
		s.ink = float64(r-'▐') / 4
	case r == '▔':
		s.rect(0, 0, w, h/8)
	case r == '▕':
		s.rect(w*7/8, 0, w, h)
	default:
		s.quadrants(r)
	}
}

// quadrants draws the last ten block elements.
func (s *shape) quadrants(r rune) {
	const upperLeft, upperRight, lowerLeft, lowerRight = 1, 2, 4, 8
	filled := [...]int{
		lowerLeft, lowerRight, upperLeft,
		upperLeft | lowerLeft | lowerRight,
		upperLeft | lowerRight,
		upperLeft | upperRight | lowerLeft,
		upperLeft | upperRight | lowerRight,
		upperRight,
		upperRight | lowerLeft,
		upperRight | lowerLeft | lowerRight,
	}[r-'▖']
	for i := range 4 {
		if filled&(1<<i) == 0 {
			continue
		}
		x, y := cellWidth/2*float64(i%2), cellHeight/2*float64(i/2)
		s.rect(x, y, x+cellWidth/2, y+cellHeight/2)
	}
}

// braille draws the dots of a pattern. The first three of each column have the
// numbers one to six, the two at the bottom seven and eight.
func (s *shape) braille(r rune) {
	dots := [8][2]float64{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {0, 3}, {1, 3}}
	for i, dot := range dots {
		if (r-0x2800)&(1<<i) != 0 {
			s.outline.disc(cellWidth/4+dot[0]*cellWidth/2, cellHeight/8+dot[1]*cellHeight/4, 1.4)
		}
	}
}

// The centre of the symbols is the same as in the font.
const (
	symbolX      = cellWidth / 2
	symbolY      = baseline - 0.36*fontSize
	symbolRadius = 4.2
	symbolLine   = 1.1
)

func (s *shape) symbol(r rune) bool {
	switch r {
	case '○':
		s.outline.ring(symbolX, symbolY, symbolRadius, symbolLine)
	case '●':
		s.outline.disc(symbolX, symbolY, symbolRadius)
	case '◉':
		s.outline.ring(symbolX, symbolY, symbolRadius, symbolLine)
		s.outline.disc(symbolX, symbolY, symbolRadius-2*symbolLine)
	case '◌':
		s.dottedCircle()
	case '▸':
		s.outline.polygon(point{2.2, symbolY - 3.6}, point{7.4, symbolY}, point{2.2, symbolY + 3.6})
	case '◂':
		s.outline.polygon(point{6.8, symbolY - 3.6}, point{6.8, symbolY + 3.6}, point{1.6, symbolY})
	case '▾':
		s.outline.polygon(point{0.9, symbolY - 2.4}, point{8.1, symbolY - 2.4}, point{4.5, symbolY + 2.8})
	case '▴':
		s.outline.polygon(point{0.9, symbolY + 2.4}, point{4.5, symbolY - 2.8}, point{8.1, symbolY + 2.4})
	case 'ⓘ':
		s.outline.ring(symbolX, symbolY, symbolRadius+0.4, 1)
		s.outline.disc(symbolX, symbolY-2.1, 0.8)
		s.outline.rounded(rect{symbolX - 0.6, symbolY - 0.8, symbolX + 0.6, symbolY + 2.8}, 0.3, false)
	case '⏎', '↵':
		s.outline.polygon(point{7, 5.5}, point{8.1, 5.5}, point{8.1, 11.1}, point{3.5, 11.1}, point{3.5, 10}, point{7, 10})
		s.outline.polygon(point{0.8, 10.55}, point{4, 7.9}, point{4, 13.2})
	case '★':
		s.outline.polygon(star(symbolRadius + 0.9)...)
	case '☆':
		s.outline.polygon(star(symbolRadius + 0.9)...)
		inner := star(symbolRadius - 1.5)
		slices.Reverse(inner) // a hole has the opposite direction
		s.outline.polygon(inner...)
	default:
		return false
	}
	return true
}

func (s *shape) dottedCircle() {
	const dots = 8
	for i := range dots {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / dots)
		s.outline.disc(symbolX+cos*(symbolRadius-0.6), symbolY+sin*(symbolRadius-0.6), 0.75)
	}
}

// star returns the points of a star with five points, the first at the top.
func star(radius float64) []point {
	const points = 5
	var corners []point
	for i := range 2 * points {
		r := radius
		if i%2 == 1 {
			r = radius * 0.42
		}
		sin, cos := math.Sincos(math.Pi * float64(i) / points)
		corners = append(corners, point{symbolX + sin*r, symbolY + 0.4 - cos*r})
	}
	return corners
}

// absent returns the outline for a letter that the font lacks: an empty box of
// the letter's width.
func absent(cells int) outline {
	var o outline
	r := rect{1, 3, cellWidth*float64(cells) - 1, cellHeight - 3}
	o.rounded(r, 1.5, false)
	o.rounded(rect{r.x0 + 1, r.y0 + 1, r.x1 - 1, r.y1 - 1}, 0.5, true)
	return o
}
