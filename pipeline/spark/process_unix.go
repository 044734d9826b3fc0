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

// supported reports whether processes can be started so that none is left behind.
const supported = true

// lead makes a command the leader of a process group of its own. Signals of the
// terminal do not reach the group.
func lead(cmd *exec.Cmd) { cmd.SysProcAttr = &unix.SysProcAttr{Setpgid: true} }

// terminate asks all processes of a group to end.
func terminate(group int) error {
	if err := unix.Kill(-group, unix.SIGTERM); !errors.Is(err, unix.ESRCH) {
		return err
	}
	return os.ErrProcessDone
}

// kill ends all processes of a group, and returns when none is left, or after
// limit.
func kill(group int, limit time.Duration) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); unix.Kill(-group, unix.SIGKILL) == nil && time.Since(began) < limit; {
		<-tick.C
	}
}

// startOf identifies a process beyond its number, which the system gives to
// another one later: it says when the process started. It is empty if there is
// no such process.
func startOf(ctx context.Context, pid int) string {
	// After the name, which may hold anything, come the state and 18 numbers.
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
