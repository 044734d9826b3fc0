package tui

import (
	"strings"
	"testing"
)

func TestLinesOfTextAreBrokenBetweenWords(t *testing.T) {
	for name, c := range map[string]struct {
		width    int
		in, want string
	}{
		"a short line":     {20, "email: a@b.c\n", "email: a@b.c\n"},
		"a long line":      {12, "the landing table has rows\n", "the landing\ntable has\nrows\n"},
		"an indented line": {14, "  rows that are not unique\n", "  rows that\n  are not\n  unique\n"},
		"a long word":      {8, "a customer_landing\n", "a custom\ner_landi\nng\n"},
		"a question":       {20, "> ", "> "},
		"wide characters":  {8, "日本語 日本語\n", "日本語\n日本語\n"},
		"no terminal":      {0, "the landing table has rows\n", "the landing table has rows\n"},
		"several lines":    {12, "a b\n\nthe landing table\n", "a b\n\nthe landing\ntable\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			n, err := NewLineWrapper(&b, func() int { return c.width }).Write([]byte(c.in))
			if err != nil || n != len(c.in) || b.String() != c.want {
				t.Errorf("%d bytes, %v: %q, want %q", n, err, b.String(), c.want)
			}
		})
	}
}
