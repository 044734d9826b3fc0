package frames

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"

	"stedi/pipeline"
)

func TestFramesArriveInOrder(t *testing.T) {
	var b bytes.Buffer
	for i := range 3 {
		if err := Send(&b, 'n', i); err != nil {
			t.Fatal(err)
		}
	}
	if err := Write(&b, 'b', []byte("\x00\xff\n")); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(&b)
	for want := range 3 {
		var got int
		f, err := Read(r)
		if err = errors.Join(err, f.Decode('n', &got)); err != nil || got != want {
			t.Errorf("%d arrives as %d: %v", want, got, err)
		}
	}
	if f, err := Read(r); err != nil || f.Kind != 'b' || string(f.Payload) != "\x00\xff\n" {
		t.Errorf("%v, %v", f, err)
	}
	if _, err := Read(r); !errors.Is(err, io.EOF) {
		t.Errorf("the end is %v", err)
	}
}

func TestInvalidFramesAreErrors(t *testing.T) {
	long := binary.LittleEndian.AppendUint32([]byte("n"), Max+1)
	for name, c := range map[string]struct {
		bytes string
		want  error
	}{
		"a head that is cut off":    {"n\x01\x00", io.ErrUnexpectedEOF},
		"a payload that is cut off": {"n\x05\x00\x00\x00[1]", io.ErrUnexpectedEOF},
		"no payload":                {"n\xff\x00\x00\x00", io.ErrUnexpectedEOF},
		"too long a payload":        {string(long), ErrTooLong},
	} {
		if _, err := Read(bufio.NewReader(strings.NewReader(c.bytes))); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if err := Write(io.Discard, 'n', make([]byte, Max+1)); !errors.Is(err, ErrTooLong) {
		t.Errorf("too long a payload is sent: %v", err)
	}
	var n int
	if err := (Frame{'n', []byte("{")}).Decode('n', &n); err == nil {
		t.Error("broken JSON is a message")
	}
	if err := (Frame{'n', []byte("1")}).Decode('m', &n); err == nil || n != 0 {
		t.Error("a frame of another kind is a message")
	}
}

func TestFailuresKeepTheirParts(t *testing.T) {
	data := pipeline.Fail(pipeline.BadData, "t", "Fix the lines.", "2 lines rejected:\n  a:1\n  b:2")
	for name, c := range map[string]struct {
		err  error
		want Failure
	}{
		"a failure":                 {data, Failure{pipeline.BadData, "t", "2 lines rejected:\n  a:1\n  b:2", "Fix the lines."}},
		"without a fix":             {pipeline.Fail(pipeline.Conflict, "", "", "locked"), Failure{pipeline.Conflict, "", "locked", ""}},
		"a fix of two lines":        {pipeline.Fail(pipeline.BadUsage, "", "One.\nTwo.", "no"), Failure{pipeline.BadUsage, "", "no", "One.\nTwo."}},
		"with words before it":      {fmt.Errorf("step: %w", data), Failure{pipeline.BadData, "", "step: t: 2 lines rejected:\n  a:1\n  b:2", "Fix the lines."}},
		"another error, then it":    {errors.Join(errors.New("first"), data), Failure{pipeline.BadEngine, "", "first\nt: 2 lines rejected:\n  a:1\n  b:2", "Fix the lines."}},
		"it, then another error":    {errors.Join(data, errors.New("last")), Failure{pipeline.BadEngine, "", "t: 2 lines rejected:\n  a:1\n  b:2\n  Fix the lines.\nlast", ""}},
		"an error":                  {fs.ErrPermission, Failure{pipeline.Denied, "", "permission denied", ""}},
		"a failure without a right": {pipeline.Fail(pipeline.BadEngine, "", "Ask.", "%w", fs.ErrPermission), Failure{pipeline.Denied, "", "permission denied", "Ask."}},
	} {
		var b bytes.Buffer
		if err := Send(&b, KindFailure, FailureOf(c.err)); err != nil {
			t.Fatal(err)
		}
		f, err := Read(bufio.NewReader(&b))
		var got Failure
		if err = errors.Join(err, f.Decode(KindFailure, &got)); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		back := got.Err()
		if back.Error() != c.err.Error() || pipeline.KindOf(back) != pipeline.KindOf(c.err) {
			t.Errorf("%s: it is %q of kind %d", name, back, pipeline.KindOf(back))
		}
	}
}

// FuzzRead: for any bytes a reader neither panics nor takes memory out of
// proportion, and what it has read is written as the same bytes.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	for _, message := range []any{1, "x", FailureOf(io.EOF)} {
		if err := Send(&b, KindFailure, message); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(b.Bytes())
	f.Add([]byte("x\x02\x00\x00\x00{}"))
	f.Add([]byte("x\xff\xff\xff\x03{}"))
	f.Add([]byte("\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bufio.NewReader(bytes.NewReader(b))
		var again bytes.Buffer
		for {
			frame, err := Read(r)
			if err != nil {
				break
			}
			if cap(frame.Payload) > 4*len(b)+1024 {
				t.Fatalf("%d bytes for %d", cap(frame.Payload), len(b))
			}
			var failure Failure
			if frame.Decode(KindFailure, &failure) == nil && failure.Err() == nil {
				t.Fatal("a failure is none")
			}
			if err := Write(&again, frame.Kind, frame.Payload); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.HasPrefix(b, again.Bytes()) {
			t.Fatalf("%q is written as %q", b, again.Bytes())
		}
	})
}
