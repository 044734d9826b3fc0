package definition

import (
	"strings"

	"stedi/pipeline"
)

// Parts splits the text of the transform into the definition of its stages and
// the final SELECT. Another SELECT after the first part can read the stages.
// The two parts joined are the whole text; without stages the first part is
// empty. ok is false if no plain SELECT follows the stages.
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
