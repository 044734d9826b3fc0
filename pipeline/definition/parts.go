package definition

import (
	"strings"

	"stedi/pipeline"
)

// Parts cuts the text of the transform in two: what defines its stages, and
// the SELECT behind them. A SELECT of one's own behind the first part sees the
// stages. Put together the parts are the whole text; without stages the first
// is empty. It is not ok if no plain SELECT follows the stages.
func Parts(t *pipeline.Transform) (with, final string, ok bool) {
	if len(t.Stages) == 0 {
		return "", t.SQL, true
	}
	l := lexer{text: t.SQL}
	depth := 0
	for tok := l.lex(); tok.kind != tokenEnd && tok.kind != tokenBad; tok = l.lex() {
		switch {
		case tok.kind == tokenSymbol && tok.text == "(":
			depth++
		case tok.kind == tokenSymbol && tok.text == ")":
			depth--
		case depth == 0 && tok.kind == tokenWord && strings.EqualFold(tok.text, "SELECT"):
			return t.SQL[:tok.offset], t.SQL[tok.offset:], true
		}
	}
	return "", "", false
}
