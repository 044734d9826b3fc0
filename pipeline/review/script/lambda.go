package script

import (
	"maps"
	"slices"
	"strings"
)

// filter adds a Filter node.
func (e *evaluator) filter(in int, f value, a *callArgs) value {
	fn, ok := f.(*function)
	if !ok {
		return e.lost(a.line, "the function of the filter is not known", in)
	}
	l := &lambdaReader{e: e, locals: map[string]Predicate{}}
	body, p := l.open(fn)
	if p == nil {
		return e.lost(a.line, "the function of the filter is not understood", in)
	}
	text := string(e.text[body.start:body.end])
	return frame{e.node(Node{Kind: FilterNode, Line: a.line, API: a.api, Inputs: []int{in}, Lambda: &Lambda{p, text, body.line}}), true}
}

// lambdaReader reads the body of a function of one row.
type lambdaReader struct {
	e      *evaluator
	row    string
	locals map[string]Predicate // variables of the function
	steps  int
}

// maxReturns bounds the statements that are followed: each branch is followed to
// the end.
const maxReturns = 500

// open returns the body of a function, and what it returns, or nil.
func (l *lambdaReader) open(f *function) (*syntax, Predicate) {
	params := f.def.get("parameters")
	if params == nil || len(params.kids) != 1 {
		return nil, nil
	}
	p := params.kids[0]
	if p.kind == "typed_parameter" {
		p = p.first()
	}
	l.row = p.text
	body := f.def.get("body")
	if body == nil {
		return nil, nil
	}
	if f.def.kind == "lambda" {
		return body, l.read(body)
	}
	return body, l.returned(body.kids)
}

// returned is what statements return: a chain of conditions, each with its own
// return, is one expression.
func (l *lambdaReader) returned(statements []*syntax) Predicate {
	for i, s := range statements {
		if l.steps++; l.steps > maxReturns {
			return nil
		}
		switch s.kind {
		case "return_statement":
			if len(s.kids) != 1 {
				return &Const{"none", ""}
			}
			return l.read(s.kids[0])
		case "expression_statement":
			if !l.assign(s.first()) {
				return nil
			}
		case "if_statement":
			return l.branch(s, statements[i+1:])
		case "try_statement":
			if !l.caught(s) {
				return nil
			}
			return l.returned(slices.Concat(s.get("body").kids, statements[i+1:]))
		case "pass_statement":
		default:
			return nil
		}
	}
	return &Const{"none", ""} // without a return
}

// caught reports whether all that a try statement does about an exception is to
// return False, as Glue's filter does.
func (l *lambdaReader) caught(s *syntax) bool {
	handlers := 0
	for _, k := range s.kids {
		switch k.kind {
		case "block":
		case "except_clause":
			handlers++
			body := k.kids[len(k.kids)-1]
			if body.kind != "block" || len(body.kids) != 1 || body.kids[0].kind != "return_statement" || len(body.kids[0].kids) != 1 {
				return false
			}
			if known, is := truth(l.e.eval(body.kids[0].kids[0])); !known || is {
				return false
			}
		default:
			return false
		}
	}
	return handlers > 0
}

// assign follows a statement of a function that returns nothing.
func (l *lambdaReader) assign(s *syntax) bool {
	if s == nil || s.kind == "string" {
		return s != nil
	}
	left := s.get("left")
	if s.kind != "assignment" || left == nil || left.kind != "identifier" {
		return false
	}
	p := l.read(s.get("right"))
	l.locals[left.text] = p
	return p != nil
}

// branch is what an if returns, with the statements that follow it.
func (l *lambdaReader) branch(s *syntax, rest []*syntax) Predicate {
	condition := l.read(s.get("condition"))
	if condition == nil {
		return nil
	}
	outer := maps.Clone(l.locals)
	then := l.returned(slices.Concat(s.get("consequence").kids, rest))
	l.locals = outer
	var other Predicate
	alternatives := slices.DeleteFunc(slices.Clone(s.kids), func(k *syntax) bool { return k.field != "alternative" })
	switch {
	case len(alternatives) == 0:
		other = l.returned(rest)
	case alternatives[0].kind == "elif_clause":
		next := *alternatives[0]
		for _, more := range alternatives[1:] {
			next.kids = append(slices.Clone(next.kids), more)
		}
		other = l.branch(&next, rest)
	default:
		other = l.returned(slices.Concat(alternatives[0].get("body").kids, rest))
	}
	if then == nil || other == nil {
		return nil
	}
	return &Logical{"or", &Logical{"and", condition, then}, &Logical{"and", &Negation{condition}, other}}
}

func (l *lambdaReader) read(s *syntax) Predicate { //nolint:cyclop // one case for each form
	switch s.kind {
	case "parenthesized_expression":
		if len(s.kids) == 1 {
			return l.read(s.kids[0])
		}
	case "boolean_operator":
		left, right := l.read(s.get("left")), l.read(s.get("right"))
		if left != nil && right != nil {
			return &Logical{s.get("operator").text, left, right}
		}
	case "not_operator":
		if x := l.read(s.get("argument")); x != nil {
			return &Negation{x}
		}
	case "comparison_operator":
		return l.comparison(s)
	case "subscript":
		return l.subscript(s)
	case "call":
		return l.call(s)
	case "attribute":
		if v := s.get("object"); v.kind == "identifier" && v.text == l.row {
			return nil
		}
		return constant(l.e.eval(s))
	case "list", "tuple", "set":
		return l.list(s)
	case "identifier":
		if p, ok := l.locals[s.text]; ok {
			return p
		}
		return constant(l.e.eval(s))
	default:
		return constant(l.e.eval(s))
	}
	return nil
}

func (l *lambdaReader) subscript(s *syntax) Predicate {
	v := s.get("value")
	if v.kind != "identifier" || v.text != l.row {
		return constant(l.e.eval(s))
	}
	if t, ok := l.e.eval(s.get("subscript")).(text); ok {
		return &Field{Name: field(t.s)}
	}
	return nil
}

func constant(v value) Predicate {
	switch v := v.(type) {
	case text:
		return &Const{"string", v.s}
	case number:
		return &Const{"number", v.s}
	case boolean:
		t, _ := plain(v)
		return &Const{"boolean", t}
	case none:
		return &Const{"none", ""}
	}
	return nil
}

func (l *lambdaReader) list(s *syntax) Predicate {
	list := &List{}
	for _, k := range s.kids {
		c, ok := constant(l.e.eval(k)).(*Const)
		if !ok {
			return nil
		}
		list.Items = append(list.Items, *c)
	}
	return list
}

// has is "name" in row, or not in.
func (l *lambdaReader) has(s *syntax) Predicate {
	var operands []*syntax
	var words []string
	for _, k := range s.kids {
		if k.field == "operators" {
			words = append(words, string(l.e.text[k.start:k.end]))
		} else {
			operands = append(operands, k)
		}
	}
	op := strings.Join(words, " ")
	if len(operands) != 2 || operands[1].kind != "identifier" || operands[1].text != l.row {
		return nil
	}
	t, ok := l.e.eval(operands[0]).(text)
	if !ok || op != "in" && op != "not in" {
		return nil
	}
	if op == "in" {
		return &Has{field(t.s)}
	}
	return &Negation{&Has{field(t.s)}}
}

func (l *lambdaReader) comparison(s *syntax) Predicate {
	if p := l.has(s); p != nil {
		return p
	}
	op := ""
	var all Predicate
	var left Predicate
	for _, k := range s.kids {
		if k.field == "operators" {
			if op = k.text; op == "" {
				op = string(l.e.text[k.start:k.end])
			}
			continue
		}
		next := l.read(k)
		if next == nil {
			return nil
		}
		if left != nil {
			c := &Compare{op, left, next}
			if all == nil {
				all = c
			} else {
				all = &Logical{"and", all, c}
			}
		}
		left = next
	}
	return all
}

// text is a method of a text that leaves it the same text for a comparison with
// one that has no blanks at its ends.
func (l *lambdaReader) text(fn, arguments *syntax) (Predicate, bool) {
	if attr := fn.get("attribute"); attr == nil || attr.text != "strip" || len(arguments.kids) > 0 {
		return nil, false
	}
	switch x := l.read(fn.get("object")).(type) {
	case *Text:
		return x, true
	case *Field:
		return &Text{*x}, true
	}
	return nil, false
}

func (l *lambdaReader) call(s *syntax) Predicate { //nolint:cyclop // one case for each form
	fn := s.get("function")
	list := s.get("arguments")
	if fn == nil || list == nil {
		return nil
	}
	if fn.kind == "identifier" && fn.text == "bool" && len(list.kids) == 1 {
		if x := l.read(list.kids[0]); x != nil {
			return &Negation{&Negation{x}}
		}
	}
	if fn.kind == "identifier" && fn.text == "str" && len(list.kids) == 1 {
		if x, ok := l.read(list.kids[0]).(*Field); ok {
			return &Text{*x}
		}
	}
	if fn.kind != "attribute" {
		return nil
	}
	if x, ok := l.text(fn, list); ok {
		return x
	}
	object, attr := fn.get("object"), fn.get("attribute").text
	if object.kind == "identifier" && object.text == l.row && attr == "get" && len(list.kids) > 0 {
		t, ok := l.e.eval(list.kids[0]).(text)
		if !ok {
			return nil
		}
		f := &Field{Name: field(t.s), Get: true}
		if len(list.kids) > 1 {
			c, ok := constant(l.e.eval(list.kids[1])).(*Const)
			if !ok {
				return nil
			}
			f.Default = c
		}
		return f
	}
	if object.kind == "identifier" && object.text == "re" && (attr == "match" || attr == "search") && len(list.kids) == 2 {
		t, ok := l.e.eval(list.kids[0]).(text)
		if x := l.read(list.kids[1]); ok && x != nil {
			return &Match{t.s, x, attr == "search"}
		}
	}
	return nil
}
