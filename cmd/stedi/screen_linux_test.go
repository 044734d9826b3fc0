package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"golang.org/x/sys/unix"
)

// session is the program on an emulated terminal.
type session struct {
	*testing.T
	cmd      *exec.Cmd
	master   *os.File
	emulator *vt.SafeEmulator
	over     chan struct{} // closed when the program has exited

	mu      sync.Mutex
	changed chan struct{} // closed at the next output, and replaced
	sent    bytes.Buffer  // all of the output
	modes   map[ansi.Mode]bool
}

// patient is the longest wait for the program, sufficient for a busy machine.
const patient = time.Minute

// screens prepares the program under its real path, not through a link, because
// it starts its own path as a child.
func screens(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := command(t, env, args...)
	program, err := filepath.EvalSymlinks(cmd.Path)
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(t.TempDir(), "stedi")
	if err := os.Link(program, own); err != nil {
		t.Skip("the test's binary lies on another disk:", err)
	}
	cmd.Path, cmd.Args[0] = own, own
	return cmd
}

// startSession starts a command with a terminal of 120×36.
func startSession(t *testing.T, cmd *exec.Cmd) *session {
	t.Helper()
	terminal, master := openTerminal(t)
	size := &unix.Winsize{Row: 36, Col: 120}
	control(t, master, func(descriptor int) error { return unix.IoctlSetWinsize(descriptor, unix.TIOCSWINSZ, size) })
	s := &session{
		T: t, cmd: cmd, master: master, emulator: vt.NewSafeEmulator(120, 36), over: make(chan struct{}),
		changed: make(chan struct{}), modes: map[ansi.Mode]bool{},
	}
	s.emulator.SetCallbacks(vt.Callbacks{
		EnableMode:  func(mode ansi.Mode) { s.modes[mode] = true },
		DisableMode: func(mode ansi.Mode) { delete(s.modes, mode) },
	})
	cmd.Env = append(cmd.Env, "TERM=xterm-256color", "COLORTERM=truecolor", "XDG_STATE_HOME="+t.TempDir())
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = terminal.Close() // the program has a copy
	var copies sync.WaitGroup
	copies.Go(func() { _, _ = io.Copy(s, master) })          // until the program exits
	copies.Go(func() { _, _ = io.Copy(master, s.emulator) }) // until the emulator is closed
	copies.Go(func() { _ = cmd.Wait(); close(s.over) })      // the exit code is read later
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-s.over // and its children end with the terminal
		unplug(s.emulator)
		_ = master.Close()
		copies.Wait()
	})
	return s
}

// unplug ends the output of an emulator. The Close of the emulator races with
// readers.
func unplug(e *vt.SafeEmulator) {
	if pipe, ok := e.InputPipe().(io.Closer); ok {
		_ = pipe.Close()
	}
}

// Write receives the output of the program.
func (s *session) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent.Write(p)
	_, err := s.emulator.Write(p)
	close(s.changed)
	s.changed = make(chan struct{})
	return len(p), err
}

// shows waits until a text is on the screen.
func (s *session) shows(text string) {
	s.Helper()
	s.until(text, func() bool { return strings.Contains(ansi.Strip(s.emulator.Render()), text) })
}

func (s *session) until(what string, seen func() bool) {
	s.Helper()
	late := time.After(patient)
	for {
		s.mu.Lock()
		ok, changed := seen(), s.changed
		s.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-late:
			s.Fatalf("%s never came about:\n%s", what, ansi.Strip(s.emulator.Render()))
		}
	}
}

func (s *session) press(keys string) { s.emulator.SendText(keys) }

// ends waits until the program exits, and checks that it has restored the
// terminal.
func (s *session) ends(code int) {
	s.Helper()
	select {
	case <-s.over:
	case <-time.After(patient):
		s.Fatalf("it does not end:\n%s", ansi.Strip(s.emulator.Render()))
	}
	if got := s.cmd.ProcessState.ExitCode(); got != code {
		s.Errorf("it ended with %d, not %d:\n%s", got, code, ansi.Strip(s.emulator.Render()))
	}
	s.until("the terminal as it was", s.isPlain)
}

// isPlain reports whether the terminal is in its normal mode.
func (s *session) isPlain() bool {
	for _, mode := range []ansi.Mode{
		ansi.ModeMouseNormal, ansi.ModeMouseButtonEvent, ansi.ModeMouseAnyEvent, ansi.ModeMouseExtSgr,
		ansi.ModeFocusEvent, ansi.ModeBracketedPaste,
	} {
		if s.modes[mode] {
			return false
		}
	}
	return !s.emulator.IsAltScreen() && !s.emulator.CursorHidden()
}

func TestTheScreensEndByKeysAndSignals(t *testing.T) {
	lake := sampleLake(t)
	for _, c := range []struct {
		name string
		stop func(*session)
		code int
	}{
		{"the key q", func(s *session) { s.press("q") }, 0},
		{"the key ctrl+c", func(s *session) { s.press("\x03") }, 0},
		{"an interrupt", func(s *session) { s.signal(syscall.SIGINT) }, 130},
		{"SIGTERM", func(s *session) { s.signal(syscall.SIGTERM) }, 143},
		{"SIGHUP", func(s *session) { s.signal(syscall.SIGHUP) }, 129},
		{"SIGQUIT", func(s *session) { s.signal(syscall.SIGQUIT) }, 131},
		{"SIGABRT", func(s *session) { s.signal(syscall.SIGABRT) }, 134},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startSession(t, screens(t, nil, "--lake", lake))
			s.shows("machine_learning_curated")
			c.stop(s)
			s.ends(c.code)
		})
	}
}

// nohup ignores the signal for a closed terminal. The screens end nevertheless.
func TestTheScreensEndWithTheirTerminal(t *testing.T) {
	for _, trap := range []string{"", "trap '' HUP; "} {
		cmd := screens(t, nil, "--lake", sampleLake(t))
		sh := exec.CommandContext(t.Context(), "sh", append([]string{"-c", trap + `exec "$0" "$@"`}, cmd.Args...)...)
		sh.Env = cmd.Env
		s := startSession(t, sh)
		s.shows("machine_learning_curated")
		if err := s.master.Close(); err != nil {
			t.Error(err)
		}
		select {
		case <-s.over:
		case <-time.After(patient):
			t.Fatalf("%q: it does not end with its terminal", trap)
		}
		if code := s.cmd.ProcessState.ExitCode(); code != 129 {
			t.Errorf("%q: it ended with %d, not 129", trap, code)
		}
	}
}

// After a crash of the engine, or a kill, the process cannot restore the
// terminal itself.
func TestTheTerminalIsRestoredAfterACrash(t *testing.T) {
	lake := sampleLake(t)
	for _, sent := range []syscall.Signal{syscall.SIGSEGV, syscall.SIGKILL} {
		t.Run(sent.String(), func(t *testing.T) {
			s := startSession(t, screens(t, nil, "--lake", lake))
			s.shows("machine_learning_curated")
			if raw := s.settings(); raw.Lflag&unix.ICANON != 0 {
				t.Fatal("the screens leave the terminal as it is")
			}
			s.signal(sent)
			<-s.over
			if status, ok := s.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
				t.Errorf("it ended with %v, like wrong usage", s.cmd.ProcessState)
			}
			s.until("the terminal as it was", s.isPlain)
			s.shows("the terminal is restored")
			if after := s.settings(); after.Lflag&unix.ICANON == 0 || after.Lflag&unix.ECHO == 0 || after.Oflag&unix.OPOST == 0 || after.Iflag&unix.ICRNL == 0 {
				t.Errorf("the terminal is set to %+v", after)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if !strings.Contains(s.sent.String(), "\x1b[<u") {
				t.Error("keys are still reported in kitty's way")
			}
		})
	}
}

// settings returns the settings of the terminal.
func (s *session) settings() (now unix.Termios) {
	s.Helper()
	control(s.T, s.master, func(descriptor int) error {
		settings, err := unix.IoctlGetTermios(descriptor, unix.TCGETS)
		if err == nil {
			now = *settings
		}
		return err
	})
	return now
}

func (s *session) signal(sig os.Signal) {
	s.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.Fatal(err)
	}
}

func TestAClosedTerminalEndsTheScreens(t *testing.T) {
	s := startSession(t, screens(t, nil, "--lake", sampleLake(t)))
	s.shows("machine_learning_curated")
	if err := s.master.Close(); err != nil {
		t.Fatal(err)
	}
	<-s.over
	if code := s.cmd.ProcessState.ExitCode(); code != 129 {
		t.Errorf("it ended with %d", code)
	}
}

func TestARunIsNotCutOffWithoutAQuestion(t *testing.T) {
	s := startSession(t, screens(t, []string{"FAULT=hold"}, "--lake", sampleLake(t)))
	s.shows("no runs yet")
	s.press("R2")
	s.shows("▶ customer_trusted")
	s.press("\x03")
	s.shows("A run is under way")
	s.press("n1")
	s.shows("FUNNEL")
	s.press("q")
	s.shows("A run is under way")
	s.press("y")
	s.ends(0)
	s.shows("customer_trusted") // the summary of the run stays visible
	s.shows("cancelled")
}

func TestACancelledRunLeavesTheScreensAndTheLakeAlone(t *testing.T) {
	s := startSession(t, screens(t, []string{"FAULT=hold"}, "--lake", sampleLake(t)))
	s.shows("no runs yet")
	s.press("R2")
	s.shows("▶ customer_trusted")
	s.press("C")
	s.shows("cancelled; no table was left half written")
	s.press("q")
	s.ends(0)
}

func TestTheScreensStopAndGoOnAsTheShellSays(t *testing.T) {
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no shell with jobs here:", err)
	}
	cmd := screens(t, nil)
	cmd.Path, cmd.Args = shell, []string{"bash", "-mc", `"$0" --lake "$1"; echo "stopped with $?"; fg; echo "ended with $?"`, cmd.Path, sampleLake(t)}
	s := startSession(t, cmd)
	s.shows("machine_learning_curated")
	s.press("\x1a")
	// On a busy machine the screens may be back before the test reads the
	// terminal.
	s.until("a stop", func() bool { return bytes.Contains(s.sent.Bytes(), []byte("stopped with 147")) })
	s.shows("machine_learning_curated")
	s.until("the screens", s.emulator.IsAltScreen)
	s.press("q")
	s.shows("ended with 0")
	s.ends(0)
}

func TestWithoutATerminalForScreensItNamesBatch(t *testing.T) {
	for name, env := range map[string][]string{"a dumb terminal": {"TERM=dumb"}, "and without colours": {"TERM=dumb", "NO_COLOR=1"}} {
		t.Run(name, func(t *testing.T) {
			text := onTerminal(t, env, "--demo")
			if !strings.Contains(text, "--batch") || strings.Contains(text, "\x1b") {
				t.Errorf("it says %q", text)
			}
		})
	}
}

func TestScreensWithoutColoursHaveNone(t *testing.T) {
	for env, colours := range map[string]bool{"NO_COLOR=1": false, "NO_COLOR=": true} {
		s := startSession(t, screens(t, []string{env}, "--lake", sampleLake(t)))
		s.shows("machine_learning_curated")
		s.press("q")
		s.ends(0)
		if got := regexp.MustCompile(`\x1b\[[0-9;]*[34]8[;:]|\x1b\[(\d;)?[349]\dm`).MatchString(s.sent.String()); got != colours {
			t.Errorf("%s: colours %t", env, got)
		}
	}
}
