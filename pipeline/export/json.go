package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"stedi/pipeline/printable"
)

// jsonRows writes objects, in an array or one a line. Characters that could
// harm a terminal are escaped, which means the same to whoever reads JSON.
type jsonRows struct {
	w     io.Writer
	names []string
	array bool
	some  bool
}

func (j *jsonRows) Row(values []any) error {
	var b strings.Builder
	switch {
	case j.array && j.some:
		b.WriteString(",\n  ")
	case j.array:
		b.WriteString("[\n  ")
	}
	j.some = true
	for i, v := range values {
		b.WriteString(map[bool]string{true: "{", false: ","}[i == 0])
		b.Write(safeJSON(j.names[i]))
		b.WriteByte(':')
		b.Write(safeJSON(v))
	}
	b.WriteByte('}')
	if !j.array {
		b.WriteByte('\n')
	}
	_, err := io.WriteString(j.w, b.String())
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

// safeJSON encodes a value in printable characters.
func safeJSON(v any) []byte {
	encoded, err := json.Marshal(v)
	if err != nil {
		encoded, _ = json.Marshal(printable.Value(v)) // not a number: NaN and the infinities
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
