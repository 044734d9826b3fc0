package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
)

// The first garbage collection is delayed; after it, the collector works as it
// was set before.
func TestCollectionsAreDelayedOnce(t *testing.T) {
	percent, limit := debug.SetGCPercent(70), debug.SetMemoryLimit(math.MaxInt64)
	defer func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}()
	delayCollections()
	if got := debug.SetMemoryLimit(-1); got != firstCollection {
		t.Fatalf("the first collection is at %d bytes, not at %d", got, firstCollection)
	}
	for range 1000 {
		runtime.GC()
		if debug.SetMemoryLimit(-1) == math.MaxInt64 { // set back last
			if got := debug.SetGCPercent(100); got != 70 {
				t.Errorf("after the first collection, GOGC is %d", got)
			}
			return
		}
	}
	t.Fatal("the collector was not set back after the first collection")
}

// GOMEMLIMIT and GOGC=off win.
func TestCollectionsAreNotDelayedAgainstTheEnvironment(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(firstCollection/2)
	defer func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}()
	delayCollections()
	if got := debug.SetGCPercent(-1); got != 100 {
		t.Errorf("with a small memory limit, GOGC is %d", got)
	}
	debug.SetMemoryLimit(math.MaxInt64)
	delayCollections()
	if got := debug.SetMemoryLimit(-1); got != math.MaxInt64 {
		t.Errorf("with GOGC=off, the memory limit is %d", got)
	}
}
