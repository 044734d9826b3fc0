package tui

import "testing"

func TestTheEightTablesAndARunAreThereWithoutLeavingTheScreen(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	t.Log("\n"+d.screen())
	d.press("R")
	t.Log("\n"+d.screen())
	d.press("1")
	t.Log("\n"+d.screen())
}
