package diagnose

import (
	"fmt"
	"math/big"
	"time"
)

// integer is a number of a result.
func integer(v any) int64 {
	switch v := v.(type) {
	case int64:
		return v
	case int32:
		return int64(v)
	case *big.Int:
		return v.Int64()
	case float64:
		return int64(v)
	default:
		return 0
	}
}

// plainValue makes a value of the driver one of JSON.
func plainValue(v any) any {
	switch v := v.(type) {
	case nil, bool, string, int64, int32, int16, int8, float64, float32:
		return v
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04:05.999999")
	case []byte:
		return string(v)
	default:
		return fmt.Sprint(v)
	}
}

// mask replaces a value by one that tells it apart from others of its column.
// Equal values have equal masks.
func (s *session) mask(column string, v any) any {
	if s.masksOf == nil {
		s.masksOf, s.masksIn = map[string]any{}, map[string]int{}
	}
	key := fmt.Sprintf("%T %v", v, v)
	if s.masksOf[key] == nil {
		s.masksIn[column]++
		s.masksOf[key] = fmt.Sprintf("%s-%d", column, s.masksIn[column])
		if _, text := v.(string); !text {
			s.masksOf[key] = s.masksIn[column]
		}
	}
	return s.masksOf[key]
}
