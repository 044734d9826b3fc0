package ndjson

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// shape is a kind of line that is found in place of one object.
type shape uint8

const (
	otherText shape = iota
	oneObject
	brokenObject
	joined
	joinedByComma
	joinedByNUL
	sequence
	commaAfter
	commaBefore
	textAfter
	textBefore
	asString
	arrayOfObjects
	python
	notANumber
	bareKeys
	fragment
	markup
	binaryData
	otherEncoding
	shapes
)

// recordSeparator begins each record of a JSON text sequence (RFC 7464).
const recordSeparator = 0x1e

// forms lists for each shape the form of a file whose lines have it for the
// most part.
var forms = [shapes]form{
	joined:        {what: "objects that follow each other on one line", filter: "jq -c ."},
	joinedByComma: {what: "objects with commas between them on one line", filter: `sed 's/,[[:space:]]*$//; s/^/[/; s/$/]/' {} | jq -c '.[]'`},
	joinedByNUL:   {what: "objects that end in a NUL byte instead of a line feed", filter: `tr '\000' '\n'`, stdin: true},
	sequence:      {what: "a JSON text sequence, with a record separator before each object", filter: `tr '\036' '\n'`, stdin: true},
	commaAfter:    {what: "one object on each line with a comma after it", filter: `sed 's/}[[:space:]]*,[[:space:]]*$/}/'`},
	commaBefore:   {what: "one object on each line with a comma before it", filter: `sed 's/^[[:space:]]*,//'`},
	textAfter:     {what: "one object on each line with other text after it", filter: `sed 's/}[^}]*$/}/'`},
	textBefore:    {what: "one object on each line with other text before it", filter: `sed 's/^[^{]*//'`},
	asString:      {what: "objects within JSON strings", filter: "jq -r ."},
	arrayOfObjects: {
		what: "JSON arrays instead of one object on each line", filter: "jq -c '.[]'",
	},
	python: {
		what: "Python dictionaries instead of JSON", stdin: true,
		filter: `python3 -c 'import ast, json, sys; [print(json.dumps(ast.literal_eval(s.strip()))) for s in open(0, encoding="utf-8-sig") if s.strip()]'`,
	},
	notANumber: {
		what: "NaN or Infinity, which JSON does not have", do: "replace them by null", stdin: true,
		filter: `python3 -c 'import json, sys; [print(json.dumps(json.loads(s, parse_constant=lambda c: None))) for s in open(0, encoding="utf-8-sig") if s.strip()]'`,
	},
	bareKeys:      {what: "JavaScript objects, whose keys are not in double quotes", do: "write them as JSON"},
	fragment:      {what: pretty.what, filter: pretty.filter},
	markup:        {what: "an HTML or XML page, perhaps an error page of a download", do: "download the file again"},
	binaryData:    {what: "binary data", do: "find out what it is", own: "file {}"},
	otherEncoding: {what: "text in another encoding than UTF-8, such as Windows-1252", filter: "iconv -f WINDOWS-1252 -t UTF-8"},
}

// sampleLines is how many lines of a file are read to detect its form.
const sampleLines = 200

// formOfLines guesses from a file's first lines, which begin b, what most of
// them are. It is called if the first one is no object. If whole is false, the
// last line may be cut.
func (p *parser) formOfLines(b []byte, whole bool) form {
	var lines [][]byte
	for line := range bytes.Lines(b) {
		if len(lines) == sampleLines || len(lines) > 0 && !whole && line[len(line)-1] != '\n' {
			break
		}
		if len(bytes.TrimSpace(line)) > 0 {
			lines = append(lines, trimEnd(line))
		}
	}
	most, count := p.commonShape(lines)
	switch {
	case most == oneObject || most == brokenObject || most == otherEncoding:
		return jsonLines
	case most == commaAfter && count == len(lines)-1: // the last object needs no comma
	case 2*count <= len(lines):
		return jsonLines
	case most == otherText:
		return p.delimited(lines)
	}
	return forms[most]
}

// commonShape returns the most frequent shape of the lines, and its count.
func (p *parser) commonShape(lines [][]byte) (most shape, count int) {
	var counts [shapes]int
	for _, line := range lines {
		counts[p.shapeOf(bytes.TrimSpace(line))]++
	}
	for s, n := range counts {
		if n > count || n == count && shape(s) == commaAfter {
			most, count = shape(s), n
		}
	}
	return most, count
}

// shapeOf returns the shape of a line without spaces around it.
func (p *parser) shapeOf(line []byte) shape {
	b := slices.Concat(line, []byte{'\n'}, make([]byte, padding))
	p.line++
	end := len(line)
	switch b[0] {
	case '\n':
		return otherText
	case recordSeparator:
		return sequence
	case '{':
		return p.shapeOfObject(b, end)
	case '[', ',':
		if b[space(b, 1)] != '{' {
			break
		}
		if b[0] == '[' && p.valueTo(b, 0, end) {
			return arrayOfObjects
		}
		if b[0] == ',' && p.valueTo(b, space(b, 1), end) {
			return commaBefore
		}
	case '"':
		return p.shapeOfString(b, end)
	case '<':
		if c := b[1]; c == '!' || c == '?' || letter(c) {
			return markup
		}
	}
	return p.shapeOfText(b, end)
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// valueTo reports whether one value begins at i and ends at the end of the
// line.
func (p *parser) valueTo(b []byte, i, end int) bool {
	p.line++
	after := p.skip(b, i, 0)
	return after >= 0 && space(b, after) == end
}

func (p *parser) shapeOfObject(b []byte, end int) shape {
	after := p.skip(b, 0, 0)
	if after < 0 {
		return p.shapeOfFault(b, p.fault.at, end)
	}
	i := space(b, after)
	switch rest := b[i:end]; {
	case len(rest) == 0:
		return oneObject
	case rest[0] == '{':
		return joined
	case rest[0] == ',' && len(rest) == 1:
		return commaAfter
	case rest[0] == ',' && b[space(b, i+1)] == '{':
		return joinedByComma
	case rest[0] == 0:
		return joinedByNUL
	case rest[0] == recordSeparator:
		return sequence
	case binaryLine(rest):
		return binaryData
	case bytes.IndexByte(rest, '}') < 0:
		return textAfter
	}
	return brokenObject
}

// shapeOfFault returns the shape of an invalid object from its first wrong
// byte.
func (p *parser) shapeOfFault(b []byte, at, end int) shape {
	begins := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return bytes.HasPrefix(b[at:], []byte(word)) })
	}
	switch c := b[at]; {
	case at >= end:
		if b[space(b, 1)] == '\n' {
			return fragment // only a brace
		}
	case begins("'", "True", "False", "None"):
		return python
	case begins("NaN", "Infinity", "-Infinity"):
		return notANumber
	case c < ' ' && binaryLine(b[:end]):
		return binaryData
	case c >= utf8.RuneSelf && !utf8.Valid(b[:end]):
		return otherEncoding
	case letter(c) && bareKey(b, at):
		return bareKeys
	}
	return brokenObject
}

// bareKey reports whether the letters at i are an unquoted key.
func bareKey(b []byte, i int) bool {
	for letter(b[i]) || b[i]-'0' <= 9 || b[i] == '_' || b[i] == '$' {
		i++
	}
	return b[space(b, i)] == ':'
}

func (p *parser) shapeOfString(b []byte, end int) shape {
	value, grown, after := text(b, 1, p.tmp)
	p.tmp = grown
	switch {
	case after < 0:
	case b[space(b, after)] == ':':
		return fragment
	case space(b, after) == end && bytes.HasPrefix(bytes.TrimSpace(value), []byte{'{'}):
		return asString
	}
	return p.shapeOfText(b, end)
}

func (p *parser) shapeOfText(b []byte, end int) shape {
	if binaryLine(b[:end]) {
		return binaryData
	}
	switch string(b[:end]) {
	case "}", "},", "]", "],", "[":
		return fragment
	}
	if i := bytes.IndexByte(b[:end], '{'); i > 0 && p.valueTo(b, i, end) {
		return textBefore
	}
	return otherText
}
