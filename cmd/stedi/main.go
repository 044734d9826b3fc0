// Command stedi explores and runs a three-zone data lake.
//
// Data goes to stdout, progress and messages go to stderr. A terminal gets
// colours and a live line; a pipe gets plain text and a periodic line. A
// terminal is asked before tables are removed, before queries that cost
// something, and for the code of an MFA device. Each kind of failure has its own
// exit code (see failure.go in package pipeline).
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

// execute runs the program and returns the exit code, so that deferred calls
// run before the exit. Tests change the program through adjust.
func execute(adjust func(*program)) int {
	delayCollections()
	if query.IsChild(os.Args[1:]) {
		return query.ChildMain(context.Background(), os.Stdin, os.Stdout)
	}
	if isRestorer(os.Args[1:]) {
		return restoreLater(os.Stdin, os.Stdout)
	}
	// A crash, including one of the engine, ends with SIGABRT, because the
	// default status 2 means wrong usage.
	debug.SetTraceback("crash")
	// The write that exceeds a file size limit returns an error instead.
	signal.Ignore(syscall.SIGXFSZ)
	ctx, stop := withSignals(context.Background())
	defer stop()
	p := &program{process: process{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.LookupEnv, self: os.Executable}}
	adjust(p)
	err := p.execute(ctx, os.Args[1:])
	return int(pipeline.KindOf(err))
}

// withSignals returns a context that the first signal cancels, with the exit
// code of that signal as its cause; the second signal exits at once. Signals
// that were ignored when the program started stay ignored.
func withSignals(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGABRT} {
		if !signal.Ignored(s) { // nohup ignores SIGHUP, and shells ignore some signals for background jobs
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
