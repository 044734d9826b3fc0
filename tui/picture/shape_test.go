package picture

import (
	"bytes"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func column(i *image.RGBA, x int) []color.RGBA {
	var c []color.RGBA
	for y := range i.Rect.Dy() {
		c = append(c, i.RGBAAt(x, y))
	}
	return c
}

func row(i *image.RGBA, y int) []color.RGBA {
	var r []color.RGBA
	for x := range i.Rect.Dx() {
		r = append(r, i.RGBAAt(x, y))
	}
	return r
}

func outlinesOf(t *testing.T, view string) map[glyph]outline {
	t.Helper()
	d, err := Parse(view, 1, 1).draw(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d.outlines
}

func TestAFullBlockFillsItsCellAndNothingElse(t *testing.T) {
	got := pixelsOf(t, " █ ", 3, 1)
	ink, ground := Dark.colour(nil, Dark.Foreground), Dark.colour(nil, Dark.Background)
	for x := range got.Rect.Dx() {
		want := ground
		if x >= cellWidth*pixels && x < 2*cellWidth*pixels {
			want = ink
		}
		for _, c := range column(got, x) {
			if c != want {
				t.Fatalf("column %d is %v, want %v", x, c, want)
			}
		}
	}
}

func TestEighthsOfABlockGrowByTheSameStep(t *testing.T) {
	got := pixelsOf(t, "▁▂▃▄▅▆▇█", 8, 1)
	ink := Dark.colour(nil, Dark.Foreground)
	for i := range 8 {
		height := 0
		for _, c := range column(got, (i*cellWidth+4)*pixels) {
			if c == ink {
				height++
			}
		}
		if want := (i + 1) * 5; height != want {
			t.Errorf("bar %d is %d pixels high, want %d", i+1, height, want)
		}
	}
}

func TestBoxLinesMeetAtTheEdges(t *testing.T) {
	horizontal, vertical := []string{" ", "─", "━", "═"}, []string{" ", "│", "┃", "║"}
	last := func(units int) int { return units*pixels - 1 }
	for i, weights := range arms {
		if weights == "----" {
			continue
		}
		drawn := pixelsOf(t, string(rune('─'+i)), 1, 1)
		up, right, down, left := weights[0]-'0', weights[1]-'0', weights[2]-'0', weights[3]-'0'
		checks := []struct {
			edge      string
			got, want []color.RGBA
		}{
			{"top", row(drawn, 0), row(pixelsOf(t, vertical[up], 1, 1), 0)},
			{"right", column(drawn, last(cellWidth)), column(pixelsOf(t, horizontal[right], 1, 1), 0)},
			{"bottom", row(drawn, last(cellHeight)), row(pixelsOf(t, vertical[down], 1, 1), 0)},
			{"left", column(drawn, 0), column(pixelsOf(t, horizontal[left], 1, 1), 0)},
		}
		for _, c := range checks {
			if !slices.Equal(c.got, c.want) {
				t.Errorf("%c does not meet its neighbour at the %s", '─'+i, c.edge)
			}
		}
	}
}

func TestRoundCornersJoinStraightLines(t *testing.T) {
	got := pixelsOf(t, "╭──╮\n│  │\n╰──╯", 4, 3)
	square := pixelsOf(t, "┌──┐\n│  │\n└──┘", 4, 3)
	const w, h = cellWidth * pixels, cellHeight * pixels
	for _, x := range []int{w - 1, w, 3*w - 1, 3 * w} {
		if !slices.Equal(column(got, x), column(square, x)) {
			t.Errorf("the line breaks at column %d", x)
		}
	}
	for _, y := range []int{h - 1, h, 2*h - 1, 2 * h} {
		if !slices.Equal(row(got, y), row(square, y)) {
			t.Errorf("the line breaks at row %d", y)
		}
	}
}

func TestALineAcrossTheScreenIsOneRectangle(t *testing.T) {
	d, err := Parse(strings.Repeat("─", 50)+"\n"+strings.Repeat("│\n", 4), 50, 5).draw(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.shapes) != 2 {
		t.Errorf("a horizontal and a vertical line are %d rectangles", len(d.shapes))
	}
}

func TestAWideLetterThatTheFontLacksIsABoxOverItsTwoCells(t *testing.T) {
	for _, text := range []string{"界", "😀", "👨‍👩‍👧‍👦"} {
		got := pixelsOf(t, text+"x", 3, 1)
		ground := Dark.colour(nil, Dark.Background)
		var inked []int
		for x := range int(2 * cellWidth * pixels) {
			if got.RGBAAt(x, cellHeight/2*pixels) != ground {
				inked = append(inked, x)
			}
		}
		if want := []int{2, 3, 32, 33}; !slices.Equal(inked, want) {
			t.Errorf("%s has ink at %v across its middle, want the box's sides at %v", text, inked, want)
		}
		alone := pixelsOf(t, "  x", 3, 1)
		for x := int(2 * cellWidth * pixels); x < int(3*cellWidth*pixels); x++ {
			if !slices.Equal(column(got, x), column(alone, x)) {
				t.Fatalf("what follows %s is not where it belongs", text)
			}
		}
	}
}

func TestTheFontOrAShapeHasEveryCharacterOfTheScreens(t *testing.T) {
	characters := "←↑→↓↔⇒✓✗✔✘○●◉◌◎★☆ⓘ▸▾◂▴▶◀▲▼◆◇■□⚠…–—·×−≠≤≥≈Δ∑µ∞½€£¥°«»“”‘’äéñßŁőЖλ⏎⇧"
	sources, err := filepath.Glob("../*.go")
	if err != nil || len(sources) == 0 {
		t.Fatal("no sources of the screens", err)
	}
	for _, name := range sources {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, "_test.go") {
			characters += strings.Join(strings.Fields(string(source)), "")
		}
	}
	distinct := []rune(characters)
	slices.Sort(distinct)
	distinct = slices.Compact(distinct)
	for _, sgr := range []string{"", "\x1b[1m"} {
		for _, r := range distinct {
			d, err := Parse(sgr+string(r), 1, 1).draw(Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, lacking := d.outlines[missing(1)]; lacking {
				t.Errorf("%c is drawn as a box", r)
			}
		}
	}
}

func TestCombiningMarksAreDrawn(t *testing.T) {
	if !bytes.Equal(pixelsOf(t, "e\u0301", 1, 1).Pix, pixelsOf(t, "é", 1, 1).Pix) {
		t.Error("a composed letter differs from its parts")
	}
	// Unicode has a composed character for the first but the font does not;
	// Unicode has none for the second.
	for _, text := range []string{"x\u0308", "q\u0323", "X\u0301"} {
		if bytes.Equal(pixelsOf(t, text, 1, 1).Pix, pixelsOf(t, text[:1], 1, 1).Pix) {
			t.Errorf("%s lost its mark", text)
		}
		if _, ok := outlinesOf(t, text)[missing(1)]; ok {
			t.Errorf("%s is drawn as a box", text)
		}
	}
}
