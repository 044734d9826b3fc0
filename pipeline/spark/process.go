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

// watched is a shell script that runs a command in a process group. The group
// ends when this process ends.
//
//go:embed watch.sh
var watched string

const (
	grace   = 600 * time.Millisecond // time for a group to end after SIGTERM
	reaping = 300 * time.Millisecond // time for the system to remove killed processes
	// lineLimit is the longest line of output in bytes; the rest of a line is
	// dropped.
	lineLimit = 4096
)

// line is one line that a process printed.
type line struct {
	text   string
	stdout bool
}

// process is a command that runs in its own process group.
type process struct {
	cmd   *exec.Cmd
	lines chan line     // closed when the command has ended and all output was sent
	err   error         // result of the command; set before lines is closed
	lost  chan struct{} // closed when the caller stops reading lines
	once  sync.Once
}

// start starts a command with a changed environment. When ctx ends, or this
// process exits for any reason, the whole group ends within a second. The
// caller must read lines until it is closed, or call stop.
func start(ctx context.Context, env []string, name string, args ...string) (*process, error) {
	p := &process{lines: make(chan line, 64), lost: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", watched, "stedi-spark", name}, args...)...) // the script is constant
	lead(p.cmd)
	p.cmd.Env = changed(p.cmd.Environ(), env)
	p.cmd.Cancel = func() error { return terminate(p.cmd.Process.Pid) }
	p.cmd.WaitDelay = grace
	stdout, stderr := &liner{process: p, stdout: true}, &liner{process: p}
	p.cmd.Stdout, p.cmd.Stderr = stdout, stderr
	_, err := p.cmd.StdinPipe() // when it closes, the group ends; Wait closes it
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

// stop ends the group, if it still runs, and waits for its end.
func (p *process) stop() {
	p.once.Do(func() { close(p.lost) })
	select {
	case _, open := <-p.lines:
		if !open {
			return
		}
	default:
	}
	_ = terminate(p.cmd.Process.Pid) // the group may have just ended
	limit := time.AfterFunc(grace, func() { kill(p.cmd.Process.Pid, reaping) })
	defer limit.Stop()
	for range p.lines {
	}
}

// liner splits the output of a process into lines.
type liner struct {
	process *process
	stdout  bool
	mu      sync.Mutex // end may run while a descendant still prints
	rest    []byte
	long    bool // the line has reached lineLimit
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

// end sends the last line if it has no line feed.
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
