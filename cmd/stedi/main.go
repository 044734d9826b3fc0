// Command stedi explores and runs a three-zone data lake.
//
// Output rules: stdout carries data, stderr carries the story. A terminal gets
// colour and a live line, a pipe gets plain text and a heartbeat. Nothing asks
// a question, and every way out has an exit code of its own (see failure.go in
// package pipeline).
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"stedi/pipeline"
	"stedi/pipeline/query"
)

func main() { os.Exit(execute(func(*program) {})) }

// execute is main without the exit, so that what it defers happens. Tests adjust
// the program before it starts.
func execute(adjust func(*program)) int {
	if query.IsChild(os.Args[1:]) {
		return query.ChildMain(context.Background(), os.Stdin, os.Stdout)
	}
	if isRestorer(os.Args[1:]) {
		return restoreLater(os.Stdin, os.Stdout)
	}
	// A crash, also one of the engine, ends with SIGABRT rather than with the
	// status of wrong usage.
	debug.SetTraceback("crash")
	// A file size limit is an error of the write that meets it.
	signal.Ignore(syscall.SIGXFSZ)
	ctx, stop := withSignals(context.Background())
	defer stop()
	p := &program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.LookupEnv, self: os.Executable}
	adjust(p)
	err := p.execute(ctx, os.Args[1:])
	return int(pipeline.KindOf(err))
}

// withSignals ends the context at the first signal, with an exit code of its
// own; the second one leaves at once. An interrupt or a hangup that was ignored
// when the program started stays ignored.
func withSignals(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGABRT} {
		if !signal.Ignored(s) { // nohup ignores one, and a shell some for what runs in the background
			signal.Notify(signals, s)
		}
	}
	done := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-signals:
				kind := kindOf(s)
				if ctx.Err() != nil {
					os.Exit(int(kind))
				}
				cancel(&pipeline.Failure{Kind: kind, Err: errors.New("cancelled by a signal: " + s.String()), Fix: "No table was left half written; run again to continue."})
			case <-done:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}

func kindOf(s os.Signal) pipeline.Kind {
	switch s {
	case syscall.SIGTERM:
		return pipeline.Terminated
	case syscall.SIGHUP:
		return pipeline.HungUp
	case syscall.SIGQUIT:
		return pipeline.Quit
	case syscall.SIGABRT:
		return pipeline.Aborted
	default:
		return pipeline.Cancelled
	}
}
