package tui

import "testing"

// With room for one pane, the result takes the place of the editor when it
// arrives, unless the text has changed since.
func TestAResultIsShownWhereThereIsRoomForOnePane(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	d := start(t, w.options(t), 40, 10)
	d.press("3", "i")
	d.write("select 6 * 7 as answer")
	d.press("f5")
	d.shows("RESULT", "answer", "42")
	d.press("i", "end")
	d.write(" from customer_trusted")
	d.press("f8")
	d.shows("PLAN", "READ customer_trusted", "steps in")
	d.press("enter")
	d.shows(`"step": "PROJECTION"`)
	d.press("esc", "s")
	d.hides("PLAN")
	d.shows("RESULT")
	d.size(120, 36)
	d.press("3", "i", "f5")
	d.shows("RESULT", "answer")
	d.write("x") // still in the editor
	d.shows("from customer_trustedx")
}
