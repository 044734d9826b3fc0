package picture

import (
	_ "embed"
	"fmt"
	"unicode"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

// The licence of the font is in font/OFL.txt.
var (
	//go:embed font/JetBrainsMono-Regular.ttf
	regularFont []byte
	//go:embed font/JetBrainsMono-Bold.ttf
	boldFont []byte
)

// typeface returns the outlines of letters. It is not safe for concurrent use.
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

// letter returns the outline of a base character and its combining marks in a
// cell at the origin. It returns false if the font lacks the base, and drops
// marks that the font lacks.
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

// xHeight is the top of a small letter, for which the font's marks are
// designed.
const xHeight = baseline - 0.55*fontSize

// placed moves a mark to its position on a base. The font draws marks to the
// left of the origin, after their letter, and at the height of an x.
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

// slant slants an outline to the right, because the font has no italic.
func slant(o outline) outline {
	return o.each(func(p point) point { return point{p.x + (baseline-4-p.y)*0.2, p.y} })
}
