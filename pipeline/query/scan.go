package query

import (
	"strings"

	"stedi/pipeline/duckdb"
)

// statement is the beginning of one statement of a text.
type statement struct {
	word string // its first word, in upper case
	at   int    // byte of that word
}

// statements finds where the statements of a text begin. It is only used to
// say what is wrong with a text that was refused already, so that a mistake
// here costs a worse message and nothing else.
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

// word returns the length of the letters at the beginning, or 1.
func word(sql string) int {
	n := 0
	for n < len(sql) && (sql[n] == '_' || sql[n]|0x20 >= 'a' && sql[n]|0x20 <= 'z') {
		n++
	}
	return max(n, 1)
}
