package tui

import (
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
)

func TestLinesBreakBetweenWordsOrAnywhere(t *testing.T) {
	for _, c := range []struct {
		name string
		wrap func(styledLine, int) []styledLine
		room int
		line []string
		want string
	}{
		{"between words", wrapWords, 11, []string{"published in 9.52 s"}, "published |in 9.52 s"},
		{"a space at the end is left out", wrapWords, 9, []string{"published in"}, "published|in"},
		{"a word wider than the room", wrapWords, 5, []string{"an address@x"}, "an ad|dress|@x"},
		{"across styles", wrapWords, 6, []string{"one ", "two", " three"}, "one |two |three"},
		{"two lines", wrapWords, 9, []string{"one\ntwo"}, "one|two"},
		{"what comes out of a table", wrap, 5, []string{"a bc de"}, "a bc |de"},
		{"wide characters", wrap, 3, []string{"漢字"}, "漢|字"},
		{"nothing", wrapWords, 5, []string{""}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var line styledLine
			for i, text := range c.line {
				line = append(line, styled{uv.Style{Attrs: uint8(i)}, text})
			}
			var got []string
			for _, part := range c.wrap(line, c.room) {
				text := ""
				for _, s := range part {
					text += s.text
				}
				if width(text) > c.room {
					t.Errorf("%q is wider than %d", text, c.room)
				}
				got = append(got, text)
			}
			if strings.Join(got, "|") != c.want {
				t.Errorf("got %s, want %s", strings.Join(got, "|"), c.want)
			}
		})
	}
}
