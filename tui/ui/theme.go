package ui

import (
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

// Zone returns the colour of zone n of a lake.
func (t *Theme) Zone(n int) uv.Style { return t.zones[max(0, n)%len(t.zones)] }

// Over combines the foreground of style with the background of back, for text
// on a selected row. On a reversed row all text has one colour: reversed colours
// would be a patchwork of backgrounds.
func Over(style, back uv.Style) uv.Style {
	style.Bg = back.Bg
	if back.Attrs&uv.AttrReverse != 0 {
		style.Fg = back.Fg
		style.Attrs &^= uv.AttrFaint
	}
	style.Attrs |= back.Attrs & (uv.AttrReverse | uv.AttrBold)
	return style
}
