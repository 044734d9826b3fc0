package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// openTerminal returns a pseudo-terminal: the end for the program, and the
// other end.
func openTerminal(t *testing.T) (terminal, master *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here:", err)
	}
	number := 0
	control(t, master, func(descriptor int) error {
		if err := unix.IoctlSetPointerInt(descriptor, unix.TIOCSPTLCK, 0); err != nil {
			return err
		}
		number, err = unix.IoctlGetInt(descriptor, unix.TIOCGPTN)
		return err
	})
	terminal, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return terminal, master
}

// control calls do with a file's descriptor, and keeps the file in a mode in
// which Close ends a read.
func control(t *testing.T, f *os.File, do func(descriptor int) error) {
	t.Helper()
	raw, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(raw.Control(func(descriptor uintptr) { err = do(int(descriptor)) }), err) // a descriptor fits
	if err != nil {
		t.Fatal(err)
	}
}

// onTerminal runs the program on a terminal and returns its output.
func onTerminal(t *testing.T, env []string, args ...string) string {
	t.Helper()
	terminal, master := openTerminal(t)
	defer func() { _ = master.Close() }()
	cmd := command(t, append([]string{"TERM=xterm-256color", "NO_COLOR=", "CLICOLOR_FORCE="}, env...), args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = terminal.Close() // the program has a copy
	text, _ := io.ReadAll(master)
	_ = cmd.Wait() // an error is expected in some tests
	return string(text)
}

func TestATerminalGetsColoursUnlessTheyAreOff(t *testing.T) {
	lake := sampleLake(t)
	if code, stderr := batch(t, lake); code != 0 {
		t.Fatal(stderr)
	}
	stale := []string{"run", "customer_trusted", "--lake", lake, "--profile", "strict"}
	for _, c := range []struct {
		name   string
		env    string
		args   []string
		colour bool
	}{
		{"a verdict", "A=b", stale, true},
		{"severity: error", "A=b", []string{"nonsense"}, true},
		{"NO_COLOR", "NO_COLOR=1", stale, false},
		{"NO_COLOR for help", "NO_COLOR=1", []string{"run", "--help"}, false},
		{"NO_COLOR for an error", "NO_COLOR=1", []string{"nonsense"}, false},
		{"a dumb terminal", "TERM=dumb", stale, false},
		{"a dumb terminal for help", "TERM=dumb", []string{"run", "--help"}, false},
		{"a dumb terminal for an error", "TERM=dumb", []string{"run", "--nonsense"}, false},
		{"--color never", "A=b", append([]string{"--color", "never"}, stale...), false},
		{"STEDI_COLOR=never", "STEDI_COLOR=never", []string{"runs", "--help"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := onTerminal(t, []string{c.env}, c.args...)
			if got := strings.Contains(text, "\x1b[3"); got != c.colour {
				t.Errorf("colours: %t, want %t, in %q", got, c.colour, text)
			}
			// The live line uses control sequences even without colours.
			if rest := strings.ReplaceAll(text, "\r\x1b[K", ""); !c.colour && strings.Contains(rest, "\x1b") {
				t.Errorf("it is not plain: %q", text)
			}
			if strings.Contains(text, "\x1b]") || strings.Contains(text, "\x1b[c") {
				t.Errorf("the terminal is asked a question: %q", text)
			}
		})
	}
}
