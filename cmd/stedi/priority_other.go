//go:build !linux

package main

// yieldProcessors does nothing, because this platform has only niceness.
func yieldProcessors() {}
