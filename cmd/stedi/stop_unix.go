//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// interrupt sends SIGINT to a process.
func interrupt(p *os.Process) error { return p.Signal(os.Interrupt) }

// notifyStop relays SIGTSTP to a channel, unless it was ignored at the start.
func notifyStop(stops chan<- os.Signal) {
	if !signal.Ignored(syscall.SIGTSTP) {
		signal.Notify(stops, syscall.SIGTSTP)
	}
}

// stopHere stops this process until it is continued. It sends SIGSTOP, because
// SIGTSTP no longer stops a process that has relayed it.
func stopHere() { _ = syscall.Kill(os.Getpid(), syscall.SIGSTOP) }
