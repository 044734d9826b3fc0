package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/text/unicode/norm"

	harmless "stedi/pipeline/printable"
)

// Columns are counted as the renderer counts them (ansi.WcWidth): character by
// character, as most terminals do. Where a terminal may count otherwise, what
// stands behind is put in its column (align.go).

// Printable shows every character as a symbol that could harm a terminal, and
// writes all others such that they take the columns that width says: parts of
// a Korean syllable as one, a mark without a letter on a circle, and a blank
// behind what a terminal may show over two columns.
func Printable(text string) string {
	text = harmless.Text(text)
	if ascii(text) {
		return text
	}
	var b strings.Builder
	for text != "" {
		cluster, w := nextCell(text)
		text = text[len(cluster):]
		head, size := utf8.DecodeRuneInString(cluster)
		switch {
		case w == 0 && unicode.Is(unicode.M, head) && size == len(cluster):
			b.WriteString("◌" + cluster)
		case w == 0:
			for _, r := range cluster {
				b.WriteString(harmless.Symbol(r))
			}
		case size < len(cluster) && unicode.Is(unicode.Hangul, head):
			b.WriteString(norm.NFC.String(cluster))
		default:
			b.WriteString(cluster)
			if Spill(cluster, w) && !strings.HasPrefix(text, " ") {
				b.WriteByte(' ')
			}
		}
	}
	return b.String()
}

// Spill tells whether a cluster may be shown over one more column than is
// counted for it.
func Spill(cluster string, width int) bool { return width == 1 && ansi.StringWidth(cluster) > 1 }

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// nextCell is what the first cell of a text shows, and its columns.
func nextCell(text string) (content string, width int) {
	content, width = harmless.Cluster(text)
	if len(content) > 1 {
		width = ansi.StringWidthWc(content)
	}
	return content, width
}

// Width is how many columns a text takes.
func Width(text string) int { return ansi.StringWidthWc(Printable(text)) }

// shorten makes a text fit into n columns. A long one costs no more than
// what is shown of it.
func Shorten(text string, most int) string {
	const cluster = 64 // bytes that one column may take, at the utmost
	if len(text) > cluster*most+cluster {
		text = text[:cluster*most+cluster]
	}
	text = Printable(text)
	if len(text) <= most || ansi.StringWidthWc(text) <= most {
		return text
	}
	return text[:fitting(text, most-1)] + strings.Repeat("…", min(1, max(0, most)))
}
