package ndjson

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// This file explains why a line is rejected. It runs once per rejected line,
// never for a valid one. A reason never contains a part of a value.

const (
	brokenNumber   = "not a JSON number"
	twiceReason    = "the same key twice"
	unendedReason  = "the line ends inside the object"
	notJSONReason  = "not JSON"
	noStringReason = "the line ends inside a string"
)

// badValue sets the fault for the value of a column.
func (p *parser) badValue(b []byte, i int, f *field) int {
	if !f.kind.isPlain() {
		if p.misfit.reason == "" {
			p.misfits(badShape(b, i, &f.shape))
		}
		return p.fail(p.misfit.at, f.column, p.misfit.reason)
	}
	at, reason := badKind(b, i, f.kind, kindName(f.kind))
	return p.fail(at, f.column, reason)
}

// badKind returns why a value is not of the kind called name.
func badKind(b []byte, i int, kind Kind, name string) (at int, reason string) {
	at = i
	switch c := b[i]; {
	case c == '"' && kind == KindString:
		at, reason = badString(b, i+1)
	case c == '"':
		reason = "expected " + name + ", found string"
	case c == '{' || c == '[':
		reason = "expected " + name + ", found array"
		if c == '{' {
			reason = "expected " + name + ", found object"
		}
	case c == '-' || c-'0' <= 9:
		reason = badNumber(b, i, kind, name)
	case string(b[i:i+4]) == "true" || string(b[i:i+5]) == "false":
		reason = "expected " + name + ", found boolean"
	default:
		reason = noValue(b, i)
	}
	return at, reason
}

func kindName(kind Kind) string { return (&Shape{Kind: kind}).spell() }

func badNumber(b []byte, i int, kind Kind, name string) string {
	end, whole := number(b, i)
	switch {
	case end < 0 && (b[i] == '-' && b[i+1] == 'I'):
		return "NaN and Infinity are not JSON"
	case end < 0:
		return brokenNumber
	case kind < KindTinyint || kind > KindDouble:
		return "expected " + name + ", found number"
	case kind <= KindBigint && !whole:
		return "expected " + name + ", found fraction or exponent"
	}
	return "out of the range of " + kindName(kind)
}

// noValue returns why the bytes at i do not begin a value.
func noValue(b []byte, i int) string {
	switch b[i] {
	case '\n':
		return unendedReason
	case ',', '}', ']':
		return "a value is missing"
	case 'N', 'I':
		return "NaN and Infinity are not JSON"
	case '\'':
		return "single quotes are not JSON"
	}
	return notJSONReason
}

func noObject(b []byte, i int) string {
	if b[i] == '[' {
		return "expected object, found array"
	}
	if p := (parser{}); p.skip(b, i, 0) < 0 {
		return notJSONReason
	}
	return "expected object, found single value"
}

func noKey(b []byte, i int) string {
	if b[i] == '\n' {
		return unendedReason
	}
	return "a key in double quotes is missing"
}

func noColon(b []byte, i int) string {
	if b[i] == '\n' {
		return unendedReason
	}
	return "a colon is missing after the key"
}

func afterValue(b []byte, i int) string {
	if b[i] == '\n' {
		return unendedReason
	}
	return "neither a comma nor a closing brace after the value"
}

func afterObject(b []byte, i int) string {
	if b[i] == '{' {
		return "two objects on one line"
	}
	return "text after the JSON object"
}

// badString returns the fault of the string whose first byte is at i.
func badString(b []byte, i int) (at int, reason string) {
	for {
		i = plain(b, i)
		c := b[i]
		switch c {
		case '\n':
			return i, noStringReason
		case '"': // the string is valid
			return i, notJSONReason
		case '\r':
			if b[i+1] == '\n' {
				return i, noStringReason
			}
		case '\\':
			_, size := escape(b, i+1)
			if size < 0 {
				return i, badEscape(b, i+1)
			}
			i += 1 + size
			continue
		}
		if c < ' ' {
			return i, "a control character in a string"
		}
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size <= 1 {
			return i, "invalid UTF-8"
		}
		i += size
	}
}

func badEscape(b []byte, i int) string {
	if b[i] == 'u' && utf16.IsSurrogate(hex4(b, i+1)) {
		return "half of a surrogate pair"
	}
	return "an escape that JSON does not have"
}

// badUTF8 returns the position of the first byte of a line that is not UTF-8,
// or -1.
func badUTF8(line []byte) int {
	if utf8.Valid(line) {
		return -1
	}
	for i := 0; ; {
		r, size := utf8.DecodeRune(line[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
}

func utf8Reason(column int) string {
	return fmt.Sprintf("invalid UTF-8 at byte %d of the line: convert the file to UTF-8", column)
}

// objectsIn counts the objects of a rejected line, in sequence or in an array.
// If quotes are broken, it counts occurrences of the first key, which begins
// every one of the objects.
func objectsIn(line []byte) int {
	var n nesting
	for _, c := range line {
		n.see(c)
	}
	first := bytes.IndexByte(line, '{')
	if !n.quoted && n.depth == 0 || first < 0 {
		return n.objects
	}
	head := line[first:]
	colon := bytes.IndexByte(head, ':')
	if colon <= 0 {
		return n.objects
	}
	return max(n.objects, bytes.Count(head, head[:colon]))
}

// nesting counts the objects of a line that are not inside another object.
type nesting struct {
	depth   int
	arrays  int // of the depth, the arrays that enclose all objects
	objects int
	quoted  bool
	escaped bool
}

func (n *nesting) see(c byte) {
	switch {
	case n.escaped:
		n.escaped = false
	case n.quoted:
		n.quoted, n.escaped = c != '"', c == '\\'
	case c == '"':
		n.quoted = true
	case c == '[' || c == '{':
		n.open(c)
	case c == ']' || c == '}':
		n.depth = max(0, n.depth-1)
		n.arrays = min(n.arrays, n.depth)
	}
}

func (n *nesting) open(c byte) {
	if n.depth == n.arrays && c == '[' {
		n.arrays++
	} else if n.depth == n.arrays {
		n.objects++
	}
	n.depth++
}
