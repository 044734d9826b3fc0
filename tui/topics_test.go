package tui

import "testing"

func TestEachScreenExplainsWhatIsSelected(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	d := start(t, w.options(t), 120, 36)
	d.press("right", "X")
	d.shows("EXPLAIN customer_trusted", "customer_trusted  table")
	d.press("end")
	d.shows("customer_trusted.consented  stage")

	d.press("esc", "2", "X")
	d.shows("EXPLAIN customer_trusted")

	d.press("esc", "1", "enter", "X")
	d.shows("EXPLAIN customer_trusted")

	// A failed check is about its table too.
	d.press("esc", "4", "v", "g", "enter", "down", "X")
	d.shows("EXPLAIN machine_learning_curated_cross_person", "cross_person  check")
	d.press("end")
	d.shows("machine_learning_curated")

	// Nothing is selected that has an explanation: a list of all.
	d.press("esc", "5", "X")
	d.shows("EXPLAIN", "customer_landing", "table")
	d.write("appended")
	d.press("enter")
	d.shows("EXPLAIN appended_twice", "→ ")
}
