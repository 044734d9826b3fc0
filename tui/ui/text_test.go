package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/text/unicode/norm"
)

// scripts are words in scripts whose letters have marks, and emoji of several
// characters.
func scripts(tb testing.TB) []string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "letters.txt"))
	if err != nil {
		tb.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func TestLettersKeepTheirMarks(t *testing.T) {
	for _, word := range scripts(t) {
		got := Printable(word)
		if strings.Contains(got, "<U+") {
			t.Errorf("%s is shown as %q", word, got)
		}
		if strings.ReplaceAll(norm.NFC.String(got), " ", "") != strings.ReplaceAll(norm.NFC.String(word), " ", "") {
			t.Errorf("%q is shown as %q", word, got)
		}
		if again := Printable(got); again != got {
			t.Errorf("%q becomes %q", got, again)
		}
	}
	for in, want := range map[string]string{
		"\u0301": "◌\u0301", "한": "한", "a\u200db": "a<U+200D>b", "x\ufe0e": "x<U+FE0E>", "\u202e": "<U+202E>", "क\u200d\u200d": "क\u200d<U+200D>",
	} {
		if got := Printable(in); got != want {
			t.Errorf("%q is shown as %q, not %q", in, got, want)
		}
	}
}

func TestACutNeverSplitsALetterFromItsMarks(t *testing.T) {
	for _, word := range scripts(t) {
		text := strings.Repeat(Printable(word), 3)
		ends := map[int]bool{0: true} // where a letter ends
		for n := 0; n < len(text); ends[n] = true {
			cluster, _ := ansi.FirstGraphemeCluster(text[n:], ansi.GraphemeWidth)
			n += len(cluster)
		}
		for most := range 12 {
			got := Shorten(text, most)
			if w := Width(got); w > most {
				t.Errorf("%q takes %d columns of %d", got, w, most)
			}
			if kept, cut := strings.CutSuffix(got, "…"); cut {
				if !ends[len(kept)] {
					t.Errorf("%q is cut within a letter: %q", text, got)
				}
			}
			var lines strings.Builder
			for _, line := range Wrap(StyledLine{{Style: uv.Style{}, Text: text}}, max(8, most)) {
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

// A picture counts like the emulator.
func TestAPictureOfLettersWithMarksIsAligned(t *testing.T) {
	for _, word := range scripts(t) {
		f := NewFrame(40, 1)
		f.All().Cut(1, 0, 29, uv.Style{}, word)
		f.All().Text(30, 0, uv.Style{}, "│")
		line, _, _ := strings.Cut(ansi.Strip(f.Picture()), "│")
		if w := ansi.StringWidth(line); w != 30 {
			t.Errorf("%s: the bar is in column %d", word, w)
		}
	}
}

func FuzzShorten(f *testing.F) {
	for i, word := range scripts(f) {
		f.Add(word, i)
	}
	f.Fuzz(func(t *testing.T, text string, most int) {
		most &= 63
		got := Shorten(text, most)
		if w := ansi.StringWidthWc(got); w > most || w != Width(got) || Printable(got) != got && !strings.HasSuffix(got, "…") {
			t.Errorf("%q is cut to %q of %d columns, not %d", text, got, w, most)
		}
	})
}

func TestNamesKeepBothEnds(t *testing.T) {
	for _, c := range []struct {
		name string
		most int
		want string
	}{
		{"accelerometer_landing", 14, "accele…landing"},
		{"accelerometer_trusted", 14, "accele…trusted"},
		{"accelerometer_trusted", 21, "accelerometer_trusted"},
		{"customer", 4, "cus…"},
		{"漢字漢字漢字", 7, "漢…漢字"},
		{"", 5, ""},
	} {
		if got := ShortenMiddle(c.name, c.most); got != c.want || Width(got) > c.most {
			t.Errorf("%q in %d columns: %q, want %q", c.name, c.most, got, c.want)
		}
	}
}
