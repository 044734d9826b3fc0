package tui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/tui/ui"
)

// page draws every word between two bars.
type page struct{ frame *ui.Frame }

func (page) Init() tea.Cmd                         { return nil }
func (p page) Update(tea.Msg) (tea.Model, tea.Cmd) { return p, nil }
func (p page) View() tea.View                      { v := tea.NewView(p.frame.String()); v.AltScreen = true; return v }

// Like some terminals, the emulator counts a letter with its marks as one
// column. The text after it must be in its column anyway.
func TestWhatStandsBehindLettersWithMarksIsAligned(t *testing.T) {
	const bar = 30
	text, err := os.ReadFile(filepath.Join("..", "testdata", "letters.txt"))
	must(t, err)
	words := strings.Split(strings.TrimSpace(string(text)), "\n")
	f := ui.NewFrame(40, len(words))
	for y, word := range words {
		f.All().Cut(1, y, bar-1, uv.Style{}, word)
		f.All().Text(bar, y, uv.Style{}, "│end")
	}
	term := onTerminal(t, page{f}, 40, len(words))
	term.shows("漢字")
	for y, word := range words {
		if cell := term.emulator.CellAt(bar, y); cell == nil || cell.Content != "│" {
			t.Errorf("%s: the bar is not in its column:\n%s", word, term.screen())
		}
	}
}
