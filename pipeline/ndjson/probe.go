package ndjson

import (
	"bytes"
	"strings"
	"unicode"
)

// form is how a whole file is laid out, if not as JSON lines.
type form uint8

const (
	jsonLines form = iota
	utf16LE
	utf16BE
	utf16BOM
	utf32
	array
	pretty
	carriage
)

// probeSize is how much of a file is looked at, if it has a line feed there.
const probeSize = 64 << 10

var bom = []byte("\xef\xbb\xbf")

// formOf looks at a file's first bytes, b[:n], which are all of it if whole is
// true. The slice is padded, and b[n] may be changed.
func (p *parser) formOf(b []byte, n int, whole bool) form {
	if f := encodingOf(b[:n]); f != jsonLines {
		return f
	}
	b[n] = '\n'
	i := n - len(bytes.TrimLeft(bytes.TrimPrefix(b[:n], bom), " \t\r\n"))
	if b[i] != '{' && b[i] != '[' {
		return jsonLines
	}
	end := i + bytes.IndexByte(b[i:n+1], '\n')
	if carriageReturns(b[i:end]) {
		return carriage
	}
	p.line++
	after := p.skip(b, i, 0)
	complete := after >= 0 && space(b, after) == end
	switch {
	case b[i] == '[':
		open := after < 0 && p.fault.at >= end
		if open || complete && len(bytes.TrimLeft(b[end:n], " \t\r\n")) == 0 {
			return array
		}
	case !complete && end < n && p.continues(b[i:n], end-i, whole):
		return pretty
	}
	return jsonLines
}

// encodingOf recognises UTF-16 and UTF-32 by their mark or by their zeros.
func encodingOf(b []byte) form {
	if len(b) >= 4 {
		zeros := [4]bool{b[0] == 0, b[1] == 0, b[2] == 0, b[3] == 0}
		switch zeros {
		case [4]bool{false, true, true, true}, [4]bool{true, true, true, false}:
			return utf32
		case [4]bool{false, true, false, true}:
			return utf16LE
		case [4]bool{true, false, true, false}:
			return utf16BE
		}
		if bytes.HasPrefix(b, []byte{0xff, 0xfe, 0, 0}) || bytes.HasPrefix(b, []byte{0, 0, 0xfe, 0xff}) {
			return utf32
		}
	}
	if bytes.HasPrefix(b, []byte{0xff, 0xfe}) || bytes.HasPrefix(b, []byte{0xfe, 0xff}) {
		return utf16BOM
	}
	return jsonLines
}

// carriageReturns tells whether a line holds two objects with nothing but a
// carriage return between them.
func carriageReturns(line []byte) bool {
	for {
		before, after, found := bytes.Cut(line, []byte{'\r'})
		if !found {
			return false
		}
		before = bytes.TrimRight(before, " \t")
		if bytes.HasSuffix(before, []byte{'}'}) && bytes.HasPrefix(bytes.TrimLeft(after, " \t\r"), []byte{'{'}) {
			return true
		}
		line = after
	}
}

// continues tells whether the object that begins b and whose first line ends
// at first goes on as JSON in the lines after it. A truncated line does not:
// the next line's brace cannot follow it.
func (p *parser) continues(b []byte, first int, whole bool) bool {
	// As tabs, line feeds are space between tokens and still wrong in strings.
	joined := append(bytes.ReplaceAll(b, []byte{'\n'}, []byte{'\t'}), make([]byte, padding)...)
	joined[len(b)] = '\n'
	p.line++
	if after := p.skip(joined, 0, 0); after >= 0 {
		return after > first
	}
	const longest = 16 // bytes of a token that the end of b may have cut
	return !whole && p.fault.at > first && p.fault.at > len(b)-longest
}

// remedy says what is wrong with a file, and the command that repairs it.
func (f form) remedy(name string, c codec) string {
	command := func(filter string) string {
		if c == plainFile {
			return filter + " " + quote(name)
		}
		return c.String() + " -dc " + quote(name) + " | " + filter
	}
	switch f {
	case utf16LE:
		return "UTF-16 text; convert it with: " + command("iconv -f UTF-16LE -t UTF-8")
	case utf16BE:
		return "UTF-16 text; convert it with: " + command("iconv -f UTF-16BE -t UTF-8")
	case utf16BOM:
		return "UTF-16 text; convert it with: " + command("iconv -f UTF-16 -t UTF-8")
	case utf32:
		return "UTF-32 text; convert it with: " + command("iconv -f UTF-32 -t UTF-8")
	case array:
		return "a JSON array instead of one object on each line; convert it with: " + command("jq -c '.[]'")
	case pretty:
		return "objects that span lines instead of one on each line; convert it with: " + command("jq -c .")
	case carriage:
		if c == plainFile {
			return `lines that end in a carriage return alone; convert it with: tr '\r' '\n' < ` + quote(name)
		}
		return `lines that end in a carriage return alone; convert it with: ` + command(`tr '\r' '\n'`)
	case jsonLines:
	}
	return ""
}

// quote makes a name an argument for a shell, or a placeholder if it is not
// printable.
func quote(name string) string {
	const safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/:@%+=,-"
	switch {
	case name != "" && name[0] != '-' && strings.Trim(name, safe) == "":
		return name
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "FILE"
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}
