package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"stedi/pipeline/printable"
)

// jsonRows writes objects, in an array or one per line. It escapes characters
// that could harm a terminal; the escapes have the same meaning in JSON.
type jsonRows struct {
	w     io.Writer
	names []string
	// nested reports for each column whether its values are the JSON text of
	// arrays and objects.
	nested []bool
	array  bool
	some   bool
	line   []byte
}

func (j *jsonRows) Row(values []any) error {
	b := j.line[:0]
	switch {
	case j.array && j.some:
		b = append(b, ",\n  "...)
	case j.array:
		b = append(b, "[\n  "...)
	}
	j.some = true
	for i, v := range values {
		b = append(b, "{,"[min(i, 1)])
		b = appendJSON(b, j.names[i])
		b = append(b, ':')
		if text, ok := v.(string); ok && j.nested[i] && json.Valid([]byte(text)) {
			b = append(b, safeJSON(json.RawMessage(text))...)
			continue
		}
		b = appendJSON(b, v)
	}
	b = append(b, '}')
	if !j.array {
		b = append(b, '\n')
	}
	j.line = b
	_, err := j.w.Write(b)
	return err
}

func (j *jsonRows) End() error {
	text := ""
	switch {
	case j.array && j.some:
		text = "\n]\n"
	case j.array:
		text = "[]\n"
	}
	_, err := io.WriteString(j.w, text)
	return err
}

// appendJSON appends a value as encoding/json does, and escapes the characters
// that are not printable. It has a fast path for most values.
func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		if size := math.Abs(v); size == 0 || size >= 1e-6 && size < 1e21 {
			return strconv.AppendFloat(b, v, 'f', -1, 64)
		}
	case string:
		if strings.IndexFunc(v, special) < 0 {
			return append(append(append(b, '"'), v...), '"')
		}
	}
	return append(b, safeJSON(v)...)
}

// special reports whether a character in a text may need an escape.
func special(r rune) bool {
	return r < ' ' || r > '~' || r == '"' || r == '\\' || r == '<' || r == '>' || r == '&'
}

// safeJSON encodes any value with printable characters only.
func safeJSON(v any) []byte {
	encoded, err := json.Marshal(v)
	if err != nil {
		encoded, _ = json.Marshal(printable.Value(v)) // NaN and the infinities are not JSON numbers
	}
	if !bytes.ContainsFunc(encoded, printable.Hostile) {
		return encoded
	}
	var b []byte
	for _, r := range string(encoded) {
		switch {
		case !printable.Hostile(r):
			b = append(b, string(r)...)
		case r > 0xFFFF:
			b = fmt.Appendf(b, `\u%04x\u%04x`, 0xD800+(r-0x10000)>>10, 0xDC00+(r-0x10000)&0x3FF)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
	}
	return b
}
