package tui

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"stedi/tui/ui"
)

// Terminals disagree about the width of a letter with marks and of an emoji of
// several characters. To keep the text after such a letter aligned, the cursor
// is moved explicitly to the next column.
//
// The renderer rewrites a line with such a letter from its first column, with
// wrapping turned off. Columns are counted from there.
const (
	lineBegins = "\x1b[?7l"
	lineErased = "\x1b[K"
	lineEnds   = "\x1b[?7h"
)

// Terminal is a terminal that keeps columns aligned.
type Terminal struct {
	*os.File
	aligner
}

// NewTerminal returns a Terminal for a file that is a terminal.
func NewTerminal(file *os.File) *Terminal { return &Terminal{file, aligner{w: file}} }

// Write writes the output of the renderer.
func (t *Terminal) Write(p []byte) (int, error) { return t.aligner.Write(p) }

// WriteString is Write.
func (t *Terminal) WriteString(s string) (int, error) { return t.aligner.Write([]byte(s)) }

// ReadFrom writes everything from r.
func (t *Terminal) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{&t.aligner}, r)
}

// aligner moves the cursor to the correct column after every letter whose width
// differs between terminals.
type aligner struct {
	w       io.Writer
	inLine  bool // in a line that is written from its first column
	column  int
	unknown bool // the position of the cursor is unknown
	spilled bool // the last letter may also cover the next column
}

func (a *aligner) Write(p []byte) (int, error) {
	text := string(p)
	if !a.inLine && !strings.Contains(text, lineBegins) {
		return a.w.Write(p)
	}
	var out strings.Builder
	for text != "" {
		if !a.inLine {
			before, line, found := strings.Cut(text, lineBegins)
			out.WriteString(before)
			if found {
				out.WriteString(lineBegins)
				a.inLine, a.unknown, a.spilled = true, false, false
			}
			text = line
			continue
		}
		text = text[a.next(&out, text):]
	}
	if _, err := io.WriteString(a.w, out.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// next handles one control sequence or letter, and returns its length.
func (a *aligner) next(out *strings.Builder, text string) int {
	if text[0] < 0x20 || text[0] == 0x7f {
		sequence, _, n, _ := ansi.DecodeSequenceWc(text, ansi.NormalState, nil)
		switch sequence {
		case lineErased:
			a.column = 0
		case lineEnds:
			a.inLine = false
		}
		out.WriteString(sequence)
		return n
	}
	letter, width := ansi.FirstGraphemeCluster(text, ansi.WcWidth)
	if a.unknown && (letter != " " || !a.spilled) {
		out.WriteString("\x1b[" + strconv.Itoa(a.column+1) + "G")
		a.unknown = false
	}
	out.WriteString(letter)
	a.column += width
	if disputed(letter) {
		a.unknown = true
	}
	a.spilled = ui.Spill(letter, width)
	return len(letter)
}

// disputed reports whether terminals disagree about the width of a letter.
func disputed(letter string) bool {
	if len(letter) == 1 {
		return false
	}
	if r, size := utf8.DecodeRuneInString(letter); size == len(letter) && (r < 0x300 || r >= 0x2000 && r < 0x2600) {
		return false // for example the lines of a box
	}
	return ansi.StringWidth(letter) != ansi.StringWidthWc(letter)
}
