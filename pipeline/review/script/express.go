package script

import (
	"strings"
)

// eval evaluates an expression.
func (e *evaluator) eval(s *syntax) value { //nolint:cyclop // one case for each form
	if s == nil {
		return none{}
	}
	if e.steps++; e.steps > maxSteps {
		return unknown{"…"}
	}
	switch s.kind {
	case "identifier":
		return e.identifier(s)
	case "string", "concatenated_string":
		return e.str(s)
	case "integer", "float":
		return number{strings.ReplaceAll(s.text, "_", "")}
	case "true", "false":
		return boolean{s.kind == "true"}
	case "none":
		return none{}
	case "parenthesized_expression", "await", "type":
		return e.eval(s.first())
	case "list", "tuple", "set", "expression_list":
		return e.items(s)
	case "dictionary":
		return e.dictionary(s)
	case "assignment", "named_expression":
		return e.assignment(s)
	case "augmented_assignment":
		v := e.binary(strings.TrimSuffix(s.get("operator").text, "="), e.eval(s.get("left")), e.eval(s.get("right")), s)
		e.assign(s.get("left"), v)
		return v
	case "call":
		return e.call(s)
	case "attribute":
		return e.attribute(e.eval(s.get("object")), s.get("attribute").text, s.line)
	case "subscript":
		return e.subscript(s)
	case "lambda":
		return &function{def: s, env: e.vars}
	case "binary_operator":
		return e.binary(s.get("operator").text, e.eval(s.get("left")), e.eval(s.get("right")), s)
	case "unary_operator":
		return e.unary(s)
	case "comparison_operator":
		return e.comparison(s)
	case "boolean_operator":
		return e.logical(s)
	case "not_operator":
		if known, is := truth(e.eval(s.get("argument"))); known {
			return boolean{!is}
		}
	case "conditional_expression":
		if len(s.kids) == 3 {
			return e.conditional(s)
		}
	case "list_comprehension", "generator_expression", "set_comprehension":
		return e.comprehension(s)
	}
	return unknown{s.kind}
}

func (s *syntax) first() *syntax {
	if len(s.kids) == 0 {
		return nil
	}
	return s.kids[0]
}

func (e *evaluator) identifier(s *syntax) value {
	if v, ok := e.vars.get(s.text); ok {
		return v
	}
	if s.text == "__name__" {
		if e.loading > 0 {
			return text{"module", s.line}
		}
		return text{"__main__", s.line}
	}
	return name{s.text}
}

func (e *evaluator) assignment(s *syntax) value {
	right := s.get("right")
	if right == nil {
		right = s.get("value")
	}
	v := e.eval(right)
	left := s.get("left")
	if left == nil {
		left = s.get("name")
	}
	if s.get("right") == nil && s.get("value") == nil {
		return none{} // a declaration
	}
	e.assign(left, v)
	return v
}

func (e *evaluator) conditional(s *syntax) value {
	if known, is := truth(e.eval(s.kids[1])); known {
		if is {
			return e.eval(s.kids[0])
		}
		return e.eval(s.kids[2])
	}
	a, b := e.eval(s.kids[0]), e.eval(s.kids[2])
	fa, isA := a.(frame)
	fb, isB := b.(frame)
	if isA && isB {
		return e.lost(s.line, "which rows these are depends on a condition that is not known", fa.node, fb.node)
	}
	return unknown{"conditional"}
}

func (e *evaluator) items(s *syntax) value {
	l := &list{}
	for _, k := range s.kids {
		if k.kind == "list_splat" {
			l.items = append(l.items, splat(e.eval(k.first()))...)
			continue
		}
		l.items = append(l.items, e.eval(k))
	}
	return l
}

// splat takes a list apart that stands after *.
func splat(v value) []value {
	if l, ok := v.(*list); ok {
		return l.items
	}
	if _, ok := namesOf(v); ok {
		return []value{v}
	}
	return []value{unknown{"*"}}
}

func (e *evaluator) dictionary(s *syntax) value {
	d := &dict{}
	for _, k := range s.kids {
		switch k.kind {
		case "pair":
			if key, ok := plain(e.eval(k.get("key"))); ok {
				d.put(key, k.line, e.eval(k.get("value")))
			}
		case "dictionary_splat":
			if inner, ok := e.eval(k.first()).(*dict); ok {
				for i := range inner.keys {
					d.put(inner.keys[i], inner.lines[i], inner.values[i])
				}
			}
		}
	}
	return d
}

// comprehension unrolls [x for y in list] of known lists.
func (e *evaluator) comprehension(s *syntax) value {
	if len(s.kids) < 2 || s.kids[1].kind != "for_in_clause" {
		return unknown{s.kind}
	}
	source := e.eval(s.kids[1].get("right"))
	if c := e.overNames(source, s); c != nil {
		return c
	}
	if c := e.overRows(source, s); c != nil && len(s.kids) == 2 {
		return c
	}
	over, ok := source.(*list)
	if !ok || len(over.items) > maxLoop {
		return unknown{s.kind}
	}
	return e.unrolled(over, s)
}

// unrolled is a comprehension over a known list.
func (e *evaluator) unrolled(over *list, s *syntax) value {
	result := &list{}
	var names []value
	var tests []columnTests
	for _, item := range over.items {
		e.assign(s.kids[1].get("left"), item)
		known, is, test := e.kept(s.kids[2:])
		switch {
		case !known && test == nil:
			return unknown{s.kind}
		case known && !is:
			continue
		case test != nil:
			names, tests = append(names, item), append(tests, *test)
		}
		result.items = append(result.items, e.eval(s.get("body")))
	}
	if len(tests) > 0 {
		if len(tests) != len(result.items) {
			return unknown{s.kind}
		}
		return presence(names, result.items, tests)
	}
	return result
}

// kept tells whether the conditions of a comprehension hold. A condition on the
// columns of a frame is returned as it is.
func (e *evaluator) kept(conditions []*syntax) (known, is bool, test *columnTests) {
	for _, c := range conditions {
		if c.kind != "if_clause" {
			return false, false, nil
		}
		v := e.eval(c.first())
		if t, ok := v.(columnTests); ok && len(conditions) == 1 {
			return false, false, &t
		}
		if known, is = truth(v); !known || !is {
			return known, is, nil
		}
	}
	return true, true, nil
}

func (e *evaluator) subscript(s *syntax) value { //nolint:cyclop // one case for each kind of value
	of := e.eval(s.get("value"))
	key := e.key(s)
	k, known := plain(key)
	switch of := of.(type) {
	case *dict:
		if v := of.get(k); known && v != nil {
			return v
		}
	case *arguments:
		return of.get(k, s.line)
	case row:
		return of.field(key)
	case rows:
		return row(of).field(key)
	case *list:
		if n, ok := index(k, len(of.items)); ok {
			return of.items[n]
		}
	case frame:
		if t, ok := key.(text); ok {
			return column{sqlColumn(t.s, s.line, of.node)}
		}
		if names, ok := texts(key); ok {
			return e.selectNames(of, names, s.line)
		}
		if c, ok := key.(column); ok {
			return e.chosen(of, Node{Kind: Where, Line: s.line, API: "[]", Condition: c.expr})
		}
	case member: // os.environ["X"], dict(df.dtypes)["x"]
		if f, ok := of.of.(frame); ok && of.name == "dtypes" && known {
			return columnType{f.node, k}
		}
		if of.name == "environ" {
			return text{"${" + k + "}", s.line}
		}
	}
	return unknown{k}
}

// key is what stands between the brackets of a subscript. Several values are a
// tuple.
func (e *evaluator) key(s *syntax) value {
	var keys []value
	for _, k := range s.kids {
		if k.field == "subscript" {
			keys = append(keys, e.eval(k))
		}
	}
	switch len(keys) {
	case 0:
		return e.eval(nil)
	case 1:
		return keys[0]
	}
	return &list{keys}
}

// maxText and maxItems bound the values that a script computes.
const (
	maxText  = 100_000
	maxItems = 1_000
)

func index(k string, n int) (int, bool) {
	i := 0
	negative := strings.HasPrefix(k, "-")
	for _, c := range strings.TrimPrefix(k, "-") {
		if c < '0' || c > '9' || i > n {
			return 0, false
		}
		i = i*10 + int(c-'0')
	}
	if negative {
		i = n - i
	}
	return i, k != "" && i >= 0 && i < n
}

func (a *arguments) get(k string, line int) value {
	if v, ok := a.defaults[k]; ok {
		return v
	}
	return text{"${" + k + "}", line}
}
