// Command bench measures how long stedi and its rivals take for the same job:
// read the three landing tables of a lake, write the five derived ones. Each
// run is a whole process, from start to exit, and counts only if the tables
// that it wrote have the known numbers of rows.
//
//	go run ./cmd/bench -scales 1,10,100 -readme README.md
//	go run ./cmd/bench -scales 100 -rivals stedi,duckdb-expert -min-ratio 1.2
//
// The table goes to stdout, progress to stderr. It exits with 1 if a rival
// failed or stedi is too slow, with 2 if it was called wrongly.
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
	if code, ok := child(os.Args, os.Stderr); ok {
		os.Exit(code)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// narrator prints the progress of the run. A failed write does not cause it to
// stop.
type narrator struct{ io.Writer }

func (n narrator) say(format string, args ...any) { _, _ = fmt.Fprintf(n, format+"\n", args...) }

// Run is the program without the process around it.
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
