// Package picture turns what a terminal shows into a file: an SVG or PNG that
// looks the same on every machine, or text that cat shows in colour.
//
//	screen := picture.Parse(view, 120, 36)
//	err := screen.PNG(file, picture.Options{Theme: picture.Dark, Title: "stedi", Frame: true})
//
// Letters are drawn with the font that is part of the program, never with one
// of the machine's. Lines, blocks and Braille are drawn as shapes, so that they
// join from cell to cell.
package picture

import (
	"io"
	"strings"
	"unicode"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// Screen is what a terminal shows: rows of cells, each with a character and a
// style. It holds nothing that a terminal would act upon.
type Screen struct {
	rows    []uv.Line
	columns int
}

// Options say how a screen looks as a picture. The zero value is a dark
// picture without a frame.
type Options struct {
	Theme Theme
	// Title names the picture to a screen reader, and stands in the frame.
	Title string
	// Scale is how many pixels of a PNG stand for one unit; a cell is 9 units
	// wide and 20 high. Zero is 2, which is crisp on every display. An SVG has
	// no pixels.
	Scale int
	// Frame draws a window around the screen.
	Frame bool
}

const (
	defaultScale = 2
	largestScale = 8
)

// Parse reads a view: lines of text with SGR sequences, as a screen's view
// gives them. What lies outside of width and height is cut off, what is missing
// is blank. Every other control sequence, and every invisible character that
// turns or hides text, is left out.
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

// visible is the text without what does not show.
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

// zeroWidthJoiner holds an emoji made of several together.
const zeroWidthJoiner = '\u200d'

// ANSI writes the screen as lines of text with SGR sequences. Colours of the
// palette stay such, so that the terminal that shows them decides.
func (s Screen) ANSI(w io.Writer) error {
	var text strings.Builder
	for _, line := range s.rows {
		text.WriteString(line.Render())
		text.WriteByte('\n')
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// text is the row's characters without their styles, and how many cells they
// cover.
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
