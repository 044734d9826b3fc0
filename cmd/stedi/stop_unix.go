//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// interrupt asks a process to stop.
func interrupt(p *os.Process) error { return p.Signal(os.Interrupt) }

// notifyStop passes on the signal that stops a process until it is continued,
// unless it was ignored at the start.
func notifyStop(stops chan<- os.Signal) {
	if !signal.Ignored(syscall.SIGTSTP) {
		signal.Notify(stops, syscall.SIGTSTP)
	}
}

// stopHere stops this process until it is continued. A signal that has ever
// been passed on does that no more.
func stopHere() { _ = syscall.Kill(os.Getpid(), syscall.SIGSTOP) }
