package printable

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/text/unicode/norm"
)

const (
	nonJoiner = '\u200c'
	joiner    = '\u200d'
	asEmoji   = '\ufe0f'
)

// joining are scripts that need joiners: those with letters that change their
// shape, and those that stack consonants.
var joining = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian, unicode.Mandaic, unicode.Hanifi_Rohingya, unicode.Adlam,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu,
	unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar, unicode.Tibetan, unicode.Balinese,
	unicode.Javanese, unicode.Sundanese, unicode.Tai_Tham, unicode.Brahmi, unicode.Grantha, unicode.Newa, unicode.Tirhuta,
}

// needed reports whether an invisible character is meaningful in its position:
// a joiner within a word of such a script or within an emoji, or a single
// variation selector after a character that has variants. Several in a row
// could hide a text, and one between Latin letters would make two names look
// the same.
func needed(before, r rune, after string) bool {
	switch {
	case selector(r):
		next, _ := utf8.DecodeRuneInString(after)
		return varies(before) || r == asEmoji && next == '\u20e3' && strings.ContainsRune("0123456789#*", before)
	case r == nonJoiner:
		return unicode.In(before, joining...)
	case r == joiner:
		next, _ := utf8.DecodeRuneInString(after)
		return unicode.In(before, joining...) || (pictogram(before) || before == asEmoji || tone(before)) && pictogram(next)
	default:
		return false
	}
}

// varies reports whether a character may have variants.
func varies(r rune) bool {
	return r >= 0x80 && !Hostile(r) && !selector(r) && !unicode.Is(unicode.Latin, r) && !unicode.IsSpace(r)
}

// selector reports whether a character chooses a variant of the one before.
func selector(r rune) bool {
	return r >= 0x180b && unicode.Is(unicode.Variation_Selector, r)
}

// pictogram reports whether a character may be part of a multi-character emoji.
func pictogram(r rune) bool {
	return r >= 0x2600 && r != utf8.RuneError && unicode.Is(unicode.So, r) || r == '↔' || r == '↕'
}

// tone reports whether a character sets the skin tone of an emoji.
func tone(r rune) bool { return r >= 0x1f3fb && r <= 0x1f3ff }

// longest is the longest letter with its marks, in bytes. Further marks are
// separate clusters.
const longest = 64

// first returns the first letter of a text with its marks, and the sum of the
// columns of its characters.
func first(s string) (cluster string, width int) {
	if len(s) > longest {
		end := longest
		for end > longest-utf8.UTFMax && !utf8.RuneStart(s[end]) {
			end--
		}
		s = s[:end]
	}
	return ansi.FirstGraphemeCluster(s, ansi.WcWidth)
}

// Width returns how many terminal columns a text from Text takes. Terminals
// count each letter separately; an emoji of several characters counts as one.
func Width(s string) int {
	n := 0
	for s != "" {
		cluster, w := Cluster(s)
		s = s[len(cluster):]
		n += w
	}
	return n
}

// Cluster returns the first letter of a text with all its marks, or the first
// emoji, and its width in columns.
func Cluster(s string) (cluster string, width int) {
	if s[0] < 0x80 && (len(s) == 1 || s[1] < 0x80) {
		if s[0] < 0x20 || s[0] == 0x7f {
			return s[:1], 0
		}
		return s[:1], 1
	}
	cluster, width = first(s)
	head, size := utf8.DecodeRuneInString(cluster)
	switch {
	case size == len(cluster):
	case unicode.Is(unicode.Hangul, head):
		width = ansi.StringWidthWc(norm.NFC.String(cluster)) // the parts of a syllable share its columns
	case strings.ContainsAny(cluster, string(asEmoji)) || pictogram(head):
		width = ansi.StringWidth(cluster)
	}
	return cluster, width
}

// Cut shortens a text from Text to at most most columns, and ends it in an
// ellipsis if it was longer. It never separates a letter from its marks.
func Cut(s string, most int) string {
	if len(s) <= most { // no character has more columns than bytes
		return s
	}
	used, fits := 0, 0 // columns so far, and bytes before the ellipsis
	for i := 0; i < len(s); {
		cluster, w := Cluster(s[i:])
		if used+w > most {
			return s[:fits] + strings.Repeat("…", min(1, max(0, most)))
		}
		i, used = i+len(cluster), used+w
		if used < most {
			fits = i
		}
	}
	return s
}
