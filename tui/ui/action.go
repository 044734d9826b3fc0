package ui

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// Action is something that a person can do here and now. Keys, the footer,
// the help, the palette and the mouse all go through it, so none of them can
// promise what another does not keep.
type Action struct {
	Name  string // as in stedi.toml's [keys]; unique on a screen
	Key   key.Binding
	Group string // in the help
	Foot  int    // place in the footer, from 1; 0: not there
	Off   bool   // not possible now; the help shows it all the same
	Why   string // it is not
	Do    func() tea.Cmd
}

// Title is what the action does, in words.
func (a Action) Title() string { return a.Key.Help().Desc }

// KeyName is how people call its first key.
func (a Action) KeyName() string { return a.Key.Help().Key }

// Bindings makes actions with the keys that the settings give them.
type Bindings struct {
	Custom map[string][]string
}

// Act makes an action. The keys are separated by spaces; the first is the one
// that is shown.
func (b Bindings) Act(name, keys, title string, do func() tea.Cmd) Action {
	list := strings.Fields(keys)
	if own, ok := b.Custom[name]; ok {
		list = own
	}
	shown := ""
	if len(list) > 0 {
		shown = KeyLabel(list[0])
	}
	return Action{Name: name, Key: key.NewBinding(key.WithKeys(list...), key.WithHelp(shown, title)), Do: do}
}

// At places an action in the footer.
func (a Action) At(place int) Action { a.Foot = place; return a }

// In puts an action into a group of the help.
func (a Action) In(group string) Action { a.Group = group; return a }

// When says whether the action is possible now, and else why it is not. Of
// several reasons the first one counts.
func (a Action) When(possible bool, why string) Action {
	if !possible && !a.Off {
		a.Off, a.Why = true, why
	}
	return a
}

// Why actions are not possible, where several have the same reason.
const (
	NotOpen    = "no lake is open"
	NoTable    = "no table of the lake is chosen"
	NotMade    = "no transform builds it"
	Running    = "a run is under way"
	NotRunning = "no run is under way"
	NoRuns     = "no runs yet"
	NoLine     = "nothing is selected"
	NoRow      = "there are no rows"
)

// KeyLabel is how a key is written on the screen.
func KeyLabel(name string) string {
	labels := map[string]string{
		"up": "↑", "down": "↓", "left": "←", "right": "→", "space": "space", "pgup": "pgup", "pgdown": "pgdn",
		"enter": "⏎", "backspace": "bksp", "alt+up": "alt+↑", "alt+down": "alt+↓", "shift+tab": "⇧tab", "shift+left": "⇧←", "shift+right": "⇧→",
	}
	if label, ok := labels[name]; ok {
		return label
	}
	return strings.Replace(name, "ctrl+", "^", 1)
}

// Unwritten are the actions that can be had where letters are text, with the
// keys that are none.
func Unwritten(actions []Action) []Action {
	var left []Action
	for _, a := range actions {
		keys := slices.DeleteFunc(slices.Clone(a.Key.Keys()), func(k string) bool { return k == "space" || utf8.RuneCountInString(k) == 1 })
		if len(keys) > 0 && a.Name != "back" { // the text has a way out of its own
			a.Key = key.NewBinding(key.WithKeys(keys...), key.WithHelp(KeyLabel(keys[0]), a.Title()))
			left = append(left, a)
		}
	}
	return left
}

// Find returns the action that a key means.
func Find(actions []Action, pressed tea.KeyPressMsg) (Action, bool) {
	for _, a := range actions {
		if !a.Off && key.Matches(pressed, a.Key) {
			return a, true
		}
	}
	return Action{}, false
}

// FindOff returns the action that a key would mean at another moment.
func FindOff(actions []Action, pressed tea.KeyPressMsg) (Action, bool) {
	i := slices.IndexFunc(actions, func(a Action) bool { return a.Off && key.Matches(pressed, a.Key) })
	if i < 0 {
		return Action{}, false
	}
	return actions[i], true
}

// KeyOf is how people call the first key of one of the actions.
func KeyOf(actions []Action, name string) string {
	i := slices.IndexFunc(actions, func(a Action) bool { return a.Name == name })
	if i < 0 {
		return ""
	}
	return actions[i].KeyName()
}

// Footer lists the actions that have a place there, in its order.
func Footer(actions []Action) []Action {
	var shown []Action
	for _, a := range actions {
		if a.Foot > 0 && !a.Off && a.KeyName() != "" {
			shown = append(shown, a)
		}
	}
	slices.SortStableFunc(shown, func(a, b Action) int { return a.Foot - b.Foot })
	return shown
}

// CheckKeys refuses settings for actions that do not exist, and keys that would
// mean two things in one place. The places are lists of actions that a reader
// has at the same time.
func CheckKeys(custom map[string][]string, places [][]Action) error {
	known := map[string]bool{}
	for _, actions := range places {
		for _, a := range actions {
			known[a.Name] = true
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
func checkKey(name string, actions []Action) error {
	i := slices.IndexFunc(actions, func(a Action) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	for _, other := range actions {
		for _, k := range other.Key.Keys() {
			if other.Name != name && slices.Contains(actions[i].Key.Keys(), k) {
				return fmt.Errorf("%s is the key of %s already: give %s another, or that one", k, other.Name, name)
			}
		}
	}
	return nil
}
