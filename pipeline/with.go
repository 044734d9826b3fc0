package pipeline

import "strings"

// With returns the text of a SELECT's CTEs, from WITH to the last of them, or
// "" if it has none: what has to stand before another SELECT that asks about
// the stages of a transform.
func With(sql string) string {
	l := lexer{text: sql}
	first := l.lex()
	if first.kind != tokenWord || !strings.EqualFold(first.text, "WITH") {
		return ""
	}
	depth := 0
	for tok := l.lex(); tok.kind != tokenEnd && tok.kind != tokenBad; tok = l.lex() {
		switch {
		case tok.kind == tokenSymbol && tok.text == "(":
			depth++
		case tok.kind == tokenSymbol && tok.text == ")":
			depth--
		case depth == 0 && tok.kind == tokenWord && (strings.EqualFold(tok.text, "SELECT") || strings.EqualFold(tok.text, "VALUES")):
			return sql[first.offset:tok.offset]
		}
	}
	return ""
}
