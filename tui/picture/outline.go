package picture

import (
	"math"
	"slices"
)

// Everything is measured in units: a cell is nine wide and twenty high, y grows
// downwards. With these sizes the lines of box drawing are on whole units,
// hence on whole pixels.
const (
	cellWidth  = 9.0
	cellHeight = 20.0
	baseline   = 15.0
	fontSize   = 15.0
)

type point struct{ x, y float64 }

// segment is a line (one point), a quadratic (two) or a cubic Bézier curve
// (three), or a move (no line) if move is set.
type segment struct {
	move   bool
	points []point
}

// outline is an area to fill: closed contours, by the non-zero rule.
type outline []segment

func (o *outline) move(x, y float64) {
	*o = append(*o, segment{move: true, points: []point{{x, y}}})
}

func (o *outline) line(x, y float64) {
	*o = append(*o, segment{points: []point{{x, y}}})
}

func (o *outline) curve(points ...point) {
	*o = append(*o, segment{points: points})
}

func (o *outline) polygon(points ...point) {
	o.move(points[0].x, points[0].y)
	for _, p := range points[1:] {
		o.line(p.x, p.y)
	}
}

// roundness is the distance of the control points of a quarter circle.
const roundness = 0.5522847498

// rounded adds a rectangle with round corners. A hole is drawn in the opposite
// direction, which keeps its inside empty.
func (o *outline) rounded(r rect, radius float64, hole bool) {
	k := radius * (1 - roundness)
	corners := []struct{ from, near, far, to point }{
		{point{r.x1 - radius, r.y0}, point{r.x1 - k, r.y0}, point{r.x1, r.y0 + k}, point{r.x1, r.y0 + radius}},
		{point{r.x1, r.y1 - radius}, point{r.x1, r.y1 - k}, point{r.x1 - k, r.y1}, point{r.x1 - radius, r.y1}},
		{point{r.x0 + radius, r.y1}, point{r.x0 + k, r.y1}, point{r.x0, r.y1 - k}, point{r.x0, r.y1 - radius}},
		{point{r.x0, r.y0 + radius}, point{r.x0, r.y0 + k}, point{r.x0 + k, r.y0}, point{r.x0 + radius, r.y0}},
	}
	if hole {
		o.move(corners[0].from.x, corners[0].from.y)
		for _, c := range slices.Backward(corners) {
			o.line(c.to.x, c.to.y)
			o.curve(c.far, c.near, c.from)
		}
		return
	}
	o.move(corners[3].to.x, corners[3].to.y)
	for _, c := range corners {
		o.line(c.from.x, c.from.y)
		o.curve(c.near, c.far, c.to)
	}
}

func (o *outline) disc(x, y, radius float64) {
	o.rounded(rect{x - radius, y - radius, x + radius, y + radius}, radius, false)
}

func (o *outline) ring(x, y, radius, thickness float64) {
	o.disc(x, y, radius)
	inner := radius - thickness
	o.rounded(rect{x - inner, y - inner, x + inner, y + inner}, inner, true)
}

// each returns a copy of the outline with every point changed.
func (o outline) each(change func(point) point) outline {
	changed := make(outline, len(o))
	for i, s := range o {
		points := make([]point, len(s.points))
		for j, p := range s.points {
			points[j] = change(p)
		}
		changed[i] = segment{s.move, points}
	}
	return changed
}

func (o outline) shifted(dx, dy float64) outline {
	return o.each(func(p point) point { return point{p.x + dx, p.y + dy} })
}

// bounds returns a rectangle that contains the outline.
func (o outline) bounds() rect {
	if len(o) == 0 {
		return rect{}
	}
	b := rect{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, s := range o {
		for _, p := range s.points {
			b = rect{min(b.x0, p.x), min(b.y0, p.y), max(b.x1, p.x), max(b.y1, p.y)}
		}
	}
	return b
}

type rect struct{ x0, y0, x1, y1 float64 }

func (r rect) shifted(dx, dy float64) rect {
	return rect{r.x0 + dx, r.y0 + dy, r.x1 + dx, r.y1 + dy}
}
