//go:build !unix

package awstest

import (
	"os"
	"os/exec"
)

func alone(command *exec.Cmd) *exec.Cmd { return command }

func stop(process *os.Process) { _ = process.Kill() }
