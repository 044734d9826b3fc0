package main

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// workBehind gives this process the scheduling policy SCHED_IDLE, so that all
// other work goes first. The screens must respond at once, and with niceness
// alone a busy thread still finishes its time slice. New threads inherit the
// policy. Errors are ignored.
func workBehind() {
	threads, _ := os.ReadDir("/proc/self/task")
	for _, thread := range threads {
		if id, err := strconv.Atoi(thread.Name()); err == nil {
			_ = unix.SchedSetAttr(id, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE}, 0)
		}
	}
}
