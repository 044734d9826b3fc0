package sparksql

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Parse reads one SELECT. The error is an *Error.
func Parse(sql string) (*Query, error) {
	return parseWith(sql, (*parser).query)
}

// ParseExpr reads one expression, such as the condition of DataFrame.filter.
func ParseExpr(sql string) (Expr, error) {
	return parseWith(sql, (*parser).expression)
}

// ParseItem reads one item of a select list, as selectExpr takes it.
func ParseItem(sql string) (Item, error) {
	return parseWith(sql, (*parser).item)
}

func parseWith[T any](sql string, read func(*parser) T) (result T, err error) {
	tokens, err := lex(sql)
	if err != nil {
		return result, err
	}
	p := &parser{tokens: tokens}
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	result = read(p)
	for p.accept(";") {
		continue
	}
	if p.peek().kind != end {
		p.fail("%q is not understood here", p.peek().text)
	}
	return result, nil
}

// parser is a recursive descent over tokens. It panics with an *Error.
type parser struct {
	tokens []token
	at     int
	depth  int
}

const maxDepth = 200

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) peekAt(n int) token { return p.tokens[min(p.at+n, len(p.tokens)-1)] }

func (p *parser) take() token {
	t := p.tokens[p.at]
	if t.kind != end {
		p.at++
	}
	return t
}

func (p *parser) fail(format string, args ...any) {
	panic(&Error{p.peek().line, fmt.Sprintf(format, args...)})
}

// accept takes the words if they all follow.
func (p *parser) accept(words ...string) bool {
	for i, w := range words {
		if !p.peekAt(i).is(w) {
			return false
		}
	}
	p.at += len(words)
	return true
}

func (p *parser) expect(w string) {
	if !p.accept(w) {
		if p.peek().kind == end {
			p.fail("%s is missing at the end", w)
		}
		p.fail("%s is missing before %q", w, p.peek().text)
	}
}

func (p *parser) enter() func() {
	if p.depth++; p.depth > maxDepth {
		p.fail("the query is nested too deeply")
	}
	return func() { p.depth-- }
}

func (p *parser) query() *Query {
	defer p.enter()()
	q := &Query{}
	if p.accept("with") {
		for {
			name := p.name()
			p.accept("as")
			p.expect("(")
			q.With = append(q.With, CTE{name, p.query()})
			p.expect(")")
			if !p.accept(",") {
				break
			}
		}
	}
	q.Body = p.setOperations()
	if p.accept("order", "by") || p.accept("sort", "by") {
		q.OrderBy = p.sorted()
	}
	if p.accept("limit") {
		n, err := strconv.ParseInt(p.take().text, 10, 64)
		if err != nil {
			p.fail("LIMIT is not followed by a number")
		}
		q.Limit = &n
	}
	return q
}

func (p *parser) sorted() (list []Expr) {
	for {
		s := &Sorted{X: p.expression()}
		s.Desc = p.accept("desc")
		_ = p.accept("asc") || p.accept("nulls", "first") || p.accept("nulls", "last")
		list = append(list, s)
		if !p.accept(",") {
			return list
		}
	}
}

func (p *parser) setOperations() Body {
	left := p.operand()
	for {
		op := ""
		for _, o := range []string{"union", "except", "minus", "intersect"} {
			if p.accept(o) {
				op = strings.Replace(o, "minus", "except", 1)
				break
			}
		}
		if op == "" {
			return left
		}
		all := p.accept("all")
		_ = p.accept("distinct")
		left = &SetOperation{op, all, left, p.operand()}
	}
}

func (p *parser) operand() Body {
	if p.accept("(") {
		q := p.query()
		p.expect(")")
		return q
	}
	if p.peek().is("from") {
		p.fail("SELECT is missing before FROM")
	}
	p.expect("select")
	s := &Select{}
	if p.accept("distinct") {
		s.Distinct = true
	} else {
		p.accept("all")
	}
	for {
		s.Items = append(s.Items, p.item())
		if !p.accept(",") {
			break
		}
	}
	p.clauses(s)
	return s
}

func (p *parser) clauses(s *Select) {
	if p.accept("from") {
		for {
			s.From = append(s.From, p.joined())
			if !p.accept(",") {
				break
			}
		}
	}
	if p.accept("where") {
		s.Where = p.expression()
	}
	if p.accept("group", "by") {
		s.Group = p.list()
	}
	if p.accept("having") {
		s.Having = p.expression()
	}
}

func (p *parser) list() (list []Expr) {
	for {
		list = append(list, p.expression())
		if !p.accept(",") {
			return list
		}
	}
}

func (p *parser) item() Item {
	it := Item{Expr: p.expression()}
	if p.accept("as") {
		it.Alias = p.name()
	} else if p.isAlias() {
		it.Alias = p.name()
	}
	return it
}

// clauseWords end a relation or an item, so they are no alias there.
var clauseWords = strings.Fields("from where group having order sort limit union except minus intersect join inner left right full cross " +
	"outer natural semi anti on using lateral when then else end and or as distribute cluster tablesample window")

func (p *parser) isAlias() bool {
	t := p.peek()
	return t.kind == quotedName || t.kind == word && !slices.Contains(clauseWords, strings.ToLower(t.text))
}

func (p *parser) name() string {
	t := p.take()
	if t.kind != word && t.kind != quotedName {
		p.at = max(0, p.at-1)
		p.fail("a name is missing")
	}
	return t.text
}

func (p *parser) joined() Relation {
	defer p.enter()()
	left := p.relation()
	for {
		line := p.peek().line
		how, natural := p.joinWords()
		if how == "" {
			return left
		}
		if natural {
			p.fail("NATURAL JOIN is not supported")
		}
		j := &Join{Left: left, Right: p.relation(), How: how, Line: line}
		switch {
		case p.accept("on"):
			j.On = p.expression()
		case p.accept("using"):
			p.expect("(")
			for {
				j.Using = append(j.Using, p.name())
				if !p.accept(",") {
					break
				}
			}
			p.expect(")")
		}
		left = j
	}
}

// joinWords takes the words of a join and returns its kind, or "".
func (p *parser) joinWords() (how string, natural bool) {
	natural = p.accept("natural")
	how = "inner"
	switch {
	case p.accept("join"), p.accept("inner", "join"):
		return how, natural
	case p.accept("cross", "join"):
		return "cross", natural
	case p.accept("semi", "join"), p.accept("left", "semi", "join"):
		return "left semi", natural
	case p.accept("anti", "join"), p.accept("left", "anti", "join"):
		return "left anti", natural
	}
	for _, side := range []string{"left", "right", "full"} {
		if p.accept(side, "join") || p.accept(side, "outer", "join") {
			return side, natural
		}
	}
	return "", natural
}

func (p *parser) relation() Relation {
	if p.accept("(") {
		if t := p.peek(); t.is("select") || t.is("with") || t.is("(") {
			s := &Subquery{Query: p.query()}
			p.expect(")")
			s.Alias = p.alias()
			return s
		}
		r := p.joined()
		p.expect(")")
		return r
	}
	t := &TableRef{Line: p.peek().line, Name: p.name()}
	for p.accept(".") {
		t.Schema, t.Name = t.Name, p.name()
	}
	t.Alias = p.alias()
	return t
}

func (p *parser) alias() string {
	if p.accept("as") || p.isAlias() {
		return p.name()
	}
	return ""
}
