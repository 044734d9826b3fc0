package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	harmless "stedi/pipeline/printable"
)

// printable shows every character as a symbol that could harm a terminal, or
// of which terminals do not agree how wide it is: that would harm the alignment
// of all that stands behind it.
func printable(text string) string {
	text = harmless.Text(text)
	if ascii(text) {
		return text
	}
	var b strings.Builder
	for text != "" {
		cluster, w := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
		text = text[len(cluster):]
		agreed := w > 0 && w == ansi.StringWidthWc(cluster)
		for i, r := range cluster {
			if agreed || i == 0 && w > 0 {
				b.WriteRune(r)
			} else {
				b.WriteString(harmless.Symbol(r))
			}
		}
	}
	return b.String()
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// nextCell is what the first cell of a text shows.
func nextCell(text string) (content string, width int) {
	if text[0] < 0x80 && (len(text) == 1 || text[1] < 0x80) {
		return text[:1], 1
	}
	return ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
}

// width is how many columns a text takes.
func width(text string) int { return ansi.StringWidth(printable(text)) }

// shorten makes a text fit into so many columns. A long one costs no more than
// what is shown of it.
func shorten(text string, most int) string {
	const cluster = 32 // bytes that one column may take, at the utmost
	if len(text) > cluster*most+cluster {
		text = text[:cluster*most+cluster]
	}
	return ansi.Truncate(printable(text), most, "…")
}
