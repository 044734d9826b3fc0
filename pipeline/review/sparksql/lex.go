package sparksql

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is an error at a line of a text.
type Error struct {
	Line int // from 1
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

type kind byte

const (
	end kind = iota
	word
	quotedName // in back-ticks
	text
	number
	symbol
)

type token struct {
	kind kind
	text string // of a word as it is written, of a text without quotes
	line int
}

// is reports whether the token is a word or a symbol, in lower case.
func (t token) is(s string) bool {
	return (t.kind == word || t.kind == symbol) && strings.EqualFold(t.text, s)
}

const maxTokens = 20_000

// lex splits a text into tokens.
func lex(sql string) ([]token, error) {
	var tokens []token
	line := 1
	for i := 0; i < len(sql); {
		if n := blank(sql[i:]); n > 0 {
			line += strings.Count(sql[i:i+n], "\n")
			i += n
			continue
		}
		t, n, err := next(sql[i:], line)
		if err != nil {
			return nil, err
		}
		if len(tokens) > maxTokens {
			return nil, &Error{line, "the query is too long"}
		}
		tokens = append(tokens, t)
		line += strings.Count(sql[i:i+n], "\n")
		i += n
	}
	return append(tokens, token{line: line}), nil
}

// blank returns the length of the white space or comment at the start.
func blank(s string) int {
	switch {
	case strings.HasPrefix(s, "--"):
		if i := strings.IndexByte(s, '\n'); i >= 0 {
			return i + 1
		}
		return len(s)
	case strings.HasPrefix(s, "/*"):
		if i := strings.Index(s[2:], "*/"); i >= 0 {
			return i + 4
		}
		return len(s)
	case strings.HasPrefix(s, "\u00a0"):
		return 2
	case s[0] <= ' ':
		return 1
	}
	return 0
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= utf8.RuneSelf
}

// next reads one token and its length.
func next(s string, line int) (token, int, error) { //nolint:cyclop // one case for each kind of token
	c := s[0]
	switch {
	case c == '\'' || c == '"' || c == '`':
		return quotedToken(s, line)
	case c >= '0' && c <= '9' || c == '.' && len(s) > 1 && s[1] >= '0' && s[1] <= '9':
		n := 1
		for n < len(s) && (isWord(s[n]) || s[n] == '.') {
			n++
		}
		return token{number, s[:n], line}, n, nil
	case isWord(c):
		n := 1
		for n < len(s) && isWord(s[n]) {
			n++
		}
		return token{word, s[:n], line}, n, nil
	}
	for _, op := range []string{"<=>", "<=", ">=", "<>", "!=", "==", "||"} {
		if strings.HasPrefix(s, op) {
			return token{symbol, op, line}, len(op), nil
		}
	}
	if strings.IndexByte("(),.*=<>+-/%;!", c) >= 0 {
		return token{symbol, s[:1], line}, 1, nil
	}
	return token{}, 0, &Error{line, fmt.Sprintf("the character %q is not understood", c)}
}

func quotedToken(s string, line int) (token, int, error) {
	quote := s[0]
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quote != '`' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == quote && i+1 < len(s) && s[i+1] == quote:
			i++
			b.WriteByte(quote)
		case s[i] == quote:
			k := text
			if quote == '`' {
				k = quotedName
			}
			return token{k, b.String(), line}, i + 1, nil
		default:
			b.WriteByte(s[i])
		}
	}
	return token{}, 0, &Error{line, "a quote is not closed"}
}
