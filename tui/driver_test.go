package tui

import (
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// driver replaces the terminal and the program's loop: it passes messages to
// the model one by one and runs the model's commands.
type driver struct {
	testing.TB
	*Model
	messages chan tea.Msg // from finished commands
	busy     int          // number of running commands
	held     int          // running commands that wait for the test
	ticks    []tea.Cmd    // timers, which do not run by themselves
	quits    int
	suspends int
}

// ended wraps the message of a command.
type ended struct{ msg tea.Msg }

// start opens the screens on a lake and waits until the model is idle.
func start(tb testing.TB, o Options, width, height int) *driver {
	tb.Helper()
	m, err := New(tb.Context(), o)
	must(tb, err)
	d := &driver{TB: tb, Model: m, messages: make(chan tea.Msg)}
	tb.Cleanup(d.end)
	d.do(m.Init())
	d.size(width, height)
	return d
}

// end closes the model. Running commands may end meanwhile.
func (d *driver) end() {
	over := make(chan error)
	go func() { over <- d.Close() }()
	for over != nil || d.busy > 0 {
		select {
		case err := <-over:
			must(d.TB, err)
			over = nil
		case <-d.messages:
			d.busy--
		case <-time.After(time.Minute):
			d.stuck()
		}
	}
}

// do runs a command in the background.
func (d *driver) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	if isTick(cmd) {
		d.ticks = append(d.ticks, cmd)
		return
	}
	d.busy++
	go func() { d.messages <- ended{cmd()} }()
}

// isTick reports whether a command only waits for time to pass.
func isTick(cmd tea.Cmd) bool {
	name := runtime.FuncForPC(reflect.ValueOf(cmd).Pointer()).Name()
	return strings.HasPrefix(name, "charm.land/bubbletea/v2.Tick.")
}

// take passes a message to the model, as the program's loop does.
func (d *driver) take(msg tea.Msg) {
	d.Helper()
	switch msg := msg.(type) {
	case ended:
		d.busy--
		d.take(msg.msg)
		return
	case nil:
		return
	case tea.BatchMsg:
		for _, cmd := range msg {
			d.do(cmd)
		}
		return
	case tea.QuitMsg:
		d.quits++
		return
	case tea.SuspendMsg:
		d.suspends++
		return
	}
	if cmds := reflect.ValueOf(msg); cmds.Type().String() == "tea.sequenceMsg" {
		for i := range cmds.Len() {
			cmd, _ := reflect.TypeAssert[tea.Cmd](cmds.Index(i))
			d.do(cmd)
		}
		return
	}
	m, cmd := d.Update(msg)
	if m != d.Model {
		d.Fatal("the model was replaced")
	}
	d.View()
	d.do(cmd)
}

// settle waits until only the commands that the test holds are running.
func (d *driver) settle() {
	d.Helper()
	d.until("nothing is under way", func() bool { return d.busy <= d.held })
}

// until handles messages until come returns true.
func (d *driver) until(what string, come func() bool) {
	d.Helper()
	for !come() {
		select {
		case msg := <-d.messages:
			d.take(msg)
		case <-time.After(time.Minute):
			d.Logf("waiting until %s\n%s", what, d.screen())
			d.stuck()
		}
	}
}

func (d *driver) stuck() {
	d.Helper()
	stacks := make([]byte, 1<<20)
	d.Fatalf("%d commands do not end:\n%s", d.busy, stacks[:runtime.Stack(stacks, true)])
}

// send passes a message to the model and waits for its effects.
func (d *driver) send(msg tea.Msg) {
	d.Helper()
	d.take(msg)
	d.settle()
}

func (d *driver) size(width, height int) {
	d.Helper()
	d.send(tea.WindowSizeMsg{Width: width, Height: height})
}

// press presses keys by their names.
func (d *driver) press(keys ...string) {
	d.Helper()
	for _, name := range keys {
		d.send(keyPress(d.TB, name))
	}
}

// write types a text.
func (d *driver) write(text string) {
	d.Helper()
	for _, r := range text {
		d.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// runHeld runs all tables and returns when the run is held at one of them.
func (d *driver) runHeld(w *world) (release func()) {
	d.Helper()
	const table = "step_trainer_trusted"
	open := w.holdAt(table)
	d.take(keyPress(d.TB, "R"))
	d.until(table+" is on its way", func() bool { s := d.live.steps[table]; return s != nil && s.progress.RowsRead > 0 })
	d.held = 2 // the run, and the receiver of its events
	d.settle()
	return func() {
		d.Helper()
		open()
		d.held = 0
		d.settle()
	}
}

// screen returns the screen as plain text without trailing blanks.
func (d *driver) screen() string {
	lines := strings.Split(ansi.Strip(d.View().Content), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// shows fails the test unless the texts are on the screen.
func (d *driver) shows(texts ...string) {
	d.Helper()
	screen := d.screen()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			d.Errorf("%q is not on the screen:\n%s", text, screen)
		}
	}
}

// hides fails the test if one of the texts is on the screen.
func (d *driver) hides(texts ...string) {
	d.Helper()
	screen := d.screen()
	for _, text := range texts {
		if strings.Contains(screen, text) {
			d.Errorf("%q is on the screen:\n%s", text, screen)
		}
	}
}

// keyPress is the press of a key with a name such as ctrl+p, R or pgup.
func keyPress(tb testing.TB, name string) tea.KeyPressMsg {
	tb.Helper()
	press := tea.KeyPressMsg{}
	rest := name
	for prefix, mod := range map[string]tea.KeyMod{"ctrl+": tea.ModCtrl, "alt+": tea.ModAlt, "shift+": tea.ModShift} {
		if strings.HasPrefix(rest, prefix) && len(rest) > len(prefix) {
			rest, press.Mod = rest[len(prefix):], press.Mod|mod
		}
	}
	if code, ok := keyCodes[rest]; ok {
		press.Code = code
	} else if runes := []rune(rest); len(runes) == 1 {
		press.Code = runes[0]
		if press.Mod == 0 {
			press.Text = rest
		}
	}
	if press.String() != name {
		tb.Fatalf("no terminal sends the key %q, but perhaps %q", name, press.String())
	}
	return press
}

var keyCodes = map[string]rune{
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd,
	"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab,
	"space": tea.KeySpace, "backspace": tea.KeyBackspace, "delete": tea.KeyDelete, "insert": tea.KeyInsert,
	"f1": tea.KeyF1, "f2": tea.KeyF2, "f3": tea.KeyF3, "f4": tea.KeyF4, "f5": tea.KeyF5, "f6": tea.KeyF6,
	"f7": tea.KeyF7, "f8": tea.KeyF8, "f9": tea.KeyF9, "f10": tea.KeyF10, "f12": tea.KeyF12,
}
