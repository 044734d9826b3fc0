package picture

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"io"
	"math"
	"strconv"

	uv "github.com/charmbracelet/ultraviolet"
)

// SVG writes the screen as a self-contained drawing: letters are outlines.
// Invisible text lies above them for screen readers, search and copying.
func (s Screen) SVG(w io.Writer, o Options) error {
	d, err := s.draw(o)
	if err != nil {
		return err
	}
	out := &svg{ids: map[glyph]string{}}
	out.put(`<svg xmlns="http://www.w3.org/2000/svg" width="%v" height="%v" viewBox="0 0 %[1]v %[2]v">`+"\n", d.width, d.height)
	if o.Title != "" {
		out.put("<title>")
		out.escaped(visible(o.Title))
		out.put("</title>\n")
	}
	out.defs(d)
	for _, p := range d.frame {
		out.put(`<path fill="%s" d="`, hex(p.ink))
		out.path(p.outline)
		out.put("\"/>\n")
	}
	// Backgrounds of different colours must not show a gap between them. Lines
	// must be smoothed, or they disappear in a smaller picture.
	out.put(`<g shape-rendering="crispEdges">` + "\n")
	out.fills(d.backgrounds)
	out.put("</g>\n")
	out.fills(d.shapes)
	out.marks(d.marks)
	out.text(s.rows, d.origin)
	out.put("</svg>\n")
	_, err = w.Write(out.document.Bytes())
	return err
}

// svg builds the parts of an SVG document.
type svg struct {
	document bytes.Buffer
	ids      map[glyph]string
}

func (w *svg) put(format string, values ...any) {
	fmt.Fprintf(&w.document, format, values...)
}

func (w *svg) escaped(text string) {
	// A strings.Builder never fails.
	_ = xml.EscapeText(&w.document, []byte(text))
}

// defs writes each outline once; the marks refer to it.
func (w *svg) defs(d *drawing) {
	w.put("<defs>\n")
	for _, m := range d.marks {
		if _, ok := w.ids[m.glyph]; ok {
			continue
		}
		id := "g" + strconv.FormatInt(int64(len(w.ids)), 36)
		w.ids[m.glyph] = id
		w.put(`<path id="%s" d="`, id)
		w.path(d.outlines[m.glyph])
		w.put("\"/>\n")
	}
	w.put("</defs>\n")
}

// path writes an outline in hundredths of units. Each point is relative to the
// previous one, which is the shortest form.
func (w *svg) path(o outline) {
	var at [2]int
	for _, s := range o {
		switch {
		case s.move:
			w.put("M")
			at = [2]int{}
		case len(s.points) == 1:
			w.put("l")
		case len(s.points) == 2:
			w.put("q")
		default:
			w.put("c")
		}
		from := at
		for i, p := range s.points {
			at = [2]int{hundredths(p.x), hundredths(p.y)}
			if i > 0 {
				w.put(" ")
			}
			w.put("%s %s", short(at[0]-from[0]), short(at[1]-from[1]))
		}
	}
	w.put("z")
}

func hundredths(v float64) int { return int(math.Round(v * 100)) }

// short formats a number of hundredths.
func short(v int) string { return strconv.FormatFloat(float64(v)/100, 'f', -1, 64) }

// inOrder groups items by color. The colours are in the order of their first
// item.
func inOrder[T any](items []T, ink func(T) color.RGBA) ([]color.RGBA, map[color.RGBA][]T) {
	var inks []color.RGBA
	byInk := map[color.RGBA][]T{}
	for _, item := range items {
		c := ink(item)
		if _, ok := byInk[c]; !ok {
			inks = append(inks, c)
		}
		byInk[c] = append(byInk[c], item)
	}
	return inks, byInk
}

func (w *svg) fills(fills []fill) {
	inks, byInk := inOrder(fills, func(f fill) color.RGBA { return f.ink })
	for _, ink := range inks {
		w.put(`<path fill="%s" d="`, hex(ink))
		for _, f := range byInk[ink] {
			x0, y0, x1, y1 := hundredths(f.x0), hundredths(f.y0), hundredths(f.x1), hundredths(f.y1)
			w.put("M%s %sh%sv%sh%sz", short(x0), short(y0), short(x1-x0), short(y1-y0), short(x0-x1))
		}
		w.put("\"/>\n")
	}
}

func (w *svg) marks(marks []mark) {
	inks, byInk := inOrder(marks, func(m mark) color.RGBA { return m.ink })
	for _, ink := range inks {
		w.put(`<g fill="%s">`+"\n", hex(ink))
		for _, m := range byInk[ink] {
			w.put(`<use href="#%s" x="%v" y="%v"/>`, w.ids[m.glyph], m.x, m.y)
		}
		w.put("\n</g>\n")
	}
}

// text writes the rows as invisible text, stretched to the positions of its
// letters.
func (w *svg) text(rows []uv.Line, origin point) {
	w.put(`<g fill-opacity="0" font-family="monospace" font-size="%v" xml:space="preserve">`+"\n", fontSize)
	for y, row := range rows {
		line, cells := text(row)
		if line == "" {
			continue
		}
		w.put(`<text x="%v" y="%v" textLength="%v">`,
			origin.x, origin.y+float64(y)*cellHeight+baseline, float64(cells)*cellWidth)
		w.escaped(line)
		w.put("</text>\n")
	}
	w.put("</g>\n")
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
