// Package picture converts the content of a terminal to a file: an SVG or PNG
// that looks the same on every machine, or text that cat shows in colour.
//
//	screen := picture.Parse(view, 120, 36)
//	err := screen.PNG(file, picture.Options{Theme: picture.Dark, Title: "stedi", Frame: true})
//
// Letters are drawn with the embedded font, never with a font of the machine.
// Lines, blocks and Braille are drawn as shapes, so that they join from cell to
// cell.
package picture

import (
	"io"
	"strings"
	"unicode"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// Screen is the content of a terminal: rows of cells, each with a character and
// a style. It contains no control sequences.
type Screen struct {
	rows    []uv.Line
	columns int
}

// Options define the appearance of a picture. The zero value is a dark picture
// without a frame.
type Options struct {
	Theme Theme
	// Title is the name of the picture for a screen reader, and is shown in the
	// frame.
	Title string
	// Scale is the number of pixels per unit in a PNG; a cell is 9 units wide
	// and 20 high. Zero means 2, which is sharp on every display. It has no
	// effect on an SVG.
	Scale int
	// Frame draws a window around the screen.
	Frame bool
}

const (
	defaultScale = 2
	largestScale = 8
)

// Parse parses a view: lines of text with SGR sequences. It clips content
// outside of width and height, and fills missing cells with blanks. It drops
// all other control sequences, and all invisible characters that hide text or
// change its direction.
func Parse(view string, width, height int) Screen {
	width, height = max(width, 0), max(height, 0)
	buffer := uv.NewScreenBuffer(width, height)
	buffer.Method = ansi.GraphemeWidth
	uv.NewStyledString(view).Draw(buffer, buffer.Bounds())
	for _, line := range buffer.Lines {
		for x := range line {
			cell := &line[x]
			cell.Link = uv.Link{}
			if cell.Width > 0 {
				cell.Content = visible(cell.Content)
			}
		}
	}
	return Screen{buffer.Lines, width}
}

// visible returns the text without invisible characters.
func visible(text string) string {
	if len(text) == 1 && text[0] >= ' ' && text[0] < 0x7f {
		return text
	}
	text = strings.Map(func(r rune) rune {
		if r != zeroWidthJoiner && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Noncharacter_Code_Point) {
			return -1
		}
		return r
	}, ansi.Strip(text))
	if text == "" {
		return " "
	}
	return text
}

// zeroWidthJoiner joins several emoji to one.
const zeroWidthJoiner = '\u200d'

// ANSI writes the screen as lines of text with SGR sequences. Palette colours
// stay palette colours, so their appearance depends on the terminal.
func (s Screen) ANSI(w io.Writer) error {
	var text strings.Builder
	for _, line := range s.rows {
		text.WriteString(line.Render())
		text.WriteByte('\n')
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// text returns the characters of a row without styles, and the number of cells
// that they cover.
func text(row uv.Line) (written string, cells int) {
	var b strings.Builder
	for x, cell := range row {
		switch {
		case cell.Style.Attrs&uv.AttrConceal != 0:
			b.WriteString(strings.Repeat(" ", cell.Width))
		case cell.Content == " " || cell.Width == 0:
			b.WriteString(cell.Content)
		default:
			b.WriteString(cell.Content)
			written, cells = b.String(), x+cell.Width
		}
	}
	return written, cells
}
