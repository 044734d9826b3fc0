package main

import (
	"runtime"
	"testing"
)

func TestALittleMemoryHasFewThreads(t *testing.T) {
	for _, test := range []struct {
		memory  string
		threads int
		want    int
	}{
		{"", 0, 0},
		{"", 3, 3},
		{"64MB", 0, 1},
		{"64MB", 2, 2},
		{"200MB", 0, 1},
		{"100GB", 0, min(runtime.NumCPU(), 762)},
		{"lots", 0, 0},
	} {
		if got := (&config{memory: test.memory, threads: test.threads}).engineThreads(); got != test.want {
			t.Errorf("--memory %q --threads %d: %d, want %d", test.memory, test.threads, got, test.want)
		}
	}
}
