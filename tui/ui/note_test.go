package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

func TestATitleUnderANoteEndsInAnEllipsis(t *testing.T) {
	for _, c := range []struct{ title, note, want string }{
		{"FUNNEL of a_long_table", "6.9 MB", "╭─ FUNNEL of a_lon… 6.9 MB ─╮"},
		{"FUNNEL", "6.9 MB", "╭─ FUNNEL ───────── 6.9 MB ─╮"},
		{"FUNNEL", "a note that is too long", "╭─ FUNNEL ──────────────────╮"},
	} {
		f := NewFrame(29, 3)
		theme := NewTheme(true, colorprofile.ASCII)
		f.All().Box(theme, c.title, false)
		f.All().Note(theme.Dim, c.note)
		if got, _, _ := strings.Cut(ansi.Strip(f.String()), "\n"); strings.TrimSpace(got) != c.want {
			t.Errorf("%q, not %q", got, c.want)
		}
	}
}
