package picture

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/vector"
)

// PNG writes the screen as an image.
func (s Screen) PNG(w io.Writer, o Options) error {
	d, err := s.draw(o)
	if err != nil {
		return err
	}
	scale := o.Scale
	if scale <= 0 {
		scale = defaultScale
	}
	pixels := d.pixels(float64(min(scale, largestScale)))
	if few, ok := paletted(pixels); ok {
		return png.Encode(w, few)
	}
	return png.Encode(w, pixels)
}

func (d *drawing) pixels(scale float64) *image.RGBA {
	b := brush{
		image: image.NewRGBA(image.Rect(0, 0, int(d.width*scale), int(d.height*scale))),
		scale: scale,
		masks: map[glyph]*image.Alpha{},
	}
	for _, p := range d.frame {
		b.stamp(rasterise(p.outline, scale), image.Point{}, p.ink)
	}
	for _, f := range d.backgrounds {
		b.fill(f)
	}
	for _, f := range d.shapes {
		b.fill(f)
	}
	for _, m := range d.marks {
		b.mark(m, d.outlines[m.glyph])
	}
	return b.image
}

// brush paints pixels.
type brush struct {
	image *image.RGBA
	scale float64
	masks map[glyph]*image.Alpha
}

// fill paints whole pixels, so that neighbours neither overlap nor have a gap.
func (b *brush) fill(f fill) {
	pixel := func(v float64) int { return int(math.Round(v * b.scale)) }
	area := image.Rect(pixel(f.x0), pixel(f.y0), pixel(f.x1), pixel(f.y1))
	draw.Draw(b.image, area, image.NewUniform(f.ink), image.Point{}, draw.Src)
}

// mark paints an outline at a whole pixel, so one mask serves for all equal
// glyphs.
func (b *brush) mark(m mark, o outline) {
	mask, ok := b.masks[m.glyph]
	if !ok {
		mask = rasterise(o, b.scale)
		b.masks[m.glyph] = mask
	}
	b.stamp(mask, image.Pt(int(math.Round(m.x*b.scale)), int(math.Round(m.y*b.scale))), m.ink)
}

func (b *brush) stamp(mask *image.Alpha, at image.Point, ink color.RGBA) {
	draw.DrawMask(b.image, mask.Rect.Add(at), image.NewUniform(ink), image.Point{}, mask, mask.Rect.Min, draw.Over)
}

// rasterise returns how much of each pixel the outline covers.
func rasterise(o outline, scale float64) *image.Alpha {
	size := o.bounds()
	bounds := image.Rect(
		int(math.Floor(size.x0*scale)), int(math.Floor(size.y0*scale)),
		int(math.Ceil(size.x1*scale)), int(math.Ceil(size.y1*scale)),
	)
	mask := image.NewAlpha(bounds)
	if bounds.Empty() {
		return mask
	}
	raster := vector.NewRasterizer(bounds.Dx(), bounds.Dy())
	raster.DrawOp = draw.Src
	at := func(p point) (float32, float32) {
		return float32(p.x*scale - float64(bounds.Min.X)), float32(p.y*scale - float64(bounds.Min.Y))
	}
	for _, s := range o {
		x, y := at(s.points[0])
		switch {
		case s.move:
			raster.ClosePath()
			raster.MoveTo(x, y)
		case len(s.points) == 1:
			raster.LineTo(x, y)
		case len(s.points) == 2:
			x1, y1 := at(s.points[1])
			raster.QuadTo(x, y, x1, y1)
		default:
			x1, y1 := at(s.points[1])
			x2, y2 := at(s.points[2])
			raster.CubeTo(x, y, x1, y1, x2, y2)
		}
	}
	raster.ClosePath()
	raster.Draw(mask, bounds, image.Opaque, image.Point{})
	for i, covered := range mask.Pix {
		mask.Pix[i] = uint8((int(covered) + coverageStep/2) / coverageStep * coverageStep)
	}
	return mask
}

// coverageStep reduces the 256 shades of an edge to sixteen. The difference is
// invisible, and a screen of about ten colours fits into a palette.
const coverageStep = 17

// paletted converts the image to a paletted one, if it has at most 256 colors.
// That takes a third of the size and of the time to write it.
func paletted(pixels *image.RGBA) (*image.Paletted, bool) {
	few := image.NewPaletted(pixels.Rect, nil)
	known := map[[4]uint8]uint8{}
	var last [4]uint8
	var index uint8
	for i := range few.Pix {
		c := [4]uint8(pixels.Pix[4*i:])
		if c != last || len(few.Palette) == 0 {
			var ok bool
			if index, ok = known[c]; !ok {
				if len(few.Palette) == 256 {
					return nil, false
				}
				index = uint8(len(few.Palette))
				known[c] = index
				few.Palette = append(few.Palette, color.RGBA{R: c[0], G: c[1], B: c[2], A: c[3]})
			}
			last = c
		}
		few.Pix[i] = index
	}
	return few, true
}
