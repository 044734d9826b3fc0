package tui

import (
	"os"
	"runtime"
	"testing"
	"time"
)

// A long session repeats the same few actions; they must not leak resources.
func TestALongSessionLeavesNothingBehind(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	d := start(t, w.options(t), 120, 36)
	round := func() {
		d.press("down", "enter", "down", "end", "home", "esc", "right", "s", "esc", "p", "esc", "?", "esc", ":", "esc", "v", "d", "esc", "2", "F", "P", "esc", "1", "left")
		d.size(80, 24)
		d.size(120, 36)
		d.send(tickMsg{})
		d.ticks = nil
	}
	round()
	round()
	before := footprint(t)
	for range 10 {
		round()
	}
	after := footprint(t)
	if after.goroutines > before.goroutines || after.files > before.files {
		t.Errorf("%d goroutines and %d open files have become %d and %d", before.goroutines, before.files, after.goroutines, after.files)
	}
	// Each run adds to the log and to the list of runs, up to their limits.
	if grown := int64(after.heap) - int64(before.heap); grown > 2<<20 {
		t.Errorf("the heap has grown by %d bytes", grown)
	}
}

// A timer alone changes nothing on the screen: drawing it would be most of what
// an idle screen costs.
func TestATimerDrawsNothing(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	d.settle()
	before := d.drawn
	_, cmd := d.Update(tickMsg{})
	if d.View(); d.drawn != before {
		t.Error("the timer was drawn")
	}
	d.do(cmd)
	d.settle()
	if d.drawn == before {
		t.Error("the survey after it was not drawn")
	}
}

// A survey of a large lake takes long, so it is rare; the ages on the screen go on.
func TestAgesAreDrawnBetweenTwoSurveys(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	d := start(t, w.options(t), 120, 36)
	d.shows("42 min ago")
	surveyed := d.view.At
	d.looks = time.Minute
	w.clock.advance(2 * time.Hour)
	d.send(tickMsg{})
	d.shows("2 h ago")
	if !d.view.At.Equal(surveyed) {
		t.Error("the lake was surveyed again")
	}
	w.clock.advance(lookShare * time.Minute)
	d.send(tickMsg{})
	if d.view.At.Equal(surveyed) {
		t.Error("the lake was not surveyed again")
	}
}

type resources struct {
	goroutines, files int
	heap              uint64
}

// footprint returns the resources of the process after all work has ended.
func footprint(t *testing.T) resources {
	t.Helper()
	var m runtime.MemStats
	for range 3 { // including resources that finalizers close
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	r := resources{goroutines: runtime.NumGoroutine(), heap: m.HeapAlloc}
	if open, err := os.ReadDir("/proc/self/fd"); err == nil {
		r.files = len(open)
	}
	return r
}
