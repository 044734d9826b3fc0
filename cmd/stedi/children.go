package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/state"
)

// children runs the program's own commands in processes of their own, for the
// screens: a run takes all the processors and memory that it can get, and must
// neither slow down a key nor take the screen with it.
type children struct {
	program *program
	lake    string
	store   pipeline.Store
	allow   pipeline.Allowance // of checks
}

// patience is how long a child that was asked to stop may take to do so.
const patience = 5 * time.Second

// command is this program with arguments, at a lower priority than the screen.
func (c children) command(ctx context.Context, args []string) (*exec.Cmd, error) {
	self, err := c.program.self()
	if err != nil {
		return nil, fmt.Errorf("starting a process of the same program: %w", err)
	}
	if nice, err := exec.LookPath("nice"); err == nil {
		args = append([]string{"-n", strconv.Itoa(runNiceness), self}, args...)
		self = nice
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Cancel = func() error { return interrupt(cmd.Process) }
	cmd.WaitDelay = patience
	return cmd, nil
}

// shared are the flags that say what all commands work on, and with what.
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
	for flag, value := range map[string]string{"region": account.Region, "aws-profile": account.Profile, "endpoint": account.Endpoint, "cache": config.cache} {
		if value != "" {
			args = append(args, "--"+flag+"="+value)
		}
	}
	for i := range config.engines {
		args = append(args, config.engines[i].Arguments()...)
	}
	return args
}

// run is pipeline.Runner.Run in a child.
func (c children) run(ctx context.Context, options pipeline.RunOptions, emit func(pipeline.Event)) (*pipeline.Record, error) {
	args := append(append(c.shared(), allowArguments(options.Allow)...), "--output=text", "--events=-", "--steered",
		fmt.Sprintf("--force=%t", options.Force), fmt.Sprintf("--replace=%t", options.Replace),
		fmt.Sprintf("--allow-empty=%t", options.AllowEmpty), fmt.Sprintf("--fail-fast=%t", options.FailFast))
	if options.Check {
		args = append(args, "--batch")
	} else {
		args = append(append([]string{"run"}, args...), options.Select...)
	}
	cmd, err := c.command(ctx, args)
	if err != nil {
		return nil, err
	}
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	steering, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	events, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, pipeline.Fail(pipeline.BadEngine, "", "Try again; the machine may be short of memory or processes.", "the run does not start: %w", err)
	}
	stop := steer(steering, options.Cancel)
	id := passOn(events, emit)
	stop()
	err = cmd.Wait()
	if id == "" {
		return nil, failureOf(cmd, err, complaint.String(), "")
	}
	record, e := state.ReadRecord(context.WithoutCancel(ctx), c.store, id)
	if e != nil {
		return nil, errors.Join(failureOf(cmd, err, complaint.String(), ""), e)
	}
	return record, failureOf(cmd, err, record.Error, record.Remedy)
}

// steer passes cancelled tables on, until it is stopped.
func steer(to io.WriteCloser, cancels <-chan string) (stop func()) {
	done := make(chan struct{})
	var over sync.WaitGroup
	over.Go(func() {
		for {
			select {
			case table := <-cancels:
				_, _ = io.WriteString(to, cancelWord+table+"\n") // a child that is gone has nothing to cancel
			case <-done:
				return
			}
		}
	})
	return func() {
		close(done)
		over.Wait()
		_ = to.Close() // it may be closed already, with the child
	}
}

// passOn reads events until their end, and returns the id of their run.
func passOn(from io.Reader, emit func(pipeline.Event)) (run string) {
	decoder := json.NewDecoder(from)
	for {
		var e pipeline.Event
		if decoder.Decode(&e) != nil {
			_, _ = io.Copy(io.Discard, from) // a child must not wait for its reader
			return run
		}
		run = e.Run
		emit(e)
	}
}

// check is pipeline.Runner.Inspect in a child.
func (c children) check(ctx context.Context, tables []string) (*pipeline.Record, error) {
	args := append(append([]string{"check", "--output=json"}, c.shared()...), allowArguments(c.allow)...)
	cmd, err := c.command(ctx, append(args, tables...))
	if err != nil {
		return nil, err
	}
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err = cmd.Run()
	record := &pipeline.Record{}
	if e := json.Unmarshal(out.Bytes(), record); e != nil {
		return nil, failureOf(cmd, err, complaint.String(), "")
	}
	if record.Error != "" { // of the inspection; a failed check is none
		return record, failureOf(cmd, err, record.Error, record.Remedy)
	}
	return record, nil
}

// failureOf makes a failure of how a child ended: its exit code says of which
// kind, and the text, in the form in which the program prints failures, what
// happened and what to do. Without a remedy that is known, that is all that is
// indented.
func failureOf(cmd *exec.Cmd, err error, text, remedy string) error {
	if err == nil {
		return nil
	}
	code := cmd.ProcessState.ExitCode()
	if code <= 0 {
		return pipeline.Fail(pipeline.BadEngine, "", "Run again; unfinished work is cleaned up first.", "the process of the run ended: %w", err)
	}
	if remedy != "" {
		what := strings.TrimSpace(strings.TrimSuffix(text, remedy))
		return &pipeline.Failure{Kind: pipeline.Kind(code), Err: errors.New(what), Fix: remedy}
	}
	var what, fix []string
	for line := range strings.Lines(strings.TrimPrefix(text, "stedi: ")) {
		line = strings.TrimRight(line, "\n")
		if rest, indented := strings.CutPrefix(line, "  "); indented {
			fix = append(fix, rest)
		} else if line != "" {
			what = append(what, line)
		}
	}
	if len(what) == 0 {
		what = []string{"checks failed"}
	}
	return &pipeline.Failure{Kind: pipeline.Kind(code), Err: errors.New(strings.Join(what, "\n")), Fix: strings.Join(fix, "\n")}
}
