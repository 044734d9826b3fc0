package picture

import (
	"image/color"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// Theme is the colours of a terminal. The palette has the sixteen ANSI colours,
// the eight bright ones last.
type Theme struct {
	Foreground, Background color.Color
	Palette                [16]color.Color
}

// Dark and Light are the themes of the pictures. Every palette colour except the
// first and the last of each eight is legible on the background.
var (
	Dark = Theme{
		Foreground: rgb(0xd7dce5),
		Background: rgb(0x14171f),
		Palette: [16]color.Color{
			rgb(0x2a2f3a), rgb(0xf2777a), rgb(0x8fce7e), rgb(0xe6c067), rgb(0x6fb0f5), rgb(0xc792ea), rgb(0x5fc9c9), rgb(0xc3c9d4),
			rgb(0x7a8394), rgb(0xff9a9c), rgb(0xaee5a0), rgb(0xf7d98c), rgb(0x97c8ff), rgb(0xdcb3f7), rgb(0x8de4e2), rgb(0xf5f7fa),
		},
	}
	Light = Theme{
		Foreground: rgb(0x22272f),
		Background: rgb(0xfcfcfa),
		Palette: [16]color.Color{
			rgb(0x22272f), rgb(0xb3261e), rgb(0x2a7a35), rgb(0x8a6100), rgb(0x1f5fb8), rgb(0x7b3fa8), rgb(0x11747c), rgb(0xc8ccd2),
			rgb(0x6a7280), rgb(0xc93a31), rgb(0x358a41), rgb(0x9c6f05), rgb(0x2f72d0), rgb(0x9151c2), rgb(0x17868f), rgb(0xf3f4f6),
		},
	}
)

func rgb(hex uint32) color.RGBA {
	return color.RGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

// orDefault replaces missing colours by those of the dark theme.
func (t Theme) orDefault() Theme {
	if t.Foreground == nil {
		t.Foreground = Dark.Foreground
	}
	if t.Background == nil {
		t.Background = Dark.Background
	}
	for i := range t.Palette {
		if t.Palette[i] == nil {
			t.Palette[i] = Dark.Palette[i]
		}
	}
	return t
}

// look is a style resolved to colors.
type look struct {
	foreground, background, underline color.RGBA
}

func (t Theme) look(style uv.Style) look {
	l := look{
		foreground: t.colour(style.Fg, t.Foreground),
		background: t.colour(style.Bg, t.Background),
	}
	if style.Attrs&uv.AttrReverse != 0 {
		l.foreground, l.background = l.background, l.foreground
	}
	if style.Attrs&uv.AttrFaint != 0 {
		l.foreground = blend(l.background, l.foreground, faintness)
	}
	l.underline = t.colour(style.UnderlineColor, l.foreground)
	return l
}

// faintness is the opacity of a faint letter: with less it is hard to read,
// with more it looks normal.
const faintness = 0.6

// colour returns the theme's colour for c, or other if c is nil or transparent.
func (t Theme) colour(c, other color.Color) color.RGBA {
	switch indexed := c.(type) {
	case nil:
		c = other
	case ansi.BasicColor:
		c = t.Palette[indexed%16]
	case ansi.IndexedColor:
		if indexed < 16 {
			c = t.Palette[indexed]
		}
	}
	opaque, ok := color.RGBAModel.Convert(c).(color.RGBA)
	if !ok || opaque.A == 0 {
		opaque, _ = color.RGBAModel.Convert(other).(color.RGBA)
	}
	opaque.A = 0xff
	return opaque
}

// blend mixes over into under with the given share.
func blend(under, over color.RGBA, share float64) color.RGBA {
	mix := func(u, o uint8) uint8 { return uint8(float64(u) + (float64(o)-float64(u))*share + 0.5) }
	return color.RGBA{R: mix(under.R, over.R), G: mix(under.G, over.G), B: mix(under.B, over.B), A: 0xff}
}
