package main

import (
	"runtime"
	"runtime/debug"
)

// firstCollection is the memory of the Go heap, in bytes, at which it is
// collected for the first time.
const firstCollection = 64 << 20

// delayCollections lets the Go heap grow to firstCollection before its first
// garbage collection. Most commands end before that: the rows are in the
// engine's memory. From then on, the collector works as it was set.
func delayCollections() {
	limit := debug.SetMemoryLimit(-1)
	if limit <= firstCollection {
		return // GOMEMLIMIT asks for less
	}
	percent := debug.SetGCPercent(-1)
	if percent < 0 {
		return // GOGC=off
	}
	debug.SetMemoryLimit(firstCollection)
	sentinel := new([16]byte) // larger than what the allocator combines with other values
	runtime.AddCleanup(sentinel, func(percent int) {
		debug.SetGCPercent(percent)
		if debug.SetMemoryLimit(-1) == firstCollection { // nothing has set another limit since
			debug.SetMemoryLimit(limit)
		}
	}, percent)
}
