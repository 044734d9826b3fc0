package ui

import (
	"image/color"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
)

// Theme holds the styles by meaning. Where the difference matters, adjacent
// styles differ not only in colour, so the screens are readable without colors.
type Theme struct {
	Text, Dim, Strong       uv.Style
	Border, BorderFocus     uv.Style
	Title, TitleFocus       uv.Style
	Bar                     uv.Style // header and footer
	BarStrong, BarKey       uv.Style
	Tab, TabCurrent         uv.Style
	Selected, SelectedFaint uv.Style // the row with the cursor, in the focused pane and in others
	Good, Warn, Bad, Busy   uv.Style
	Number, Null, Match     uv.Style
	Heading                 uv.Style // of columns
	Full, Rest              uv.Style // of a bar
	Accent                  uv.Style
	zones                   [4]uv.Style
	Code                    codeStyles
}

// codeStyles are the colours of SQL.
type codeStyles struct{ keyword, Name, Text, Number, comment uv.Style }

// NewTheme returns the styles for a dark or a light background. Terminals with
// few colours get the nearest ones; without colours, the selection is reversed.
func NewTheme(dark bool, profile colorprofile.Profile) *Theme {
	pick := lipgloss.LightDark(dark)
	c := func(light, dark string) color.Color { return pick(lipgloss.Color(light), lipgloss.Color(dark)) }
	var (
		ink     = c("#24292f", "#d8dee9")
		faint   = c("#6b7280", "#7d8799")
		line    = c("#b9c0ca", "#3b4252")
		blue    = c("#0b5fc0", "#7aa2f7")
		green   = c("#1a7f37", "#9ece6a")
		yellow  = c("#9a6700", "#e0af68")
		red     = c("#c4232b", "#f7768e")
		purple  = c("#8250df", "#bb9af7")
		cyan    = c("#0a7485", "#7dcfff")
		barBack = c("#e6e9ef", "#1f2430")
		select1 = c("#cfe2ff", "#2e4272")
		select2 = c("#e7ecf4", "#2a2f3d")
	)
	fg := func(col color.Color) uv.Style { return uv.Style{Fg: col} }
	bold := func(col color.Color) uv.Style { return uv.Style{Fg: col, Attrs: uv.AttrBold} }
	on := func(col, back color.Color, attrs uint8) uv.Style { return uv.Style{Fg: col, Bg: back, Attrs: attrs} }
	t := &Theme{
		Text: fg(ink), Dim: fg(faint), Strong: bold(ink),
		Border: fg(line), BorderFocus: fg(blue), Title: fg(faint), TitleFocus: bold(blue),
		Bar: on(faint, barBack, 0), BarStrong: on(ink, barBack, uv.AttrBold), BarKey: on(blue, barBack, uv.AttrBold),
		Tab: on(faint, barBack, 0), TabCurrent: on(barBack, blue, uv.AttrBold),
		Selected: on(ink, select1, uv.AttrBold), SelectedFaint: on(ink, select2, 0),
		Good: fg(green), Warn: fg(yellow), Bad: bold(red), Busy: bold(cyan),
		Number: fg(ink), Null: uv.Style{Fg: faint, Attrs: uv.AttrItalic}, Match: on(c("#24292f", "#1f2430"), yellow, 0),
		Heading: fg(faint), Full: fg(green), Rest: fg(line), Accent: fg(blue),
		zones: [4]uv.Style{bold(yellow), bold(cyan), bold(purple), bold(green)},
		Code:  codeStyles{keyword: bold(purple), Name: fg(cyan), Text: fg(green), Number: fg(yellow), comment: fg(faint)},
	}
	if profile <= colorprofile.ASCII {
		t.Selected.Attrs = uv.AttrReverse
		t.SelectedFaint.Attrs = uv.AttrBold
		t.TabCurrent.Attrs = uv.AttrReverse
		t.Match.Attrs = uv.AttrReverse
	}
	return t
}

// Zone returns the colour of zone n of a lake.
func (t *Theme) Zone(n int) uv.Style { return t.zones[max(0, n)%len(t.zones)] }

// Over combines the foreground of style with the background of back, for text
// on a selected row.
func Over(style, back uv.Style) uv.Style {
	style.Bg = back.Bg
	style.Attrs |= back.Attrs & (uv.AttrReverse | uv.AttrBold)
	return style
}
