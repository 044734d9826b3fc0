package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
	"testing"
)

const pixels = 2 // per unit in a PNG

// pixelsOf returns the PNG of a view, clipped to its cells.
func pixelsOf(t *testing.T, view string, columns, rows int) *image.RGBA {
	t.Helper()
	var file bytes.Buffer
	if err := Parse(view, columns, rows).PNG(&file, Options{Scale: pixels}); err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	cells := image.NewRGBA(image.Rect(0, 0, columns*cellWidth*pixels, rows*cellHeight*pixels))
	for y := range cells.Rect.Dy() {
		for x := range cells.Rect.Dx() {
			cells.Set(x, y, decoded.At(x+margin*pixels, y+margin*pixels))
		}
	}
	return cells
}

// column is the pixels of one column, row the same of a row.
// Every line of box drawing meets that of its neighbour: where one reaches an
// edge of its cell, it looks there as the straight line of its weight does.
func TestEveryAttributeIsSeen(t *testing.T) {
	seen := map[string]string{string(pixelsOf(t, "abc", 3, 1).Pix): "plain"}
	for _, sgr := range []string{
		"1", "2", "3", "1;3", "4", "4:2", "4:3", "4:4", "4:5", "4;58;5;196", "7", "8", "9",
		"31", "91", "38;5;75", "38;2;1;200;3", "41", "101", "48;5;75", "48;2;1;200;3",
	} {
		got := string(pixelsOf(t, "\x1b["+sgr+"mabc\x1b[0m", 3, 1).Pix)
		if twin, ok := seen[got]; ok {
			t.Errorf("%s looks like %s", sgr, twin)
		}
		seen[got] = sgr
	}
}

func TestColoursAreThoseOfTheThemeOrTheirOwn(t *testing.T) {
	for sgr, want := range map[string]color.Color{
		"41":                  Dark.Palette[1],
		"48;5;9":              Dark.Palette[9],
		"48;5;196":            rgb(0xff0000),
		"48;2;18;52;86":       rgb(0x123456),
		"7":                   Dark.Foreground,
		"31;7":                Dark.Palette[1],
		"7;48;2;9;9;9;38;5;9": Dark.Palette[9],
	} {
		if got := pixelsOf(t, "\x1b["+sgr+"m ", 1, 1).RGBAAt(3, 3); got != want {
			t.Errorf("%s is %v, want %v", sgr, got, want)
		}
	}
}

// checkSVG sees that a document is well-formed, and has nothing that acts or
// that refers to anything outside of it.
// dense is a screen without a blank, of all colours.
func dense(columns, rows int) string {
	var view strings.Builder
	for y := range rows {
		for x := range columns {
			fmt.Fprintf(&view, "\x1b[%d;38;5;%dm%c", x%3, (x+y)%16, '!'+rune(x*7+y)%90)
		}
		view.WriteByte('\n')
	}
	return view.String()
}

func TestTheSamePictureHasTheSameBytes(t *testing.T) {
	draw := func() string {
		var files bytes.Buffer
		screen := Parse(dense(60, 10)+hostile, 60, 12)
		o := Options{Theme: Light, Title: "twice", Frame: true}
		if err := errors.Join(screen.SVG(&files, o), screen.PNG(&files, o), screen.ANSI(&files)); err != nil {
			t.Fatal(err)
		}
		return files.String()
	}
	if first, second := draw(), draw(); first != second {
		t.Error("two pictures of one screen differ")
	}
}

func TestMoreColoursThanAPaletteHoldsAreAllKept(t *testing.T) {
	var view strings.Builder
	for i := range 300 {
		fmt.Fprintf(&view, "\x1b[48;2;%d;%d;7m ", i/2, i%2)
	}
	got := pixelsOf(t, view.String(), 300, 1)
	for i := range 300 {
		want := color.RGBA{uint8(i / 2), uint8(i % 2), 7, 255}
		if c := got.RGBAAt(i*cellWidth*pixels+3, 3); c != want {
			t.Fatalf("cell %d is %v, want %v", i, c, want)
		}
	}
}

func TestTextWithColoursShowsTheSameScreen(t *testing.T) {
	view := dense(20, 3) + "\x1b[4:3mé界\x1b[0m ok " + hostile
	var first, second strings.Builder
	if err := Parse(view, 60, 5).ANSI(&first); err != nil {
		t.Fatal(err)
	}
	if err := Parse(first.String(), 60, 5).ANSI(&second); err != nil {
		t.Fatal(err)
	}
	if first.String() != second.String() {
		t.Errorf("%q became %q", first.String(), second.String())
	}
	if svgOf(t, view, 60, 5, Options{}) != svgOf(t, first.String(), 60, 5, Options{}) {
		t.Error("the text shows another picture")
	}
	for i, sequence := range strings.Split(first.String(), "\x1b")[1:] {
		if !strings.HasPrefix(sequence, "[") || strings.Trim(sequence[1:strings.IndexByte(sequence, 'm')], "0123456789;:") != "" {
			t.Fatalf("sequence %d is %q, which does more than colour", i, sequence)
		}
	}
}

func TestTheFrameShowsTheTitleAndHasRoundCorners(t *testing.T) {
	framed := func(title string) image.Image {
		var file bytes.Buffer
		if err := Parse("x", 40, 2).PNG(&file, Options{Frame: true, Title: title}); err != nil {
			t.Fatal(err)
		}
		decoded, err := png.Decode(&file)
		if err != nil {
			t.Fatal(err)
		}
		return decoded
	}
	differs := func(a, b image.Image) bool {
		for x := range a.Bounds().Dx() {
			for y := range int(titleBar * pixels) {
				if a.At(x, y) != b.At(x, y) {
					return true
				}
			}
		}
		return false
	}
	if !differs(framed("lake"), framed("runs")) {
		t.Error("the title is not in the frame")
	}
	if _, _, _, alpha := framed("").At(0, 0).RGBA(); alpha != 0 {
		t.Error("the corner is not transparent")
	}
}

func TestAScreenOfNoSizeHasAPicture(t *testing.T) {
	for _, s := range []Screen{{}, Parse("text", 0, 0), Parse("text", -1, -5), Parse("", 1, 1)} {
		for _, o := range []Options{{}, {Frame: true, Title: "a title that has no room"}} {
			if err := errors.Join(s.SVG(io.Discard, o), s.PNG(io.Discard, o), s.ANSI(io.Discard)); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestAFullDiskIsAnError(t *testing.T) {
	broken, full := Parse("x", 1, 1), fullDisk{}
	if broken.SVG(full, Options{}) == nil || broken.PNG(full, Options{}) == nil || broken.ANSI(full) == nil {
		t.Error("nothing was written, and nothing said")
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func FuzzParse(f *testing.F) {
	f.Add(hostile, 40, 3)
	f.Add("e\u0301界\x1b[7;38;5;300m😀\x1b[4:3m╬▚⣿", 3, 2)
	f.Add("\x1b[38:2::1:2:3ma\x1b_x\x1b\\", 1, 1)
	f.Fuzz(func(t *testing.T, view string, columns, rows int) {
		columns, rows = columns%60, rows%8
		screen := Parse(view, columns, rows)
		var document, text strings.Builder
		if err := errors.Join(screen.SVG(&document, Options{Title: view, Frame: true}), screen.ANSI(&text)); err != nil {
			t.Fatal(err)
		}
		checkSVG(t, document.String())
		if lines := strings.Count(text.String(), "\n"); lines != max(rows, 0) {
			t.Errorf("%d lines of text for %d rows", lines, rows)
		}
		if err := screen.PNG(io.Discard, Options{Scale: 1}); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkPNG(b *testing.B) {
	screen := Parse(dense(120, 36), 120, 36)
	for b.Loop() {
		if err := screen.PNG(io.Discard, Options{Frame: true}); err != nil {
			b.Fatal(err)
		}
	}
}
