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

// joining are scripts whose spelling needs joiners: those with letters that
// change their shape, and those that stack consonants.
var joining = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian, unicode.Mandaic, unicode.Hanifi_Rohingya, unicode.Adlam,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu,
	unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar, unicode.Tibetan, unicode.Balinese,
	unicode.Javanese, unicode.Sundanese, unicode.Tai_Tham, unicode.Brahmi, unicode.Grantha, unicode.Newa, unicode.Tirhuta,
}

// needed reports whether an invisible character has a meaning where it stands:
// a joiner within a word of a script that has such, or within an emoji, and a
// single variation selector behind a character that has variants. Several in a
// row could hide a text, and one between Latin letters makes two names look
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

// pictogram reports whether a character may be part of an emoji of several.
func pictogram(r rune) bool {
	return r >= 0x2600 && r != utf8.RuneError && unicode.Is(unicode.So, r) || r == '↔' || r == '↕'
}

// tone reports whether a character gives an emoji the colour of a skin.
func tone(r rune) bool { return r >= 0x1f3fb && r <= 0x1f3ff }

// longest is how many bytes a letter may have with its marks. Those beyond it
// are on their own.
const longest = 64

// first is the first letter of a text with its marks, and its columns if they
// are counted one by one.
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

// Width is how many columns of a terminal a harmless text takes. Terminals
// count letters one by one; an emoji of several characters is one.
func Width(s string) int {
	n := 0
	for s != "" {
		cluster, w := Cluster(s)
		s = s[len(cluster):]
		n += w
	}
	return n
}

// Cluster is the first letter of a text with all its marks, or the first
// emoji, and how many columns it takes.
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

// Cut fits a harmless text into a number of columns; one that is longer ends
// in an ellipsis. It never separates a letter from its marks.
func Cut(s string, most int) string {
	if len(s) <= most { // no character takes more columns than bytes
		return s
	}
	used, fits := 0, 0 // the columns so far, and the bytes before the ellipsis
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
