package picture

import (
	"image/color"
	"math"
	"strings"
	"unicode/utf8"

	uv "github.com/charmbracelet/ultraviolet"
)

// drawing is a picture independent of the format: the elements that SVG and PNG
// paint, in this order.
type drawing struct {
	width, height float64
	origin        point // of the first cell
	frame         []panel
	backgrounds   []fill
	shapes        []fill
	marks         []mark

	theme    Theme
	outlines map[glyph]outline
	regular  *typeface
	bold     *typeface
}

// panel is an outline of one colour at its position.
type panel struct {
	outline outline
	ink     color.RGBA
}

// fill is a rectangle of one colour.
type fill struct {
	rect
	ink color.RGBA
}

// mark is a glyph of one colour at a position.
type mark struct {
	glyph glyph
	x, y  float64
	ink   color.RGBA
}

// glyph identifies an outline, so that equal glyphs share one. Its text is that
// of a cell, or a word for a symbol.
type glyph struct {
	text         string
	bold, italic bool
	cells        int
}

var curl = glyph{text: "curly underline"}

func missing(cells int) glyph { return glyph{text: "missing letter", cells: cells} }

// draw paints a screen on paper of the size that the options define.
func (s Screen) draw(o Options) (*drawing, error) {
	d := &drawing{theme: o.Theme.orDefault(), outlines: map[glyph]outline{}}
	var err error
	if d.regular, err = parseTypeface(regularFont); err != nil {
		return nil, err
	}
	if d.bold, err = parseTypeface(boldFont); err != nil {
		return nil, err
	}
	d.origin = d.window(s.columns, len(s.rows), o)
	for y, row := range s.rows {
		for x := range row {
			if row[x].Width > 0 {
				d.cell(&row[x], d.origin.x+float64(x)*cellWidth, d.origin.y+float64(y)*cellHeight)
			}
		}
	}
	d.backgrounds, d.shapes = merge(d.backgrounds), merge(d.shapes)
	return d, nil
}

// cell paints a cell whose upper left corner is at x and y.
func (d *drawing) cell(c *uv.Cell, x, y float64) {
	look := d.theme.look(c.Style)
	width := cellWidth * float64(c.Width)
	if look.background != d.theme.colour(nil, d.theme.Background) {
		d.backgrounds = append(d.backgrounds, fill{rect{x, y, x + width, y + cellHeight}, look.background})
	}
	if c.Style.Attrs&uv.AttrConceal != 0 {
		return
	}
	d.underline(c, look.underline, x, y)
	if c.Style.Attrs&uv.AttrStrikethrough != 0 {
		d.line(rect{0, 11, width, 12}, x, y, look.foreground)
	}
	if strings.TrimSpace(c.Content) != "" {
		d.character(c, look, x, y)
	}
}

func (d *drawing) line(r rect, x, y float64, ink color.RGBA) {
	d.shapes = append(d.shapes, fill{r.shifted(x, y), ink})
}

// underline paints the line of the cell's style.
func (d *drawing) underline(c *uv.Cell, ink color.RGBA, x, y float64) {
	const top = 17
	width := cellWidth * float64(c.Width)
	switch c.Style.Underline {
	case uv.UnderlineNone:
	case uv.UnderlineDouble:
		d.line(rect{0, top - 1, width, top}, x, y, ink)
		d.line(rect{0, top + 1, width, top + 2}, x, y, ink)
	case uv.UnderlineDotted, uv.UnderlineDashed:
		period := cellWidth / 3
		if c.Style.Underline == uv.UnderlineDashed {
			period = cellWidth
		}
		for from := 0.0; from < width; from += period {
			d.line(rect{from, top, from + period*0.6, top + 1}, x, y, ink)
		}
	case uv.UnderlineCurly:
		d.outlines[curl] = wave()
		for i := range c.Width {
			d.marks = append(d.marks, mark{curl, x + cellWidth*float64(i), y, ink})
		}
	default:
		d.line(rect{0, top, width, top + 1}, x, y, ink)
	}
}

// character paints the character of a cell over its background.
func (d *drawing) character(c *uv.Cell, look look, x, y float64) {
	if r, size := utf8.DecodeRuneInString(c.Content); size == len(c.Content) {
		if s, ok := shapeOf(r); ok {
			d.shape(c.Content, s, look, x, y)
			return
		}
	}
	name := d.shared(glyph{
		text:   c.Content,
		bold:   c.Style.Attrs&uv.AttrBold != 0,
		italic: c.Style.Attrs&uv.AttrItalic != 0,
		cells:  c.Width,
	})
	d.marks = append(d.marks, mark{name, x, y, look.foreground})
}

func (d *drawing) shape(text string, s shape, look look, x, y float64) {
	ink := blend(look.background, look.foreground, s.ink)
	for _, r := range s.rects {
		d.line(r, x, y, ink)
	}
	if len(s.outline) > 0 {
		name := glyph{text: text}
		d.outlines[name] = s.outline
		d.marks = append(d.marks, mark{name, x, y, ink})
	}
}

// shared creates the glyph's outline if it does not exist yet, and returns its
// key in outlines.
func (d *drawing) shared(g glyph) glyph {
	if _, ok := d.outlines[g]; ok {
		return g
	}
	face := d.regular
	if g.bold {
		face = d.bold
	}
	letter, ok := face.letter(substitutes.Replace(g.text))
	if !ok {
		d.outlines[missing(g.cells)] = absent(g.cells)
		return missing(g.cells)
	}
	if g.italic {
		letter = slant(letter)
	}
	if g.cells > 1 {
		letter = letter.shifted(cellWidth*float64(g.cells-1)/2, 0)
	}
	d.outlines[g] = letter
	return g
}

// substitutes maps characters to equivalent characters of the font. The
// variation selectors are dropped, because they only choose between a picture
// and a letter.
var substitutes = strings.NewReplacer("✔", "✓", "✘", "✗", "\ufe0e", "", "\ufe0f", "")

// wave returns a cell's part of a curly underline.
func wave() outline {
	const mid, swing, thick = 17.5, 2.2, 0.9
	var o outline
	o.move(0, mid-thick/2)
	o.curve(point{cellWidth / 4, mid - swing - thick/2}, point{cellWidth / 2, mid - thick/2})
	o.curve(point{cellWidth * 3 / 4, mid + swing - thick/2}, point{cellWidth, mid - thick/2})
	o.line(cellWidth, mid+thick/2)
	o.curve(point{cellWidth * 3 / 4, mid + swing + thick/2}, point{cellWidth / 2, mid + thick/2})
	o.curve(point{cellWidth / 4, mid - swing + thick/2}, point{0, mid + thick/2})
	return o
}

// merge joins rectangles of one colour that touch or overlap, first along the
// rows, then down the columns. A line across the screen becomes one rectangle,
// which has no gaps at any zoom.
func merge(fills []fill) []fill {
	type span struct {
		from, to float64
		ink      color.RGBA
	}
	joined := func(fills []fill, across func(*fill) (span, *float64, *float64)) []fill {
		last := map[span]int{}
		var kept []fill
		for _, f := range fills {
			key, from, to := across(&f)
			if i, ok := last[key]; ok {
				_, before, end := across(&kept[i])
				if *from <= *end && *to >= *before {
					*end = math.Max(*end, *to)
					*before = math.Min(*before, *from)
					continue
				}
			}
			last[key] = len(kept)
			kept = append(kept, f)
		}
		return kept
	}
	rows := joined(fills, func(f *fill) (span, *float64, *float64) {
		return span{f.y0, f.y1, f.ink}, &f.x0, &f.x1
	})
	return joined(rows, func(f *fill) (span, *float64, *float64) {
		return span{f.x0, f.x1, f.ink}, &f.y0, &f.y1
	})
}
