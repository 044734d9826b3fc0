package tui

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"stedi/tui/ui"
)

// reached returns the action for a key, found in the same way as in the model.
func reached(m *Model, msg tea.KeyPressMsg) string {
	if a, ok := ui.Find([]ui.Action{m.picture()}, msg); ok && msg.Text == "" {
		return a.Name
	}
	if m.prompt != nil {
		return "(the prompt)"
	}
	if w, ok := m.top().(writable); ok {
		if _, taken := w.typed(msg); taken {
			return "(text)"
		}
	}
	if t, ok := m.here().(typing); ok && m.top() == nil {
		if _, taken := t.typed(msg); taken {
			return "(text)"
		}
	}
	a, _ := ui.Find(m.possible(), msg)
	return a.Name
}

// keysFooterPaletteAndHelpAgree checks that they use the same actions in every state
// of the screens.
func keysFooterPaletteAndHelpAgree(t *testing.T, d *driver) {
	t.Helper()
	if d.prompt != nil {
		return // a prompt takes all keys, and the footer's place
	}
	if e, ok := d.here().(typing); ok && e.writing() && d.top() == nil {
		return // what is pressed here changes the text, and with it what is possible
	}
	everyKeyLeadsToItsAction(t, d)
	theFooterHoldsWhatItOffers(t, d)
	if d.top() == nil {
		thePaletteHasEverything(t, d)
		theHelpListsEverything(t, d)
	}
}

func everyKeyLeadsToItsAction(t *testing.T, d *driver) {
	t.Helper()
	for _, a := range d.possible() {
		if a.Do == nil || a.Title() == "" {
			t.Errorf("%s does nothing, or has no title", a.Name)
		}
		if a.Off && a.Why == "" {
			t.Errorf("%s is not possible, and does not say why", a.Name)
		}
		for _, name := range a.Key.Keys() {
			if got := reached(d.Model, keyPress(t, name)); !a.Off && got != a.Name {
				t.Errorf("%s is %s, but leads to %s", name, a.Name, got)
			}
		}
	}
}

func theFooterHoldsWhatItOffers(t *testing.T, d *driver) {
	t.Helper()
	d.size(400, 36)
	lines := strings.Split(strings.TrimRight(d.screen(), "\n"), "\n")
	last := lines[len(lines)-1]
	offered := ui.Footer(d.possible())
	if len(offered) == 0 {
		t.Error("nothing is offered")
	}
	for _, a := range offered {
		if !strings.Contains(last, a.KeyName()+" "+a.Title()) {
			t.Errorf("%s is not in the footer: %s", a.Name, last)
		}
		if got := reached(d.Model, keyPress(t, a.Key.Keys()[0])); got != a.Name {
			t.Errorf("%s in the footer is %s, but leads to %s", a.KeyName(), a.Name, got)
		}
	}
}

func thePaletteHasEverything(t *testing.T, d *driver) {
	t.Helper()
	want := d.possible()
	d.press(":")
	p, ok := d.top().(*palette)
	if !ok {
		t.Fatal("the palette is not open")
	}
	has := map[string]bool{}
	for _, c := range p.all {
		others := slices.ContainsFunc(d.tabs(), func(id screenID) bool { return id != d.current && d.screens[id].title() == c.kind })
		has[c.text] = has[c.text] || !others
	}
	for _, a := range want {
		if has[a.Title()] == a.Off && a.Name != "palette" {
			t.Errorf("%s: in the palette %t, possible %t", a.Name, has[a.Title()], !a.Off)
		}
	}
	for _, table := range d.lake().Tables {
		if !has["open "+table.Name] {
			t.Errorf("%s is not in the palette", table.Name)
		}
	}
	d.press("esc")
}

func theHelpListsEverything(t *testing.T, d *driver) {
	t.Helper()
	d.size(200, 100)
	want := d.possible()
	d.press("?")
	panel, ok := d.top().(*helpPanel)
	if !ok {
		t.Fatal("the help is not open")
	}
	listed := map[string]bool{}
	screen := d.screen()
	for _, line := range panel.lines(panel.Width) {
		if line.action.Do != nil {
			listed[line.action.Name] = true
		}
	}
	for _, a := range want {
		if a.KeyName() != "" && !listed[a.Name] || !strings.Contains(screen, a.Title()) {
			t.Errorf("%s is not in the help:\n%s", a.Name, screen)
		}
	}
	if len(listed) > len(want) {
		t.Errorf("%d actions are listed, %d are there", len(listed), len(want))
	}
	d.press("esc")
}

func TestKeysOfTheSettingsTakeThePlaceOfThoseBuiltIn(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	o := w.options(t)
	o.Keys = map[string][]string{"help": {"f2"}, "run-all": {"ctrl+r", "Z"}, "check": {}}
	d := start(t, o, 120, 36)
	d.shows("f2 help", "^r run all")
	d.hides("v check")
	d.press("?")
	d.hides("KEYS · Lake")
	d.press("v")
	d.hides("checking")
	d.press("f2")
	d.shows("KEYS · Lake", "^r Z")
	d.press("esc", "Z")
	d.shows("5 tables built")
}

func TestTextsNameTheKeysOfTheSettings(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	o := w.options(t)
	o.Keys = map[string][]string{"run-all": {"ctrl+e"}, "run-to": {"ctrl+g"}, "diff": {"alt+8"}}
	d := start(t, o, 120, 36)
	d.shows("no runs yet: ^e runs all")
	d.press("2")
	d.shows("no run yet: ^e runs all that")
	d.press("5")
	d.shows("no run yet: ^e on screen 1 or 2")
	d.press("1", "right")
	d.shows("^g builds it and its upstream tables, ^e builds all")
	d.press("ctrl+e")
	d.shows("5 tables built")
	d.press("5", "m")
	d.shows("press alt+8 to compare it with")
}

func TestSettingsOfKeysThatCannotWorkAreRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		keys map[string][]string
		says string // empty: the keys are valid
	}{
		{"a key that is free", map[string][]string{"run-all": {"ctrl+e"}}, ""},
		{"two that change places", map[string][]string{"check": {"p"}, "statistics": {"v"}}, ""},
		{"an action that is not there", map[string][]string{"fly": {"f"}}, `unknown action "fly"`},
		{"an action by its earlier name", map[string][]string{"profile": {"ctrl+e"}}, `the action "profile" is called "statistics"`},
		{"a key of another action", map[string][]string{"run-all": {"v"}}, "v is the key of check already"},
		{"a key that means something everywhere", map[string][]string{"statistics": {"?"}}, "? is the key of help already"},
	} {
		m, err := New(t.Context(), Options{Now: time.Now, Zone: time.UTC, Keys: c.keys})
		switch {
		case err == nil && c.says != "":
			t.Errorf("%s: taken", c.name)
		case err != nil && (c.says == "" || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: %v", c.name, err)
		}
		if err == nil {
			if err := m.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestAKeyThatDoesNothingNowSaysWhy(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	o := w.options(t)
	opened := make(chan struct{})
	open := o.Open
	o.Open = func(ctx context.Context) (*Workspace, error) {
		<-opened
		return open(ctx)
	}
	m, err := New(t.Context(), o)
	must(t, err)
	d := &driver{TB: t, Model: m, messages: make(chan tea.Msg), held: 1}
	t.Cleanup(d.end)
	d.do(m.Init())
	d.size(100, 30)
	d.press("R", "R")
	if n := strings.Count(d.screen(), "R run all: the lake is still being opened"); n != 1 {
		t.Errorf("it is said %d times:\n%s", n, d.screen())
	}
	close(opened)
	d.held = 0
	d.settle()
	d.press("!")
	d.shows("ⓘ no errors")
}

// A letter means the same on all screens: each of these lists has the names of
// one action on several screens.
func TestALetterHasOneMeaning(t *testing.T) {
	meanings := map[string][]string{
		"r": {"run-to", "run-marked"}, "e": {"export-table", "export-answer", "export-shown", "report"},
		"c": {"cancel-run", "cancel-step", "cancel-check", "cancel-export", "cancel-review"}, "o": {"open", "cell", "preview"}, "d": {"diff", "compare-rows"},
		"m": {"mark", "diff-base"}, "I": {"statistics"}, "y": {"copy-name", "copy-log", "copy-rule", "copy-run", "copy-cell", "copy-item"},
		"Y": {"copy-path", "copy-row"}, "w": {"lineage", "why"}, "g": {"first"}, "G": {"last"}, "h": {"left", "fold", "scroll-left"}, "l": {"right", "unfold", "scroll-right"},
		"n": {"search-next", "next-failing"}, "N": {"search-last", "last-failing"}, "i": {"edit", "note"}, "v": {"check", "review-again"},
	}
	groups, err := Keys("Athena")
	must(t, err)
	seen := map[string]string{}
	for _, g := range groups {
		for _, k := range g.Keys {
			for _, key := range k.Keys {
				if len(key) != 1 || !unicode.IsLetter(rune(key[0])) {
					continue
				}
				if other, known := seen[key]; known && other != k.Action && (!slices.Contains(meanings[key], other) || !slices.Contains(meanings[key], k.Action)) {
					t.Errorf("%s is %s, and on screen %s it is %s", key, other, g.Name, k.Action)
				}
				seen[key] = k.Action
			}
		}
	}
}

func TestAnOldKeyWorksAndNamesTheNewOne(t *testing.T) {
	_, d := openRows(t, "customer_landing")
	d.press("v")
	d.shows("customerName · string", "v is now o (full value)")
	d.press("esc")
	d.hides("customerName · string ·")
}

func TestTheHelpIsSearchedByTyping(t *testing.T) {
	_, d := openRows(t, "customer_landing")
	d.press("?")
	d.write("stale")
	d.shows("SIGNS", "◌", "older than its upstream")
	d.hides("add to sort")
	for range "stale" {
		d.press("backspace")
	}
	d.write("histogram")
	d.shows("frequencies")
	d.hides("SIGNS")
	d.press("?")
	d.hides("KEYS")
}

func TestThePaletteFindsOtherWords(t *testing.T) {
	_, d := openRows(t, "customer_landing")
	for text, want := range map[string]string{
		"retry": "run all  (retry)", "order": "sort  (order)", "refresh": "refresh", "histogram": "frequencies  (histogram)", "dry": "plan  (dry)",
		"describe": "statistics  (describe)", "abort": "no match", "screenshot": "save a picture  (screenshot)",
	} {
		d.press(":")
		d.write(text)
		d.shows(want)
		d.press("esc")
	}
	d.press(":")
	d.write("q")
	d.press("enter")
	if d.quits != 1 {
		t.Error(":q does not quit")
	}
}
