package tui

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// action is something that a person can do here and now. Keys, the footer,
// the help, the palette and the mouse all go through it, so none of them can
// promise what another does not keep.
type action struct {
	name  string // as in stedi.toml's [keys]; unique on a screen
	key   key.Binding
	group string // in the help
	foot  int    // place in the footer, from 1; 0: not there
	off   bool   // not possible now; the help shows it all the same
	why   string // it is not
	do    func() tea.Cmd
}

// title is what the action does, in words.
func (a action) title() string { return a.key.Help().Desc }

// keyName is how people call its first key.
func (a action) keyName() string { return a.key.Help().Key }

// bindings makes actions with the keys that the settings give them.
type bindings struct {
	custom map[string][]string
}

// act makes an action. The keys are separated by spaces; the first is the one
// that is shown.
func (b bindings) act(name, keys, title string, do func() tea.Cmd) action {
	list := strings.Fields(keys)
	if own, ok := b.custom[name]; ok {
		list = own
	}
	shown := ""
	if len(list) > 0 {
		shown = keyLabel(list[0])
	}
	return action{name: name, key: key.NewBinding(key.WithKeys(list...), key.WithHelp(shown, title)), do: do}
}

// at places an action in the footer.
func (a action) at(place int) action { a.foot = place; return a }

// in puts an action into a group of the help.
func (a action) in(group string) action { a.group = group; return a }

// when says whether the action is possible now, and else why it is not. Of
// several reasons the first one counts.
func (a action) when(possible bool, why string) action {
	if !possible && !a.off {
		a.off, a.why = true, why
	}
	return a
}

// Why actions are not possible, where several have the same reason.
const (
	notOpen    = "no lake is open"
	noTable    = "no table of the lake is chosen"
	notMade    = "no transform builds it"
	running    = "a run is under way"
	notRunning = "no run is under way"
	noRuns     = "no runs yet"
	noLine     = "nothing is selected"
	noRow      = "there are no rows"
)

// keyLabel is how a key is written on the screen.
func keyLabel(name string) string {
	labels := map[string]string{
		"up": "↑", "down": "↓", "left": "←", "right": "→", "space": "space", "pgup": "pgup", "pgdown": "pgdn",
		"enter": "⏎", "backspace": "bksp", "alt+up": "alt+↑", "alt+down": "alt+↓", "shift+tab": "⇧tab", "shift+left": "⇧←", "shift+right": "⇧→",
	}
	if label, ok := labels[name]; ok {
		return label
	}
	return strings.Replace(name, "ctrl+", "^", 1)
}

// unwritten are the actions that can be had where letters are text, with the
// keys that are none.
func unwritten(actions []action) []action {
	var left []action
	for _, a := range actions {
		keys := slices.DeleteFunc(slices.Clone(a.key.Keys()), func(k string) bool { return k == "space" || utf8.RuneCountInString(k) == 1 })
		if len(keys) > 0 && a.name != "back" { // the text has a way out of its own
			a.key = key.NewBinding(key.WithKeys(keys...), key.WithHelp(keyLabel(keys[0]), a.title()))
			left = append(left, a)
		}
	}
	return left
}

// find returns the action that a key means.
func find(actions []action, pressed tea.KeyPressMsg) (action, bool) {
	for _, a := range actions {
		if !a.off && key.Matches(pressed, a.key) {
			return a, true
		}
	}
	return action{}, false
}

// findOff returns the action that a key would mean at another moment.
func findOff(actions []action, pressed tea.KeyPressMsg) (action, bool) {
	i := slices.IndexFunc(actions, func(a action) bool { return a.off && key.Matches(pressed, a.key) })
	if i < 0 {
		return action{}, false
	}
	return actions[i], true
}

// keyOf is how people call the first key of one of the actions.
func keyOf(actions []action, name string) string {
	i := slices.IndexFunc(actions, func(a action) bool { return a.name == name })
	if i < 0 {
		return ""
	}
	return actions[i].keyName()
}

// footer lists the actions that have a place there, in its order.
func footer(actions []action) []action {
	var shown []action
	for _, a := range actions {
		if a.foot > 0 && !a.off && a.keyName() != "" {
			shown = append(shown, a)
		}
	}
	slices.SortStableFunc(shown, func(a, b action) int { return a.foot - b.foot })
	return shown
}

// checkKeys refuses settings for actions that do not exist, and keys that would
// mean two things in one place. The places are lists of actions that a reader
// has at the same time.
func checkKeys(custom map[string][]string, places [][]action) error {
	known := map[string]bool{}
	for _, actions := range places {
		for _, a := range actions {
			known[a.name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(custom)) {
		if !known[name] {
			return fmt.Errorf("unknown action %q; the actions are %s", name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		for _, actions := range places {
			if err := checkKey(name, actions); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkKey refuses a key of an action that is another's, too.
func checkKey(name string, actions []action) error {
	i := slices.IndexFunc(actions, func(a action) bool { return a.name == name })
	if i < 0 {
		return nil
	}
	for _, other := range actions {
		for _, k := range other.key.Keys() {
			if other.name != name && slices.Contains(actions[i].key.Keys(), k) {
				return fmt.Errorf("%s is the key of %s already: give %s another, or that one", k, other.name, name)
			}
		}
	}
	return nil
}
