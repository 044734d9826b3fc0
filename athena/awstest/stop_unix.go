//go:build unix

package awstest

import (
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// alone puts a process and its children into a group of their own.
func alone(command *exec.Cmd) *exec.Cmd {
	command.SysProcAttr = &unix.SysProcAttr{Setpgid: true}
	return command
}

// stop ends a process that was started alone, with its children.
func stop(process *os.Process) { _ = unix.Kill(-process.Pid, unix.SIGKILL) }
