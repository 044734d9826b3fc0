package tui

import (
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	harmless "stedi/pipeline/printable"
)

var (
	walkSteps = flag.Int("walk", 800, "steps of the random walk")
	walkSeed  = flag.Uint64("walkseed", 1, "where the random walk goes")
)

// The test presses, pastes, clicks and resizes at random. Nothing may panic,
// and every frame must fit the terminal and be safe for it. The lake is full of
// unsafe values.
func TestARandomWalkFindsNoWayToBreakTheScreens(t *testing.T) {
	w := hostileWorld(t)
	w.make(t)
	d := start(t, w.walking(t), 120, 36)
	r := &walk{driver: d, Rand: rand.New(rand.NewPCG(*walkSeed, 0)), keys: everyKey(d)}
	defer func() {
		if t.Failed() {
			t.Logf("seed %d; the last steps: %s", *walkSeed, strings.Join(r.steps[max(0, len(r.steps)-40):], " "))
		}
	}()
	for range *walkSteps {
		r.step()
		r.hear()
		if wellFormed(t, d); t.Failed() {
			return
		}
	}
}

// hostileWorld is the lake of testdata/hostile with two additions: a cell of a
// megabyte and a file whose name is an escape sequence.
func hostileWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, "hostile")
	row := `{"customerName":"` + strings.Repeat("\\u001b[31m", 60_000) + strings.Repeat("漢", 120_000) +
		`","email":"long@example.com","serialNumber":"long","phone":"","birthDay":"","registrationDate":9223372036854775807,"lastUpdateDate":-9223372036854775808,"shareWithResearchAsOfDate":1}` + "\n"
	must(t, os.WriteFile(filepath.Join(w.root, "customer", "landing", "\x1b]0;owned\x07.json"), []byte(row), 0o600))
	w.open(t)
	return w
}

// walking returns options for a lake in which every key may be pressed.
func (w *world) walking(t *testing.T) Options {
	t.Helper()
	o := w.options(t)
	o.Lake = "\x1b[31m/lake\u202e"
	o.Export = func(_ string, write func(io.Writer) error) error { return write(io.Discard) }
	return o
}

// walk performs random actions.
type walk struct {
	*driver
	*rand.Rand
	keys  []string
	steps []string
}

// everyKey returns all keys with a meaning, and some without.
func everyKey(d *driver) []string {
	keys := []string{"backspace", "delete", "left", "right", "ctrl+a", "ctrl+w", "ctrl+k", "alt+b", "insert", "f9", "ä", "漢", "0", "9", "~"}
	for _, a := range slices.Concat(d.places()...) {
		keys = append(keys, a.Key.Keys()...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func (r *walk) step() {
	switch n := r.IntN(100); {
	case n < 70:
		key := r.keys[r.IntN(len(r.keys))]
		r.log(key)
		r.take(keyPress(r.TB, key))
	case n < 78:
		texts := []string{"\x1b[31mred\x1b]52;c;AA\x07", "cust", "漢字 e\u0301 \u202eback", "a\x00b\r\nc\td", strings.Repeat("long ", 400), "= 1", "-1", "99999999999999999999"}
		text := texts[r.IntN(len(texts))]
		r.log("paste")
		r.take(tea.PasteMsg{Content: text})
	case n < 84:
		for range 1 + r.IntN(4)*r.IntN(4) { // sometimes many at once
			r.resize()
		}
	default:
		r.click()
	}
}

func (r *walk) resize() {
	sizes := [][2]int{{1, 1}, {2, 3}, {0, 0}, {19, 5}, {20, 6}, {40, 10}, {60, 20}, {79, 15}, {80, 24}, {120, 36}, {200, 50}, {400, 6}, {20, 200}}
	size := sizes[r.IntN(len(sizes))]
	r.log("size")
	r.take(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
}

// click uses the mouse, mostly on an active zone.
func (r *walk) click() {
	m := tea.Mouse{X: r.IntN(r.Width + 2), Y: r.IntN(r.Height + 2), Button: tea.MouseLeft}
	if zones := r.drawn.Zones; len(zones) > 0 && r.IntN(4) > 0 {
		at := zones[r.IntN(len(zones))].Area
		m.X, m.Y = at.Min.X+r.IntN(1+at.Dx()), at.Min.Y+r.IntN(1+at.Dy())
	}
	switch r.IntN(5) {
	case 0:
		r.log("wheel")
		m.Button = []tea.MouseButton{tea.MouseWheelUp, tea.MouseWheelDown, tea.MouseWheelLeft, tea.MouseWheelRight}[r.IntN(4)]
		r.take(tea.MouseWheelMsg(m))
	case 1:
		r.log("drag")
		r.take(tea.MouseClickMsg(m))
		for range 5 {
			m.X, m.Y = m.X+r.IntN(21)-10, m.Y+r.IntN(11)-5
			r.take(tea.MouseMotionMsg(m))
		}
		r.take(tea.MouseReleaseMsg(m))
	default:
		r.log("click")
		r.take(tea.MouseClickMsg(m))
		r.take(tea.MouseReleaseMsg(m))
	}
}

func (r *walk) log(step string) { r.steps = append(r.steps, step) }

// hear handles pending messages: sometimes one, sometimes all, and sometimes
// timers too.
func (r *walk) hear() {
	if len(r.ticks) > 0 && r.IntN(20) == 0 {
		r.ticks = r.ticks[:0]
		r.take(tickMsg{})
	}
	if r.IntN(20) == 0 {
		r.settle()
		return
	}
	for {
		select {
		case msg := <-r.messages:
			r.take(msg)
		default:
			return
		}
	}
}

// wellFormed checks that a frame fits the terminal and contains only text and
// styles.
func wellFormed(t *testing.T, d *driver) {
	t.Helper()
	content := d.View().Content
	lines := strings.Split(content, "\n")
	if len(lines) != d.Height && d.Width > 0 {
		t.Errorf("%d lines on a terminal of %d", len(lines), d.Height)
	}
	for i, line := range lines {
		if w := ansi.StringWidthWc(line); w > d.Width {
			t.Errorf("line %d takes %d columns of %d: %q", i, w, d.Width, line)
		}
		if text := ansi.Strip(line); harmless.Text(text) != text {
			t.Errorf("line %d hides something: %q", i, line)
		}
		if bad := harmful(line); bad != "" {
			t.Errorf("line %d holds %q: %q", i, bad, line)
		}
	}
}

// harmful returns the part of a line that is neither text nor a style, or "".
func harmful(line string) string {
	for line != "" {
		if rest, ok := strings.CutPrefix(line, "\x1b["); ok {
			end := strings.IndexFunc(rest, func(r rune) bool { return !strings.ContainsRune("0123456789;:", r) })
			if end < 0 || rest[end] != 'm' {
				return line[:min(len(line), 12)]
			}
			line = rest[end+1:]
			continue
		}
		r, n := utf8.DecodeRuneInString(line)
		switch {
		case r < 0x20, r >= 0x7f && r < 0xa0, r == utf8.RuneError && n == 1,
			r == 0x200b, r == 0x200e, r == 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff, r >= 0xe0000 && r <= 0xe007f:
			return line[:n]
		}
		line = line[n:]
	}
	return ""
}
