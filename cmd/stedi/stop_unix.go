//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// interrupt asks a process to stop.
func interrupt(p *os.Process) error { return p.Signal(os.Interrupt) }

// notifyStop passes on the signal that stops a process until it is continued.
func notifyStop(stops chan<- os.Signal) { signal.Notify(stops, syscall.SIGTSTP) }

// notifyAfterStop passes it on again once the process was continued.
func notifyAfterStop(stops chan<- os.Signal) {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	<-continued
	signal.Stop(continued)
	notifyStop(stops)
}
