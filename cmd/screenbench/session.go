package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

const (
	columns = 120
	lines   = 36
	// patience is how long anything may take before it counts as broken.
	patience = 2 * time.Minute
)

// session is the program on an emulated terminal.
type session struct {
	cmd      *exec.Cmd
	state    string // a folder for what the program remembers
	terminal *os.File
	emulator *vt.SafeEmulator
	began    time.Time // when the process was started
	copies   sync.WaitGroup

	mu      sync.Mutex
	changed chan struct{} // closed at the next output, then replaced
	latest  time.Time     // when that output came
}

// start runs the program on a terminal of its own.
func start(ctx context.Context, program string, args ...string) (*session, error) {
	s := &session{
		cmd: exec.CommandContext(ctx, program, args...), emulator: vt.NewSafeEmulator(columns, lines), changed: make(chan struct{}),
	}
	state, err := os.MkdirTemp("", "screenbench-*")
	if err != nil {
		return nil, err
	}
	s.state = state
	s.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor", "XDG_STATE_HOME="+state)
	s.began = time.Now()
	s.terminal, err = pty.StartWithSize(s.cmd, &pty.Winsize{Rows: lines, Cols: columns})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(state))
	}
	s.copies.Go(func() { _, _ = io.Copy(s, s.terminal) })          // until the program exits
	s.copies.Go(func() { _, _ = io.Copy(s.terminal, s.emulator) }) // until the emulator is closed
	return s, nil
}

// Write takes what the program sends. The time is that at which it came, not
// that at which the emulator has understood it.
func (s *session) Write(p []byte) (int, error) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.emulator.Write(p)
	s.latest = now
	close(s.changed)
	s.changed = make(chan struct{})
	return len(p), err
}

// screen is what a person sees.
func (s *session) screen() string { return ansi.Strip(s.emulator.Render()) }

// until waits until the screen is as wanted, and returns when the output came
// that made it so.
func (s *session) until(what string, wanted sight) (time.Time, error) {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		s.mu.Lock()
		changed, at := s.changed, s.latest
		found := wanted(s.screen())
		s.mu.Unlock()
		if found {
			return at, nil
		}
		select {
		case <-changed:
		case <-late.C:
			return time.Time{}, fmt.Errorf("%s: the screen still shows\n%s", what, s.screen())
		}
	}
}

// sight reports whether something is to be seen on a screen.
type sight func(screen string) bool

func has(text string) sight {
	return func(screen string) bool { return strings.Contains(screen, text) }
}

func lacks(text string) sight {
	return func(screen string) bool { return !strings.Contains(screen, text) }
}

// shows waits for a text.
func (s *session) shows(text string) (time.Time, error) { return s.until(text, has(text)) }

// press presses keys, waits for what they bring about and returns how long
// that took.
func (s *session) press(keys string, wanted sight) (time.Duration, error) {
	s.mu.Lock()
	there := wanted(s.screen())
	s.mu.Unlock()
	if there {
		return 0, fmt.Errorf("what %q is to bring about is there already:\n%s", keys, s.screen())
	}
	pressed := time.Now()
	if _, err := io.WriteString(s.terminal, keys); err != nil {
		return 0, err
	}
	at, err := s.until(fmt.Sprintf("%q was pressed", keys), wanted)
	return at.Sub(pressed), err
}

// end stops the program and waits for it.
func (s *session) end() error {
	err := s.cmd.Process.Signal(syscall.SIGTERM)
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	var exit *exec.ExitError
	if e := s.cmd.Wait(); e != nil && !errors.As(e, &exit) {
		err = errors.Join(err, e)
	}
	if pipe, ok := s.emulator.InputPipe().(io.Closer); ok { // the emulator's own Close races with readers
		err = errors.Join(err, pipe.Close())
	}
	err = errors.Join(err, s.terminal.Close())
	s.copies.Wait()
	return errors.Join(err, os.RemoveAll(s.state))
}
