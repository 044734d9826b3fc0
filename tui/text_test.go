package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/text/unicode/norm"

	"stedi/tui/ui"
)

// scripts are words in scripts whose letters have marks, and emoji of several
// characters.
var scripts = []string{
	"अर्जुन शर्मा", "தமிழ்", "বাংলা", "తెలుగు", "ខ្មែរ", "မြန်မာ", "ไทยน้ำ", "ശ്രീ", "ක්\u200dෂ", "می\u200cخواهم", "שָׁלוֹם",
	"\u1112\u1161\u11ab\u1100\u116e\u11a8", "e\u0301\u0323", "👨\u200d👩\u200d👧\u200d👦", "❤️", "❤️x", "❤️ x", "👍🏽", "1️⃣", "🇩🇪", "☺︎", "漢字",
}

func TestLettersKeepTheirMarks(t *testing.T) {
	for _, word := range scripts {
		got := ui.Printable(word)
		if strings.Contains(got, "<U+") {
			t.Errorf("%s is shown as %q", word, got)
		}
		if strings.ReplaceAll(norm.NFC.String(got), " ", "") != strings.ReplaceAll(norm.NFC.String(word), " ", "") {
			t.Errorf("%q is shown as %q", word, got)
		}
		if again := ui.Printable(got); again != got {
			t.Errorf("%q becomes %q", got, again)
		}
	}
	for in, want := range map[string]string{
		"\u0301": "◌\u0301", "한": "한", "a\u200db": "a<U+200D>b", "x\ufe0e": "x<U+FE0E>", "\u202e": "<U+202E>", "क\u200d\u200d": "क\u200d<U+200D>",
	} {
		if got := ui.Printable(in); got != want {
			t.Errorf("%q is shown as %q, not %q", in, got, want)
		}
	}
}

func TestACutNeverSplitsALetterFromItsMarks(t *testing.T) {
	for _, word := range scripts {
		text := strings.Repeat(ui.Printable(word), 3)
		ends := map[int]bool{0: true} // the ends of the letters
		for n := 0; n < len(text); ends[n] = true {
			cluster, _ := ansi.FirstGraphemeCluster(text[n:], ansi.GraphemeWidth)
			n += len(cluster)
		}
		for most := range 12 {
			got := ui.Shorten(text, most)
			if w := ui.Width(got); w > most {
				t.Errorf("%q takes %d columns of %d", got, w, most)
			}
			if kept, cut := strings.CutSuffix(got, "…"); cut {
				if !ends[len(kept)] {
					t.Errorf("%q is cut within a letter: %q", text, got)
				}
			}
			var lines strings.Builder
			for _, line := range ui.Wrap(ui.StyledLine{{Style: uv.Style{}, Text: text}}, max(8, most)) {
				for _, piece := range line {
					lines.WriteString(piece.Text)
				}
				if !ends[lines.Len()] {
					t.Errorf("%q is broken within a letter: %q", text, lines.String())
				}
			}
			if lines.String() != text {
				t.Errorf("%q is wrapped to %q", text, lines.String())
			}
		}
	}
}

// page draws every word between two bars.
type page struct{ frame *ui.Frame }

func (page) Init() tea.Cmd                         { return nil }
func (p page) Update(tea.Msg) (tea.Model, tea.Cmd) { return p, nil }
func (p page) View() tea.View                      { v := tea.NewView(p.frame.String()); v.AltScreen = true; return v }

// Like some terminals, the emulator counts a letter with its marks as one
// column. The text after it must be in its column anyway.
func TestWhatStandsBehindLettersWithMarksIsAligned(t *testing.T) {
	const bar = 30
	f := ui.NewFrame(40, len(scripts))
	for y, word := range scripts {
		f.All().Cut(1, y, bar-1, uv.Style{}, word)
		f.All().Text(bar, y, uv.Style{}, "│end")
	}
	term := onTerminal(t, page{f}, 40, len(scripts))
	term.shows("漢字")
	for y, word := range scripts {
		if cell := term.emulator.CellAt(bar, y); cell == nil || cell.Content != "│" {
			t.Errorf("%s: the bar is not in its column:\n%s", word, term.screen())
		}
	}
}

// A picture counts columns as the emulator does.
func TestAPictureOfLettersWithMarksIsAligned(t *testing.T) {
	for _, word := range scripts {
		f := ui.NewFrame(40, 1)
		f.All().Cut(1, 0, 29, uv.Style{}, word)
		f.All().Text(30, 0, uv.Style{}, "│")
		line, _, _ := strings.Cut(ansi.Strip(f.Picture()), "│")
		if w := ansi.StringWidth(line); w != 30 {
			t.Errorf("%s: the bar is in column %d", word, w)
		}
	}
}

func FuzzShorten(f *testing.F) {
	for i, word := range scripts {
		f.Add(word, i)
	}
	f.Fuzz(func(t *testing.T, text string, most int) {
		most &= 63
		got := ui.Shorten(text, most)
		if w := ansi.StringWidthWc(got); w > most || w != ui.Width(got) || ui.Printable(got) != got && !strings.HasSuffix(got, "…") {
			t.Errorf("%q is cut to %q of %d columns, not %d", text, got, w, most)
		}
	})
}
