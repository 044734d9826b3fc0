package ddl

import (
	"strings"
)

type kind int

const (
	end kind = iota
	wordToken
	quoted
	symbol
)

type token struct {
	kind kind
	text string
	line int
}

type lexer struct {
	text string
	at   int
	line int
}

func (l *lexer) skip() {
	for l.at < len(l.text) {
		rest := l.text[l.at:]
		switch {
		case rest[0] == '\n':
			l.line++
			l.at++
		case rest[0] <= ' ':
			l.at++
		case strings.HasPrefix(rest, "\u00a0"), strings.HasPrefix(rest, "\ufeff"):
			l.at += len(string([]rune(rest[:min(len(rest), 3)])[:1]))
		case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "//"), rest[0] == '#':
			if n := strings.IndexByte(rest, '\n'); n >= 0 {
				l.at += n
			} else {
				l.at = len(l.text)
			}
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				l.at = len(l.text)
				return
			}
			l.line += strings.Count(rest[:n+4], "\n")
			l.at += n + 4
		default:
			return
		}
	}
}

// curved are the quotes that word processors write.
var curved = map[string]string{"‘": "’", "’": "’", "“": "”", "”": "”"}

func (l *lexer) lex() token {
	l.skip()
	if l.at >= len(l.text) {
		return token{kind: end, line: l.line}
	}
	line, rest := l.line, l.text[l.at:]
	switch c := rest[0]; {
	case c == '\'' || c == '"' || c == '`':
		return l.quoted(rest[:1], line)
	case isWordByte(c):
		n := 1
		for n < len(rest) && isWordByte(rest[n]) {
			n++
		}
		l.at += n
		return token{wordToken, rest[:n], line}
	case len(rest) >= 3 && curved[rest[:3]] != "":
		l.at += 2 // the rest of the sign is skipped below
		return l.quoted(curved[rest[:3]], line)
	default:
		l.at++
		return token{symbol, rest[:1], line}
	}
}

// quoted reads a text up to the quote.
func (l *lexer) quoted(quote string, line int) token {
	rest := l.text[l.at+1:]
	n := strings.Index(rest, quote)
	if n < 0 { // the quote is missing: the text ends with the line
		if n = strings.IndexByte(rest, '\n'); n < 0 {
			n = len(rest)
		}
		l.at += 1 + n
		return token{quoted, rest[:n], line}
	}
	l.line += strings.Count(rest[:n], "\n")
	l.at += 1 + n + len(quote)
	return token{quoted, rest[:n], line}
}

func isWordByte(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
