package picture

import (
	_ "embed"
	"fmt"
	"unicode"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

// The font's licence is font/OFL.txt.
var (
	//go:embed font/JetBrainsMono-Regular.ttf
	regularFont []byte
	//go:embed font/JetBrainsMono-Bold.ttf
	boldFont []byte
)

// typeface gives the outlines of letters. It is for one goroutine.
type typeface struct {
	font   *sfnt.Font
	buffer sfnt.Buffer
}

func parseTypeface(data []byte) (*typeface, error) {
	parsed, err := sfnt.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("read the picture's font: %w", err)
	}
	return &typeface{font: parsed}, nil
}

// letter is the outline of a base character and its combining marks in a cell
// at the origin. It says no if the font lacks the base; a mark that it lacks is
// left out.
func (f *typeface) letter(text string) (outline, bool) {
	if drawn, ok := f.assembled([]rune(norm.NFC.String(text))); ok {
		return drawn, true
	}
	return f.assembled([]rune(norm.NFD.String(text)))
}

func (f *typeface) assembled(text []rune) (outline, bool) {
	if len(text) == 0 {
		return nil, false
	}
	drawn, ok := f.glyph(text[0])
	if !ok {
		return nil, false
	}
	for _, r := range text[1:] {
		if !unicode.Is(unicode.M, r) {
			continue
		}
		if mark, ok := f.glyph(r); ok {
			drawn = append(drawn, placed(mark, drawn)...)
		}
	}
	return drawn, true
}

// xHeight is the top of a small letter, which the font's marks are drawn for.
const xHeight = baseline - 0.55*fontSize

// placed is the mark where it belongs on a base: the font draws marks to the
// left of the origin, as they follow their letter, and low enough for an x.
func placed(mark, base outline) outline {
	up := 0.0
	if mark.bounds().y1 <= xHeight {
		up = max(0, xHeight-base.bounds().y0)
	}
	return mark.shifted(cellWidth, -up)
}

func (f *typeface) glyph(r rune) (outline, bool) {
	index, err := f.font.GlyphIndex(&f.buffer, r)
	if err != nil || index == 0 {
		return nil, false
	}
	perEm := fixed.I(int(f.font.UnitsPerEm()))
	segments, err := f.font.LoadGlyph(&f.buffer, index, perEm, nil)
	if err != nil {
		return nil, false
	}
	at := func(p fixed.Point26_6) point {
		unit := fontSize / float64(perEm)
		return point{float64(p.X) * unit, baseline + float64(p.Y)*unit}
	}
	var drawn outline
	for _, s := range segments {
		first := at(s.Args[0])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			drawn.move(first.x, first.y)
		case sfnt.SegmentOpLineTo:
			drawn.line(first.x, first.y)
		case sfnt.SegmentOpQuadTo:
			drawn.curve(first, at(s.Args[1]))
		case sfnt.SegmentOpCubeTo:
			drawn.curve(first, at(s.Args[1]), at(s.Args[2]))
		}
	}
	return drawn, true
}

// slant leans an outline to the right, for the font has no italic here.
func slant(o outline) outline {
	return o.each(func(p point) point { return point{p.x + (baseline-4-p.y)*0.2, p.y} })
}
