// Command screenbench measures the response times of the screens: it runs the
// real program on a pseudo-terminal, presses keys and reads an emulated screen
// until the expected text appears.
//
//	go run ./cmd/screenbench -stedi bin/stedi -work .cache/bench-work
//
// The table goes to stdout, progress to stderr. The exit code is 1 if a
// measurement failed, and 2 for a usage error.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

const (
	exitDone = iota
	exitFailed
	exitUsage
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// options are the paths, the lake sizes and the number of measurements.
type options struct {
	stedi  string
	work   string
	scale  int
	files  int
	starts int
	keys   int
}

func parse(args []string, stderr io.Writer) (*options, error) {
	o := &options{}
	flags := flag.NewFlagSet("screenbench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.stedi, "stedi", filepath.Join("bin", "stedi"), "the program")
	flags.StringVar(&o.work, "work", filepath.Join(".cache", "bench-work"), "folder for lakes, which are kept")
	flags.IntVar(&o.scale, "scale", 100, "how many times the original row counts the big lake has")
	flags.IntVar(&o.files, "files", 100_000, "files in a landing folder of the lake of many files")
	flags.IntVar(&o.starts, "starts", 20, "starts of the program on each lake")
	flags.IntVar(&o.keys, "keys", 200, "keys pressed at each pace")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if o.scale < 1 || o.files < 1 || o.starts < 1 || o.keys < 1 {
		return nil, errors.New("every number must be at least 1")
	}
	absolute, err := filepath.Abs(o.stedi)
	o.stedi = absolute
	return o, err
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(stderr, format+"\n", args...) }
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case err != nil:
		say("screenbench: %v", err)
		return exitUsage
	}
	b := &bench{options: o, say: say}
	err = b.measure(ctx)
	b.report(stdout) // includes the measurements before an error
	if err != nil {
		say("screenbench: %v", err)
		return exitFailed
	}
	return exitDone
}
