package script

import (
	"slices"
	"strings"

	"stedi/pipeline/review/sparksql"
)

const (
	// maxSteps bounds the expressions that are evaluated, maxCalls the depth of
	// the script's own functions, maxLoop the rounds of one loop.
	maxSteps = 100_000
	maxCalls = 20
	maxLoop  = 100
)

// evaluator follows a script statement by statement with what is known of its
// values. It computes strings, lists and column expressions, and nothing else.
type evaluator struct {
	s     *Script
	vars  *scope
	views map[string]int // createOrReplaceTempView
	// gathers are the frames whose values a condition has as a list.
	gathers []View
	steps   int
	calls   int
	// returned is the value of a return in the current function.
	returned value
	// waiting are problems of nodes: they count only if a sink needs the node.
	waiting []Problem
	sinks   []*Sink
	called  map[*syntax]bool // functions that were called
	// modules are the files that the script can import, loaded the names of those
	// that it does. text is the script with them: the places of the syntax tree
	// are in it.
	modules Modules
	loaded  map[string]map[string]value
	loading int
	text    []byte
	line    int // of the statement
	marks   []mark
	// round: the body of a loop over these names is followed.
	round *columnNames
}

func newEvaluator(s *Script, modules Modules) *evaluator {
	return &evaluator{
		s: s, vars: &scope{vars: map[string]value{}}, views: map[string]int{}, called: map[*syntax]bool{},
		modules: modules, loaded: map[string]map[string]value{}, text: s.Source,
	}
}

func (e *evaluator) module(root *syntax) {
	e.block(root)
	for _, s := range e.sinks {
		e.s.Sinks = append(e.s.Sinks, *s)
	}
	slices.SortStableFunc(e.s.Sinks, func(a, b Sink) int { return a.Line - b.Line })
	if e.steps > maxSteps {
		e.problem(1, "the script is too long to be followed")
	}
	needed := e.needed()
	for _, p := range e.waiting {
		if needed[p.Node] {
			e.s.Problems = append(e.s.Problems, p)
		}
	}
	slices.SortStableFunc(e.s.Problems, func(a, b Problem) int { return a.Line - b.Line })
}

// needed are the nodes on which sinks depend.
func (e *evaluator) needed() map[int]bool {
	needed := map[int]bool{}
	var visit func(int)
	visit = func(n int) {
		if n < 0 || needed[n] {
			return
		}
		needed[n] = true
		for _, in := range e.s.Nodes[n].Inputs {
			visit(in)
		}
	}
	for _, s := range e.sinks {
		visit(s.Input)
	}
	return needed
}

// problem records what is not understood, even if nothing depends on it.
func (e *evaluator) problem(line int, what string) {
	for _, p := range e.s.Problems {
		if p.Line == line && p.Text == what {
			return
		}
	}
	if len(e.s.Problems) < 100 {
		e.s.Problems = append(e.s.Problems, Problem{e.s.Name, line, what, -1})
	}
}

const maxGraph = 2000

// add appends a node.
func (e *evaluator) add(n Node) int {
	if len(e.s.Nodes) >= maxGraph {
		e.steps = maxSteps + 1
		return len(e.s.Nodes) - 1
	}
	e.s.Nodes = append(e.s.Nodes, n)
	return len(e.s.Nodes) - 1
}

// lost adds a node that is not understood.
func (e *evaluator) lost(line int, what string, inputs ...int) value {
	n := e.add(Node{Kind: Unknown, Line: line, Name: what, Inputs: inputs})
	e.waiting = append(e.waiting, Problem{e.s.Name, line, what, n})
	return frame{node: n}
}

func (e *evaluator) block(b *syntax) {
	if b == nil {
		return
	}
	for _, s := range b.kids {
		if e.returned != nil || e.steps > maxSteps {
			return
		}
		e.statement(s)
	}
}

func (e *evaluator) statement(s *syntax) { //nolint:cyclop // one case for each form
	e.steps++
	e.line = s.line
	switch s.kind {
	case "expression_statement":
		for _, k := range s.kids {
			e.discarded(k)
		}
	case "ERROR":
		for _, k := range s.kids {
			e.statement(k)
		}
	case "assignment", "augmented_assignment", "call":
		e.discarded(s)
	case "import_statement", "import_from_statement":
		e.imports(s)
	case "function_definition":
		e.define(s.get("name"), &function{def: s, env: e.vars})
	case "decorated_definition":
		e.statement(s.get("definition"))
	case "class_definition":
		e.define(s.get("name"), &class{def: s, env: e.vars})
	case "if_statement":
		e.branch(s)
	case "for_statement":
		e.loop(s)
	case "while_statement":
		e.uncertain(s, s.get("body"), "a while loop is not followed")
	case "with_statement":
		e.with(s)
	case "try_statement":
		e.try(s)
	case "return_statement":
		e.returned = none{}
		if len(s.kids) > 0 {
			e.returned = e.eval(s.kids[0])
		}
	case "block", "module":
		e.block(s)
	}
}

func (e *evaluator) define(n *syntax, v value) {
	if n != nil {
		e.vars.vars[n.text] = v
	}
}

// discarded evaluates a statement whose value is not used. A function of
// another module that is handed a frame may write it: that is a problem.
func (e *evaluator) discarded(s *syntax) {
	v := e.eval(s)
	if f, ok := v.(frame); ok && s.kind == "call" && e.s.Nodes[f.node].Kind == Unknown && f.node == len(e.s.Nodes)-1 {
		e.problem(s.line, e.s.Nodes[f.node].Name)
	}
}

func (e *evaluator) with(s *syntax) {
	for _, clause := range s.kids {
		for _, item := range clause.kids {
			if as := item.get("value"); as != nil && as.kind == "as_pattern" && len(as.kids) == 2 && len(as.kids[1].kids) == 1 {
				e.assign(as.kids[1].kids[0], e.eval(as.kids[0]))
			}
		}
	}
	e.block(s.get("body"))
}

// try follows the body, which is what runs if nothing fails.
func (e *evaluator) try(s *syntax) {
	e.block(s.get("body"))
	for _, k := range s.kids {
		if k.kind == "else_clause" || k.kind == "finally_clause" {
			for _, b := range k.kids {
				if b.kind == "block" {
					e.block(b)
				}
			}
		}
	}
}

// branch follows the branch that a known condition selects. Of an unknown
// condition it follows a branch only if no rows depend on it.
func (e *evaluator) branch(s *syntax) {
	bodies := []*syntax{s.get("consequence")}
	conditions := []*syntax{s.get("condition")}
	for _, k := range s.kids {
		switch k.kind {
		case "elif_clause":
			conditions, bodies = append(conditions, k.get("condition")), append(bodies, k.get("consequence"))
		case "else_clause":
			conditions, bodies = append(conditions, nil), append(bodies, k.get("body"))
		}
	}
	e.branches(s, conditions, bodies)
}

func (e *evaluator) branches(s *syntax, conditions, bodies []*syntax) {
	for i, c := range conditions {
		if c == nil {
			e.block(bodies[i])
			return
		}
		v := e.eval(c)
		if t, ok := v.(nameTest); ok && e.round != nil {
			v = t.tests()
			if lists := e.lists(); len(bodies) == i+1 {
				defer e.spreadNames(lists, *e.round, &t)
			}
		}
		if tests, ok := v.(columnTests); ok {
			e.choice(s, tests, func() { e.block(bodies[i]) }, func() { e.branches(s, conditions[i+1:], bodies[i+1:]) })
			return
		}
		known, is := truth(v)
		switch {
		case !known:
			for _, b := range bodies[i:] {
				e.uncertain(s, b, "whether these lines run depends on a condition that is not known")
			}
			return
		case is:
			e.block(bodies[i])
			return
		}
	}
}

// choice follows an if that asks which columns a frame has. What its branches
// assign becomes a choice between two nodes.
func (e *evaluator) choice(s *syntax, tests columnTests, then, otherwise func()) {
	before, sinks, returned := e.frames(), len(e.sinks), e.returned
	then()
	first := e.frames()
	for n, v := range before {
		if _, isFrame := e.vars.vars[n].(frame); isFrame {
			e.vars.vars[n] = frame{node: v}
		}
	}
	otherwise()
	second := e.frames()
	if len(e.sinks) > sinks || e.returned != returned {
		e.returned = returned
		e.problem(s.line, "whether these lines run depends on a condition that is not known")
		return
	}
	for n, was := range before {
		if first[n] == was && second[n] == was || strings.HasPrefix(n, "view ") {
			continue
		}
		e.vars.vars[n] = frame{node: e.node(Node{Kind: Choice, Line: s.line, API: "if", Inputs: []int{first[n], second[n]}, Tests: tests.tests})}
	}
}

// uncertain follows statements that may not run.
func (e *evaluator) uncertain(at, body *syntax, what string) {
	nodes, sinks, before := len(e.s.Nodes), len(e.sinks), e.frames()
	returned := e.returned
	e.block(body)
	e.returned = returned
	if len(e.sinks) > sinks {
		e.problem(at.line, what)
		return
	}
	if len(e.s.Nodes) == nodes {
		return
	}
	for n, v := range e.frames() {
		if before[n] != v {
			e.problem(at.line, what)
			return
		}
	}
}

func (e *evaluator) frames() map[string]int {
	found := map[string]int{}
	for n, v := range e.vars.vars {
		if f, ok := v.(frame); ok {
			found[n] = f.node
		}
	}
	for n, v := range e.views {
		found["view "+n] = v
	}
	return found
}

// truth tells what a value is as a condition.
func truth(v value) (known, is bool) {
	switch v := v.(type) {
	case boolean:
		return true, v.b
	case none:
		return true, false
	case number:
		return true, strings.Trim(v.s, "0.") != ""
	case text:
		return !strings.Contains(v.s, "${"), v.s != ""
	case *list:
		return true, len(v.items) > 0
	case *dict:
		return true, len(v.keys) > 0
	}
	return false, false
}

func (e *evaluator) assign(target *syntax, v value) {
	if target == nil {
		return
	}
	switch target.kind {
	case "identifier":
		v = entitled(v, target.text)
		e.vars.vars[target.text] = v
		if f, ok := v.(frame); ok && f.node >= 0 && e.s.Nodes[f.node].Name == "" {
			e.s.Nodes[f.node].Name = target.text
		}
	case "pattern_list", "tuple_pattern", "list_pattern":
		items, _ := v.(*list)
		for i, k := range target.kids {
			if items != nil && i < len(items.items) {
				e.assign(k, items.items[i])
			} else {
				e.assign(k, unknown{k.text})
			}
		}
	case "attribute":
		if o, ok := e.eval(target.get("object")).(*object); ok {
			o.attrs[target.get("attribute").text] = v
		}
	case "subscript":
		d, ok := e.eval(target.get("value")).(*dict)
		if key, isText := plain(e.eval(target.get("subscript"))); ok && isText {
			d.put(key, target.line, v)
		}
	}
}

func sqlColumn(name string, line, of int) *sparksql.Column {
	c := &sparksql.Column{Line: line, Name: field(name), Frame: of}
	if q, n, ok := strings.Cut(name, "."); ok && !strings.HasPrefix(name, "`") && q != "" {
		c.Qualifier, c.Name = q, field(n)
	}
	return c
}
