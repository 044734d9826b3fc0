//go:build unix

package query

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// maxFiles is how many files the child may have open.
	maxFiles = 256
	// cpuSlack is what the start of a query and the kernel's rounding may cost.
	cpuSlack = 5 * time.Second
)

// limitResources: no bytes into any file, few open files, no core with rows in
// it.
func limitResources() error {
	for resource, limit := range map[int]uint64{unix.RLIMIT_FSIZE: 0, unix.RLIMIT_CORE: 0, unix.RLIMIT_NOFILE: maxFiles} {
		if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
			return err
		}
	}
	return nil
}

// limitCPU lets the process work for so long from now on: a stop for a child
// whose parent does not look at the clock any more.
func limitCPU(more time.Duration) error {
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		return err
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CPU, &limit); err != nil {
		return err
	}
	spent := time.Duration(used.Utime.Nano() + used.Stime.Nano())
	limit.Cur = min(uint64((spent+more+cpuSlack)/time.Second)+1, limit.Max) // times are not negative
	return unix.Setrlimit(unix.RLIMIT_CPU, &limit)
}

// notifyOvertime reports when limitCPU's limit is reached. A write that another
// limit forbids is an error of the write.
func notifyOvertime() (<-chan os.Signal, func()) {
	signal.Ignore(syscall.SIGXFSZ)
	overtime := make(chan os.Signal, 1)
	signal.Notify(overtime, syscall.SIGXCPU)
	return overtime, func() { signal.Stop(overtime) }
}

// apart gives the child a process group of its own, so that a signal from the
// keyboard is for the parent only.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// behind lets the processes of the child's group work behind ours.
func behind(pid, nice int) error { return unix.Setpriority(unix.PRIO_PGRP, pid, nice) }
