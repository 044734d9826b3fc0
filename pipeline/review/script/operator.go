package script

import (
	"slices"
	"strings"

	"stedi/pipeline/review/sparksql"
)

func (e *evaluator) binary(op string, left, right value, s *syntax) value { //nolint:cyclop // one case for each form
	if l, r, ok := e.columns(left, right); ok {
		switch op {
		case "&":
			op = "and"
		case "|":
			op = "or"
		}
		return column{&sparksql.Binary{Op: op, Left: l, Right: r}}
	}
	l, isL := plain(left)
	r, isR := plain(right)
	_, textL := left.(text)
	_, textR := right.(text)
	a, listA := left.(*list)
	b, listB := right.(*list)
	switch {
	case len(l)+len(r) > maxText || listA && listB && len(a.items)+len(b.items) > maxItems:
		return unknown{"a value that is too long"}
	case op == "+" && isL && isR && (textL || textR):
		return text{l + r, s.line}
	case op == "+" && listA && listB:
		return &list{append(append([]value{}, a.items...), b.items...)}
	case op == "+" && isNames(left) && (listB || isNames(right)), op == "+" && listA && isNames(right):
		return &list{slices.Concat(splat(left), splat(right))}
	case op == "%" && textL:
		return text{format(l, right), s.line}
	case op == "/" && isL && isR: // pathlib
		return text{strings.TrimSuffix(l, "/") + "/" + r, s.line}
	}
	return unknown{"an expression"}
}

func isNames(v value) bool {
	_, ok := namesOf(v)
	return ok
}

// format fills in the %s of a text.
func format(s string, v value) string {
	items := []value{v}
	if l, ok := v.(*list); ok {
		items = l.items
	}
	for _, item := range items {
		t, ok := plain(item)
		if !ok {
			t = "${…}"
		}
		if len(s) > maxText {
			break
		}
		s = strings.Replace(s, "%s", t, 1)
	}
	return s
}

// columns returns both operands as column expressions, if one is a column.
func (e *evaluator) columns(left, right value) (l, r sparksql.Expr, ok bool) {
	_, isL := left.(column)
	_, isR := right.(column)
	if !isL && !isR {
		return nil, nil, false
	}
	l, okL := literal(left)
	r, okR := literal(right)
	return l, r, okL && okR
}

// literal makes a column expression of a value.
func literal(v value) (sparksql.Expr, bool) {
	switch v := v.(type) {
	case column:
		return v.expr, true
	case text:
		return &sparksql.Literal{Kind: "string", Text: v.s}, true
	case number:
		return &sparksql.Literal{Kind: "number", Text: v.s}, true
	case boolean:
		t := "false"
		if v.b {
			t = "true"
		}
		return &sparksql.Literal{Kind: "boolean", Text: t}, true
	case none:
		return &sparksql.Literal{Kind: "null"}, true
	}
	return nil, false
}

func (e *evaluator) unary(s *syntax) value {
	v := e.eval(s.get("argument"))
	op := s.get("operator").text
	switch v := v.(type) {
	case column:
		if op == "~" {
			op = "not"
		}
		return column{&sparksql.Unary{Op: op, X: v.expr}}
	case number:
		if op == "-" {
			return number{"-" + v.s}
		}
	}
	return unknown{"an expression"}
}

// operands evaluates both sides of a comparison.
func (e *evaluator) operands(s *syntax) (op string, operands []value) {
	for _, k := range s.kids {
		if k.field == "operators" {
			op = k.text
			if op == "" {
				op = strings.Join(strings.Fields(string(e.text[k.start:k.end])), " ")
			}
			continue
		}
		operands = append(operands, e.eval(k))
	}
	return op, operands
}

func (e *evaluator) comparison(s *syntax) value {
	op, operands := e.operands(s)
	if len(operands) != 2 {
		return unknown{"a comparison"}
	}
	if l, r, ok := e.columns(operands[0], operands[1]); ok {
		switch op {
		case "==":
			op = "="
		case "!=":
			op = "<>"
		}
		return column{&sparksql.Binary{Op: op, Left: l, Right: r}}
	}
	if v, ok := typeComparison(op, operands[0], operands[1]); ok {
		return v
	}
	if v, ok := nameComparison(op, operands[0], operands[1]); ok {
		return v
	}
	if f, ok := columnsOf(operands[1]); ok && (op == "in" || op == "not in") {
		if t, isText := operands[0].(text); isText {
			return columnTests{[]ColumnTest{{Input: f.node, Column: t.s, Not: op == "not in"}}}
		}
	}
	return compare(op, operands[0], operands[1])
}

// typeComparison is a comparison of the type of a column.
func typeComparison(op string, left, right value) (value, bool) {
	c, isType := left.(columnType)
	t, isText := right.(text)
	if !isType || !isText || op != "==" && op != "!=" {
		return nil, false
	}
	return columnTests{[]ColumnTest{{Input: c.frame, Column: c.name, Type: strings.ToLower(t.s), Not: op == "!="}}}, true
}

func compare(op string, left, right value) value {
	l, okL := plain(left)
	r, okR := plain(right)
	if !okL || !okR || strings.Contains(l+r, "${") || sparksql.HasEachName(l+r) {
		return unknown{"a comparison"}
	}
	switch op {
	case "==", "is":
		return boolean{l == r}
	case "!=", "is not":
		return boolean{l != r}
	}
	return unknown{"a comparison"}
}

// allTests is all(…) of conditions on the columns of frames.
func allTests(l *list) value {
	var all columnTests
	for _, item := range l.items {
		t, ok := item.(columnTests)
		if !ok {
			return unknown{"a condition"}
		}
		all.tests = append(all.tests, t.tests...)
	}
	return all
}

func (e *evaluator) logical(s *syntax) value {
	op := s.get("operator").text
	left := e.eval(s.get("left"))
	known, is := truth(left)
	if known && is == (op == "or") {
		return left
	}
	right := e.eval(s.get("right"))
	if known {
		return right
	}
	if n, ok := left.(nameTest); ok && op == "and" {
		if m, ok := right.(nameTest); ok && n.not && m.not && n.frame < 0 && m.frame < 0 {
			return nameTest{slices.Concat(n.names, m.names), -1, true}
		}
	}
	a, isA := left.(columnTests)
	b, isB := right.(columnTests)
	if isA && isB && op == "and" {
		return columnTests{append(append([]ColumnTest{}, a.tests...), b.tests...)}
	}
	return unknown{"a condition"}
}
