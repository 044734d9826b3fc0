package ui

import (
	"image/color"
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
)

// luminance is the relative luminance of a colour, as WCAG defines it.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		if x := float64(v) / 0xffff; x > 0.04045 {
			return math.Pow((x+0.055)/1.055, 2.4)
		} else {
			return x / 12.92
		}
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

// contrast is the contrast of two colours, from 1 to 21.
func contrast(a, b color.Color) float64 {
	x, y := luminance(a)+0.05, luminance(b)+0.05
	return max(x, y) / min(x, y)
}

func TestThemesAreReadable(t *testing.T) {
	black, white := color.Black, color.White
	for _, c := range []struct {
		name  string
		back  Background
		on    []color.Color
		least float64
	}{
		{"auto", DarkBackground, []color.Color{black}, 4.5},
		{"auto", LightBackground, []color.Color{white}, 4.5},
		{"auto", UnknownBackground, []color.Color{black, white}, 4.5},
		{"dark", LightBackground, []color.Color{black}, 4.5},
		{"light", DarkBackground, []color.Color{white}, 4.5},
		{"colorblind", DarkBackground, []color.Color{black}, 4.5},
		{"colorblind", LightBackground, []color.Color{white}, 4.5},
		{"colorblind", UnknownBackground, []color.Color{black, white}, 4.5},
		{"contrast", DarkBackground, []color.Color{black}, 7},
		{"contrast", LightBackground, []color.Color{white}, 7},
	} {
		th := Look{Name: c.name}.Theme(c.back, colorprofile.TrueColor)
		styles := map[string]uv.Style{
			"text": th.Text, "faint": th.Dim, "good": th.Good, "warn": th.Warn, "bad": th.Bad, "busy": th.Busy, "accent": th.Accent,
			"zone1": th.Zone(0), "zone2": th.Zone(1), "zone3": th.Zone(2), "zone4": th.Zone(3),
		}
		on := c.on
		for _, style := range []uv.Style{th.Bar, th.Selected, th.SelectedFaint} {
			if style.Bg != nil {
				on = append(on, style.Bg)
			}
		}
		for name, style := range styles {
			for _, back := range on {
				if style.Fg != nil && contrast(style.Fg, back) < c.least {
					t.Errorf("%s, background %d: %s has a contrast of %.1f", c.name, c.back, name, contrast(style.Fg, back))
				}
			}
		}
		for name, style := range map[string]uv.Style{"selected": th.Selected, "faintly selected": th.SelectedFaint, "match": th.Match, "current tab": th.TabCurrent} {
			switch {
			case style.Bg == nil || style.Fg == nil:
				if style.Attrs == 0 {
					t.Errorf("%s, background %d: %s looks like other text", c.name, c.back, name)
				}
			case contrast(style.Fg, style.Bg) < 4.5:
				t.Errorf("%s, background %d: %s has a contrast of %.1f", c.name, c.back, name, contrast(style.Fg, style.Bg))
			}
		}
	}
}

func TestFewColoursStayDistinct(t *testing.T) {
	for _, look := range []Look{{}, {Name: "dark"}, {Name: "ansi"}} {
		th := look.Theme(DarkBackground, colorprofile.ANSI)
		seen := map[color.Color]bool{}
		for zone := range 3 {
			seen[th.Zone(zone).Fg] = true
		}
		for _, s := range []uv.Style{th.Good, th.Bad} {
			seen[s.Fg] = true
		}
		if len(seen) != 5 || th.Selected.Attrs&uv.AttrReverse == 0 || th.TabCurrent.Attrs&uv.AttrReverse == 0 {
			t.Errorf("%s: %v, %+v", look.Name, seen, th.Selected)
		}
	}
}

// With reversed colours, each colour of a selected row would be another background.
func TestAReversedRowHasOneColour(t *testing.T) {
	th := (Look{Name: "ansi"}).Theme(DarkBackground, colorprofile.ANSI)
	for _, style := range []uv.Style{th.Good, th.Bad, th.Dim, th.Zone(0)} {
		if over := Over(style, th.Selected); over.Fg != th.Selected.Fg || over.Attrs&uv.AttrReverse == 0 || over.Attrs&uv.AttrFaint != 0 {
			t.Errorf("%+v on %+v", over, th.Selected)
		}
	}
}

func TestACustomThemeReplacesColours(t *testing.T) {
	look := Look{Name: "mine", Custom: map[string]CustomTheme{"mine": {Base: "light", Colours: map[string]string{"good": "#123456", "bad": "9"}}}}
	if err := look.Check(); err != nil {
		t.Fatal(err)
	}
	th, light := look.Theme(DarkBackground, colorprofile.TrueColor), NewTheme(false, colorprofile.TrueColor)
	if r, _, _, _ := th.Good.Fg.RGBA(); r>>8 != 0x12 || th.Warn.Fg != light.Warn.Fg {
		t.Errorf("%v, %v", th.Good, th.Warn)
	}
	for says, wrong := range map[string]Look{
		`unknown theme "mien"; themes: auto, dark`: {Name: "mien"},
		`unknown base "drak"`:                      {Custom: map[string]CustomTheme{"mine": {Base: "drak"}}},
		`unknown colour "goof"`:                    {Custom: map[string]CustomTheme{"mine": {Colours: map[string]string{"goof": "1"}}}},
		`"#12345"`:                                 {Custom: map[string]CustomTheme{"mine": {Colours: map[string]string{"good": "#12345"}}}},
		`"256"`:                                    {Custom: map[string]CustomTheme{"mine": {Colours: map[string]string{"good": "256"}}}},
	} {
		if err := wrong.Check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, not %s", err, says)
		}
	}
}
