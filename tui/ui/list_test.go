package ui

import (
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// shelf is a screen of one list, with names as lines.
type shelf struct {
	*testing.T
	list   List
	names  []string
	panes  Focus
	opened []string
	drawn  *Frame
	chosen string // the line that shows the cursor
}

func newShelf(t *testing.T, n int) *shelf {
	t.Helper()
	s := &shelf{T: t, panes: Focus{Count: 2}}
	for i := range n {
		s.names = append(s.names, fmt.Sprintf("line %d", i))
	}
	s.list = List{
		Kit: &Kit{Theme: NewTheme(true, 0)}, Panes: &s.panes, Pane: 0,
		Len:  func() int { return len(s.names) },
		Name: func(i int) string { return s.names[i] },
		Open: func() tea.Cmd { s.opened = append(s.opened, s.names[s.list.At()]); return nil },
	}
	return s
}

// draw draws the list in a box with room for so many lines, and returns those.
func (s *shelf) draw(room int) []string {
	s.Helper()
	s.drawn = NewFrame(30, room+2)
	box := s.drawn.All()
	var shown []string
	s.chosen = ""
	s.list.Draw(box, box.Box(s.list.Theme, "LIST", true), len(s.names), func(r Row) {
		shown = append(shown, s.names[r.N])
		if r.Chosen {
			s.chosen = s.names[r.N]
		}
		r.Cut(0, 0, r.Width(), r.Back, s.names[r.N])
	})
	s.drawn.Shown()
	return shown
}

// press presses keys of the list.
func (s *shelf) press(names ...string) {
	s.Helper()
	for _, name := range names {
		i := slices.IndexFunc(s.list.Actions("", LetterKeys, 0), func(a Action) bool { return a.Name == name })
		if i < 0 {
			s.Fatalf("no action %s", name)
		}
		s.list.Actions("", LetterKeys, 0)[i].Do()
	}
}

// zone is the uppermost one at a place that answers.
func (s *shelf) zone(x, y int, answers func(Zone) bool) Zone {
	s.Helper()
	for _, z := range slices.Backward(s.drawn.Zones) {
		if (image.Point{X: x, Y: y}).In(z.Area) && answers(z) {
			return z
		}
	}
	s.Fatalf("nothing answers at %d, %d", x, y)
	return Zone{}
}

func (s *shelf) click(line int) {
	s.Helper()
	s.zone(3, 1+line, func(z Zone) bool { return z.Click != nil }).Click(0, 0)
}

func (s *shelf) wheel(by int) {
	s.Helper()
	s.zone(0, 0, func(z Zone) bool { return z.Wheel != nil }).Wheel(by)
}

func (s *shelf) at(want int) {
	s.Helper()
	if got := s.list.At(); got != want {
		s.Errorf("line %d, not %d", got, want)
	}
}

func TestKeysMoveTheCursorByWhatIsShown(t *testing.T) {
	s := newShelf(t, 40)
	s.draw(8)
	for _, c := range []struct {
		key  string
		want int
	}{
		{"down", 1},
		{"up", 0},
		{"up", 0},
		{"page-down", 8},
		{"half-down", 12},
		{"half-up", 8},
		{"page-up", 0},
		{"page-up", 0},
		{"last", 39},
		{"down", 39},
		{"page-down", 39},
		{"page-up", 31},
		{"first", 0},
	} {
		s.press(c.key)
		if got := s.list.At(); got != c.want {
			t.Errorf("%s leads to %d, not %d", c.key, got, c.want)
		}
	}
	s.draw(20)
	s.press("page-down")
	s.at(20)
}

func TestTheCursorIsInTheMiddleOfWhatIsShown(t *testing.T) {
	for at, first := range map[int]int{0: 0, 2: 0, 3: 0, 10: 7, 17: 14, 19: 14} {
		s := newShelf(t, 20)
		s.list.To(at)
		if shown := s.draw(6); len(shown) != 6 || shown[0] != s.names[first] {
			t.Errorf("at %d %q are shown, not from %d", at, shown, first)
		}
	}
	s := newShelf(t, 3)
	if shown := s.draw(6); len(shown) != 3 {
		t.Errorf("%q", shown)
	}
	s.names = nil
	if shown := s.draw(6); len(shown) != 0 {
		t.Errorf("%q", shown)
	}
	s.press("down", "last", "page-up")
	s.list.Filtered()
	s.at(0)
}

func TestTheCursorStaysOnItsLine(t *testing.T) {
	s := newShelf(t, 10)
	s.list.To(6)
	s.names = slices.Delete(s.names, 1, 4)
	s.at(3)
	s.names = slices.Insert(s.names, 0, "another")
	s.at(4)
	s.press("down")
	s.at(5)

	s.names = []string{"line 2", "line 7"} // a filter that the line passes
	s.list.Filtered()
	s.at(1)
	s.names = []string{"line 3", "line 4", "line 5"} // and one that it does not pass
	s.list.Filtered()
	s.at(0)
	if s.list.Key != "line 3" {
		t.Errorf("the cursor is on %q", s.list.Key)
	}
	s.names = []string{"x"} // without a filter the place counts
	s.list.To(0)
	s.names = []string{"y"}
	s.at(0)
	s.list.Choose("later")
	s.draw(3)
	if s.chosen != "" {
		t.Errorf("%s shows the cursor", s.chosen)
	}
	s.names = []string{"a", "b", "later"}
	s.at(2)
}

func TestTheNewestLineStaysChosen(t *testing.T) {
	s := newShelf(t, 5)
	s.list.Newest = true
	s.names = slices.Insert(s.names, 0, "newer")
	s.at(0)
	s.press("down", "down")
	s.names = slices.Insert(s.names, 0, "newest")
	s.at(3)
	s.names = slices.Delete(s.names, 3, 4)
	s.at(0)
}

func TestTheCursorPassesOverHeadings(t *testing.T) {
	s := newShelf(t, 9)
	s.list.Skip = func(i int) bool { return slices.Contains([]int{0, 3, 4, 8}, i) }
	s.at(1)
	for _, c := range []struct {
		key  string
		want int
	}{{"up", 1}, {"down", 2}, {"down", 5}, {"up", 2}, {"last", 7}, {"down", 7}, {"first", 1}} {
		s.press(c.key)
		if got := s.list.At(); got != c.want {
			t.Errorf("%s leads to %d, not %d", c.key, got, c.want)
		}
	}
	s.draw(9)
	s.click(3)
	s.at(1)
	s.list.Name = func(i int) string { // only lines that are not passed over have names
		if s.list.Skip(i) {
			t.Fatalf("line %d is asked for its name", i)
		}
		return s.names[i]
	}
	s.press("last")
	s.list.Choose("nowhere")
	s.list.Filtered()
	s.at(1)
	s.list.Skip = func(int) bool { return true }
	s.press("down", "up", "last")
}

func TestAClickChoosesAndOpens(t *testing.T) {
	s := newShelf(t, 20)
	s.panes.At = 1
	s.draw(6)
	s.click(0)
	s.at(0)
	if len(s.opened) > 0 || s.panes.At != 0 {
		t.Errorf("opened %q; pane %d has the keys", s.opened, s.panes.At)
	}
	s.click(4)
	s.at(4)
	s.click(4)
	if !slices.Equal(s.opened, []string{"line 4"}) {
		t.Errorf("opened %q", s.opened)
	}
	s.draw(6) // now from line 1 on
	s.click(5)
	s.at(6)
	s.list.Once = true
	s.click(0)
	if !slices.Equal(s.opened, []string{"line 4", "line 1"}) {
		t.Errorf("opened %q", s.opened)
	}
}

func TestTurningGoesFromOneEndToTheOther(t *testing.T) {
	s := newShelf(t, 3)
	for _, c := range [][2]int{{1, 1}, {1, 2}, {1, 0}, {-1, 2}, {-1, 1}, {-5, 2}} {
		s.list.Turn(c[0])
		s.at(c[1])
	}
	s.names = nil
	s.list.Turn(1)
	s.at(0)
}

func TestTheWheelMovesTheList(t *testing.T) {
	s := newShelf(t, 20)
	s.panes.At = 1
	s.draw(6)
	s.wheel(3)
	s.at(1)
	if s.panes.At != 0 {
		t.Error("the wheel does not give the list the keys")
	}
	s.wheel(-3)
	s.wheel(-3)
	s.at(0)
	s.list.Text = true
	s.wheel(3)
	s.at(3)
}

func TestATextScrollsToItsEnds(t *testing.T) {
	s := newShelf(t, 20)
	s.list.Text, s.list.More = true, [2]string{"more line", "more lines"}
	if shown := s.draw(6); shown[0] != "line 0" || !strings.Contains(ansi.Strip(s.drawn.String()), " 14 more lines ") {
		t.Errorf("%q\n%s", shown, s.drawn)
	}
	s.press("last")
	s.at(14)
	s.press("down", "up") // nothing lies below, so up moves at once
	if shown := s.draw(6); shown[0] != "line 13" || !strings.Contains(ansi.Strip(s.drawn.String()), " 1 more line ") {
		t.Errorf("%q\n%s", shown, s.drawn)
	}
	if shown := s.draw(18); shown[0] != "line 2" || strings.Contains(s.drawn.String(), "more") {
		t.Errorf("%q\n%s", shown, s.drawn)
	}
	s.list.Reset()
	s.at(0)
}

func TestATailShowsNewLinesUntilItIsLeft(t *testing.T) {
	s := newShelf(t, 20)
	s.list.Text, s.list.Tail = true, true
	if shown := s.draw(6); shown[0] != "line 14" {
		t.Errorf("%q", shown)
	}
	s.names = append(s.names, "line 20")
	if shown := s.draw(6); shown[5] != "line 20" {
		t.Errorf("%q", shown)
	}
	s.press("up")
	s.names = append(s.names, "line 21")
	if shown := s.draw(6); shown[5] != "line 19" {
		t.Errorf("%q", shown)
	}
	s.press("last")
	s.names = append(s.names, "line 22")
	if shown := s.draw(6); shown[5] != "line 22" {
		t.Errorf("%q", shown)
	}
	s.press("first")
	s.list.Reset()
	if shown := s.draw(6); shown[5] != "line 22" {
		t.Errorf("%q", shown)
	}
}

func TestPartsOfAListScrollOnTheirOwn(t *testing.T) {
	s := newShelf(t, 30)
	s.list.To(18)
	f := NewFrame(10, 4)
	parts := map[int][]string{}
	for _, first := range []int{0, 10, 20} {
		s.list.DrawPart(f.All(), f.All(), first, first+10, 30, func(r Row) { parts[first] = append(parts[first], s.names[r.N]) })
	}
	for first, want := range map[int]string{0: "line 0", 10: "line 16", 20: "line 20"} {
		if len(parts[first]) != 4 || parts[first][0] != want {
			t.Errorf("%q is shown of the part from %d, not from %s", parts[first], first, want)
		}
	}
}

func TestOnlyALetterFreeListHasNoLetterKeys(t *testing.T) {
	s := newShelf(t, 3)
	for _, a := range s.list.Actions("palette-", TextKeys, 1) {
		for _, k := range a.Key.Keys() {
			if len(k) == 1 || k == "space" || !strings.HasPrefix(a.Name, "palette-") {
				t.Errorf("%s has the key %s", a.Name, k)
			}
		}
	}
}

func FuzzListKeepsItsCursor(f *testing.F) {
	f.Add(uint8(20), uint8(6), []byte{1, 2, 3, 200, 5, 6})
	f.Fuzz(func(t *testing.T, n, room uint8, moves []byte) {
		s := newShelf(t, int(n))
		s.list.Skip = func(i int) bool { return i%5 == 0 }
		for i, m := range moves {
			s.list.Text, s.list.Tail = i%7 == 6, i%14 == 6
			shown := s.draw(int(room % 40))
			if want := min(int(room%40), int(n)); len(shown) != want {
				t.Fatalf("%d lines are shown, not %d", len(shown), want)
			}
			s.list.Move(int(int8(m)))
			at := s.list.At()
			if at < 0 || at >= max(1, int(n)) {
				t.Fatalf("line %d of %d", at, n)
			}
			if !s.list.Text && n > 0 && len(s.draw(int(room%40))) > 0 && n > 1 && !slices.Contains(s.draw(int(room%40)), s.names[at]) {
				t.Fatalf("the line with the cursor, %d, is not shown", at)
			}
		}
	})
}
