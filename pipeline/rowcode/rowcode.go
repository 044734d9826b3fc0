// Package rowcode encodes the values of rows as bytes and decodes them without
// loss: for the transfer from the query process, and for rows that do not fit
// into memory.
package rowcode

import (
	"encoding/binary"
	"fmt"
	"math"
)

// The tags of the value types.
const (
	tagNull byte = iota
	tagFalse
	tagTrue
	tagInt
	tagFloat
	tagText
)

// Append appends values, each a nil, a bool, an int64, a float64 or a string.
func Append(b []byte, values []any) ([]byte, error) {
	for _, value := range values {
		switch v := value.(type) {
		case nil:
			b = append(b, tagNull)
		case bool:
			if v {
				b = append(b, tagTrue)
			} else {
				b = append(b, tagFalse)
			}
		case int64:
			b = binary.AppendVarint(append(b, tagInt), v)
		case float64:
			b = binary.LittleEndian.AppendUint64(append(b, tagFloat), math.Float64bits(v))
		case string:
			b = binary.AppendUvarint(append(b, tagText), uint64(len(v)))
			b = append(b, v...)
		default:
			return nil, fmt.Errorf("a value of type %T", value)
		}
	}
	return b, nil
}

// Read decodes values from the start of b into values, and returns the rest. It
// accepts arbitrary bytes; the memory for the values is proportional to the
// size of b.
func Read(b []byte, values []any) (rest []byte, ok bool) {
	for i := range values {
		if values[i], b, ok = read(b); !ok {
			return nil, false
		}
	}
	return b, true
}

func read(b []byte) (value any, rest []byte, ok bool) {
	if len(b) == 0 {
		return nil, nil, false
	}
	tag, b := b[0], b[1:]
	switch tag {
	case tagNull:
		return nil, b, true
	case tagFalse, tagTrue:
		return tag == tagTrue, b, true
	case tagInt:
		v, n := binary.Varint(b)
		if n <= 0 {
			return nil, nil, false
		}
		return v, b[n:], true
	case tagFloat:
		if len(b) < 8 {
			return nil, nil, false
		}
		return math.Float64frombits(binary.LittleEndian.Uint64(b)), b[8:], true
	case tagText:
		length, n := binary.Uvarint(b)
		if n <= 0 || length > uint64(len(b)-n) {
			return nil, nil, false
		}
		b = b[n:]
		return string(b[:length]), b[length:], true
	default:
		return nil, nil, false
	}
}
