package ndjson

import "bytes"

// probeSize bounds the bytes of a file that are probed, if they include a line
// feed.
const probeSize = 64 << 10

var bom = []byte("\xef\xbb\xbf")

// formOf detects the form of a file from its first bytes, b[:n]. whole means
// that these are the complete file. The slice is padded, and b[n] may be
// changed.
func (p *parser) formOf(b []byte, n int, whole bool) form {
	if f, ok := formatOf(b[:n]); ok {
		return f
	}
	if f := encodingOf(b[:n]); f.what != "" {
		return f
	}
	b[n] = '\n'
	i := n - len(bytes.TrimLeft(bytes.TrimPrefix(b[:n], bom), " \t\r\n"))
	if i == n {
		return jsonLines
	}
	end := i + bytes.IndexByte(b[i:n+1], '\n')
	if carriageReturns(b[i:end]) || end == n && oldLines(b[i:end]) {
		return carriage
	}
	if f, known := p.formOfJSON(b, i, end, n, whole); known {
		return f
	}
	return p.formOfLines(b[i:n], whole)
}

// formOfJSON detects the form from the value at i, in a line that ends at end.
// known is false if it is not a complete value, or a value that does not
// determine the form.
func (p *parser) formOfJSON(b []byte, i, end, n int, whole bool) (f form, known bool) {
	if b[i] != '{' && b[i] != '[' {
		return jsonLines, false
	}
	p.line++
	after := p.skip(b, i, 0)
	complete := after >= 0 && space(b, after) == end
	if b[i] == '[' {
		open := after < 0 && p.fault.at >= end
		return array, open || complete && len(bytes.TrimLeft(b[end:n], " \t\r\n")) == 0
	}
	if complete {
		return jsonLines, true
	}
	return pretty, end < n && p.continues(b[i:n], end-i, whole)
}

// encodingOf detects UTF-16 and UTF-32 by their byte order mark or by their
// zeros.
func encodingOf(b []byte) form {
	if len(b) >= 4 {
		switch [4]bool{b[0] == 0, b[1] == 0, b[2] == 0, b[3] == 0} {
		case [4]bool{false, true, true, true}:
			return unicodeText("UTF-32", "UTF-32LE")
		case [4]bool{true, true, true, false}:
			return unicodeText("UTF-32", "UTF-32BE")
		case [4]bool{false, true, false, true}:
			return unicodeText("UTF-16", "UTF-16LE")
		case [4]bool{true, false, true, false}:
			return unicodeText("UTF-16", "UTF-16BE")
		}
		if bytes.HasPrefix(b, []byte{0xff, 0xfe, 0, 0}) || bytes.HasPrefix(b, []byte{0, 0, 0xfe, 0xff}) {
			return unicodeText("UTF-32", "UTF-32")
		}
	}
	if bytes.HasPrefix(b, []byte{0xff, 0xfe}) || bytes.HasPrefix(b, []byte{0xfe, 0xff}) {
		return unicodeText("UTF-16", "UTF-16")
	}
	return jsonLines
}

func unicodeText(name, encoding string) form {
	return form{what: name + " text", filter: "iconv -f " + encoding + " -t UTF-8"}
}

// carriageReturns reports whether a line holds two objects separated only by a
// carriage return.
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

// oldLines reports whether a text without a line feed has carriage returns.
func oldLines(text []byte) bool {
	return bytes.IndexByte(bytes.TrimRight(text, "\r"), '\r') > 0 && text[0] != '{' && text[0] != '[' && !binaryLine(text)
}

// continues reports whether the object at the start of b, whose first line ends
// at first, continues as JSON in the next lines. A truncated line does not: the
// brace of the next line cannot follow it.
func (p *parser) continues(b []byte, first int, whole bool) bool {
	// Converted to tabs, line feeds still count as space between tokens and are
	// still invalid in strings.
	joined := append(bytes.ReplaceAll(b, []byte{'\n'}, []byte{'\t'}), make([]byte, padding)...)
	joined[len(b)] = '\n'
	p.line++
	if after := p.skip(joined, 0, 0); after >= 0 {
		return after > first
	}
	const longest = 16 // bytes of a token that the end of b may truncate
	return !whole && p.fault.at > first && p.fault.at > len(b)-longest
}
