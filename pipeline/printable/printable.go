// Package printable makes text harmless for a terminal, and values text.
//
// Everything read from a file or a service goes through it before it is shown.
package printable

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text makes a text harmless: a character that could move the cursor, change
// colours, turn the direction of writing or hide itself is shown as a symbol
// instead. Letters keep their marks, and joiners and variation selectors stay
// where writing or an emoji needs them.
func Text(s string) string {
	if clean(s) {
		return s
	}
	var b strings.Builder
	before := rune(-1) // the last one written
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

// Symbol is what stands for a character that is not shown itself.
func Symbol(r rune) string {
	if r < 0x20 {
		return string(0x2400 + r) // the pictures of the control characters
	}
	const digits = "0123456789ABCDEF"
	text := append(make([]byte, 0, len("<U+10FFFF>")), "<U+"...)
	for shift := 20; shift >= 0; shift -= 4 {
		if shift < 16 || r>>shift > 0 { // at least four
			text = append(text, digits[r>>shift&0xF])
		}
	}
	return string(append(text, '>'))
}

// Head is Text for what may be long: it looks at little more than the first
// limit characters, cuts between two letters with their marks, and ends in an
// ellipsis if there is more.
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

// Value is a value of a row as a person reads it. A text comes as it is, with
// all that it may do to a terminal.
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

// Hostile reports whether a character is invisible, or does something other
// than to be seen.
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
