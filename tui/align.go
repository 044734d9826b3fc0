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

// Terminals do not agree how many columns a letter with marks takes, or an
// emoji of several characters. So that all that stands behind one is where it
// belongs, the cursor is put into the column that comes next.
//
// The renderer rewrites a line that holds such a letter from its first column
// on, and turns wrapping off meanwhile: columns are counted from there.
const (
	lineBegins = "\x1b[?7l"
	lineErased = "\x1b[K"
	lineEnds   = "\x1b[?7h"
)

// Terminal is a terminal on which columns stay aligned.
type Terminal struct {
	*os.File
	aligner
}

// NewTerminal makes a Terminal of a file that is one.
func NewTerminal(file *os.File) *Terminal { return &Terminal{file, aligner{w: file}} }

// Write sends what the renderer draws.
func (t *Terminal) Write(p []byte) (int, error) { return t.aligner.Write(p) }

// WriteString is Write.
func (t *Terminal) WriteString(s string) (int, error) { return t.aligner.Write([]byte(s)) }

// ReadFrom is Write until the end of a source.
func (t *Terminal) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{&t.aligner}, r)
}

// aligner puts the cursor where it belongs behind every letter of which
// terminals may not know how wide it is.
type aligner struct {
	w       io.Writer
	inLine  bool // within a line that is written from its first column on
	column  int
	unknown bool // where the cursor is
	spilled bool // the last letter may cover the next column, too
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

// next takes a control sequence or a letter, and returns how long it was.
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

// disputed tells whether terminals may count the columns of a letter in
// different ways.
func disputed(letter string) bool {
	if len(letter) == 1 {
		return false
	}
	if r, size := utf8.DecodeRuneInString(letter); size == len(letter) && (r < 0x300 || r >= 0x2000 && r < 0x2600) {
		return false // such as the lines of a box
	}
	return ansi.StringWidth(letter) != ansi.StringWidthWc(letter)
}
