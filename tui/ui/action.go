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

// Action is something that the reader can do now. Keys, the footer, the help,
// the palette and the mouse all use it, so they always agree.
type Action struct {
	Name  string // as in the [keys] section of stedi.toml; unique on a screen
	Key   key.Binding
	Once  key.Binding // keys of the last release, which still work if no other action has them
	Words string      // other words for it, which the palette and the help find
	Group string      // heading in the help
	Foot  int         // position in the footer, from 1; 0: not in the footer
	Off   bool        // not possible now, but listed in the help
	Why   string      // why it is not possible
	Do    func() tea.Cmd
}

// Title describes the action.
func (a Action) Title() string { return a.Key.Help().Desc }

// KeyName returns the display name of its first key.
func (a Action) KeyName() string { return a.Key.Help().Key }

// Bindings creates actions with the keys from the settings.
type Bindings struct {
	Custom map[string][]string
}

// Act returns an action. The keys are separated by spaces; the first one is
// displayed.
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

// Was returns an action like Act that had other keys in the last release. They
// work for one more release, unless the settings give the action its keys.
func (b Bindings) Was(was, name, keys, title string, do func() tea.Cmd) Action {
	a := b.Act(name, keys, title, do)
	if _, own := b.Custom[name]; !own {
		a.Once = key.NewBinding(key.WithKeys(strings.Fields(was)...))
	}
	return a
}

// Also sets other words for the action.
func (a Action) Also(words string) Action { a.Words = words; return a }

// At sets the action's position in the footer.
func (a Action) At(place int) Action { a.Foot = place; return a }

// In sets the action's group in the help.
func (a Action) In(group string) Action { a.Group = group; return a }

// When sets whether the action is possible now, and why not. The first of
// several reasons is kept.
func (a Action) When(possible bool, why string) Action {
	if !possible && !a.Off {
		a.Off, a.Why = true, why
	}
	return a
}

// Reasons that several actions share.
const (
	NotOpen    = "no lake is open"
	NoTable    = "no table is chosen"
	NotMade    = "no transform builds it"
	Running    = "a run is under way"
	NotRunning = "no run is under way"
	NoRuns     = "no runs yet"
	NoLine     = "nothing is selected"
	NoRow      = "there are no rows"
)

// KeyLabel returns the display name of a key.
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

// Unwritten returns the actions that work while letters are text, with only
// their keys that are not text.
func Unwritten(actions []Action) []Action {
	var left []Action
	for _, a := range actions {
		a.Once = key.Binding{}
		keys := slices.DeleteFunc(slices.Clone(a.Key.Keys()), func(k string) bool { return k == "space" || utf8.RuneCountInString(k) == 1 })
		if len(keys) > 0 && a.Name != "back" { // back is special: the text field has its own way out
			a.Key = key.NewBinding(key.WithKeys(keys...), key.WithHelp(KeyLabel(keys[0]), a.Title()))
			left = append(left, a)
		}
	}
	return left
}

// Find returns the action for a key. A key of the last release counts only if it
// is not the key of another action now.
func Find(actions []Action, pressed tea.KeyPressMsg) (Action, bool) {
	for _, a := range actions {
		if !a.Off && key.Matches(pressed, a.Key) {
			return a, true
		}
	}
	if _, taken := FindOff(actions, pressed); taken {
		return Action{}, false
	}
	for _, a := range actions {
		if !a.Off && key.Matches(pressed, a.Once) {
			return a, true
		}
	}
	return Action{}, false
}

// IsOld reports whether a key is one that the action had in the last release.
func (a Action) IsOld(pressed tea.KeyPressMsg) bool {
	return key.Matches(pressed, a.Once) && !key.Matches(pressed, a.Key)
}

// FindOff returns the action for a key that is not possible now.
func FindOff(actions []Action, pressed tea.KeyPressMsg) (Action, bool) {
	i := slices.IndexFunc(actions, func(a Action) bool { return a.Off && key.Matches(pressed, a.Key) })
	if i < 0 {
		return Action{}, false
	}
	return actions[i], true
}

// KeyOf returns the display name of the first key of an action.
func KeyOf(actions []Action, name string) string {
	i := slices.IndexFunc(actions, func(a Action) bool { return a.Name == name })
	if i < 0 {
		return ""
	}
	return actions[i].KeyName()
}

// Label returns the display name of the first key of an action, of which only
// the default keys are there.
func (b Bindings) Label(name, keys string) string { return b.Act(name, keys, "", nil).KeyName() }

// Footer returns the actions of the footer in order.
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

// moving are the actions that move a cursor.
var moving = map[string]bool{
	"up": true, "down": true, "left": true, "right": true, "page-up": true, "page-down": true, "half-up": true, "half-down": true, "first": true, "last": true,
	"first-column": true, "last-column": true, "scroll-left": true, "scroll-right": true,
}

// Moves reports whether the action moves a cursor.
func (a Action) Moves() bool { return moving[a.Name] }

// CheckKeys refuses settings for unknown actions, and keys with two meanings in
// one place. A place is a list of actions that the reader can have at the same
// time.
func CheckKeys(custom map[string][]string, places [][]Action) error {
	known := map[string]bool{}
	for _, actions := range places {
		for _, a := range actions {
			known[a.Name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(custom)) {
		if err := checkAction(name, known, places); err != nil {
			return &SettingError{[]string{"keys", name}, err}
		}
	}
	return nil
}

// checkAction refuses an unknown action, and keys of it with two meanings.
func checkAction(name string, known map[string]bool, places [][]Action) error {
	if now, ok := renamed[name]; ok {
		return fmt.Errorf("the action %q is called %q", name, now)
	}
	if !known[name] {
		return fmt.Errorf("unknown action %q; the actions are %s", name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
	}
	for _, actions := range places {
		if err := checkKey(name, actions); err != nil {
			return err
		}
	}
	return nil
}

// renamed are earlier names of actions.
var renamed = map[string]string{"profile": "statistics"}

// checkKey refuses a key of an action that belongs to another action too.
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

// synonyms are other words for the actions, which the palette and the help find.
// An action can have more (Also).
var synonyms = map[string]string{
	"ask":          "execute send submit",
	"back":         "close cancel escape",
	"cancel-check": "stop abort",
	"cancel-query": "stop abort kill",
	"cancel-run":   "stop abort kill",
	"cancel-step":  "stop abort kill",
	"check":        "test verify validate quality",
	"close-sheet":  "tab delete",
	"copy-name":    "yank clipboard",
	"copy-path":    "yank clipboard location",
	"diff":         "compare difference changes",
	"diff-base":    "mark compare with",
	"doctor":       "diagnose problems health",
	"edit":         "type editor insert",
	"edit-outside": "external vim",
	"engine":       "athena duckdb switch",
	"export-table": "save write csv json parquet file",
	"fails-only":   "failing errors hide passing filter",
	"filter":       "search find where limit",
	"force":        "rebuild full refresh retry again",
	"forget":       "remove drop",
	"help":         "keys shortcuts manual",
	"jobs":         "glue runs",
	"last-pane":    "window focus switch",
	"last-sheet":   "tab",
	"leave":        "exit close",
	"lineage":      "stages dropped losses",
	"log":          "output messages",
	"look":         "reload update redraw repaint",
	"mark":         "select choose tag",
	"new-sheet":    "tab open",
	"next-pane":    "window focus switch",
	"next-sheet":   "tab",
	"open":         "show rows view",
	"palette":      "menu actions",
	"pane-larger":  "resize grow",
	"pane-smaller": "resize shrink",
	"past":         "previous queries recent",
	"picture":      "screenshot image svg png",
	"plan":         "dry run preview",
	"plan-forced":  "dry run full refresh",
	"preview":      "show sample",
	"problem":      "failure exception why",
	"statistics":   "describe summary nulls distinct distribution profile",
	"quit":         "exit close leave",
	"replay":       "play again watch",
	"report":       "export save junit markdown",
	"run-all":      "build retry rebuild again start everything",
	"run-from":     "build retry descendants",
	"run-marked":   "build retry rebuild again start",
	"run-to":       "build retry rebuild again start",
	"save-query":   "keep store favourite",
	"sql":          "source code definition select statement",
	"suspend":      "background shell",
	"verdict":      "tests quality",
	"why":          "cause reason explain diagnose",
	"zoom":         "maximize fullscreen enlarge",
}

// Found is the text in which the palette and the help find the action: its
// title, then other words for it.
func (a Action) Found() string {
	return strings.TrimSpace(strings.Join([]string{a.Title(), a.Words, synonyms[a.Name]}, " "))
}

// Synonym returns the word of a text after the title that begins with the
// wanted text, or "".
func Synonym(text, wanted string) string {
	for word := range strings.FieldsSeq(text) {
		if strings.HasPrefix(word, strings.ToLower(wanted)) {
			return word
		}
	}
	return ""
}
