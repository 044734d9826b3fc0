//go:build unix

package spark

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// supported reports whether the platform has process groups, so that no process
// outlives a run.
const supported = true

// lead makes a command the leader of a new process group. Signals of the
// terminal do not reach the group.
func lead(cmd *exec.Cmd) { cmd.SysProcAttr = &unix.SysProcAttr{Setpgid: true} }

// terminate sends SIGTERM to all processes of a group.
func terminate(group int) error {
	if err := unix.Kill(-group, unix.SIGTERM); !errors.Is(err, unix.ESRCH) {
		return err
	}
	return os.ErrProcessDone
}

// kill kills all processes of a group. It returns when all have ended, or after
// limit.
func kill(group int, limit time.Duration) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); unix.Kill(-group, unix.SIGKILL) == nil && time.Since(began) < limit; {
		<-tick.C
	}
}

// startOf returns the start time of a process. With its number it identifies
// the process, because the system reuses numbers. It returns "" if the process
// does not exist.
func startOf(ctx context.Context, pid int) string {
	// The state and 18 numbers follow the name, which may contain any
	// character.
	if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil {
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(fields) > 19 {
			return fields[19]
		}
		return ""
	}
	said, err := ask(ctx, "ps", "-o", "lstart=", "-p", fmt.Sprint(pid))
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(said), "-")
}
