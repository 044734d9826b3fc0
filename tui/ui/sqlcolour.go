package ui

import (
	"regexp"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// SQLPart matches the coloured parts of SQL, with a group for each kind. It is
// only for display; the engine's parser defines the meaning.
var SQLPart = regexp.MustCompile(`(?s)(--[^\n]*|/\*.*?(?:\*/|$))|('(?:[^']|'')*'?)|(\b\d+(?:\.\d+)?\b)|("(?:[^"]|"")*"?|` + "`[^`]*`?" + `)|(\b[A-Za-z_]\w*\b)`)

// SQLWords are the coloured keywords, in lower case.
var SQLWords = words(`all and any as asc between bigint boolean by case cast create cross date desc describe
	distinct double else end except exists external false from full group having if in inner int intersect
	interval is join lateral left like limit location not null nulls first last offset on or order outer over partition
	qualify right row rows select serde string struct table tblproperties then timestamp true union unnest using
	values varchar when where window with format stored inputformat outputformat serdeproperties comment`)

func words(text string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(text) {
		set[w] = true
	}
	return set
}

// ColourSQL splits a text into lines of coloured parts.
func ColourSQL(t *Theme, text string) []StyledLine {
	var lines []StyledLine
	line := StyledLine{}
	put := func(style uv.Style, piece string) {
		for {
			before, rest, more := strings.Cut(piece, "\n")
			if before != "" {
				line = append(line, Styled{style, strings.ReplaceAll(before, "\t", "  ")})
			}
			if !more {
				return
			}
			lines = append(lines, line)
			line, piece = StyledLine{}, rest
		}
	}
	at := 0
	for _, m := range SQLPart.FindAllStringSubmatchIndex(text, -1) {
		put(t.Text, text[at:m[0]])
		put(sqlStyle(t, text, m), text[m[0]:m[1]])
		at = m[1]
	}
	put(t.Text, text[at:])
	if len(line) > 0 {
		lines = append(lines, line)
	}
	return lines
}

func sqlStyle(t *Theme, text string, m []int) uv.Style {
	switch {
	case m[2] >= 0:
		return t.Code.comment
	case m[4] >= 0:
		return t.Code.Text
	case m[6] >= 0:
		return t.Code.Number
	case m[8] >= 0:
		return t.Code.Name
	case SQLWords[strings.ToLower(text[m[0]:m[1]])]:
		return t.Code.keyword
	default:
		return t.Text
	}
}
