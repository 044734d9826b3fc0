package rowcode

import (
	"bytes"
	"math"
	"testing"
)

func TestValuesComeBackExactly(t *testing.T) {
	want := []any{
		nil, true, false, int64(math.MinInt64), int64(0), int64(math.MaxInt64), 0.1, math.Copysign(0, -1), math.Inf(1), math.Inf(-1),
		math.Float64frombits(0x7ff8000000000123), "", "a\x00b\xff\x1b[2J", "日本",
	}
	b, err := Append([]byte("before"), want)
	if err != nil {
		t.Fatal(err)
	}
	b = append(b, "after"...)
	got := make([]any, len(want))
	rest, ok := Read(b[len("before"):], got)
	if !ok || string(rest) != "after" {
		t.Fatalf("%v, %q", ok, rest)
	}
	for i := range want {
		a, isFloat := want[i].(float64)
		c, _ := got[i].(float64)
		if isFloat && math.Float64bits(a) != math.Float64bits(c) || !isFloat && got[i] != want[i] {
			t.Errorf("%v became %v", want[i], got[i])
		}
	}
}

func TestOtherValuesAreRefused(t *testing.T) {
	for _, v := range []any{1, float32(1), []byte("x"), struct{}{}} {
		if _, err := Append(nil, []any{v}); err == nil {
			t.Errorf("%T is taken", v)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("\x00\x01\x05\x03abc\x05\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), 3)
	f.Add([]byte("\x03\x80"), 1)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		values := make([]any, n&15)
		rest, ok := Read(b, values)
		if !ok {
			return
		}
		again, err := Append(nil, values)
		if err != nil {
			t.Fatal(err)
		}
		twice := make([]any, len(values))
		if left, ok := Read(append(again, rest...), twice); !ok || !bytes.Equal(left, rest) {
			t.Errorf("%v became %v", values, twice)
		}
	})
}
