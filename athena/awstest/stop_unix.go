//go:build unix

package awstest

import (
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// alone starts a process in its own process group.
func alone(command *exec.Cmd) *exec.Cmd {
	command.SysProcAttr = &unix.SysProcAttr{Setpgid: true}
	return command
}

// stop kills the process group of a process that was prepared with alone.
func stop(process *os.Process) { _ = unix.Kill(-process.Pid, unix.SIGKILL) }
