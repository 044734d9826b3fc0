package main

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/zeebo/xxh3"

	"stedi/pipeline/printable"
	"stedi/tui"
)

// memoryFile returns the path of the screens' saved state for a lake, or ""
// without a state folder.
func (p *program) memoryFile(lake string) string {
	base, _ := p.env("XDG_STATE_HOME")
	if !filepath.IsAbs(base) {
		home, _ := p.env("HOME")
		if home == "" {
			return ""
		}
		base = filepath.Join(home, ".local", "state")
	}
	sum := xxh3.HashString128(lake).Bytes()
	return filepath.Join(base, "stedi", "lakes", hex.EncodeToString(sum[:8])+".json")
}

// recallFrom reads the saved state. A damaged file counts as empty.
func recallFrom(file string) func() tui.Remembered {
	return func() (known tui.Remembered) {
		text, err := os.ReadFile(file)
		if err == nil && json.Unmarshal(text, &known) != nil {
			return tui.Remembered{}
		}
		return known
	}
}

// rememberIn saves the state when the screens close. If that fails, it prints a
// note and returns no error.
func (p *program) rememberIn(file string) func(tui.Remembered) error {
	return func(known tui.Remembered) error {
		text, err := json.MarshalIndent(known, "", " ")
		if err != nil {
			return err
		}
		err = os.MkdirAll(filepath.Dir(file), 0o700)
		if err == nil {
			err = os.WriteFile(file, append(text, '\n'), 0o600)
		}
		if err != nil {
			tryWrite(p.stderr, "stedi: note: the state and the queries of this session are not saved: "+printable.Text(err.Error())+"; set XDG_STATE_HOME to a folder that can be written to\n")
		}
		return nil
	}
}
