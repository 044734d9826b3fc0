package main

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// yieldProcessors lets this process work only when no other one wants to, because
// the screens that have started it must answer at once. With niceness alone a busy
// thread would still finish its time slice first. New threads inherit the policy.
// If the system does not allow it, nothing changes.
func yieldProcessors() {
	threads, _ := os.ReadDir("/proc/self/task")
	for _, thread := range threads {
		if id, err := strconv.Atoi(thread.Name()); err == nil {
			_ = unix.SchedSetAttr(id, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE}, 0)
		}
	}
}
