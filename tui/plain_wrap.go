package tui

import (
	"io"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"

	"stedi/tui/ui"
)

// lineWrapper breaks lines between words at the width of a terminal, which would
// break them inside words.
type lineWrapper struct {
	w     io.Writer
	width func() int // 0: unknown
}

// NewLineWrapper returns a writer for the text mode on a terminal of that width,
// which may change.
func NewLineWrapper(w io.Writer, width func() int) io.Writer { return lineWrapper{w, width} }

// Write writes whole lines, or a question for input.
func (l lineWrapper) Write(p []byte) (int, error) {
	room := l.width()
	if room < 1 {
		return l.w.Write(p)
	}
	var b strings.Builder
	for line := range strings.Lines(string(p)) {
		text, end := strings.CutSuffix(line, "\n")
		if ui.Width(text) <= room {
			b.WriteString(line)
			continue
		}
		for i, part := range ui.WrapHanging(ui.StyledLine{{Style: uv.Style{}, Text: text}}, room) {
			if i > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(strings.TrimRight(part.Plain(), " "))
		}
		if end {
			b.WriteByte('\n')
		}
	}
	if _, err := io.WriteString(l.w, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}
