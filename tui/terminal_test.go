package tui

import (
	"bytes"
	"errors"
	"fmt"
	"image/color"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"stedi/tui/ui"
)

// terminal is a terminal emulator that runs a program.
type terminal struct {
	testing.TB
	emulator *vt.SafeEmulator
	over     chan error // result of the program

	mu      sync.Mutex
	changed chan struct{} // closed at the next output, and replaced
	modes   map[ansi.Mode]bool
}

// onTerminal runs a model in the real loop of programs.
func onTerminal(tb testing.TB, m tea.Model, width, height int) *terminal {
	tb.Helper()
	term := &terminal{
		TB: tb, emulator: vt.NewSafeEmulator(width, height), over: make(chan error, 1),
		changed: make(chan struct{}), modes: map[ansi.Mode]bool{},
	}
	term.emulator.SetCallbacks(vt.Callbacks{
		EnableMode:  func(mode ansi.Mode) { term.modes[mode] = true },
		DisableMode: func(mode ansi.Mode) { delete(term.modes, mode) },
	})
	keyboard := newKeyboard()
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(keyboard, term.emulator) // ends when the emulator is closed
	}()
	p := tea.NewProgram(m, tea.WithContext(tb.Context()), tea.WithInput(keyboard), tea.WithOutput(&aligner{w: term}), tea.WithoutSignalHandler(),
		tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithWindowSize(width, height), tea.WithColorProfile(colorprofile.TrueColor),
		tea.WithFilter(timeless))
	go func() {
		_, err := p.Run()
		term.over <- err
	}()
	tb.Cleanup(func() {
		p.Kill()
		keyboard.close()
		must(tb, unplug(term.emulator))
		<-read
	})
	return term
}

// unplug ends the output of an emulator. Its own Close races with a concurrent
// read.
func unplug(e *vt.SafeEmulator) error {
	if pipe, ok := e.InputPipe().(io.Closer); ok {
		return pipe.Close()
	}
	return e.Close()
}

// timeless drops the messages of timers.
func timeless(_ tea.Model, msg tea.Msg) tea.Msg {
	switch msg.(type) {
	case ui.ToastOverMsg, tickMsg:
		return nil
	}
	return Filter(time.Now)(nil, msg)
}

// Write handles the output of the program. Like the line discipline, it adds a
// carriage return to a line feed.
func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, err := t.emulator.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n")))
	close(t.changed)
	t.changed = make(chan struct{})
	return len(p), err
}

// screen returns the visible text.
func (t *terminal) screen() string {
	lines := strings.Split(ansi.Strip(t.emulator.Render()), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \r")
	}
	return strings.Join(lines, "\n") + "\n"
}

// until waits until seen returns true.
func (t *terminal) until(what string, seen func() bool) {
	t.Helper()
	late := time.After(time.Minute)
	for {
		t.mu.Lock()
		ok, changed := seen(), t.changed
		t.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("%s never came about:\n%s", what, t.screen())
		}
	}
}

func (t *terminal) shows(text string) {
	t.Helper()
	t.until(text, func() bool { return strings.Contains(t.screen(), text) })
}

// wants waits until the terminal shows the drawn screen with the same
// characters and styles.
func (t *terminal) wants(drawn *ui.Frame) {
	t.Helper()
	wrong := ""
	defer func() {
		if t.Failed() {
			t.Logf("%s; wanted is:\n%s", wrong, ansi.Strip(drawn.String()))
		}
	}()
	t.until("the screen", func() bool {
		wrong = ""
		for y := range drawn.Cells.Height() {
			for x := range drawn.Cells.Width() {
				if a, b := appearance(drawn.Cells.CellAt(x, y)), appearance(t.emulator.CellAt(x, y)); a != b {
					wrong = fmt.Sprintf("column %d of line %d is %s instead of %s", x, y, b, a)
					return false
				}
			}
		}
		return true
	})
}

// appearance describes a cell as text.
func appearance(c *uv.Cell) string {
	if c == nil {
		return ""
	}
	style := c.Style
	if strings.TrimSpace(c.Content) == "" {
		style.Fg = nil // the foreground colour of a blank is invisible
		style.Attrs &= uv.AttrReverse
	}
	return strings.TrimSpace(c.Content) + " " + hue(style.Fg) + " " + hue(style.Bg) + fmt.Sprintf(" %b", style.Attrs)
}

func hue(c color.Color) string {
	if c == nil {
		return "-"
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("%02x%02x%02x", r>>8, g>>8, b>>8)
}

// restored checks that the terminal is in its state from before the program.
func (t *terminal) restored() {
	t.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.emulator.IsAltScreen() || t.emulator.CursorHidden() {
		t.Errorf("alternate screen %t, cursor hidden %t", t.emulator.IsAltScreen(), t.emulator.CursorHidden())
	}
	for _, mode := range []ansi.Mode{
		ansi.ModeMouseNormal, ansi.ModeMouseButtonEvent, ansi.ModeMouseAnyEvent, ansi.ModeMouseExtSgr,
		ansi.ModeFocusEvent, ansi.ModeBracketedPaste,
	} {
		if t.modes[mode] {
			t.Errorf("mode %v is still set", mode)
		}
	}
}

// keyboard is an endless input, which keeps unread bytes.
type keyboard struct {
	mu     sync.Mutex
	more   sync.Cond
	typed  []byte
	closed bool
}

func newKeyboard() *keyboard {
	k := &keyboard{}
	k.more.L = &k.mu
	return k
}

func (k *keyboard) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.typed = append(k.typed, p...)
	k.more.Broadcast()
	return len(p), nil
}

func (k *keyboard) Read(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for len(k.typed) == 0 && !k.closed {
		k.more.Wait()
	}
	n := copy(p, k.typed)
	k.typed = k.typed[n:]
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (k *keyboard) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = true
	k.more.Broadcast()
}

func TestATerminalShowsWhatTheScreensDraw(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	d := start(t, w.options(t), 120, 36)
	m, err := New(t.Context(), w.options(t))
	must(t, err)
	defer func() { must(t, m.Close()) }()
	term := onTerminal(t, m, 120, 36)
	term.shows("step_trainer_landing")
	for _, pressed := range []struct{ key, sent string }{
		{"right", "\x1b[C"},
		{"down", "\x1b[B"},
		{"s", "s"},
		{"esc", "\x1b"},
		{"?", "?"},
		{"esc", "\x1b"},
		{"enter", "\r"},
		{"esc", "\x1b"},
		{"2", "2"},
		{"end", "\x1b[F"},
		{":", ":"},
		{"d", "d"},
		{"esc", "\x1b"},
	} {
		d.press(pressed.key)
		term.emulator.SendText(pressed.sent)
		term.wants(d.frame(120, 36))
	}
	term.emulator.SendText("q")
	must(t, <-term.over)
	term.restored()
}

// broken is a model with a key that makes it panic.
type broken struct {
	*Model
	where string
}

func (b broken) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if key, ok := msg.(tea.KeyPressMsg); ok && key.String() == "!" {
		if b.where == "a command" {
			return b, func() tea.Msg { panic("broken") }
		}
		panic("broken")
	}
	_, cmd := b.Model.Update(msg)
	return b, cmd
}

func TestAPanicLeavesTheTerminalAsItWas(t *testing.T) {
	for _, where := range []string{"the loop", "a command"} {
		t.Run(where, func(t *testing.T) {
			w := newWorld(t, "sample")
			w.open(t)
			m, err := New(t.Context(), w.options(t))
			must(t, err)
			defer func() { must(t, m.Close()) }()
			term := onTerminal(t, broken{m, where}, 120, 36)
			term.shows("step_trainer_landing")
			term.emulator.SendText("!")
			if err := <-term.over; !errors.Is(err, tea.ErrProgramPanic) {
				t.Errorf("it ended with %v", err)
			}
			term.restored()
		})
	}
}
