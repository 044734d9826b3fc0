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
// character, as most terminals do. For terminals that may count differently,
// tui/align.go positions the text after such a character explicitly.

// Printable replaces every character that could harm a terminal with a symbol.
// It changes other characters so that they take the columns that Width returns:
// it composes the parts of a Korean syllable, puts a mark without a letter on a
// circle, and adds a blank after a cluster that a terminal may show over two
// columns.
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

// Spill reports whether a terminal may show a cluster over one more column than
// is counted.
func Spill(cluster string, width int) bool { return width == 1 && ansi.StringWidth(cluster) > 1 }

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// nextCell returns the content of the first cell of a text, and its columns.
func nextCell(text string) (content string, width int) {
	content, width = harmless.Cluster(text)
	if len(content) > 1 {
		width = ansi.StringWidthWc(content)
	}
	return content, width
}

// Width returns the number of columns of a text.
func Width(text string) int { return ansi.StringWidthWc(Printable(text)) }

// Shorten makes a text fit into n columns. A long one costs no more than
// what is shown of it.
func Shorten(text string, most int) string {
	const cluster = 64 // maximal bytes per column
	if len(text) > cluster*most+cluster {
		text = text[:cluster*most+cluster]
	}
	text = Printable(text)
	if len(text) <= most || ansi.StringWidthWc(text) <= most {
		return text
	}
	return text[:fitting(text, most-1)] + strings.Repeat("…", min(1, max(0, most)))
}

// ShortenMiddle makes a text at most most columns wide by leaving out its middle:
// both the beginning and the end distinguish a name from others.
func ShortenMiddle(text string, most int) string {
	text = Printable(text)
	w := Width(text)
	if w <= most || most < 5 {
		return Shorten(text, most)
	}
	start, end := text[:fitting(text, (most-1)/2)], text
	for rest := most - 1 - Width(start); Width(end) > rest; {
		cluster, _ := nextCell(end)
		end = end[len(cluster):]
	}
	return start + "…" + end
}
