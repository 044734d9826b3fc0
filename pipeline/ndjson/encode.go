package ndjson

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// Encoder encodes vectors as JSON lines. It is immutable, so goroutines may
// share it.
type Encoder struct {
	columns []Column
	limit   int // bytes of a line without its line feed
	shapes  []Shape
	keys    []string // with the punctuation around each key: {"user": or ,"x":
}

// NewEncoder returns an encoder for the columns. Keys are lower case, as in
// Athena.
func NewEncoder(columns []Column) *Encoder {
	e := &Encoder{columns: columns, shapes: shapesOf(columns), limit: Limits{}.withDefaults().Line}
	before := byte('{')
	for _, c := range columns {
		name := []byte(c.Name)
		for i := range name {
			name[i] = lower(name[i])
		}
		// Invalid UTF-8 in a name becomes replacement characters.
		key, _ := appendString([]byte{before}, []byte(string([]rune(string(name)))))
		e.keys = append(e.keys, string(append(key, ':')))
		before = ','
	}
	return e
}

// LongRowError reports a row whose line would exceed the limit of a Scan.
type LongRowError struct {
	Bytes, Limit int    // of the line without its line feed
	Column       string // the column with the longest value
	ColumnBytes  int    // the bytes of its value, without the key
}

func (e *LongRowError) Error() string {
	return fmt.Sprintf("a row takes %d bytes as JSON, and a line may have %d; the largest value, in column %s, takes %d",
		e.Bytes, e.Limit, printable(e.Column), e.ColumnBytes)
}

// Append appends the first rows of the vectors, one vector per column, as one
// JSON object per line. Nulls are written as null. A Scan with the default
// limits can read the output. A value that JSON or the column's type cannot
// hold and a row that is too long are errors; then dst is returned unchanged.
func (e *Encoder) Append(dst []byte, vectors []Vector, rows int) ([]byte, error) {
	kept := len(dst)
	for row := range rows {
		start := len(dst)
		for i, key := range e.keys {
			dst = append(dst, key...)
			var err error
			if dst, err = appendValue(dst, &vectors[i], &e.shapes[i], row); err != nil {
				return dst[:kept], fmt.Errorf("column %s: %w", e.columns[i].Name, err)
			}
		}
		if len(e.keys) == 0 {
			dst = append(dst, '{')
		}
		if dst = append(dst, '}', '\n'); len(dst)-start-1 > e.limit {
			return dst[:kept], e.tooLong(vectors, row, len(dst)-start-1)
		}
	}
	return dst, nil
}

// tooLong returns the error for a row of size bytes.
func (e *Encoder) tooLong(vectors []Vector, row, size int) error {
	long := &LongRowError{Bytes: size, Limit: e.limit}
	for i, c := range e.columns {
		value, err := appendValue(nil, &vectors[i], &e.shapes[i], row)
		if err == nil && len(value) > long.ColumnBytes {
			long.Column, long.ColumnBytes = c.Name, len(value)
		}
	}
	return long
}

func appendValue(dst []byte, v *Vector, shape *Shape, row int) ([]byte, error) {
	if !v.valid(row) {
		return append(dst, "null"...), nil
	}
	switch shape.Kind {
	case KindBoolean:
		return strconv.AppendBool(dst, v.boolean(row)), nil
	case KindInt:
		return strconv.AppendInt(dst, int64(v.int(row)), 10), nil
	case KindBigint:
		return strconv.AppendInt(dst, v.bigint(row), 10), nil
	case KindDouble:
		return appendDouble(dst, v.double(row))
	case KindTinyint, KindSmallint, KindFloat, KindDecimal, KindDate, KindTimestamp:
		return v.get(row, shape).append(dst, shape)
	case KindVarchar, KindChar:
		if utf8.RuneCount(v.text(row)) > shape.Length {
			return dst, errLength
		}
	case KindArray, KindMap, KindStruct:
		return shape.Spell(dst, v.text(row))
	case KindAny:
		return append(dst, v.text(row)...), nil
	case KindString:
	}
	return appendString(dst, v.text(row))
}

// appendDouble appends the shortest number that parses as x. The number always
// has a fraction or an exponent, so it never looks like an integer.
func appendDouble(dst []byte, x float64) ([]byte, error) { return appendFloat(dst, x, 64) }

// appendFloat is appendDouble for a float of that many bits.
func appendFloat(dst []byte, x float64, width int) ([]byte, error) {
	size := math.Abs(x)
	switch {
	case math.IsNaN(x):
		return dst, errNaN
	case math.IsInf(x, 0):
		return dst, errInfinity
	case width == 64 && size < 1e15 && x == math.Trunc(x):
		if math.Signbit(x) {
			dst = append(dst, '-')
		}
		return append(strconv.AppendInt(dst, int64(size), 10), '.', '0'), nil
	case size >= 1e16 || size < 1e-5 && size > 0:
		return strconv.AppendFloat(dst, x, 'e', -1, width), nil
	case x == math.Trunc(x):
		return append(strconv.AppendFloat(dst, x, 'f', -1, width), '.', '0'), nil
	}
	return strconv.AppendFloat(dst, x, 'f', -1, width), nil
}

// widen returns the float64 with the shortest decimal spelling of x: 0.1 must
// not become 0.10000000149.
func widen(x float32) float64 {
	wide, _ := strconv.ParseFloat(strconv.FormatFloat(float64(x), 'g', -1, 32), 64) // FormatFloat returns a valid number
	return wide
}

// encodeError reports a value that JSON cannot hold.
type encodeError string

func (e encodeError) Error() string { return string(e) }

// IsUnwritable reports whether an Encoder's error is about a value that JSON
// cannot hold.
func IsUnwritable(err error) bool {
	_, is := errors.AsType[encodeError](err)
	return is
}

const (
	errNaN      encodeError = "NaN cannot be written as JSON"
	errInfinity encodeError = "an infinity cannot be written as JSON"
	errUTF8     encodeError = "a string that is not UTF-8"
	errYear     encodeError = "a date or timestamp outside the years 1 to 9999"
	errLength   encodeError = "text that is longer than its type"
)

// appendString appends s in quotes. s needs no padding.
func appendString(dst, s []byte) ([]byte, error) {
	dst = append(dst, '"')
	for {
		i := 0
		for i+8 <= len(s) {
			x := binary.LittleEndian.Uint64(s[i:])
			quote, slash := x^'"'*ones, x^'\\'*ones
			if hits := ((quote-ones)&^quote | (slash-ones)&^slash | (x-' '*ones)&^x | x) & highs; hits != 0 {
				i += bits.TrailingZeros64(hits) >> 3
				break
			}
			i += 8
		}
		for i < len(s) && s[i] >= ' ' && s[i] < utf8.RuneSelf && s[i] != '"' && s[i] != '\\' {
			i++
		}
		dst = append(dst, s[:i]...)
		if s = s[i:]; len(s) == 0 {
			return append(dst, '"'), nil
		}
		size := 1
		if s[0] >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRune(s); r == utf8.RuneError && size == 1 {
				return dst, errUTF8
			}
			dst = append(dst, s[:size]...)
		} else {
			dst = appendEscape(dst, s[0])
		}
		s = s[size:]
	}
}

func appendEscape(dst []byte, c byte) []byte {
	const digits = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
}
