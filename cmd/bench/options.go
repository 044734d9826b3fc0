package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// options are the validated flags, with absolute paths.
type options struct {
	stedi   string
	scripts string
	venv    string
	work    string
	readme  string
	scales  []int // ascending
	rounds  int
	rivals  []string
	install bool
	limit   time.Duration
	seed    uint64
	targets string // what the targets compare: none, wall or cpu
	slack   float64
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	var scales, rivals string
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.stedi, "stedi", "bin/stedi", "the program to measure")
	flags.StringVar(&o.scripts, "scripts", "testdata/bench", "folder of the rivals' scripts")
	flags.StringVar(&o.venv, "venv", ".cache/bench-venv", "folder of the rivals' Python packages")
	flags.StringVar(&o.work, "work", "", "folder for lakes and outputs; lakes are kept for the next time (default: a temporary one)")
	flags.StringVar(&o.readme, "readme", "", "file whose block between "+beginMark+" and "+endMark+" gets the table")
	flags.StringVar(&scales, "scales", "1,10,100", "sizes of the lakes, as factors of the original data set")
	flags.StringVar(&rivals, "rivals", "embedded", "who takes part, of "+strings.Join(rivalNames(), ",")+"; embedded: those that need no installation; all: all, installing what is absent")
	flags.IntVar(&o.rounds, "rounds", 5, "measured rounds, after one to warm up")
	flags.DurationVar(&o.limit, "limit", 10*time.Minute, "longest time for one run")
	flags.Uint64Var(&o.seed, "seed", 42, "of the lakes and of the order of the runs")
	flags.StringVar(&o.targets, "targets", wallTargets, "what the targets compare: wall, cpu (for a busy machine: ratios of CPU times) or none")
	flags.Float64Var(&o.slack, "slack", 1, "factor by which a target may be missed")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	err := errors.Join(o.setScales(scales), o.setRivals(rivals), o.absolute())
	if err != nil {
		return o, err
	}
	return o, o.check()
}

func (o *options) setScales(text string) error {
	for field := range strings.SplitSeq(text, ",") {
		scale, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || scale < 1 {
			return fmt.Errorf("-scales %s: want whole numbers from 1", text)
		}
		o.scales = append(o.scales, scale)
	}
	slices.Sort(o.scales)
	o.scales = slices.Compact(o.scales)
	return nil
}

func (o *options) setRivals(text string) error {
	switch text {
	case "all":
		o.rivals, o.install = rivalNames(), true
		return nil
	case "embedded":
		o.rivals = embedded()
		return nil
	}
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		if !slices.Contains(rivalNames(), name) {
			return fmt.Errorf("-rivals: unknown rival %q; the rivals are %s", name, strings.Join(rivalNames(), ", "))
		}
		if !slices.Contains(o.rivals, name) {
			o.rivals = append(o.rivals, name)
		}
	}
	return nil
}

// absolute makes all paths absolute, because the children run in another
// folder.
func (o *options) absolute() error {
	for _, path := range []*string{&o.stedi, &o.scripts, &o.venv, &o.work, &o.readme} {
		if *path == "" {
			continue
		}
		full, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = full
	}
	return nil
}

// check validates the options, so that errors appear before the measurement.
func (o *options) check() error {
	switch {
	case o.rounds < 1:
		return fmt.Errorf("-rounds %d: want at least 1", o.rounds)
	case o.limit <= 0:
		return fmt.Errorf("-limit %s: want a time above 0", o.limit)
	case o.slack < 1:
		return fmt.Errorf("-slack %g: want a number from 1", o.slack)
	case !slices.Contains([]string{noTargets, wallTargets, cpuTargets}, o.targets):
		return fmt.Errorf("-targets %s: want %s, %s or %s", o.targets, wallTargets, cpuTargets, noTargets)
	}
	if o.readme == "" {
		return nil
	}
	text, err := os.ReadFile(o.readme)
	if err != nil {
		return err
	}
	if _, err := replaceBlock(string(text), ""); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(o.readme), err)
	}
	return nil
}
