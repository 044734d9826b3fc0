package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"stedi/pipeline"
	"stedi/pipeline/report"
)

// ciFlags are the flags for unattended runs.
type ciFlags struct {
	junit    string
	events   string
	failFast bool
	timeout  time.Duration
}

func (f *ciFlags) add(flags *pflag.FlagSet) {
	f.addReports(flags)
	flags.StringVar(&f.events, "events", "", "write events to this file as JSON lines; - is stdout, instead of the text")
	flags.BoolVar(&f.failFast, "fail-fast", false, "start nothing more after the first failure")
	flags.DurationVar(&f.timeout, "timeout", 0, "cancel after this time, such as 10m; 0 is never")
	markPath(flags, "events")
}

// addReports adds the flags that also apply to commands without a run.
func (f *ciFlags) addReports(flags *pflag.FlagSet) {
	flags.StringVar(&f.junit, "junit", "", "also write the report as JUnit XML there")
	markPath(flags, "junit")
}

// watcher receives the events of a run, in addition to the printer.
type watcher interface {
	event(pipeline.Event)
	end(*pipeline.Record) error
}

// watched is a printer with watchers.
type watched struct {
	printer
	watchers []watcher
	release  []func() error
	recorded bool
}

// watch prepares the printer and the watchers of a run, and sets its time
// limit. The caller must call close.
func (p *program) watch(ctx context.Context, f ciFlags) (context.Context, *watched, error) {
	w := &watched{printer: p.printer(), watchers: []watcher{&p.log}}
	if f.timeout < 0 {
		return ctx, nil, pipeline.Fail(pipeline.BadUsage, "", "", "--timeout %s%s: must be 0 or more", f.timeout, p.config.where("timeout"))
	}
	if err := p.openEvents(w, f.events); err != nil {
		return ctx, nil, err
	}
	if f.junit != "" {
		if err := writable(f.junit); err != nil {
			return ctx, nil, errors.Join(unwritable("--junit"+p.config.where("junit"), err), w.releaseAll())
		}
		w.watchers = append(w.watchers, junitFile(f.junit))
	}
	w.watchers = append(w.watchers, p.gitHub()...)
	if f.timeout > 0 {
		limited, cancel := context.WithTimeoutCause(ctx, f.timeout, pipeline.Fail(pipeline.BadEngine, "",
			"Finished tables stay; run again with a longer --timeout to continue.", "cancelled: not done within --timeout %s", f.timeout))
		w.release = append(w.release, func() error { cancel(); return nil })
		ctx = limited
	}
	return ctx, w, nil
}

func (w *watched) event(e pipeline.Event) {
	w.printer.event(e)
	for _, o := range w.watchers {
		o.event(e)
	}
}

func (w *watched) end(r *pipeline.Record) error {
	return errors.Join(w.printer.end(r), w.report(r))
}

func (w *watched) report(r *pipeline.Record) error {
	w.recorded = true
	var errs []error
	for _, o := range w.watchers {
		errs = append(errs, o.end(r))
	}
	return errors.Join(errs...)
}

// close releases the resources of watch. A run that could not start is reported
// as failed, because an old report in its place would be misleading.
func (w *watched) close(ctx context.Context, err error) error {
	if err != nil && !w.recorded {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		kind := pipeline.KindOf(err)
		err = errors.Join(err, w.report(&pipeline.Record{Run: "not started", Status: "failed", ExitCode: int(kind), Error: err.Error(), Started: time.Now()}))
	}
	return errors.Join(err, w.releaseAll())
}

func (w *watched) releaseAll() error {
	var err error
	for _, release := range w.release {
		err = errors.Join(err, release())
	}
	return err
}

// writable checks whether a report can be written later. It does not change an
// existing file, and leaves no new file behind.
func writable(name string) error {
	info, err := os.Stat(name)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil // opening a pipe would block until it has a reader
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o644) // the report contains no row data, so others may read it
	if err != nil {
		return err
	}
	err = file.Close()
	if fresh {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// unwritable returns the error of a flag whose file cannot be written.
func unwritable(flag string, err error) error {
	kind := pipeline.BadUsage
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		kind = pipeline.Denied
	}
	return pipeline.Fail(kind, "", "Name a file in a folder that exists and can be written.", "%s: %w", flag, err)
}

// openEvents adds a watcher that writes events to a file or to stdout.
func (p *program) openEvents(w *watched, name string) error {
	switch {
	case name == "":
		return nil
	case name != "-":
		file, err := os.Create(name)
		if err != nil {
			return unwritable("--events"+p.config.where("events"), err)
		}
		w.watchers = append(w.watchers, &eventLines{out: file})
		w.release = append(w.release, file.Close)
	case p.framed:
		return pipeline.Fail(pipeline.BadUsage, "", "Name a file.", "--events - and --steered cannot be combined: both write to stdout")
	case p.config.output != "text":
		return pipeline.Fail(pipeline.BadUsage, "", "--output ndjson prints the events and then the record; or name a file.",
			"--events - and --output %s cannot be combined: both write to stdout", p.config.output)
	default:
		w.printer = &silent{progress: p.progressLine()}
		w.watchers = append(w.watchers, &eventLines{out: p.stdout})
	}
	return nil
}

// eventLines writes events as JSON lines.
type eventLines struct {
	out io.Writer
	err error
}

func (l *eventLines) event(e pipeline.Event) {
	if l.err == nil {
		l.err = json.NewEncoder(l.out).Encode(e)
	}
}

func (l *eventLines) end(*pipeline.Record) error {
	if l.err != nil {
		return fmt.Errorf("--events: %w", l.err)
	}
	return nil
}

// silent prints only progress, because stdout carries the events.
type silent struct{ progress *progressLine }

func (s *silent) event(e pipeline.Event)     { s.progress.event(e) }
func (s *silent) stop()                      { s.progress.stop() }
func (s *silent) end(*pipeline.Record) error { return nil }

// junitFile is the path of the report of --junit.
type junitFile string

func (f junitFile) event(pipeline.Event) {}

func (f junitFile) end(r *pipeline.Record) error {
	if err := os.WriteFile(string(f), report.JUnit(r), 0o644); err != nil { // the report contains no row data, so others may read it
		return pipeline.Fail(pipeline.BadEngine, "", "Name a file in a folder that exists and can be written.", "--junit: %w", err)
	}
	return nil
}
