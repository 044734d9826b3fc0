package main

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// workBehind lets all that this process does wait for everything else that wants to
// work: the screen that has started it must answer at once, and niceness alone
// lets a busy thread finish its turn first. Those of the threads that are there
// pass it on to those that they start. It stays as it was where the system
// does not allow it.
func workBehind() {
	threads, _ := os.ReadDir("/proc/self/task")
	for _, thread := range threads {
		if id, err := strconv.Atoi(thread.Name()); err == nil {
			_ = unix.SchedSetAttr(id, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE}, 0)
		}
	}
}
