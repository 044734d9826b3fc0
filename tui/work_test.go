package tui

import "testing"

func TestNobodyWaitsForACommandThatTheLoopHasDropped(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	m, err := New(t.Context(), w.options(t))
	must(t, err)
	late := m.Init() // for example if the program ends before it runs
	must(t, m.Close())
	d := &driver{TB: t, Model: m}
	if late == nil || d.place != nil {
		t.Error("there is nothing to drop")
	}
}
