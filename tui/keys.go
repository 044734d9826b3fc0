package tui

import (
	"context"
	"slices"
	"strings"
	"time"

	"stedi/tui/ui"
)

// KeyGroup lists the keys of a screen or of one of its panes.
type KeyGroup struct {
	Name string
	Keys []Key
}

// Key describes the action of a key, and its name in the settings.
type Key struct {
	Keys   []string
	Was    []string // keys of the last release
	Title  string
	Action string
}

// Keys lists all actions by screen. It uses the actions of the screens
// themselves. byCatalog has the meaning of Options.ByCatalog.
func Keys(byCatalog string) ([]KeyGroup, error) {
	m, err := New(context.Background(), Options{ByCatalog: byCatalog, Reviews: &Reviews{}, Now: time.Now, Zone: time.UTC})
	if err != nil {
		return nil, err
	}
	everywhere := KeyGroup{"everywhere", keysOf(m.everywhere())}
	groups := []KeyGroup{}
	for id := range screenCount {
		s := m.screens[id]
		if q, ok := s.(*queryView); ok {
			for at, actions := range q.everyPane() {
				groups = append(groups, KeyGroup{s.title() + ", " + []string{"editor", "rows", "catalog"}[at], keysOf(actions)})
			}
			continue
		}
		groups = append(groups, KeyGroup{s.title(), keysOf(s.actions())})
	}
	return append(groups, everywhere), m.Close()
}

func keysOf(actions []ui.Action) []Key {
	var keys []Key
	for _, a := range actions {
		var labels []string
		for _, k := range a.Key.Keys() {
			labels = append(labels, ui.KeyLabel(k))
		}
		if len(labels) > 0 && !slices.ContainsFunc(keys, func(k Key) bool { return k.Action == a.Name }) {
			was := slices.Clone(a.Once.Keys())
			for i := range was {
				was[i] = ui.KeyLabel(was[i])
			}
			keys = append(keys, Key{labels, was, a.Title(), a.Name})
		}
	}
	return keys
}

// Markdown formats the keys as tables.
func Markdown(groups []KeyGroup) string {
	var b strings.Builder
	escape := strings.NewReplacer("|", `\|`, "`", "\\`")
	for _, g := range groups {
		b.WriteString("| " + g.Name + " | | `[keys]` name |\n|---|---|---|\n")
		for _, k := range g.Keys {
			var keys []string
			for _, label := range k.Keys {
				keys = append(keys, "`"+escape.Replace(label)+"`")
			}
			b.WriteString("| " + strings.Join(keys, " ") + " | " + escape.Replace(k.Title) + " | `" + k.Action + "` |\n")
		}
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
