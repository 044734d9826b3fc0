//go:build unix

package s3

import (
	"errors"

	"golang.org/x/sys/unix"
)

// dead reports whether a process of this host has certainly ended.
func dead(pid int) bool { return pid > 0 && errors.Is(unix.Kill(pid, 0), unix.ESRCH) }
