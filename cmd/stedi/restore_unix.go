//go:build linux || darwin

package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// startRestorer starts the process that restores a terminal, and sends it the
// current settings. The pipe to it closes however this process ends.
func startRestorer(self string, terminal *os.File) (restored func(), err error) {
	settings, err := unix.IoctlGetTermios(int(terminal.Fd()), getSettings) // a descriptor fits
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return nil, err
	}
	hear, tell, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = hear.Close() }()         // the other process has a copy
	cmd := exec.Command(self, restorerArgument) //nolint:noctx // this program; it ends with this process
	cmd.Stdin, cmd.Stdout, cmd.ExtraFiles = terminal, terminal, []*os.File{hear}
	// In its own process group it receives no signals of the terminal.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		_ = tell.Close()
		return nil, err
	}
	_, _ = tell.Write(append(text, '\n')) // the second process is optional
	_ = debug.SetCrashOutput(tell, debug.CrashOptions{})
	return func() {
		_ = debug.SetCrashOutput(nil, debug.CrashOptions{}) // it holds a copy of the pipe
		_, _ = io.WriteString(tell, endOfScreens)
		_ = tell.Close()
		_ = cmd.Wait()
	}, nil
}

// crashSilence is the pause in the crash output after which the crashing
// process counts as ended. Until its threads have stopped, the terminal is not
// usable.
const crashSilence = 300 * time.Millisecond

// restoreLater waits until the first process closes its end of the pipe, and
// restores the terminal if the first process has not.
func restoreLater(terminal, out *os.File) int {
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGTSTP, syscall.SIGTTOU, syscall.SIGTTIN, syscall.SIGPIPE)
	_ = unix.SetNonblock(restorerPipe, true) // required for read deadlines
	pipe := os.NewFile(restorerPipe, "pipe")
	from := bufio.NewReader(pipe)
	text, err := from.ReadBytes('\n')
	var settings unix.Termios
	if err != nil || json.Unmarshal(text, &settings) != nil {
		return 1
	}
	parent := os.Getppid()
	trace, _ := from.ReadString('\n')
	if trace == endOfScreens {
		return 0
	}
	if trace != "" {
		trace += crashOutput(pipe, from)
		if parent > 1 && parent == os.Getppid() {
			_ = syscall.Kill(parent, syscall.SIGKILL)
		}
	}
	descriptor := int(terminal.Fd()) // a descriptor fits
	// If the shell has already restored its settings, they stay.
	if now, err := unix.IoctlGetTermios(descriptor, getSettings); err == nil && now.Oflag&unix.OPOST == 0 {
		_ = unix.IoctlSetTermios(descriptor, setSettings, &settings)
	}
	_, _ = io.WriteString(out, leaveScreens+crashNote(trace)) // the terminal may be closed
	return 0
}

// restorerPipe is the descriptor of the pipe from the first process.
const restorerPipe = 3

// crashOutput returns the rest of the first process's crash output.
func crashOutput(pipe *os.File, from io.Reader) string {
	var rest strings.Builder
	part := make([]byte, 4096)
	for rest.Len() < 1<<20 {
		_ = pipe.SetReadDeadline(time.Now().Add(crashSilence))
		n, err := from.Read(part)
		rest.Write(part[:n])
		if err != nil {
			break
		}
	}
	return rest.String()
}
