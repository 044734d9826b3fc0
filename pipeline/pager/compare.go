package pager

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"stedi/pipeline/printable"
)

// compare orders two values of one column. Nulls come last, ascending or
// descending.
func compare(a, b any, numbers, descending bool) int {
	switch {
	case a == nil || b == nil:
		return cmp.Compare(null(a), null(b))
	case descending:
		return values(b, a, numbers)
	default:
		return values(a, b, numbers)
	}
}

func null(v any) int {
	if v == nil {
		return 1
	}
	return 0
}

// values orders two values that are not null. Numbers that do not fit a machine
// type are texts.
func values(a, b any, numbers bool) int {
	switch a := a.(type) {
	case int64:
		if b, ok := b.(int64); ok {
			return cmp.Compare(a, b)
		}
		if b, ok := b.(float64); ok {
			return floats(float64(a), b)
		}
	case float64:
		if b, ok := b.(float64); ok {
			return floats(a, b)
		}
		if b, ok := b.(int64); ok {
			return floats(a, float64(b))
		}
	case bool:
		if b, ok := b.(bool); ok {
			return cmp.Compare(printable.Value(a), printable.Value(b)) // false before true
		}
	}
	if numbers {
		return decimals(plain(a), plain(b))
	}
	return cmp.Compare(printable.Value(a), printable.Value(b))
}

// floats orders numbers; NaN comes after all others.
func floats(a, b float64) int {
	if math.IsNaN(a) || math.IsNaN(b) {
		return -cmp.Compare(a, b)
	}
	return cmp.Compare(a, b)
}

// plain formats a number without an exponent.
func plain(v any) string {
	if x, ok := v.(float64); ok {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return printable.Value(v)
}

// decimals orders numbers of any length by their digits.
func decimals(a, b string) int {
	a, negative := strings.CutPrefix(a, "-")
	b, other := strings.CutPrefix(b, "-")
	if negative != other {
		return cmp.Compare(sign(negative), sign(other))
	}
	whole, fraction, _ := strings.Cut(a, ".")
	whole2, fraction2, _ := strings.Cut(b, ".")
	whole, whole2 = strings.TrimLeft(whole, "0"), strings.TrimLeft(whole2, "0")
	fraction, fraction2 = strings.TrimRight(fraction, "0"), strings.TrimRight(fraction2, "0")
	return sign(negative) * cmp.Or(cmp.Compare(len(whole), len(whole2)), cmp.Compare(whole, whole2), cmp.Compare(fraction, fraction2))
}

func sign(negative bool) int {
	if negative {
		return -1
	}
	return 1
}

// holds reports whether a condition holds for a value. The operand has the type
// of the column; for Contains and StartsWith it is in lower case.
func (o Op) holds(v, with any, numbers bool) bool {
	text, _ := with.(string)
	switch {
	case o == IsNull || o == Equal && with == nil:
		return v == nil
	case o == NotNull || o == NotEqual && with == nil:
		return v != nil
	case v == nil:
		return o == NotEqual
	case o == IsEmpty:
		return v == ""
	case o == Contains:
		return strings.Contains(strings.ToLower(printable.Value(v)), text)
	case o == StartsWith:
		return strings.HasPrefix(strings.ToLower(printable.Value(v)), text)
	}
	c := values(v, with, numbers)
	return map[Op]bool{Equal: c == 0, NotEqual: c != 0, Less: c < 0, AtMost: c <= 0, Greater: c > 0, AtLeast: c >= 0}[o]
}
