package main

import (
	"bufio"
	"context"
	"io"

	"github.com/spf13/pflag"

	"stedi/pipeline"
	"stedi/pipeline/frames"
)

// A command that the screens have started talks to them in frames. On stdout it
// sends events, then the record, and at last the failure if there is one. On
// stdin it gets the names of steps to cancel; the end of the stream cancels the
// command, so that none works for a screen that is gone.
const (
	kindEvent  frames.Kind = 'e'
	kindRecord frames.Kind = 'r'
	kindCancel frames.Kind = 'c'
)

// addSteered adds the flag of commands that the screens start.
func (p *program) addSteered(flags *pflag.FlagSet) {
	flags.BoolVar(&p.framed, "steered", false, "talk to the parent process in frames, and end when stdin closes")
	flags.Lookup("steered").Hidden = true
}

// steered reads what the parent process asks for. The context ends with the
// stream. The screens interrupt a command that the user cancels, so the cause of
// an interrupt is the user, not a signal.
func (p *program) steered(ctx context.Context) (context.Context, <-chan string, func()) {
	outer := ctx
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(outer))
	unwatch := context.AfterFunc(outer, func() {
		cause := context.Cause(outer)
		if pipeline.KindOf(cause) == pipeline.Cancelled {
			cause = cancelled("cancelled by the user")
		}
		cancel(cause)
	})
	cancels := make(chan string, 16)
	go func() { // ends with the process, for nothing ends a read from a pipe
		in := bufio.NewReader(p.stdin)
		for {
			var table string
			f, err := frames.Read(in)
			if err != nil || f.Decode(kindCancel, &table) != nil {
				break
			}
			select {
			case cancels <- table:
			case <-ctx.Done():
			}
		}
		cancel(cancelled("cancelled: the parent process exited"))
	}()
	return ctx, cancels, func() {
		unwatch()
		cancel(nil)
	}
}

func cancelled(why string) error {
	return pipeline.Fail(pipeline.Cancelled, "", "No table was left half written; run again to continue.", "%s", why)
}

// framePrinter shows a run to the parent process.
type framePrinter struct {
	out io.Writer
	err error
}

func (f *framePrinter) event(e pipeline.Event) {
	if f.err == nil {
		f.err = frames.Send(f.out, kindEvent, e)
	}
}

func (f *framePrinter) stop() {}

func (f *framePrinter) end(record *pipeline.Record) error {
	if f.err == nil {
		f.err = frames.Send(f.out, kindRecord, record)
	}
	return f.err
}

// sendFailure tells the parent process how the command has failed.
func (p *program) sendFailure(err error) {
	if p.framed && err != nil {
		_ = frames.Send(p.stdout, frames.KindFailure, frames.FailureOf(err)) // a parent that is gone needs no failure
	}
}
