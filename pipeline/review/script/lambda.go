package script

// Lambda is the predicate of a Filter node: an expression of Python.
type Lambda struct {
	Body Predicate
	Text string // the source text
	Line int
}

// Predicate is a Python expression of a lambda: one of the types below.
type Predicate interface{ predicate() }

// The predicates.
type (
	// Field is row["name"], or row.get("name") with its default.
	Field struct {
		Name    string
		Get     bool
		Default *Const // nil: None
	}
	// Const is a constant: string, number, boolean or none.
	Const struct{ Kind, Text string }
	// Compare is a comparison: == != < <= > >= is, is not, in, not in.
	Compare struct {
		Op          string
		Left, Right Predicate
	}
	// List is a list of constants, for in.
	List struct{ Items []Const }
	// Logical is and, or.
	Logical struct {
		Op          string
		Left, Right Predicate
	}
	// Negation is not.
	Negation struct{ X Predicate }
	// Match is re.match or re.search.
	Match struct {
		Pattern string
		X       Predicate
		Search  bool
	}
)

func (*Field) predicate()    {}
func (*Const) predicate()    {}
func (*Compare) predicate()  {}
func (*List) predicate()     {}
func (*Logical) predicate()  {}
func (*Negation) predicate() {}
func (*Match) predicate()    {}

// filter adds a Filter node.
func (e *evaluator) filter(in int, f value, a *callArgs) value {
	fn, ok := f.(*function)
	if !ok {
		return e.lost(a.line, "the function of the filter is not known", in)
	}
	l := &lambdaReader{e: e}
	body := l.open(fn)
	var p Predicate
	if body != nil {
		p = l.read(body)
	}
	if p == nil {
		return e.lost(a.line, "the function of the filter is not understood", in)
	}
	text := string(e.s.Source[body.start:body.end])
	return frame{e.node(Node{Kind: FilterNode, Line: a.line, API: a.api, Inputs: []int{in}, Lambda: &Lambda{p, text, body.line}}), true}
}

// lambdaReader reads the body of a function of one row.
type lambdaReader struct {
	e   *evaluator
	row string
}

// open returns the expression that the function returns, or nil.
func (l *lambdaReader) open(f *function) *syntax {
	params := f.def.get("parameters")
	if params == nil || len(params.kids) != 1 {
		return nil
	}
	p := params.kids[0]
	if p.kind == "typed_parameter" {
		p = p.first()
	}
	l.row = p.text
	body := f.def.get("body")
	if f.def.kind == "lambda" || body == nil {
		return body
	}
	var returned *syntax
	for _, s := range body.kids {
		switch {
		case s.kind == "return_statement" && len(s.kids) == 1:
			returned = s.kids[0]
		case s.kind == "expression_statement" && s.first() != nil && s.first().kind == "string":
		default:
			return nil
		}
	}
	return returned
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

func (l *lambdaReader) comparison(s *syntax) Predicate {
	op := ""
	var all Predicate
	var left Predicate
	for _, k := range s.kids {
		if k.field == "operators" {
			if op = k.text; op == "" {
				op = string(l.e.s.Source[k.start:k.end])
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
	if fn.kind != "attribute" {
		return nil
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
