//go:build !unix

package main

import "os"

// interrupt ends a process: there is no gentler way.
func interrupt(p *os.Process) error { return p.Kill() }

func notifyStop(chan<- os.Signal) {}

func stopHere() {}
