package query

import "strings"

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
		n := skip(sql[i:])
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

// skip returns the length of the white space, the comment or the quoted text
// at the beginning, or 0.
func skip(sql string) int {
	switch {
	case sql[0] <= ' ':
		return 1
	case sql[0] == '\'' || sql[0] == '"':
		return through(sql, 1, sql[:1])
	case strings.HasPrefix(sql, "--"):
		return through(sql, 2, "\n")
	case strings.HasPrefix(sql, "/*"):
		return through(sql, 2, "*/")
	case sql[0] == '$':
		if tag := 1 + strings.IndexByte(sql[1:], '$'); tag > 0 && !strings.ContainsAny(sql[1:tag], " \n'\"();") {
			return through(sql, tag+1, sql[:tag+1])
		}
	}
	return 0
}

// through returns the length up to the end of the mark, or of everything.
func through(sql string, from int, mark string) int {
	if n := strings.Index(sql[from:], mark); n >= 0 {
		return from + n + len(mark)
	}
	return len(sql)
}
