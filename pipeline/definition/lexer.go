package definition

import (
	"fmt"
	"strings"
)

type tokenKind int

const (
	tokenEnd    tokenKind = iota
	tokenWord             // a bare word or number
	tokenName             // a name in backticks or double quotes
	tokenString           // text in single quotes; in DDL also in double quotes
	tokenSymbol           // any other character
	tokenBad              // the text of the error
)

type token struct {
	kind   tokenKind
	text   string
	offset int
	end    int // offset after the token
}

func (t token) String() string {
	switch t.kind {
	case tokenEnd:
		return "the end of the file"
	case tokenBad:
		return t.text
	default:
		return fmt.Sprintf("%q", t.text)
	}
}

// lexer splits SQL text into tokens and drops comments.
type lexer struct {
	text string
	pos  int
	// ddl: as in Athena's DDL, double quotes enclose a text, and in a text a
	// backslash escapes the next character.
	ddl bool
}

func (l *lexer) lex() token {
	tok := l.scan()
	tok.end = l.pos
	return tok
}

func (l *lexer) scan() token {
	if bad := l.skip(); bad != nil {
		return *bad
	}
	start := l.pos
	if start >= len(l.text) {
		return token{kind: tokenEnd, offset: start}
	}
	switch c := l.text[start]; {
	case c == '`' || c == '"' && !l.ddl:
		return l.quoted(tokenName, c)
	case c == '\'' || c == '"':
		return l.quoted(tokenString, c)
	case isWordByte(c):
		for l.pos < len(l.text) && isWordByte(l.text[l.pos]) {
			l.pos++
		}
		return token{kind: tokenWord, text: l.text[start:l.pos], offset: start}
	default:
		l.pos++
		return token{kind: tokenSymbol, text: l.text[start:l.pos], offset: start}
	}
}

// skip skips white space and comments.
func (l *lexer) skip() *token {
	for l.pos < len(l.text) {
		rest := l.text[l.pos:]
		switch {
		case strings.ContainsRune(" \t\r\n", rune(rest[0])):
			l.pos++
		case strings.HasPrefix(rest, "--"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				end = len(rest)
			}
			l.pos += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest, "*/")
			if end < 0 {
				bad := token{kind: tokenBad, text: "the comment has no end", offset: l.pos}
				l.pos = len(l.text)
				return &bad
			}
			l.pos += end + 2
		default:
			return nil
		}
	}
	return nil
}

// quoted reads up to the closing quote; a doubled quote stands for one.
func (l *lexer) quoted(kind tokenKind, quote byte) token {
	start := l.pos
	var text strings.Builder
	for i := start + 1; i < len(l.text); i++ {
		if l.ddl && kind == tokenString && l.text[i] == '\\' && i+1 < len(l.text) {
			i++
			text.WriteByte(unescaped(l.text[i]))
			continue
		}
		if l.text[i] != quote {
			text.WriteByte(l.text[i])
			continue
		}
		if i+1 < len(l.text) && l.text[i+1] == quote {
			text.WriteByte(quote)
			i++
			continue
		}
		l.pos = i + 1
		return token{kind: kind, text: text.String(), offset: start}
	}
	l.pos = len(l.text)
	return token{kind: tokenBad, text: fmt.Sprintf("the quote %c has no end", quote), offset: start}
}

// unescaped returns the character for a backslash and a character in a DDL
// text.
func unescaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case '0':
		return 0
	}
	return c
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
