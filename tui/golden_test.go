package tui

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/rogpeppe/go-internal/txtar"

	"stedi/tui/ui"
)

var update = flag.Bool("update", false, "write the screens of this program as those that are wanted")

// looks are the terminal settings in which every screen is compared.
var looks = []struct {
	name     string
	dark     bool
	profiled colorprofile.Profile
}{
	{"dark", true, colorprofile.TrueColor},
	{"light", false, colorprofile.TrueColor},
	{"no colour", true, colorprofile.ASCII},
}

var sizes = [][2]int{{120, 36}, {80, 24}, {40, 10}}

// Every screen is compared with testdata/screens: its text at every size, and
// its styles at one size. Keys, footer, palette and help are checked on the same
// screens. go test ./tui -update rewrites the files; review the
// difference before you commit it.
func TestScreensAreAsTheyWereWanted(t *testing.T) {
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			got := &txtar.Archive{}
			d := openScene(t, s, func(w *world) Options { return w.options(t) }, 120, 36)
			for _, size := range sizes {
				d.size(size[0], size[1])
				name := fmt.Sprintf("%dx%d", size[0], size[1])
				got.Files = append(got.Files, txtar.File{Name: name, Data: []byte(d.screen())})
			}
			d.size(80, 24)
			for _, look := range looks {
				d.wear(look.dark, look.profiled)
				if plain := d.screen(); plain != string(got.Files[1].Data) {
					t.Errorf("%s, the text is another one:\n%s", look.name, plain)
				}
				got.Files = append(got.Files, txtar.File{Name: "80x24 " + look.name, Data: []byte(visible(d.styled(look.profiled)))})
			}
			compare(t, filepath.Join("..", "testdata", "screens", s.name+".txt"), txtar.Format(got))
			d.wear(true, colorprofile.TrueColor)
			d.size(120, 36)
			keysFooterPaletteAndHelpAgree(t, d)
		})
	}
}

// wear sets the kind of the terminal.
func (d *driver) wear(dark bool, profiled colorprofile.Profile) {
	d.options.Dark, d.options.Profiled = dark, profiled
	d.Theme = ui.NewTheme(dark, profiled)
}

// styled returns the screen as a terminal with the color profile receives it.
func (d *driver) styled(profiled colorprofile.Profile) string {
	var b bytes.Buffer
	w := colorprofile.Writer{Forward: &b, Profile: profiled}
	_, err := w.WriteString(d.View().Content)
	must(d.TB, err)
	return b.String()
}

// visible makes escape sequences readable in a diff.
func visible(text string) string { return strings.ReplaceAll(text, "\x1b", "␛") + "\n" }

func compare(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		must(t, os.WriteFile(file, got, 0o644))
		return
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if bytes.Equal(got, want) {
		return
	}
	old := txtar.Parse(want)
	for i, f := range txtar.Parse(got).Files {
		if i >= len(old.Files) || !bytes.Equal(old.Files[i].Data, f.Data) {
			t.Errorf("%s: %s is not as wanted (-update takes it for good):\n%s", file, f.Name, ansi.Strip(string(f.Data)))
		}
	}
}
