package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/frames"
	"stedi/pipeline/run"
	"stedi/pipeline/state"
)

// children runs the program's own commands in child processes for the screens,
// because a run uses all processors and much memory, and must neither delay the
// response to a key nor crash the screens.
type children struct {
	program *program
	lake    string
	store   pipeline.Store
	allow   pipeline.Allowance // for checks
}

// patience is the time that a child has to exit after an interrupt.
const patience = 5 * time.Second

// command returns a command that runs this program at a lower priority than the
// screens.
func (c children) command(ctx context.Context, args []string) (*exec.Cmd, error) {
	self, err := c.program.self()
	if err != nil {
		return nil, fmt.Errorf("starting a process of the same program: %w", err)
	}
	if nice, err := exec.LookPath("nice"); err == nil {
		args = append([]string{"-n", strconv.Itoa(runNiceness), self}, args...)
		self = nice
	}
	session, err := c.program.config.account.Session(ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, args...)
	if len(session) > 0 {
		cmd.Env = append(os.Environ(), session...)
	}
	cmd.Cancel = func() error { return interrupt(cmd.Process) }
	cmd.WaitDelay = patience
	return cmd, nil
}

// shared returns the flags that all commands share.
func (c children) shared() []string {
	config := c.program.config
	args := []string{"--lake=" + c.lake, "--engine=" + config.engine, "--color=never", fmt.Sprintf("--threads=%d", config.threads), "--profile=" + strings.Join(config.profile, ",")}
	for flag, value := range map[string]string{"definition": config.definition, "memory": config.memory, "log-file": config.logFile} {
		if value != "" {
			args = append(args, "--"+flag+"="+value)
		}
	}
	for name, folder := range config.places {
		args = append(args, "--map="+name+"="+folder)
	}
	account := &config.account
	profile := account.Profile
	if account.SignedIn() {
		profile = "" // the environment of the child has the session
	}
	for flag, value := range map[string]string{"region": account.Region, "aws-profile": profile, "endpoint": account.Endpoint, "cache": config.cache} {
		if value != "" {
			args = append(args, "--"+flag+"="+value)
		}
	}
	for i := range config.engines {
		args = append(args, config.engines[i].Arguments()...)
	}
	return args
}

// run does what run.Run does, in a child.
func (c children) run(ctx context.Context, options pipeline.RunOptions, emit func(pipeline.Event)) (*pipeline.Record, error) {
	args := append(append(c.shared(), allowArguments(options.Allow)...), "--events=",
		fmt.Sprintf("--force=%t", options.Force), fmt.Sprintf("--replace=%t", options.Replace),
		fmt.Sprintf("--allow-empty=%t", options.AllowEmpty), fmt.Sprintf("--fail-fast=%t", options.FailFast))
	if options.Check && len(options.Select) == 0 {
		args = append(args, "--batch")
	} else {
		args = append(append([]string{"run"}, args...), options.Select...)
	}
	said, err := c.follow(ctx, args, options.Cancel, emit)
	if said.record == nil && said.run != "" { // it has ended before it could send its record
		record, e := state.ReadRecord(context.WithoutCancel(ctx), c.store, said.run)
		if e != nil {
			return nil, errors.Join(err, e)
		}
		said.record = record
	}
	return said.record, err
}

// check does what check.Evaluate does, in a child.
func (c children) check(ctx context.Context, tables []string) (*pipeline.Record, error) {
	args := append(append([]string{"check"}, c.shared()...), allowArguments(c.allow)...)
	said, err := c.follow(ctx, append(args, tables...), nil, func(pipeline.Event) {})
	if said.record != nil && said.record.Error == "" { // failed checks do not fail the evaluation
		return said.record, nil
	}
	return said.record, err
}

// whyOf returns what searches the causes of wrong tables in a child, or nil where
// reading all tables takes long or costs something.
func (c children) whyOf(o *opened) func(context.Context) (*diagnose.Report, error) {
	if isURL(o.root) {
		return nil
	}
	return c.why
}

// why does what diagnose.Run does, in a child.
func (c children) why(ctx context.Context) (*diagnose.Report, error) {
	cmd, err := c.command(ctx, append(append([]string{"why", "--output=json"}, c.shared()...), allowArguments(c.allow)...))
	if err != nil {
		return nil, err
	}
	text, stderr, err := outputOf(cmd)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var report diagnose.Report
	if e := json.Unmarshal(text, &report); e != nil || report.Schema != diagnose.Schema {
		return nil, errors.Join(err, errors.New(stderr))
	}
	return &report, nil // exit code 1 means that a table is wrong
}

// rollback does what run.Rollback does, in a child.
func (c children) rollback(ctx context.Context, table string) (*run.Restored, error) {
	cmd, err := c.command(ctx, append(append([]string{"rollback", "--output=json"}, c.shared()...), table))
	if err != nil {
		return nil, err
	}
	text, stderr, err := outputOf(cmd)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var restored run.Restored
	if e := json.Unmarshal(text, &restored); err != nil || e != nil {
		what, fix, _ := strings.Cut(strings.TrimPrefix(stderr, "stedi: "), "\n")
		kind := pipeline.BadEngine
		if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() > 0 {
			kind = pipeline.Kind(exit.ExitCode())
		}
		return nil, pipeline.Fail(kind, "", strings.TrimSpace(fix), "%s", cmp.Or(what, "the process of the rollback ended"))
	}
	return &restored, nil
}

// outputOf runs a command to its end.
func outputOf(cmd *exec.Cmd) (stdout []byte, stderr string, err error) {
	var b strings.Builder
	cmd.Stderr = &b
	stdout, err = cmd.Output()
	return stdout, strings.TrimSpace(b.String()), err
}

// follow runs a command of the program until its end, and returns its failure.
func (c children) follow(ctx context.Context, args []string, cancels <-chan string, emit func(pipeline.Event)) (said said, err error) {
	cmd, err := c.command(ctx, append(args, "--steered"))
	if err != nil {
		return said, err
	}
	steering, err := cmd.StdinPipe()
	if err != nil {
		return said, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return said, err
	}
	if err := cmd.Start(); err != nil {
		return said, pipeline.Fail(pipeline.BadEngine, "", "Try again; the machine may be short of memory or processes.", "the run does not start: %w", err)
	}
	stop := steer(steering, cancels)
	said = listen(out, emit)
	stop()
	return said, said.failureOf(ctx, cmd.Wait())
}

// steer sends the names of cancelled tables to a child until stop is called.
func steer(to io.WriteCloser, cancels <-chan string) (stop func()) {
	done := make(chan struct{})
	var over sync.WaitGroup
	over.Go(func() {
		for {
			select {
			case table := <-cancels:
				_ = frames.Send(to, kindCancel, table) // a child that is gone has nothing to cancel
			case <-done:
				return
			}
		}
	})
	return func() {
		close(done)
		over.Wait()
		_ = to.Close() // the child may have closed it already
	}
}

// said is what a child has sent.
type said struct {
	run     string // the id of the run
	record  *pipeline.Record
	failure *frames.Failure
	invalid error // what it sent was no frame, or not one of these
}

// listen reads the frames of a child until their end.
func listen(from io.Reader, emit func(pipeline.Event)) (s said) {
	in := bufio.NewReader(from)
	for s.invalid == nil {
		f, err := frames.Read(in)
		if errors.Is(err, io.EOF) {
			return s
		}
		if err == nil {
			err = s.take(f, emit)
		}
		s.invalid = err
	}
	_, _ = io.Copy(io.Discard, in) // a child must not wait for its reader
	return s
}

func (s *said) take(f frames.Frame, emit func(pipeline.Event)) error {
	switch f.Kind {
	case kindRecord:
		record := &pipeline.Record{}
		if err := f.Decode(kindRecord, record); err != nil {
			return err
		}
		s.record = record
	case frames.KindFailure:
		failure := &frames.Failure{}
		if err := f.Decode(frames.KindFailure, failure); err != nil {
			return err
		}
		s.failure = failure
	default:
		var e pipeline.Event
		if err := f.Decode(kindEvent, &e); err != nil {
			return err
		}
		s.run = e.Run
		emit(e)
	}
	return nil
}

// failureOf is the failure of a child that has ended: the one that it sent, or
// that it did not come so far. ctx is that of the child. One that is interrupted as
// it starts does not handle signals yet.
func (s *said) failureOf(ctx context.Context, ended error) error {
	const fix = "Run again; unfinished work is cleaned up first."
	switch {
	case s.failure != nil:
		return s.failure.Err()
	case ended != nil && s.run == "" && ctx.Err() != nil:
		return pipeline.Fail(pipeline.Cancelled, "", "No table was changed; run again.", "cancelled before the run began")
	case ended != nil:
		return pipeline.Fail(pipeline.BadEngine, "", fix, "the process of the run ended: %w", ended)
	case s.invalid != nil:
		return frames.ProtocolError("run", fix, s.invalid)
	default:
		return nil
	}
}
