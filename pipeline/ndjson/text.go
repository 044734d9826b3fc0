package ndjson

import (
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// plain returns the first position from i of a quote, a backslash, a control
// character or a byte outside ASCII. Every line ends in such a byte.
func plain(b []byte, i int) int {
	for {
		x := load(b, i)
		quote := x ^ '"'*ones
		slash := x ^ '\\'*ones
		// In each term a set high bit marks a hit. A borrow can only set false
		// hits above a true one, and only the lowest hit is used.
		hits := ((quote-ones)&^quote | (slash-ones)&^slash | (x-' '*ones)&^x | x) & highs
		if hits != 0 {
			return i + bits.TrailingZeros64(hits)>>3
		}
		i += 8
	}
}

// text reads the string whose first byte after the quote is at i. The value
// points into b, or into tmp if the string has escapes. The end is after the
// closing quote, or -1 if the string is not valid.
func text(b []byte, i int, tmp []byte) (value, grown []byte, end int) {
	start := i
	for {
		i = plain(b, i)
		switch c := b[i]; {
		case c == '"':
			return b[start:i], tmp, i + 1
		case c == '\\':
			tmp, end = unescape(b, i, append(tmp[:0], b[start:i]...))
			return tmp, tmp, end
		case c < ' ':
			return nil, tmp, -1
		}
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size <= 1 {
			return nil, tmp, -1
		}
		i += size
	}
}

// unescape reads the rest of a string from its first backslash.
func unescape(b []byte, i int, out []byte) (value []byte, end int) {
	for {
		switch c := b[i]; {
		case c == '"':
			return out, i + 1
		case c == '\\':
			r, size := escape(b, i+1)
			if size < 0 {
				return out, -1
			}
			out = utf8.AppendRune(out, r)
			i += 1 + size
		case c < ' ':
			return out, -1
		case c < utf8.RuneSelf:
			next := plain(b, i)
			out = append(out, b[i:next]...)
			i = next
		default:
			r, size := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && size <= 1 {
				return out, -1
			}
			out = append(out, b[i:i+size]...)
			i += size
		}
	}
}

// escape reads an escape sequence after its backslash. The size is -1 if it is
// invalid, such as a surrogate without its pair.
func escape(b []byte, i int) (r rune, size int) {
	switch b[i] {
	case '"', '\\', '/':
		return rune(b[i]), 1
	case 'b':
		return '\b', 1
	case 'f':
		return '\f', 1
	case 'n':
		return '\n', 1
	case 'r':
		return '\r', 1
	case 't':
		return '\t', 1
	case 'u':
	default:
		return 0, -1
	}
	r = hex4(b, i+1)
	if r < 0 {
		return 0, -1
	}
	if !utf16.IsSurrogate(r) {
		return r, 5
	}
	if b[i+5] != '\\' || b[i+6] != 'u' {
		return 0, -1
	}
	r = utf16.DecodeRune(r, hex4(b, i+7))
	if r == utf8.RuneError {
		return 0, -1
	}
	return r, 11
}

// hex4 reads four hexadecimal digits, or returns -1.
func hex4(b []byte, i int) rune {
	r := rune(0)
	for _, c := range b[i : i+4] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// space skips the white space that may stand inside a line.
func space(b []byte, i int) int {
	for b[i] == ' ' || b[i] == '\t' || b[i] == '\r' {
		i++
	}
	return i
}

// lower converts an ASCII letter to lower case.
func lower(c byte) byte {
	if c-'A' < 26 {
		return c | 0x20
	}
	return c
}

// sameFold reports whether two names differ at most by ASCII case.
func sameFold(a string, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i, c := range b {
		if lower(c) != lower(a[i]) {
			return false
		}
	}
	return true
}
