package query

import (
	"strings"

	"stedi/pipeline/duckdb"
)

// statement is the start of one statement of a text.
type statement struct {
	word string // its first word, in upper case
	at   int    // byte offset of that word
}

// statements returns where the statements of a text begin. It is used only to
// explain why a text was refused, so a mistake here only makes a message worse.
func statements(sql string) []statement {
	var found []statement
	begun := false
	for i := 0; i < len(sql); {
		n := duckdb.Quoted(sql[i:])
		if n > 0 {
			if !begun && !blank(sql[i:i+n]) {
				found, begun = append(found, statement{"", i}), true
			}
			i += n
			continue
		}
		if sql[i] == ';' {
			begun = false
			i++
			continue
		}
		n = word(sql[i:])
		if !begun {
			found, begun = append(found, statement{strings.ToUpper(sql[i : i+n]), i}), true
		}
		i += n
	}
	return found
}

func blank(piece string) bool {
	return piece[0] <= ' ' || strings.HasPrefix(piece, "--") || strings.HasPrefix(piece, "/*")
}

// word returns the length of the leading letters, at least 1.
func word(sql string) int {
	n := 0
	for n < len(sql) && (sql[n] == '_' || sql[n]|0x20 >= 'a' && sql[n]|0x20 <= 'z') {
		n++
	}
	return max(n, 1)
}
