package printable

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text makes a text safe for a terminal. A character that could move the
// cursor, change colours, change the writing direction or hide itself becomes a
// symbol. Letters keep their marks, and joiners and variation selectors stay
// where a script or an emoji needs them.
func Text(s string) string {
	if clean(s) {
		return s
	}
	var b strings.Builder
	before := rune(-1) // the last character written
	s = strings.ToValidUTF8(s, "\uFFFD")
	for i, r := range s {
		if !Hostile(r) && !selector(r) || needed(before, r, s[i+utf8.RuneLen(r):]) {
			b.WriteRune(r)
			before = r
		} else {
			b.WriteString(Symbol(r))
			before = '>'
		}
	}
	return b.String()
}

// Symbol returns the symbol that replaces an unsafe character.
func Symbol(r rune) string {
	switch { // Unicode's control pictures
	case r < 0x20:
		return string(0x2400 + r)
	case r == 0x7f:
		return "␡"
	}
	const digits = "0123456789ABCDEF"
	text := append(make([]byte, 0, len("<U+10FFFF>")), "<U+"...)
	for shift := 20; shift >= 0; shift -= 4 {
		if shift < 16 || r>>shift > 0 { // at least four digits
			text = append(text, digits[r>>shift&0xF])
		}
	}
	return string(append(text, '>'))
}

// Head is Text for long input. It reads little more than the first limit
// characters, cuts between two letters with their marks, and adds an ellipsis
// if there is more.
func Head(s string, limit int) string {
	if len(s) <= limit {
		return Text(s)
	}
	n, end := 0, 0
	for end < len(s) {
		if n >= limit {
			return Text(s[:end]) + "…"
		}
		cluster, _ := first(s[end:])
		end += len(cluster)
		n += utf8.RuneCountInString(cluster)
	}
	return Text(s)
}

// FirstLine returns the first line of a text: of an error, without its fix.
func FirstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// Value formats a value of a row for display. A text stays unchanged and may be
// unsafe for a terminal.
func Value(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case int64:
		return strconv.FormatInt(v, 10)
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// Hostile reports whether a character is invisible or has another effect than
// being displayed.
func Hostile(r rune) bool {
	if r < 0x7f {
		return r < 0x20
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

func clean(s string) bool {
	for i := range len(s) {
		if s[i]-0x20 >= 0x5f {
			return strings.IndexFunc(s, func(r rune) bool { return Hostile(r) || selector(r) }) < 0 && utf8.ValidString(s)
		}
	}
	return true
}
