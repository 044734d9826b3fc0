package ui

import (
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
)

func TestLinesBreakBetweenWordsOrAnywhere(t *testing.T) {
	for _, c := range []struct {
		name string
		wrap func(StyledLine, int) []StyledLine
		room int
		line []string
		want string
	}{
		{"between words", WrapWords, 11, []string{"published in 9.52 s"}, "published |in 9.52 s"},
		{"a space at the end is left out", WrapWords, 9, []string{"published in"}, "published|in"},
		{"a word wider than the room", WrapWords, 5, []string{"an address@x"}, "an ad|dress|@x"},
		{"across styles", WrapWords, 6, []string{"one ", "two", " three"}, "one |two |three"},
		{"two lines", WrapWords, 9, []string{"one\ntwo"}, "one|two"},
		{"what comes out of a table", Wrap, 5, []string{"a bc de"}, "a bc |de"},
		{"a value after a sign", Wrap, 12, []string{`{"a":"x y","b":-1}`}, `{"a":"x y",|"b":-1}`},
		{"a value after an @", Wrap, 20, []string{`"Ulrika.Heatherby2@example.com",`}, `"Ulrika.Heatherby2@|example.com",`},
		{"a value in several styles", Wrap, 10, []string{`"name"`, ": ", `"Ulrika H"`, ","}, `"name": |"Ulrika |H",`},
		{"a path", Wrap, 18, []string{"landing/day-2023.json:1"}, "landing/day-|2023.json:1"},
		{"a value without a sign", Wrap, 4, []string{"abcdefghij"}, "abcd|efgh|ij"},
		{"blanks of a value", Wrap, 3, []string{"a      b"}, "a  |   | b"},
		{"a path between words", WrapWords, 18, []string{"in customer/landing/day-2023.json:1 now"}, "in |customer/landing/|day-2023.json:1 |now"},
		{"a path that fits", WrapWords, 18, []string{"a file customer/landing"}, "a file |customer/landing"},
		{"a value with its unit", WrapWords, 9, []string{"built in 0.58 s, 3 MB now"}, "built in |0.58 s, |3 MB now"},
		{"a value with its unit across styles", WrapWords, 9, []string{"took them ", "12.5", " min."}, "took them|12.5 min."},
		{"a number before another word", WrapWords, 7, []string{"built 12 tables"}, "built |12 |tables"},
		{"a value wider than the room", WrapWords, 4, []string{"12345 MB"}, "1234|5 MB"},
		{"an indented line", WrapHanging, 12, []string{"  ", "one two three"}, "  one two |  three"},
		{"an indent wider than a third", WrapHanging, 9, []string{"      one two"}, "      one|   two"},
		{"words across styles", WrapWords, 6, []string{"one tw", "o three"}, "one |two |three"},
		{"wide characters", Wrap, 3, []string{"漢字"}, "漢|字"},
		{"nothing", WrapWords, 5, []string{""}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var line StyledLine
			for i, text := range c.line {
				line = append(line, Styled{uv.Style{Attrs: uint8(i)}, text})
			}
			var got []string
			for _, part := range c.wrap(line, c.room) {
				text := ""
				for _, s := range part {
					text += s.Text
				}
				if Width(text) > c.room {
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

func TestATextOfAtMostSomeLinesSaysThatItIsCut(t *testing.T) {
	for _, c := range []struct {
		line       []string
		room, most int
		want       string
	}{
		{[]string{"one two"}, 9, 2, "one two"},
		{[]string{"one two three four"}, 9, 2, "one two |three fo…"},
		{[]string{"one two", " three"}, 8, 1, "one two…"},
		{[]string{"one ", "two three"}, 8, 1, "one two…"},
		{[]string{"one two three"}, 5, 1, "one …"},
		{[]string{"漢字漢字漢字"}, 5, 1, "漢字…"},
		{[]string{"one two"}, 9, 0, ""},
	} {
		var line StyledLine
		for i, text := range c.line {
			line = append(line, Styled{uv.Style{Attrs: uint8(i)}, text})
		}
		var got []string
		for _, part := range WrapMost(line, c.room, c.most) {
			if got = append(got, part.Plain()); Width(part.Plain()) > c.room {
				t.Errorf("%q is wider than %d", part.Plain(), c.room)
			}
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%q in %d lines of %d: got %s, want %s", c.line, c.most, c.room, strings.Join(got, "|"), c.want)
		}
	}
}

func TestATextThatIsTooLongForItsPaneSaysSo(t *testing.T) {
	for _, c := range []struct {
		text string
		from int
		want string
	}{
		{"one two three", 0, "one two|three"},
		{"one two three four", 0, "one two|three …"},
		{"one two thirteen four", 0, "one two|thirte…"},
		{"one two three", 1, "|one tw…"},
		{"one\ntwo\nthree", 0, "one|two …"},
		{"one two", 2, "|"},
	} {
		f := NewFrame(7, 2)
		f.All().Wrap(c.from, uv.Style{}, c.text)
		var got []string
		for line := range strings.SplitSeq(f.String(), "\n") {
			got = append(got, strings.TrimSpace(line))
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%q from line %d: got %q, want %q", c.text, c.from, strings.Join(got, "|"), c.want)
		}
	}
}
