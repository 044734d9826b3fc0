package ndjson

import (
	"bytes"
	"errors"
	"strconv"
)

// In vectors, arrays, maps and structs are JSON text in one canonical spelling:
// no blanks, all fields of a struct in order, and decimals in quotes, because
// engines read JSON numbers as floats.

// nested appends the value at i in the canonical spelling. On a misfit, the end
// is -1 and p.misfit is the reason. depth is the depth of the value in its
// line.
func (p *parser) nested(dst, b []byte, i, depth int, shape *Shape) (out []byte, end int) {
	if string(b[i:i+4]) == "null" {
		return append(dst, "null"...), i + 4
	}
	switch shape.Kind { //nolint:exhaustive // the others are scalars
	case KindArray:
		if b[i] != '[' {
			return dst, p.misfits(badShape(b, i, shape))
		}
		return p.nestedArray(dst, b, i, depth, shape)
	case KindMap, KindStruct:
		if b[i] != '{' {
			return dst, p.misfits(badShape(b, i, shape))
		}
		if shape.Kind == KindMap {
			return p.nestedMap(dst, b, i, depth, shape)
		}
		return p.nestedStruct(dst, b, i, depth, shape)
	}
	return p.nestedScalar(dst, b, i, shape)
}

func (p *parser) nestedScalar(dst, b []byte, i int, shape *Shape) (out []byte, end int) {
	switch shape.Kind { //nolint:exhaustive // the others are read by readScalar
	case KindBoolean:
		for _, word := range []string{"true", "false"} {
			if string(b[i:i+len(word)]) == word {
				return append(dst, word...), i + len(word)
			}
		}
		return dst, p.misfits(badShape(b, i, shape))
	case KindInt, KindBigint:
		n, end := integer(b, i)
		if end < 0 || shape.Kind == KindInt && n != int64(int32(n)) {
			return dst, p.misfits(badShape(b, i, shape))
		}
		return strconv.AppendInt(dst, n, 10), end
	case KindDouble:
		x, end := float(b, i)
		if end < 0 {
			return dst, p.misfits(badShape(b, i, shape))
		}
		dst, _ = appendDouble(dst, x) // a JSON number is finite
		return dst, end
	case KindString:
		if b[i] != '"' {
			return dst, p.misfits(badShape(b, i, shape))
		}
		value, grown, end := text(b, i+1, p.tmp)
		if p.tmp = grown; end < 0 {
			return dst, p.misfits(badString(b, i+1))
		}
		dst, _ = appendString(dst, value) // text has checked that it is UTF-8
		return dst, end
	}
	s, end := p.readScalar(b, i, shape)
	if end < 0 {
		return dst, -1
	}
	if shape.Kind == KindDecimal {
		return append(appendDecimal(append(dst, '"'), s.decimal, shape.Scale), '"'), end
	}
	dst, _ = s.append(dst, shape) // a parsed value can be written
	return dst, end
}

func (p *parser) nestedArray(dst, b []byte, i, depth int, shape *Shape) (out []byte, end int) {
	dst = append(dst, '[')
	if i = space(b, i+1); b[i] == ']' {
		return append(dst, ']'), i + 1
	}
	for {
		if dst, i = p.nested(dst, b, i, depth+1, shape.Element); i < 0 {
			return dst, -1
		}
		switch i = space(b, i); b[i] {
		case ']':
			return append(dst, ']'), i + 1
		case ',':
			dst, i = append(dst, ','), space(b, i+1)
		default:
			return dst, p.misfits(i, afterNested(b, i))
		}
	}
}

// members calls value for each member of the object at i, with the key and the
// position of the value. It returns the end of the object. The bytes of a key
// are valid until value reads a string.
func (p *parser) members(b []byte, i int, value func(key []byte, at int) (end int)) int {
	if i = space(b, i+1); b[i] == '}' {
		return i + 1
	}
	for {
		if b[i] != '"' {
			return p.misfits(i, noKey(b, i))
		}
		start := i
		key, grown, end := text(b, i+1, p.tmp)
		if p.tmp = grown; end < 0 {
			return p.misfits(badString(b, start+1))
		}
		if i = space(b, end); b[i] != ':' {
			return p.misfits(i, noColon(b, i))
		}
		if i = value(key, space(b, i+1)); i < 0 {
			if p.misfit.at < 0 {
				p.misfit.at = start
			}
			return -1
		}
		switch i = space(b, i); b[i] {
		case '}':
			return i + 1
		case ',':
			i = space(b, i+1)
		default:
			return p.misfits(i, afterNested(b, i))
		}
	}
}

// keyPlace as the position of a misfit means that the key is wrong.
const keyPlace = -1

func (p *parser) nestedMap(dst, b []byte, i, depth int, shape *Shape) (out []byte, end int) {
	object := p.keys.object()
	dst = append(dst, '{')
	first := true
	end = p.members(b, i, func(key []byte, at int) int {
		if !p.keys.addExact(p.line, object, key) {
			return p.misfits(keyPlace, twiceReason)
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst, _ = appendString(dst, key) // text has checked that it is UTF-8
		dst = append(dst, ':')
		var end int
		dst, end = p.nested(dst, b, at, depth+1, shape.Element)
		return end
	})
	return append(dst, '}'), end
}

func (p *parser) nestedStruct(dst, b []byte, i, depth int, shape *Shape) (out []byte, end int) {
	object := p.keys.object()
	places := make([]int, len(shape.Fields)) // positions of the fields' values, 0 if absent
	end = p.members(b, i, func(key []byte, at int) int {
		if !p.addKey(object, key) {
			return p.misfits(keyPlace, twiceReason)
		}
		field := p.fieldOf(shape, key)
		if field < 0 {
			p.unknown.add(key)
			p.odd = true
			return p.skipped(b, at, depth+1)
		}
		if places[field] > 0 {
			return p.misfits(keyPlace, twiceReason)
		}
		places[field] = at
		return p.skipped(b, at, depth+1)
	})
	if end < 0 {
		return dst, -1
	}
	for f := range shape.Fields {
		separator := byte(',')
		if f == 0 {
			separator = '{'
		}
		dst = append(dst, separator, '"')
		dst = append(append(dst, shape.Fields[f].Name...), '"', ':')
		if places[f] == 0 {
			dst = append(dst, "null"...)
			continue
		}
		var at int
		if dst, at = p.nested(dst, b, places[f], depth+1, &shape.Fields[f].Shape); at < 0 {
			return dst, -1
		}
	}
	return append(dst, '}'), end
}

// fieldOf returns the index of the field for a key, or -1.
func (p *parser) fieldOf(shape *Shape, key []byte) int {
	for i := range shape.Fields {
		if p.matches(shape.Fields[i].Name, key) {
			return i
		}
	}
	return -1
}

// matches reports whether a JSON key matches a name of the table.
func (p *parser) matches(name string, key []byte) bool {
	if p.dots && bytes.IndexByte(key, '.') >= 0 {
		key = bytes.ReplaceAll(key, []byte{'.'}, []byte{'_'})
	}
	return name == string(key) || !p.exact && sameFold(name, key)
}

// skipped is skip, but reports a fault as a misfit.
func (p *parser) skipped(b []byte, i, depth int) int {
	// The keys of nested values are checked again when the values are read.
	keys := p.keys
	p.keys = keySet{line: p.line}
	end := p.skip(b, i, depth)
	p.keys = keys
	if end < 0 {
		return p.misfits(p.fault.at, p.fault.reason)
	}
	return end
}

// errNested reports a nested value that is not of its type, in the writer.
var errNested = errors.New("a nested value that JSON cannot hold as its type, such as NaN, a date outside the years 1 to 9999, or a key that is there twice")

// Spell appends the JSON text of a nested value as it is written to files:
// without blanks, the fields of structs in order and in lower case.
func (s *Shape) Spell(dst, value []byte) ([]byte, error) {
	inner, err := s.normal(value)
	if err != nil {
		return dst, err
	}
	dst, _ = s.render(dst, inner, false)
	return dst, nil
}

// Show is Spell with blanks, for display.
func (s *Shape) Show(value string) (string, error) {
	inner, err := s.normal([]byte(value))
	if err != nil {
		return "", err
	}
	text, _ := s.render(nil, inner, true)
	return string(text), nil
}

// normal returns a value in the canonical spelling of vectors.
func (s *Shape) normal(value []byte) ([]byte, error) {
	padded := make([]byte, len(value)+1+padding)
	padded[copy(padded, value)] = '\n'
	p := newParser(nil, Limits{}.withDefaults())
	p.line++
	inner, end := p.nested(nil, padded, 0, 0, s)
	if end != len(value) {
		return nil, errNested
	}
	return inner, nil
}

// render appends a value that is in the canonical spelling, without the quotes
// of its decimals. It returns the bytes after the value.
func (s *Shape) render(dst, value []byte, blanks bool) (out, rest []byte) {
	if value[0] == 'n' {
		return append(dst, "null"...), value[len("null"):]
	}
	if s.Kind == KindDecimal {
		end := 1 + bytes.IndexByte(value[1:], '"')
		return append(dst, value[1:end]...), value[end+1:]
	}
	if !s.IsNested() {
		end := scalarEnd(value)
		return append(dst, value[:end]...), value[end:]
	}
	for member := 0; ; member++ {
		// The opening bracket, the comma, or the closing bracket.
		c := value[0]
		dst, value = append(dst, c), value[1:]
		switch {
		case c == ']' || c == '}':
			return dst, value
		case value[0] == ']' || value[0] == '}':
			continue
		case c == ',' && blanks:
			dst = append(dst, ' ')
		}
		element := s.Element
		if s.Kind != KindArray {
			end := scalarEnd(value) + 1 // including the colon
			if dst, value = append(dst, value[:end]...), value[end:]; blanks {
				dst = append(dst, ' ')
			}
		}
		if s.Kind == KindStruct {
			element = &s.Fields[member].Shape
		}
		dst, value = element.render(dst, value, blanks)
	}
}

// scalarEnd returns the end of the string, number or word at the start of
// value.
func scalarEnd(value []byte) int {
	if value[0] != '"' {
		if end := bytes.IndexAny(value, ",]}"); end >= 0 {
			return end
		}
		return len(value)
	}
	for i := 1; ; i++ {
		switch value[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
}
