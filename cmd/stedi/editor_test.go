package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestAnEditorIsSplitAsAShellDoes(t *testing.T) {
	for _, c := range []struct {
		in      string
		windows bool
		want    []string // nil: an error is expected
	}{
		{"vim", false, []string{"vim"}},
		{"  code   --wait ", false, []string{"code", "--wait"}},
		{`"/opt/my editor/vim" -f`, false, []string{"/opt/my editor/vim", "-f"}},
		{`'/opt/my editor/vim' -c 'set ft=sql'`, false, []string{"/opt/my editor/vim", "-c", "set ft=sql"}},
		{`/opt/my\ editor/vim -c "say \"x\" \n"`, false, []string{"/opt/my editor/vim", "-c", `say "x" \n`}},
		{`a"b c"'d e'f ""`, false, []string{"ab cd ef", ""}},
		{`'it'\''s'`, false, []string{"it's"}},
		{`C:\tools\edit.exe -w`, true, []string{`C:\tools\edit.exe`, "-w"}},
		{`"C:\Program Files\e\edit.exe" -w`, true, []string{`C:\Program Files\e\edit.exe`, "-w"}},
		{`"open`, false, nil},
		{`it's`, false, nil},
		{`vim\`, false, nil},
	} {
		got, err := splitCommand(c.in, c.windows)
		if !slices.Equal(got, c.want) || (err == nil) != (c.want != nil) {
			t.Errorf("%s is %q, %v, want %q", c.in, got, err, c.want)
		}
	}
}

// FuzzSplitCommand checks that a quoted word is returned unchanged.
func FuzzSplitCommand(f *testing.F) {
	f.Add("a b", `it's "x" \`)
	f.Fuzz(func(t *testing.T, a, b string) {
		quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
		a, b = strings.ToValidUTF8(a, "?"), strings.ToValidUTF8(b, "?")
		if got, err := splitCommand(quote(a)+" "+quote(b), false); err != nil || !slices.Equal(got, []string{a, b}) {
			t.Errorf("%q and %q come back as %q, %v", a, b, got, err)
		}
		_, _ = splitCommand(a, true) // it must not panic
	})
}

func TestTheEditorOfTheReaderEditsAText(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "my editors")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	editor := filepath.Join(folder, "edit it")
	if err := os.WriteFile(editor, []byte("#!/bin/sh\nprintf '%s|' \"$@\" > \"$(dirname \"$0\")/called\"\nfor last; do :; done\necho ' LIMIT 1' >> \"$last\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env  map[string]string
		args string
	}{
		"quoted":         {map[string]string{"EDITOR": `"` + editor + `" --wait -c 'set x'`}, "--wait|-c|set x|"},
		"as it is":       {map[string]string{"EDITOR": editor}, ""},
		"below the home": {map[string]string{"EDITOR": `~/edit\ it -f`, "HOME": folder}, "-f|"},
		"VISUAL first":   {map[string]string{"VISUAL": `'` + editor + `' -v`, "EDITOR": "ed"}, "-v|"},
	} {
		t.Run(name, func(t *testing.T) {
			p := &program{process: process{env: func(name string) (string, bool) { v, ok := c.env[name]; return v, ok }}}
			edit, finish, err := p.ownEditor("SELECT 1")
			if err != nil {
				t.Fatal(err)
			}
			if out, err := edit.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			text, err := finish()
			if err != nil || text != "SELECT 1 LIMIT 1\n" {
				t.Errorf("%q, %v", text, err)
			}
			called, err := os.ReadFile(filepath.Join(folder, "called"))
			if args, _ := strings.CutSuffix(string(called), edit.Args[len(edit.Args)-1]+"|"); err != nil || args != c.args {
				t.Errorf("it is called with %q, %v", called, err)
			}
		})
	}
	for value, says := range map[string]string{`"open`: "$EDITOR: a quote is not closed", "no-such-editor -w": "$EDITOR: "} {
		p := &program{process: process{env: func(name string) (string, bool) { v, ok := map[string]string{"EDITOR": value}[name]; return v, ok }}}
		if _, _, err := p.ownEditor("x"); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", value, err)
		}
	}
}
