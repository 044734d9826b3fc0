package ndjson

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// This file reads and writes the types outside the parser's fast path: types
// with a width or parameters, and dates.

// misfit is the position and the reason of a value that does not fit its
// column.
type misfit struct {
	at     int
	reason string
}

// scalar is a value of one of the types in this file.
type scalar struct {
	integer int64   // of a tinyint, smallint, date or timestamp
	float   float32 // of a float
	decimal uint128
	text    []byte // of a varchar or char; valid until tmp is reused
}

// readScalar parses the value at i, which is not null. On a misfit, the end is
// -1 and p.misfit is the reason.
func (p *parser) readScalar(b []byte, i int, shape *Shape) (s scalar, end int) {
	switch shape.Kind { //nolint:exhaustive // the others are read by field.read or by nested
	case KindTinyint, KindSmallint:
		return p.readSmall(b, i, shape)
	case KindFloat:
		return p.readFloat(b, i, shape)
	case KindVarchar, KindChar:
		return p.readSized(b, i, shape)
	}
	text, end := p.token(b, i, shape)
	if end < 0 {
		return s, -1
	}
	var reason string
	switch shape.Kind {
	case KindDate:
		var days int32
		days, reason = parseDate(text)
		s.integer = int64(days)
	case KindTimestamp:
		s.integer, reason = parseTimestamp(text)
	default:
		d, ok := decimalOf(text, p.digits)
		if p.digits = d.digits; !ok {
			return s, p.misfits(i, "not a number such as 12.50")
		}
		if s.decimal, reason = d.scaled(shape.Precision, shape.Scale); reason != "" {
			reason = fmt.Sprintf(reason, shape.spell())
		}
	}
	if reason != "" {
		return s, p.misfits(i, reason)
	}
	return s, end
}

func (p *parser) misfits(at int, reason string) int {
	p.misfit = misfit{at, reason}
	return -1
}

func (p *parser) readSmall(b []byte, i int, shape *Shape) (s scalar, end int) {
	n, end := integer(b, i)
	width := 8
	if shape.Kind == KindSmallint {
		width = 16
	}
	if end < 0 {
		return s, p.misfits(badShape(b, i, shape))
	}
	if n < -1<<(width-1) || n >= 1<<(width-1) {
		return s, p.misfits(i, "out of the range of "+shape.spell())
	}
	return scalar{integer: n}, end
}

func (p *parser) readFloat(b []byte, i int, shape *Shape) (s scalar, end int) {
	end, _ = number(b, i)
	if end < 0 {
		return s, p.misfits(badShape(b, i, shape))
	}
	x, err := strconv.ParseFloat(view(b[i:end]), 32)
	if err != nil {
		return s, p.misfits(i, "out of the range of float")
	}
	return scalar{float: float32(x)}, end
}

// readSized reads text of a bounded length. Trailing blanks of a char do not
// count.
func (p *parser) readSized(b []byte, i int, shape *Shape) (s scalar, end int) {
	if b[i] != '"' {
		return s, p.misfits(badShape(b, i, shape))
	}
	value, grown, end := text(b, i+1, p.tmp)
	if p.tmp = grown; end < 0 {
		return s, p.misfits(badString(b, i+1))
	}
	if shape.Kind == KindChar {
		value = bytes.TrimRight(value, " ")
	}
	if len(value) > shape.Length && utf8.RuneCount(value) > shape.Length {
		return s, p.misfits(i, "text longer than "+shape.spell())
	}
	return scalar{text: value}, end
}

// token returns the text of a number or a string.
func (p *parser) token(b []byte, i int, shape *Shape) (value []byte, end int) {
	if b[i] == '"' {
		value, grown, end := text(b, i+1, p.tmp)
		if p.tmp = grown; end < 0 {
			return nil, p.misfits(badString(b, i+1))
		}
		return value, end
	}
	if end, _ = number(b, i); end < 0 {
		return nil, p.misfits(badShape(b, i, shape))
	}
	return b[i:end], end
}

// set stores the value in a row.
func (s scalar) set(v *Vector, row int, shape *Shape) {
	switch shape.Kind {
	case KindTinyint:
		v.setTinyint(row, int8(s.integer))
	case KindSmallint:
		v.setSmallint(row, int16(s.integer))
	case KindFloat:
		v.setFloat(row, s.float)
	case KindDate:
		v.setInt(row, int32(s.integer))
	case KindTimestamp:
		v.setBigint(row, s.integer)
	case KindDecimal:
		v.setDecimal(row, s.decimal, shape.Precision)
	default:
		v.setString(row, v.intern(s.text))
	}
}

// get returns the value in a row of a relocated vector.
func (v *Vector) get(row int, shape *Shape) (s scalar) {
	switch shape.Kind {
	case KindTinyint:
		s.integer = int64(v.tinyint(row))
	case KindSmallint:
		s.integer = int64(v.smallint(row))
	case KindFloat:
		s.float = v.float(row)
	case KindDate:
		s.integer = int64(v.int(row))
	case KindTimestamp:
		s.integer = v.bigint(row)
	case KindDecimal:
		s.decimal = v.decimal(row, shape.Precision)
	default:
		s.text = v.text(row)
	}
	return s
}

// append appends the value as JSON.
func (s scalar) append(dst []byte, shape *Shape) ([]byte, error) {
	switch shape.Kind { //nolint:exhaustive // the others are text
	case KindTinyint, KindSmallint:
		return strconv.AppendInt(dst, s.integer, 10), nil
	case KindFloat:
		return appendFloat(dst, float64(s.float), 32)
	case KindDecimal:
		return appendDecimal(dst, s.decimal, shape.Scale), nil
	case KindDate, KindTimestamp:
		dst, err := s.appendTime(append(dst, '"'), shape)
		return append(dst, '"'), err
	}
	return appendString(dst, s.text)
}

func (s scalar) appendTime(dst []byte, shape *Shape) ([]byte, error) {
	if shape.Kind == KindDate {
		return appendDate(dst, int32(s.integer))
	}
	return appendTimestamp(dst, s.integer)
}

// badShape returns why a value is not of the shape.
func badShape(b []byte, i int, shape *Shape) (at int, reason string) {
	name := shape.spell()
	if shape.IsNested() {
		name = map[Kind]string{KindArray: "array", KindMap: "object", KindStruct: "object"}[shape.Kind]
	}
	return badKind(b, i, shape.Kind, name)
}

// Time normalizes the spelling of a date or timestamp; ok is false if text is
// not one.
func (s *Shape) Time(text string) (written string, ok bool) {
	var value scalar
	var reason string
	if s.Kind == KindDate {
		var days int32
		days, reason = parseDate([]byte(text))
		value.integer = int64(days)
	} else {
		value.integer, reason = parseTimestamp([]byte(text))
	}
	if days, isDay := day([]byte(text)); reason != "" && isDay {
		value.integer, reason = days*secondsOfDay*microseconds, "" // midnight
	}
	if reason != "" {
		return "", false
	}
	b, err := value.appendTime(nil, s)
	return string(b), err == nil
}

// Decimal returns a number without an exponent; ok is false if text is not a
// number that a decimal type can hold.
func Decimal(text string) (written string, ok bool) {
	d, ok := decimalOf([]byte(text), nil)
	scale := min(max(0, -d.exponent), 38)
	value, misfit := d.scaled(38, scale)
	return string(appendDecimal(nil, value, scale)), ok && misfit == ""
}
