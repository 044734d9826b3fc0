package tui

import (
	"image/color"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
)

// theme holds the styles by what they mean. Every style differs from its
// neighbours by more than its colour wherever that matters, so that the
// screens can be read without any.
type theme struct {
	text, dim, strong       uv.Style
	border, borderFocus     uv.Style
	title, titleFocus       uv.Style
	bar                     uv.Style // header and footer
	barStrong, barKey       uv.Style
	tab, tabCurrent         uv.Style
	selected, selectedFaint uv.Style // the row with the cursor, in the pane with the focus and elsewhere
	good, warn, bad, busy   uv.Style
	number, null, match     uv.Style
	heading                 uv.Style // of columns
	full, rest              uv.Style // of a bar
	accent                  uv.Style
	zones                   [4]uv.Style
	code                    codeStyles
}

// codeStyles colour SQL.
type codeStyles struct{ keyword, name, text, number, comment uv.Style }

// newTheme makes the styles for a dark or a light background. Terminals with
// few colours get those nearest to them; with none, the selection is reversed.
func newTheme(dark bool, profile colorprofile.Profile) *theme {
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
	t := &theme{
		text: fg(ink), dim: fg(faint), strong: bold(ink),
		border: fg(line), borderFocus: fg(blue), title: fg(faint), titleFocus: bold(blue),
		bar: on(faint, barBack, 0), barStrong: on(ink, barBack, uv.AttrBold), barKey: on(blue, barBack, uv.AttrBold),
		tab: on(faint, barBack, 0), tabCurrent: on(barBack, blue, uv.AttrBold),
		selected: on(ink, select1, uv.AttrBold), selectedFaint: on(ink, select2, 0),
		good: fg(green), warn: fg(yellow), bad: bold(red), busy: bold(cyan),
		number: fg(ink), null: uv.Style{Fg: faint, Attrs: uv.AttrItalic}, match: on(c("#24292f", "#1f2430"), yellow, 0),
		heading: fg(faint), full: fg(green), rest: fg(line), accent: fg(blue),
		zones: [4]uv.Style{bold(yellow), bold(cyan), bold(purple), bold(green)},
		code:  codeStyles{keyword: bold(purple), name: fg(cyan), text: fg(green), number: fg(yellow), comment: fg(faint)},
	}
	if profile <= colorprofile.ASCII {
		t.selected.Attrs = uv.AttrReverse
		t.selectedFaint.Attrs = uv.AttrBold
		t.tabCurrent.Attrs = uv.AttrReverse
		t.match.Attrs = uv.AttrReverse
	}
	return t
}

// zone is the colour of the nth zone of a lake.
func (t *theme) zone(n int) uv.Style { return t.zones[max(0, n)%len(t.zones)] }

// over keeps the foreground of a style and takes the background of another,
// for text on a selected row.
func over(style, back uv.Style) uv.Style {
	style.Bg = back.Bg
	style.Attrs |= back.Attrs & (uv.AttrReverse | uv.AttrBold)
	return style
}
