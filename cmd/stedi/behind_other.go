//go:build !linux

package main

// workBehind does nothing, because this platform has only niceness.
func workBehind() {}
