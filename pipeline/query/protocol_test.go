package query

import (
	"bufio"
	"bytes"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/frames"
)

func TestPagesCrossUnharmed(t *testing.T) {
	rows := [][]any{
		{nil, true, int64(math.MinInt64), 0.1, "", "a\x00\x1b]0;x\x07\u2028\U0001F600"},
		{false, int64(math.MaxInt64), math.Inf(-1), "\xff", nil, strings.Repeat("x", 1<<20)},
	}
	b, err := encodePage(rows)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodePage(b, 6)
	if err != nil || !reflect.DeepEqual(got, rows) {
		t.Errorf("%v", err)
	}
	for n := range 60 {
		if _, err := decodePage(b[:n], 6); err == nil {
			t.Errorf("%d bytes of a page are one", n)
		}
	}
	if _, err := decodePage(append(b, 0), 6); err == nil {
		t.Error("more than a page is one")
	}
	if _, err := decodePage(b, 5); err == nil {
		t.Error("a page of six columns is one of five")
	}
}

func TestTooLongAMessageIsNotSent(t *testing.T) {
	if _, err := encodePage([][]any{{strings.Repeat("x", frames.Max)}}); !errors.Is(err, frames.ErrTooLong) {
		t.Error(err)
	}
}

// FuzzFrame checks that for any bytes from the child, the parent neither panics
// nor uses disproportionate memory.
func FuzzFrame(f *testing.F) {
	page, err := encodePage([][]any{{nil, true}, {int64(5), "x"}, {0.5, false}})
	if err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	if err := frames.Write(&b, kindPage, page); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("x\x02\x00\x00\x00{}"))
	f.Add([]byte("p\x0a\xff\xff\xff\x0f\xff\xff\x0f\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		message, err := frames.Read(bufio.NewReader(bytes.NewReader(b)))
		if err != nil {
			return
		}
		var columns []pipeline.ResultColumn
		_ = message.Decode(kindColumns, &columns)
		var fault faultMessage
		_ = message.Decode(kindFault, &fault)
		rows, err := decodePage(message.Payload, 2)
		if err != nil {
			return
		}
		again, err := encodePage(rows)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := decodePage(again, 2)
		// DeepEqual treats NaN as different from itself.
		if len(rows) > 0 && (err != nil || len(twice) != len(rows)) {
			t.Fatalf("%d rows, then %d: %v", len(rows), len(twice), err)
		}
	})
}
