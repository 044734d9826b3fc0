package ndjson

import (
	"bytes"
	"math/bits"
	"strconv"
)

// uint128 is the absolute value of a decimal without its decimal point.
type uint128 struct{ high, low uint64 }

func (u uint128) times(n uint64) uint128 {
	high, low := bits.Mul64(u.low, n)
	return uint128{u.high*n + high, low}
}

func (u uint128) plus(n uint64) uint128 {
	low, carry := bits.Add64(u.low, n, 0)
	return uint128{u.high + carry, low}
}

// negated returns the two's complement.
func (u uint128) negated() uint128 {
	low, borrow := bits.Sub64(0, u.low, 0)
	high, _ := bits.Sub64(0, u.high, borrow)
	return uint128{high, low}
}

// byTen divides by ten and returns the quotient and the remainder.
func (u uint128) byTen() (quotient uint128, digit byte) {
	high, rest := u.high/10, u.high%10
	low, rest := bits.Div64(rest, u.low, 10)
	return uint128{high, low}, byte(rest)
}

// decimalText is a parsed number: its digits without leading and trailing
// zeros, and the power of ten of the last digit.
type decimalText struct {
	negative bool
	digits   []byte
	exponent int
}

// decimalOf parses a JSON number; ok is false if text is not a number. The
// digits are appended to scratch.
func decimalOf(text, scratch []byte) (d decimalText, ok bool) {
	text, d.negative = bytes.CutPrefix(text, []byte("-"))
	mantissa, power := text, []byte(nil)
	if e := bytes.IndexAny(text, "eE"); e >= 0 {
		mantissa, power = text[:e], text[e+1:]
		n, err := strconv.Atoi(string(power))
		if err != nil || n > 1<<20 || n < -1<<20 {
			return d, false
		}
		d.exponent = n
	}
	whole, fraction, point := bytes.Cut(mantissa, []byte("."))
	if len(whole) == 0 || point && len(fraction) == 0 || len(whole) > 1 && whole[0] == '0' {
		return d, false
	}
	d.digits = append(append(scratch[:0], whole...), fraction...)
	for _, c := range d.digits {
		if c-'0' > 9 {
			return d, false
		}
	}
	d.exponent -= len(fraction)
	d.digits = bytes.TrimLeft(d.digits, "0")
	significant := bytes.TrimRight(d.digits, "0")
	d.exponent += len(d.digits) - len(significant)
	d.digits = significant
	return d, true
}

const (
	decimalScale = "more digits after the point than %s holds"
	decimalRange = "out of the range of %s"
)

// scaled returns the number without its decimal point. If it does not fit,
// misfit is the reason as a format for the type.
func (d decimalText) scaled(precision, scale int) (value uint128, misfit string) {
	zeros := d.exponent + scale
	switch {
	case len(d.digits) == 0:
		return value, ""
	case len(d.digits)+zeros > precision:
		return value, decimalRange
	case zeros < 0:
		return value, decimalScale
	}
	for _, c := range d.digits {
		value = value.times(10).plus(uint64(c - '0'))
	}
	for range zeros {
		value = value.times(10)
	}
	if d.negative {
		value = value.negated()
	}
	return value, ""
}

// appendDecimal appends a number with all digits after the decimal point that
// the scale requires.
func appendDecimal(dst []byte, value uint128, scale int) []byte {
	if int64(value.high) < 0 {
		dst, value = append(dst, '-'), value.negated()
	}
	var reversed [40]byte
	n := 0
	for ; n <= scale || value != (uint128{}); n++ {
		var digit byte
		value, digit = value.byTen()
		reversed[n] = '0' + digit
	}
	for n--; n >= 0; n-- {
		dst = append(dst, reversed[n])
		if n == scale && scale > 0 {
			dst = append(dst, '.')
		}
	}
	return dst
}
