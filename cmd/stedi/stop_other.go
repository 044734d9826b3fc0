//go:build !unix

package main

import "os"

// interrupt kills a process, because this platform has no interrupt signal.
func interrupt(p *os.Process) error { return p.Kill() }

func notifyStop(chan<- os.Signal) {}

func stopHere() {}
