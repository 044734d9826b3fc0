package grid

import (
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"stedi/tui/ui"
)

// A table in a window shows all its columns if it can, and says so if it
// cannot.
func TestATableInAWindowFitsOrSaysThatItScrolls(t *testing.T) {
	theme := ui.NewTheme(true, colorprofile.ASCII)
	long := panelCell{text: strings.Repeat("word ", 8)}
	for _, c := range []struct {
		wide      int
		left      int
		want, not []string
	}{
		{120, 0, []string{"NAME", "word word word word word word word word", "LAST", "1,234,567"}, []string{"›", "‹"}},
		{60, 0, []string{"NAME", "LAST", "1,234,567", "wor…"}, []string{"›", "‹"}},
		{40, 0, []string{"NAME", "›"}, []string{"LAST", "‹", "1,2…"}},
		{40, 9, []string{"NAME", "‹", "LAST", "1,234,567"}, []string{"›"}},
	} {
		p := newPanel(&ui.Kit{Theme: theme, Width: c.wide}, "TABLE", "the table", panelHead{"NAME", false}, panelHead{"FIRST", false}, panelHead{"MIDDLE NUMBER", true}, panelHead{"LAST", true})
		p.rows = [][]panelCell{{{text: "abc"}, long, {text: "12"}, {text: "1,234,567"}}}
		p.left = c.left
		f := ui.NewFrame(c.wide, 8)
		p.Draw(f.All())
		shown := ansi.Strip(f.String())
		for _, text := range c.want {
			if !strings.Contains(shown, text) {
				t.Errorf("%d columns: no %q in\n%s", c.wide, text, shown)
			}
		}
		for _, text := range c.not {
			if strings.Contains(shown, text) {
				t.Errorf("%d columns: %q in\n%s", c.wide, text, shown)
			}
		}
	}
}
