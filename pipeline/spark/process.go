package spark

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"os/exec"
	"sync"
	"time"
)

// watched runs a command in a process group that ends with this process.
//
//go:embed watch.sh
var watched string

const (
	grace   = 600 * time.Millisecond // for a group to end by itself, after it was asked to
	reaping = 300 * time.Millisecond // for the system to remove killed processes
	// lineLimit bounds a line of output; the rest of a longer one is dropped.
	lineLimit = 4096
)

// line is one line that a process printed.
type line struct {
	text   string
	stdout bool
}

// process is a command that runs in a process group of its own.
type process struct {
	cmd   *exec.Cmd
	lines chan line     // closed when the command has ended and all was read
	err   error         // how it ended; set before lines is closed
	lost  chan struct{} // closed when lines are not read any more
	once  sync.Once
}

// start starts a command in an environment with changes. When ctx ends, or this process exits for any reason,
// the whole group ends within a second. Lines must be read until they are
// closed, or the process be stopped.
func start(ctx context.Context, env []string, name string, args ...string) (*process, error) {
	p := &process{lines: make(chan line, 64), lost: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", watched, "stedi-spark", name}, args...)...) // the text is constant
	lead(p.cmd)
	p.cmd.Env = changed(p.cmd.Environ(), env)
	p.cmd.Cancel = func() error { return terminate(p.cmd.Process.Pid) }
	p.cmd.WaitDelay = grace
	stdout, stderr := &liner{process: p, stdout: true}, &liner{process: p}
	p.cmd.Stdout, p.cmd.Stderr = stdout, stderr
	_, err := p.cmd.StdinPipe() // the group ends when it closes; Wait closes it
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		return nil, err
	}
	go func() {
		defer close(p.lines)
		p.err = p.cmd.Wait()
		kill(p.cmd.Process.Pid, reaping)
		stdout.end()
		stderr.end()
	}()
	return p, nil
}

// stop ends the group, if it has not ended, and waits for that.
func (p *process) stop() {
	p.once.Do(func() { close(p.lost) })
	select {
	case _, open := <-p.lines:
		if !open {
			return
		}
	default:
	}
	_ = terminate(p.cmd.Process.Pid) // it may have ended just now
	limit := time.AfterFunc(grace, func() { kill(p.cmd.Process.Pid, reaping) })
	defer limit.Stop()
	for range p.lines {
	}
}

// liner cuts what a process prints into lines.
type liner struct {
	process *process
	stdout  bool
	mu      sync.Mutex // end may come while a descendant still prints
	rest    []byte
	long    bool // the line is over lineLimit already
	ended   bool
}

func (l *liner) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return 0, errors.New("closed")
	}
	n := len(text)
	for len(text) > 0 {
		head, tail, whole := bytes.Cut(text, []byte{'\n'})
		if !l.long {
			l.rest = append(l.rest, head[:min(len(head), lineLimit-len(l.rest))]...)
			l.long = len(l.rest) == lineLimit
		}
		if whole {
			l.pass()
		}
		text = tail
	}
	return n, nil
}

// end passes on what has no line feed behind it.
func (l *liner) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.rest) > 0 {
		l.pass()
	}
	l.ended = true
}

func (l *liner) pass() {
	select {
	case l.process.lines <- line{string(l.rest), l.stdout}:
	case <-l.process.lost:
	}
	l.rest, l.long = l.rest[:0], false
}
