package sparksql

import (
	"slices"
	"strings"
)

func (p *parser) expression() Expr {
	defer p.enter()()
	left := p.conjunction()
	for p.accept("or") {
		left = &Binary{"or", left, p.conjunction()}
	}
	return left
}

func (p *parser) conjunction() Expr {
	left := p.negation()
	for p.accept("and") {
		left = &Binary{"and", left, p.negation()}
	}
	return left
}

func (p *parser) negation() Expr {
	defer p.enter()()
	if p.peek().is("not") || p.peek().is("!") {
		p.take()
		return &Unary{"not", p.negation()}
	}
	return p.comparison()
}

func (p *parser) comparison() Expr {
	left := p.sum()
	for {
		var next Expr
		t := p.peek()
		switch {
		case t.kind == symbol && slices.Contains([]string{"=", "==", "<>", "!=", "<", "<=", ">", ">=", "<=>"}, t.text):
			p.take()
			op := t.text
			switch op {
			case "==":
				op = "="
			case "!=":
				op = "<>"
			}
			next = &Binary{op, left, p.sum()}
		default:
			next = p.test(left)
		}
		if next == nil {
			return left
		}
		left = next
	}
}

// test reads IS NULL, IN, BETWEEN, LIKE after a value; nil if none follows.
func (p *parser) test(left Expr) Expr { //nolint:cyclop // one case for each form
	switch {
	case p.accept("is", "not", "null"):
		return &IsNull{left, true}
	case p.accept("is", "null"):
		return &IsNull{left, false}
	case p.accept("is", "not", "true"):
		return &Unary{"not", &Call{Name: "coalesce", Args: []Expr{left, &Literal{"boolean", "false"}}}}
	case p.accept("is", "true"):
		return &Call{Name: "coalesce", Args: []Expr{left, &Literal{"boolean", "false"}}}
	}
	not := p.peek().is("not") && (p.peekAt(1).is("in") || p.peekAt(1).is("between") || p.peekAt(1).is("like") || p.peekAt(1).is("rlike"))
	if not {
		p.take()
	}
	switch {
	case p.accept("in"):
		p.expect("(")
		in := &In{X: left, Not: not}
		if p.peek().is("select") || p.peek().is("with") {
			in.Query = p.query()
		} else {
			in.List = p.list()
		}
		p.expect(")")
		return in
	case p.accept("between"):
		low := p.sum()
		p.expect("and")
		return &Between{left, low, p.sum(), not}
	case p.accept("like"):
		return &Like{left, p.sum(), "like", not}
	case p.accept("rlike"), p.accept("regexp"):
		return &Like{left, p.sum(), "rlike", not}
	}
	return nil
}

func (p *parser) sum() Expr {
	left := p.product()
	for t := p.peek(); t.kind == symbol && (t.text == "+" || t.text == "-" || t.text == "||"); t = p.peek() {
		p.take()
		left = &Binary{t.text, left, p.product()}
	}
	return left
}

func (p *parser) product() Expr {
	left := p.unary()
	for t := p.peek(); t.kind == symbol && (t.text == "*" || t.text == "/" || t.text == "%"); t = p.peek() {
		p.take()
		left = &Binary{t.text, left, p.unary()}
	}
	return left
}

func (p *parser) unary() Expr {
	defer p.enter()()
	if p.accept("-") {
		return &Unary{"-", p.unary()}
	}
	_ = p.accept("+")
	return p.primary()
}

func (p *parser) primary() Expr {
	t := p.peek()
	switch {
	case t.kind == text:
		p.take()
		return &Literal{"string", t.text}
	case t.kind == number:
		p.take()
		return &Literal{"number", strings.TrimRight(t.text, "LlDdSs")}
	case t.is("*"):
		p.take()
		return &Star{Frame: -1}
	case t.is("("):
		return p.bracket()
	case t.kind == quotedName:
		return p.column()
	case t.kind == word:
		return p.wordExpr(t)
	}
	p.fail("an expression is missing")
	return nil
}

func (p *parser) bracket() Expr {
	p.expect("(")
	if p.peek().is("select") || p.peek().is("with") {
		q := p.query()
		p.expect(")")
		return &Scalar{q}
	}
	e := p.expression()
	p.expect(")")
	return e
}

func (p *parser) wordExpr(t token) Expr {
	switch strings.ToLower(t.text) {
	case "null":
		p.take()
		return &Literal{"null", ""}
	case "true", "false":
		p.take()
		return &Literal{"boolean", strings.ToLower(t.text)}
	case "case":
		p.take()
		return p.caseExpr()
	case "exists":
		if p.peekAt(1).is("(") {
			p.take()
			p.expect("(")
			q := p.query()
			p.expect(")")
			return &Exists{q}
		}
	case "cast", "try_cast":
		if p.peekAt(1).is("(") {
			return p.cast()
		}
	case "interval":
		p.fail("INTERVAL is not supported")
	case "select", "from", "where", "join", "on", "group", "order", "union", "having", "limit":
		p.fail("an expression is missing before %s", strings.ToUpper(t.text))
	}
	if p.peekAt(1).is("(") {
		return p.call()
	}
	return p.column()
}

func (p *parser) column() Expr {
	c := &Column{Line: p.peek().line, Name: p.name(), Frame: -1}
	for p.accept(".") {
		c.Qualifier = c.Name
		if p.accept("*") {
			return &Star{Qualifier: c.Qualifier, Frame: -1}
		}
		c.Name = p.name()
	}
	return c
}

func (p *parser) cast() Expr {
	p.take()
	p.expect("(")
	c := &Cast{X: p.expression()}
	p.expect("as")
	c.Type = strings.ToLower(p.name())
	if p.accept("(") {
		for !p.accept(")") {
			if p.take().kind == end {
				p.fail(") is missing")
			}
		}
	}
	p.expect(")")
	return c
}

func (p *parser) caseExpr() Expr {
	c := &Case{}
	if !p.peek().is("when") {
		c.Of = p.expression()
	}
	for p.accept("when") {
		when := p.expression()
		p.expect("then")
		c.Whens = append(c.Whens, [2]Expr{when, p.expression()})
	}
	if p.accept("else") {
		c.Else = p.expression()
	}
	p.expect("end")
	return c
}

func (p *parser) call() Expr {
	c := &Call{Name: strings.ToLower(p.name())}
	p.expect("(")
	c.Distinct = p.accept("distinct")
	if !p.peek().is(")") {
		c.Args = p.list()
	}
	p.expect(")")
	if p.accept("over") {
		p.expect("(")
		c.Over = &Window{}
		if p.accept("partition", "by") {
			c.Over.Partition = p.list()
		}
		if p.accept("order", "by") {
			c.Over.Order = p.sorted()
		}
		p.expect(")")
	}
	return c
}
