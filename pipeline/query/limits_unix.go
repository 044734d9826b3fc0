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
	// maxFiles bounds the open files of the child.
	maxFiles = 256
	// cpuSlack covers the start of a query and the kernel's rounding.
	cpuSlack = 5 * time.Second
)

// limitResources allows no writes to files, few open files, and no core dump,
// which could contain rows.
func limitResources() error {
	for resource, limit := range map[int]uint64{unix.RLIMIT_FSIZE: 0, unix.RLIMIT_CORE: 0, unix.RLIMIT_NOFILE: maxFiles} {
		if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
			return err
		}
	}
	return nil
}

// limitCPU limits the CPU time of the process to more from now on. It ends a
// child whose parent no longer enforces the time limit.
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

// notifyOvertime signals that the limit of limitCPU is reached. It also turns a
// write that a resource limit forbids into an error of the write.
func notifyOvertime() (<-chan os.Signal, func()) {
	signal.Ignore(syscall.SIGXFSZ)
	overtime := make(chan os.Signal, 1)
	signal.Notify(overtime, syscall.SIGXCPU)
	return overtime, func() { signal.Stop(overtime) }
}

// apart gives the child its own process group, so that a signal from the
// keyboard reaches only the parent.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// behind lowers the scheduling priority of the child's process group.
func behind(pid, nice int) error { return unix.Setpriority(unix.PRIO_PGRP, pid, nice) }
