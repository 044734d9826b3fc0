package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"stedi/tui/ui"
)

// borders returns the draggable borders between panes.
func (d *driver) borders() []ui.Zone {
	return slices.DeleteFunc(slices.Clone(d.drawn.Zones), func(z ui.Zone) bool { return z.Before == nil })
}

// drag drags one of the borders from its middle.
func (d *driver) drag(b, by int) {
	at := d.borders()[b].Area
	x, y := (at.Min.X+at.Max.X)/2, (at.Min.Y+at.Max.Y)/2
	d.send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
	d.send(tea.MouseMotionMsg{X: x + by, Y: y + by, Button: tea.MouseLeft})
	d.send(tea.MouseReleaseMsg{X: x + by, Y: y + by})
}

func TestBordersAreDragged(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	for size, want := range map[[2]int][]int{{120, 36}: {3, 3, 2, 1, 1}, {100, 30}: {2, 1, 2, 1, 1}} {
		for i, n := range want {
			d := start(t, w.options(t), size[0], size[1])
			d.press(fmt.Sprint(i + 1))
			if got := len(d.borders()); got != n {
				t.Fatalf("%v, screen %d: %d borders, not %d", size, i+1, got, n)
			}
			for b, z := range d.borders() {
				begin := z.Area.Min
				d.drag(b, 2)
				moved := d.borders()[b].Area.Min.Sub(begin)
				if moved.X+moved.Y != 2 || moved.X*moved.Y != 0 {
					t.Errorf("%v, screen %d, border %d was moved by %v", size, i+1, b, moved)
				}
				d.drag(b, 1000)
				d.drag(b, -1000)
				if moved := d.borders()[b].Area.Min.Sub(begin); moved.X > 0 || moved.Y > 0 || moved.X+moved.Y == 0 {
					t.Errorf("%v, screen %d, border %d is %v from where it was", size, i+1, b, moved)
				}
				d.drag(b, begin.Sub(d.borders()[b].Area.Min).X+begin.Sub(d.borders()[b].Area.Min).Y)
			}
		}
	}
}

func TestAPaneGrowsAndShrinksByKeys(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	d := start(t, w.options(t), 120, 36)
	for i := range tabs {
		d.press(fmt.Sprint(i + 1))
		for pane := range d.panes() {
			before := d.screen()
			d.press("alt+down")
			if d.screen() == before {
				t.Errorf("screen %d, pane %d does not grow", i+1, pane)
			}
			d.press("alt+up")
			if d.screen() != before {
				t.Errorf("screen %d, pane %d does not shrink to what it was", i+1, pane)
			}
			next := "tab"
			if e, ok := d.here().(typing); ok && e.writing() {
				next = "esc" // tab stays in the editor
			}
			d.press(next)
		}
	}
	d.press("1", "z", "alt+down")
	d.shows("the pane has no border that could be moved")
}

// A picture of another size is drawn between two frames: a click still means
// what the terminal shows.
func TestAClickMeansTheLastFrame(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	d := start(t, w.options(t), 120, 36)
	zones := len(d.drawn.Zones)
	d.frame(40, 10)
	if len(d.drawn.Zones) != zones {
		t.Error("a picture changes what a click means")
	}
	x := strings.Index(strings.Split(d.screen(), "\n")[0], "Checks")
	d.send(tea.MouseClickMsg{X: x, Y: 0, Button: tea.MouseLeft})
	d.shows("ROW COUNTS AND CHECKS")
}
