package picture

import "strings"

// The weights of a line of box drawing.
const (
	none = iota
	light
	heavy
	double
)

// arms are the weights of the lines of a box character from the centre up,
// right, down and left, for U+2500 to U+257F. A dash marks characters that do
// not consist of such lines.
var arms = strings.Fields(`
0101 0202 1010 2020 ---- ---- ---- ---- ---- ---- ---- ---- 0110 0210 0120 0220
0011 0012 0021 0022 1100 1200 2100 2200 1001 1002 2001 2002 1110 1210 2110 1120
2120 2210 1220 2220 1011 1012 2011 1021 2021 2012 1022 2022 0111 0112 0211 0212
0121 0122 0221 0222 1101 1102 1201 1202 2101 2102 2201 2202 1111 1112 1211 1212
2111 1121 2121 2112 2211 1122 1221 2212 1222 2122 2221 2222 ---- ---- ---- ----
0303 3030 0310 0130 0330 0013 0031 0033 1300 3100 3300 1003 3001 3003 1310 3130
3330 1013 3031 3033 0313 0131 0333 1303 3101 3303 1313 3131 3333 ---- ---- ----
---- ---- ---- ---- 0001 1000 0100 0010 0002 2000 0200 0020 0201 1020 0102 2010`)

// Light lines start at these units and are one unit wide. Heavy lines are one
// unit wider on either side. In a double line these units are the gap.
const (
	centreX = 4.0
	centreY = 10.0
)

// box draws a character of the Unicode block Box Drawing.
func (s *shape) box(r rune) {
	switch {
	case r >= '╭' && r <= '╰':
		s.arc(r)
	case r >= '╱' && r <= '╳':
		s.diagonals(r)
	case arms[r-'─'][0] == '-':
		s.dashes(r)
	default:
		a := arms[r-'─']
		up, right, down, left := int(a[0]-'0'), int(a[1]-'0'), int(a[2]-'0'), int(a[3]-'0')
		across := axis{centre: centreX, length: cellWidth, other: centreY, draw: s.rect}
		across.arm(left, right, up, down, false)
		across.arm(right, left, up, down, true)
		along := axis{centre: centreY, length: cellHeight, other: centreX, draw: func(y0, x0, y1, x1 float64) {
			s.rect(x0, y0, x1, y1)
		}}
		along.arm(up, down, left, right, false)
		along.arm(down, up, left, right, true)
	}
}

// axis draws lines along x or along y. draw takes the coordinate along the axis
// first.
type axis struct {
	centre, length, other float64
	draw                  func(a0, b0, a1, b1 float64)
}

// arm draws the line of this weight from one edge to the centre, up to the
// lines that cross it: before (with the lower coordinate) and after.
func (x axis) arm(weight, opposite, before, after int, fromEnd bool) {
	switch weight {
	case light, heavy:
		thick := float64(weight - light)
		x.stroke(x.reach(opposite, before, after), x.other-thick, x.other+1+thick, fromEnd)
	case double:
		x.stroke(railReach(before, after), x.other-1, x.other, fromEnd)
		x.stroke(railReach(after, before), x.other+1, x.other+2, fromEnd)
	}
}

// reach returns how far a single line extends beyond the near side of the
// centre's unit.
func (x axis) reach(opposite, before, after int) float64 {
	switch {
	case before == double && after == double && opposite == none:
		return 0
	case (before == double || after == double || before == heavy || after == heavy) && opposite == none:
		return 2
	}
	return 1
}

// railReach is reach for one rail of a double line. The rail joins the line on
// its own side, or continues around the centre to the far side.
func railReach(sameSide, otherSide int) float64 {
	switch {
	case sameSide == double:
		return 0
	case otherSide == double:
		return 2
	}
	return 1
}

func (x axis) stroke(reach, b0, b1 float64, fromEnd bool) {
	if fromEnd {
		x.draw(x.centre+1-reach, b0, x.length, b1)
		return
	}
	x.draw(0, b0, x.centre+reach, b1)
}

// dashes draws the lines of two, three and four dashes.
func (s *shape) dashes(r rune) {
	count, index := 2, int(r-'╌')
	switch {
	case r <= '┇':
		count, index = 3, int(r-'┄')
	case r <= '┋':
		count, index = 4, int(r-'┈')
	}
	thick := float64(index % 2)
	for i := range count {
		from, to := float64(i)/float64(count), (float64(i)+2.0/3)/float64(count)
		if index < 2 {
			s.rect(from*cellWidth, centreY-thick, to*cellWidth, centreY+1+thick)
		} else {
			s.rect(centreX-thick, from*cellHeight, centreX+1+thick, to*cellHeight)
		}
	}
}

// arc draws a round corner: a quarter of a ring, and straight lines from it to
// both edges.
func (s *shape) arc(r rune) {
	// This is the corner from right to down; the others mirror it.
	const outer, inner = 4.0, 3.0
	const x, y = centreX + outer, centreY + outer
	const k, l = outer * (1 - roundness), inner * (1 - roundness)
	var corner outline
	corner.move(centreX, y)
	corner.curve(point{centreX, centreY + k}, point{centreX + k, centreY}, point{x, centreY})
	corner.line(x, centreY+1)
	corner.curve(point{centreX + 1 + l, centreY + 1}, point{centreX + 1, centreY + 1 + l}, point{centreX + 1, y})
	left, up := r == '╮' || r == '╯', r == '╯' || r == '╰'
	s.outline = corner.each(func(p point) point {
		if left {
			p.x = 2*centreX + 1 - p.x
		}
		if up {
			p.y = 2*centreY + 1 - p.y
		}
		return p
	})
	if left {
		s.rect(0, centreY, 2*centreX+1-x, centreY+1)
	} else {
		s.rect(x, centreY, cellWidth, centreY+1)
	}
	if up {
		s.rect(centreX, 0, centreX+1, 2*centreY+1-y)
	} else {
		s.rect(centreX, y, centreX+1, cellHeight)
	}
}

func (s *shape) diagonals(r rune) {
	// Half the width of a line, measured along the upper and lower edges.
	const half = 0.55
	if r != '╲' {
		s.outline.polygon(point{cellWidth - half, 0}, point{cellWidth + half, 0}, point{half, cellHeight}, point{-half, cellHeight})
	}
	if r != '╱' {
		s.outline.polygon(point{-half, 0}, point{half, 0}, point{cellWidth + half, cellHeight}, point{cellWidth - half, cellHeight})
	}
}
