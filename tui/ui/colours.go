package ui

import (
	"fmt"
	"image/color"
	"maps"
	"regexp"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
)

// Background is what is known of the terminal's background.
type Background int

// Backgrounds. An unknown one gets colours that are readable on both others.
const (
	DarkBackground Background = iota
	LightBackground
	UnknownBackground
)

// colours are the colours of a theme by their names in stedi.toml. A missing
// colour is the terminal's own.
type colours map[string]color.Color

// ThemeNames are the built-in themes.
var ThemeNames = []string{"auto", "dark", "light", "ansi", "contrast", "colorblind"}

// ColourNames are the names of a theme's colours.
var ColourNames = []string{
	"text", "faint", "line", "accent", "good", "warn", "bad", "busy", "zone1", "zone2", "zone3", "zone4",
	"bar", "selected", "selected-faint", "match",
}

// of returns colours from a list of names and values.
func of(list string) colours {
	c := colours{}
	fields := strings.Fields(list)
	for i := 0; i+1 < len(fields); i += 2 {
		c[fields[i]] = lipgloss.Color(fields[i+1])
	}
	return c
}

// Text has a contrast of at least 4.5:1 to each background that it can be on.
var (
	darkColours = of(`text #d8dee9 faint #a0a7b5 line #3b4252 accent #7fa6f7 good #9ece6a warn #e0af68 bad #f88499 busy #7dcfff
		zone1 #e0af68 zone2 #7dcfff zone3 #bb9af7 zone4 #9ece6a bar #1f2430 selected #28396a selected-faint #2a2f3d match #1f2430`)
	lightColours = of(`text #24292f faint #5c626e line #b9c0ca accent #0b5fc0 good #177131 warn #845900 bad #be222a busy #096c7c
		zone1 #845900 zone2 #096c7c zone3 #7447c6 zone4 #177131 bar #e6e9ef selected #cfe2ff selected-faint #e7ecf4 match #ffffff`)
	// Colours of medium brightness, with a contrast of at least 4.5:1 to black and
	// to white. Text, bars and the selection use the terminal's own colours.
	unknownColours = of(`faint #757575 line #8a8a8a accent #1b6ef5 good #278643 warn #9a6d15 bad #dd3048 busy #138194
		zone1 #9a6d15 zone2 #138194 zone3 #8a58e4 zone4 #278643`)
	ansiColours         = of(`faint 8 line 8 accent 4 good 2 warn 3 bad 1 busy 6 zone1 3 zone2 6 zone3 5 zone4 2`)
	darkContrastColours = of(`text #ffffff faint #d0d0d0 line #ffffff accent #86c3ff good #5fff5f warn #ffff5f bad #ffa6a6 busy #5fffff
		zone1 #ffff5f zone2 #5fffff zone3 #ffafff zone4 #5fff5f bar #000000 selected #000087 selected-faint #303030 match #000000`)
	lightContrastColours = of(`text #000000 faint #303030 line #000000 accent #0000af good #005600 warn #5f3f00 bad #870000 busy #005252
		zone1 #5f3f00 zone2 #005252 zone3 #5f00af zone4 #005600 bar #ffffff selected #ffff87 selected-faint #e4e4e4 match #ffffff`)
	// The colours of Okabe and Ito: good and bad differ for every kind of colour
	// blindness.
	darkBlindColours = of(`text #e6e6e6 faint #aab0b9 line #4a5060 accent #60b8ea good #60b8ea warn #f0e442 bad #ff944f busy #da9dbf
		zone1 #f0e442 zone2 #60b8ea zone3 #da9dbf zone4 #5cc1a5 bar #1f2430 selected #1b4468 selected-faint #2a2f3d match #1f2430`)
	lightBlindColours = of(`text #24292f faint #5c626e line #b9c0ca accent #0067a0 good #0067a0 warn #7a5c00 bad #a84300 busy #a03070
		zone1 #7a5c00 zone2 #0067a0 zone3 #a03070 zone4 #00714d bar #e6e9ef selected #cfe2ff selected-faint #e7ecf4 match #ffffff`)
)

// CustomTheme is a theme of stedi.toml: colours that replace those of a base.
type CustomTheme struct {
	Base    string
	Colours map[string]string // "#rrggbb", or 0 to 255
}

// Look is the choice of a theme.
type Look struct {
	Name   string // built in or custom; "": auto
	Custom map[string]CustomTheme
}

// SettingError is a fault of an entry of a settings file.
type SettingError struct {
	Path []string // of the entry, such as themes, mine, good
	Err  error
}

func (e *SettingError) Error() string { return e.Err.Error() }

func (e *SettingError) Unwrap() error { return e.Err }

// inTheme is a fault of an entry of a custom theme.
func inTheme(name, entry, format string, args ...any) error {
	return &SettingError{[]string{"themes", name, entry}, fmt.Errorf("theme %s: "+format, append([]any{name}, args...)...)}
}

var colourValue = regexp.MustCompile(`^(#[0-9a-fA-F]{6}|1?[0-9]?[0-9]|2[0-4][0-9]|25[0-5])$`)

// Check reports an unknown theme or colour.
func (l Look) Check() error {
	names := slices.Concat(ThemeNames, slices.Sorted(maps.Keys(l.Custom)))
	if l.Name != "" && !slices.Contains(names, l.Name) {
		return fmt.Errorf("unknown theme %q; themes: %s", l.Name, strings.Join(names, ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(l.Custom)) {
		custom := l.Custom[name]
		if custom.Base != "" && !slices.Contains(ThemeNames, custom.Base) {
			return inTheme(name, "base", "unknown base %q; bases: %s", custom.Base, strings.Join(ThemeNames, ", "))
		}
		for _, colour := range slices.Sorted(maps.Keys(custom.Colours)) {
			if !slices.Contains(ColourNames, colour) {
				return inTheme(name, colour, "unknown colour %q; colours: %s", colour, strings.Join(ColourNames, ", "))
			}
			if !colourValue.MatchString(custom.Colours[colour]) {
				return inTheme(name, colour, "%s = %q: write a colour as \"#rrggbb\", or a number from 0 to 255", colour, custom.Colours[colour])
			}
		}
	}
	return nil
}

// Theme returns the styles for a terminal.
func (l Look) Theme(back Background, profile colorprofile.Profile) *Theme {
	name := l.Name
	custom, own := l.Custom[name]
	if own {
		name = custom.Base
	}
	c := maps.Clone(builtIn(name, back, profile))
	for colour, value := range custom.Colours {
		c[colour] = lipgloss.Color(value)
	}
	return themeOf(c, profile)
}

// builtIn returns the colours of a built-in theme. A terminal with 16 colours
// has its own ones, which are more distinct than the nearest to others.
func builtIn(name string, back Background, profile colorprofile.Profile) colours {
	by := func(dark, light, unknown colours) colours { return [...]colours{dark, light, unknown}[back] }
	switch {
	case name == "ansi", profile == colorprofile.ANSI:
		return ansiColours
	case name == "dark":
		return darkColours
	case name == "light":
		return lightColours
	case name == "contrast":
		return by(darkContrastColours, lightContrastColours, colours{})
	case name == "colorblind":
		return by(darkBlindColours, lightBlindColours, unknownBlindColours)
	default:
		return by(darkColours, lightColours, unknownColours)
	}
}

var unknownBlindColours = of(`faint #757575 line #8a8a8a accent #277cae good #277cae warn #927100 bad #c05619 busy #b35588
	zone1 #927100 zone2 #277cae zone3 #b35588 zone4 #0e8565`)

// NewTheme returns the styles of the automatic theme for a known background.
func NewTheme(dark bool, profile colorprofile.Profile) *Theme {
	back := LightBackground
	if dark {
		back = DarkBackground
	}
	return Look{}.Theme(back, profile)
}

// themeOf returns the styles in some colours. Without a colour for a bar or the
// selection, they are reversed.
func themeOf(c colours, profile colorprofile.Profile) *Theme {
	fg := func(name string) uv.Style { return uv.Style{Fg: c[name]} }
	bold := func(name string) uv.Style { return uv.Style{Fg: c[name], Attrs: uv.AttrBold} }
	on := func(name, back string, attrs uint8) uv.Style { return uv.Style{Fg: c[name], Bg: c[back], Attrs: attrs} }
	t := &Theme{
		Text: fg("text"), Dim: fg("faint"), Strong: bold("text"),
		Border: fg("line"), BorderFocus: fg("accent"), Title: fg("faint"), TitleFocus: bold("accent"),
		Bar: on("faint", "bar", 0), BarStrong: on("text", "bar", uv.AttrBold), BarKey: on("accent", "bar", uv.AttrBold),
		Tab: on("faint", "bar", 0), TabCurrent: on("bar", "accent", uv.AttrBold),
		Selected: on("text", "selected", uv.AttrBold), SelectedFaint: on("text", "selected-faint", 0),
		Good: fg("good"), Warn: fg("warn"), Bad: bold("bad"), Busy: bold("busy"),
		Number: fg("text"), Null: uv.Style{Fg: c["faint"], Attrs: uv.AttrItalic}, Match: on("match", "warn", 0),
		Heading: fg("faint"), Full: fg("good"), Rest: fg("line"), Accent: fg("accent"),
		zones: [4]uv.Style{bold("zone1"), bold("zone2"), bold("zone3"), bold("zone4")},
		Code:  codeStyles{keyword: bold("zone3"), Name: fg("busy"), Text: fg("good"), Number: fg("warn"), comment: fg("faint")},
	}
	plain := profile <= colorprofile.ASCII
	if plain || c["selected"] == nil {
		t.Selected = uv.Style{Fg: t.Selected.Fg, Attrs: uv.AttrReverse}
	}
	if plain || c["selected-faint"] == nil {
		t.SelectedFaint.Attrs = uv.AttrBold
	}
	if plain || c["bar"] == nil {
		t.TabCurrent = uv.Style{Fg: c["accent"], Attrs: uv.AttrReverse}
	}
	if plain || c["match"] == nil {
		t.Match = uv.Style{Fg: c["warn"], Attrs: uv.AttrReverse}
	}
	return t
}
