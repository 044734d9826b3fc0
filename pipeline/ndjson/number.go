package ndjson

import (
	"math"
	"math/bits"
	"strconv"
)

// padding is the number of spare bytes after the last line of a buffer. With
// it, eight bytes can be loaded at any position, and a literal compared.
const padding = 256

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// tens are the powers of ten up to eight digits.
var tens = [9]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

// digits parses decimal digits from i as the continuation of n. It returns the
// value and the position after the digits. The value is exact up to 19 digits.
func digits(b []byte, i int, n uint64) (uint64, int) {
	for {
		// Each byte of a digit becomes 0–9; other bytes are marked. A carry can
		// only set false marks above a true one.
		x := load(b, i) ^ '0'*ones
		marks := (x | (x + 0x7676767676767676)) & highs
		if marks == 0 {
			n = n*1e8 + eight(x)
			i += 8
			continue
		}
		count := bits.TrailingZeros64(marks) >> 3
		// The shift moves the digits up and puts zeros before them. There are
		// two shifts because a shift by 64 bits would need a branch.
		return n*tens[count] + eight(x<<8<<(8*(7-count)&63)), i + count
	}
}

// eight converts eight digits, the first in the lowest byte, to a number. It
// combines pairs first, then all four pairs with two multiplications.
func eight(x uint64) uint64 {
	x = x*10 + x>>8
	return ((x&0x000000FF000000FF)*(100+1_000_000<<32) + (x>>16&0x000000FF000000FF)*(1+10_000<<32)) >> 32
}

// integer parses a JSON integer at i. The end is -1 if there is no number at i,
// or if it has a fraction, an exponent, or more than 64 bits.
func integer(b []byte, i int) (value int64, end int) {
	negative := b[i] == '-'
	if negative {
		i++
	}
	n, end := digits(b, i, 0)
	switch count := end - i; {
	case count == 0, count > 19, count > 1 && b[i] == '0', b[end] == '.', b[end]|0x20 == 'e':
		return 0, -1
	}
	if negative {
		if n > 1<<63 {
			return 0, -1
		}
		return int64(-n), end
	}
	if n > math.MaxInt64 {
		return 0, -1
	}
	return int64(n), end
}

// exact are the powers of ten that a float64 holds without rounding.
var exact = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// float parses a JSON number at i, correctly rounded. The end is -1 if there is
// no number at i, or if it is too large for a float64.
func float(b []byte, i int) (value float64, end int) {
	start := i
	if b[i] == '-' {
		i++
	}
	first := i
	if x, ok := oneDigit(b, i); ok {
		if first != start {
			x = -x
		}
		return x, i + 3
	}
	n, i := digits(b, i, 0)
	count, fraction := i-first, 0
	if count == 0 || count > 1 && b[first] == '0' {
		return 0, -1
	}
	if b[i] == '.' {
		dot := i
		n, i = digits(b, i+1, n)
		if fraction = i - dot - 1; fraction == 0 {
			return 0, -1
		}
	}
	// A whole number below 2⁵³ divided by an exact power of ten needs one
	// division, and one division is correctly rounded.
	if b[i]|0x20 == 'e' || count+fraction > 19 || n > 1<<53 {
		return floatSlow(b, start, i)
	}
	value = float64(n) / exact[fraction]
	if first != start {
		value = -value
	}
	return value, i
}

// oneDigit parses numbers such as 1.0, by far the most frequent ones.
func oneDigit(b []byte, i int) (float64, bool) {
	if b[i+1] == '.' && b[i+2] == '0' && (b[i+3] == ',' || b[i+3] == '}') && b[i]-'0' <= 9 {
		return float64(b[i] - '0'), true
	}
	return 0, false
}

func floatSlow(b []byte, start, i int) (value float64, end int) {
	if b[i]|0x20 == 'e' {
		i++
		if b[i] == '+' || b[i] == '-' {
			i++
		}
		first := i
		if _, i = digits(b, i, 0); i == first {
			return 0, -1
		}
	}
	value, err := strconv.ParseFloat(view(b[start:i]), 64)
	if err != nil {
		return 0, -1
	}
	return value, i
}
