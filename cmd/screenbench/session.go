package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
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
	// patience is the longest wait before a measurement fails.
	patience = 2 * time.Minute
)

// session is the program on an emulated terminal.
type session struct {
	cmd      *exec.Cmd
	state    string // folder for the program's state
	terminal *os.File
	emulator *vt.SafeEmulator
	began    time.Time // when the process was started
	copies   sync.WaitGroup

	mu      sync.Mutex
	changed chan struct{} // closed at the next output, then replaced
	latest  time.Time     // time of the latest output
}

// start runs the program on a new terminal.
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

// Write receives the output of the program. It records the time of arrival,
// before the emulator processes the output.
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

// screen returns the visible text.
func (s *session) screen() string { return ansi.Strip(s.emulator.Render()) }

// until waits for a screen, and returns the arrival time of the output that
// produced it.
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

// sight reports whether a screen meets a condition.
type sight func(screen string) bool

func has(text string) sight {
	return func(screen string) bool { return strings.Contains(screen, text) }
}

func lacks(text string) sight {
	return func(screen string) bool { return !strings.Contains(screen, text) }
}

// chosen looks for the table that is selected. While a run builds it, a mark stands
// before its name.
func chosen(name string) sight {
	line := regexp.MustCompile("▸." + regexp.QuoteMeta(name))
	return line.MatchString
}

// shows waits for a text.
func (s *session) shows(text string) (time.Time, error) { return s.until(text, has(text)) }

// press presses keys, waits for a screen and returns the response time.
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
	if pipe, ok := s.emulator.InputPipe().(io.Closer); ok { // the Close of the emulator races with readers
		err = errors.Join(err, pipe.Close())
	}
	err = errors.Join(err, s.terminal.Close())
	s.copies.Wait()
	return errors.Join(err, os.RemoveAll(s.state))
}
