// Command bench compares the run times of stedi and its rivals for the same
// job: read the three landing tables of a lake and write the five derived ones;
// and for what people do with a lake that is built: check it, look at it, run
// again. Each run is a whole process, from start to exit, and counts only if its
// tables, or its output, have the expected numbers of rows.
//
//	go run ./cmd/bench -scales 1,10,100 -readme README.md
//	go run ./cmd/bench -scales 1,10 -rivals embedded -targets cpu -slack 4
//
// The tables go to stdout, progress to stderr. The exit code is 1 if a rival
// failed or a target was missed, and 2 for a usage error.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

const (
	exitDone = iota
	exitFailed
	exitUsage
)

func main() {
	if code, ok := beChild(os.Args, os.Stderr); ok {
		os.Exit(code)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// narrator prints the progress and ignores write errors.
type narrator struct{ io.Writer }

func (n narrator) say(format string, args ...any) { _, _ = fmt.Fprintf(n, format+"\n", args...) }

// Run runs the program with the given arguments and streams, and returns the
// exit code.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case err != nil:
		narrator{stderr}.say("bench: %v", err)
		return exitUsage
	}
	b := &bench{options: o, progress: narrator{stderr}, settle: flush}
	if err := b.run(ctx, stdout); err != nil {
		narrator{stderr}.say("bench: %v", err)
		return exitFailed
	}
	return exitDone
}
