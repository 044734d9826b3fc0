package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/frames"
)

// sent are frames as a child writes them.
func sent(tb testing.TB, messages ...any) []byte {
	tb.Helper()
	var b bytes.Buffer
	printer := &framePrinter{out: &b}
	for _, m := range messages {
		switch m := m.(type) {
		case pipeline.Event:
			printer.event(m)
		case *pipeline.Record:
			_ = printer.end(m)
		case error:
			(&program{process: process{stdout: &b}, invocation: invocation{framed: true}}).sendFailure(m)
		case string:
			b.WriteString(m)
		}
	}
	if printer.err != nil {
		tb.Fatal(printer.err)
	}
	return b.Bytes()
}

func TestWhatAChildSendsArrives(t *testing.T) {
	killed := errors.New("signal: killed")
	event := pipeline.Event{Run: "1", Step: "t", State: pipeline.Running}
	record := &pipeline.Record{Run: "1", Status: "ok"}
	details := pipeline.Fail(pipeline.BadData, "t", "Fix the lines.", "2 lines rejected:\n  a:1\n  b:2")
	for name, c := range map[string]struct {
		out      []byte
		ended    error
		events   int
		run      string
		recorded bool
		kind     pipeline.Kind
		text     string
	}{
		"a run":                        {sent(t, event, event, record), nil, 2, "1", true, pipeline.Done, ""},
		"failed checks":                {sent(t, event, record, &explainedError{pipeline.Fail(pipeline.BadData, "", "", "1 check failed.")}), errors.New("exit status 1"), 1, "1", true, pipeline.BadData, "1 check failed."},
		"a failure with details":       {sent(t, event, record, details), errors.New("exit status 1"), 1, "1", true, pipeline.BadData, details.Error()},
		"a failure before it ran":      {sent(t, pipeline.Fail(pipeline.Conflict, "", "Wait.", "locked")), errors.New("exit status 5"), 0, "", false, pipeline.Conflict, "locked\n  Wait."},
		"killed in a run":              {sent(t, event), killed, 1, "1", false, pipeline.BadEngine, "the process of the run ended: signal: killed\n  Run again; unfinished work is cleaned up first."},
		"killed in a message":          {sent(t, event, "e\x50\x00\x00\x00{"), killed, 1, "1", false, pipeline.BadEngine, "the process of the run ended: signal: killed\n  Run again; unfinished work is cleaned up first."},
		"killed before it ran":         {nil, killed, 0, "", false, pipeline.BadEngine, "the process of the run ended: signal: killed\n  Run again; unfinished work is cleaned up first."},
		"a message that is cut off":    {sent(t, event, "e\x50\x00\x00\x00{"), nil, 1, "1", false, pipeline.BadEngine, "the run process sent an invalid answer: unexpected EOF\n  Run again; unfinished work is cleaned up first."},
		"text instead of a message":    {sent(t, event, "panic: no\n", event), nil, 1, "1", false, pipeline.BadEngine, "the run process sent an invalid answer: " + frames.ErrTooLong.Error() + "\n  Run again; unfinished work is cleaned up first."},
		"a message of an unknown kind": {sent(t, event, "q\x02\x00\x00\x00{}"), nil, 1, "1", false, pipeline.BadEngine, `the run process sent an invalid answer: received "q", expected "e"` + "\n  Run again; unfinished work is cleaned up first."},
	} {
		events := 0
		got := listen(bytes.NewReader(c.out), func(e pipeline.Event) {
			if e.Step != "t" || e.State != pipeline.Running {
				t.Errorf("%s: the event %+v", name, e)
			}
			events++
		})
		if events != c.events || got.run != c.run || (got.record != nil) != c.recorded {
			t.Errorf("%s: %d events, %+v", name, events, got)
		}
		err := got.failureOf(t.Context(), c.ended)
		if err == nil && c.text != "" || err != nil && err.Error() != c.text || pipeline.KindOf(err) != c.kind {
			t.Errorf("%s: %v of kind %d", name, err, pipeline.KindOf(err))
		}
	}
}

func TestAChildThatIsInterruptedAsItStartsIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		said said
		kind pipeline.Kind
	}{
		{said{}, pipeline.Cancelled},
		{said{run: "1"}, pipeline.BadEngine}, // it does not end at once, and is killed
	} {
		if err := c.said.failureOf(ctx, errors.New("signal: interrupt")); pipeline.KindOf(err) != c.kind {
			t.Errorf("run %q: %v", c.said.run, err)
		}
	}
}

// A child that waits for its reader would never end.
func TestEverythingOfAChildIsRead(t *testing.T) {
	out := strings.NewReader("no frame at all: " + strings.Repeat("x", 1<<20))
	if got := listen(out, func(pipeline.Event) {}); got.invalid == nil || out.Len() > 0 {
		t.Errorf("%v, and %d bytes are left", got.invalid, out.Len())
	}
}

func TestCancelledTablesReachAChild(t *testing.T) {
	in, out := io.Pipe()
	p := &program{process: process{stdin: in}}
	ctx, got, end := p.steered(t.Context())
	defer end()
	cancels := make(chan string)
	stop := steer(out, cancels)
	for _, table := range []string{"a", "b\ncancel c"} {
		cancels <- table
		if name := <-got; name != table {
			t.Errorf("%q arrives as %q", table, name)
		}
	}
	if ctx.Err() != nil {
		t.Error("the run ended with a step")
	}
	stop()
	<-ctx.Done() // the end of the stream is the end of the run
}

// FuzzListen: for any bytes from a child, the screens go on.
func FuzzListen(f *testing.F) {
	f.Add(sent(f, pipeline.Event{Run: "1"}, &pipeline.Record{Run: "1"}, pipeline.Fail(pipeline.BadData, "t", "Fix it.", "bad")))
	f.Add([]byte("x\x02\x00\x00\x00{}"))
	f.Add([]byte("r\x04\x00\x00\x00null"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got := listen(bytes.NewReader(b), func(pipeline.Event) {})
		if got.failure != nil && got.failureOf(t.Context(), nil) == nil {
			t.Fatal("a failure is none")
		}
		if got.invalid != nil && got.failure == nil && got.failureOf(t.Context(), nil) == nil {
			t.Fatal("something else than a frame is no failure")
		}
	})
}

// The screens interrupt the process of a run that the user cancels with a key.
func TestAnInterruptOfASteeredCommandIsTheUsers(t *testing.T) {
	for _, test := range []struct {
		kind pipeline.Kind
		want string
	}{{pipeline.Cancelled, "cancelled by the user"}, {pipeline.Terminated, "cancelled by a signal"}} {
		outer, signal := context.WithCancelCause(t.Context())
		in, out := io.Pipe()
		p := &program{process: process{stdin: in}}
		ctx, _, end := p.steered(outer)
		signal(pipeline.Fail(test.kind, "", "", "cancelled by a signal"))
		<-ctx.Done()
		if err := context.Cause(ctx); pipeline.KindOf(err) != test.kind || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("the cause is %v", err)
		}
		end()
		_ = out.Close()
	}
}
