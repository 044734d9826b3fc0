package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stedi/athena/cloud"
	"stedi/pipeline/engines"
	"stedi/tui"
)

var updateKeys = flag.Bool("update-keys", false, "rewrite the key table of the README")

const (
	keysBegin = "<!-- keys:begin -->\n"
	keysEnd   = "<!-- keys:end -->\n"
)

// The keys in the README equal the bindings; `make keys` writes them.
func TestTheREADMEsKeysAreThoseOfTheScreens(t *testing.T) {
	groups, err := tui.Keys((&program{config: config{engines: engines.All(&cloud.Settings{})}}).cataloguer())
	if err != nil {
		t.Fatal(err)
	}
	want := "\n" + tui.Markdown(groups) + "\n"
	name := filepath.Join("..", "..", "tui", "README.md")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(text), keysBegin)
	got, after, ended := strings.Cut(rest, keysEnd)
	if !begun || !ended {
		t.Fatal("the README has no place for the keys")
	}
	if *updateKeys {
		if err := os.WriteFile(name, []byte(before+keysBegin+want+keysEnd+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Error("the README's keys are not those of the screens: run `make keys`")
	}
}
