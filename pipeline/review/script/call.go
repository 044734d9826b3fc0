package script

import (
	"strings"

	"stedi/pipeline/review/sparksql"
)

// callArgs are the evaluated arguments of a call.
type callArgs struct {
	at    *syntax
	line  int
	api   string
	pos   []value
	named dict
}

// arg returns an argument by name, or by position (-1: by name only), or nil.
func (a *callArgs) arg(name string, pos int) value {
	if v := a.named.get(name); v != nil {
		return v
	}
	if pos >= 0 && pos < len(a.pos) {
		return a.pos[pos]
	}
	return nil
}

func (a *callArgs) text(name string, pos int) string {
	t, _ := plain(a.arg(name, pos))
	return t
}

// frames are the frames among the arguments, also in lists and dictionaries.
func (a *callArgs) frames() (found []int) {
	var visit func(value, int)
	visit = func(v value, depth int) {
		switch v := v.(type) {
		case frame:
			found = append(found, v.node)
		case *list:
			for _, item := range v.items {
				if depth < 3 {
					visit(item, depth+1)
				}
			}
		case *dict:
			for _, item := range v.values {
				if depth < 3 {
					visit(item, depth+1)
				}
			}
		}
	}
	for _, v := range a.pos {
		visit(v, 0)
	}
	for _, v := range a.named.values {
		visit(v, 0)
	}
	return found
}

func (e *evaluator) args(s *syntax) *callArgs {
	a := &callArgs{at: s, line: s.line}
	list0 := s.get("arguments")
	if list0 == nil {
		return a
	}
	if list0.kind == "generator_expression" {
		a.pos = append(a.pos, e.eval(list0))
		return a
	}
	for _, k := range list0.kids {
		switch k.kind {
		case "keyword_argument":
			a.named.put(k.get("name").text, k.line, e.eval(k.get("value")))
		case "list_splat":
			a.pos = append(a.pos, splat(e.eval(k.first()))...)
		case "dictionary_splat":
			if d, ok := e.eval(k.first()).(*dict); ok {
				for i := range d.keys {
					a.named.put(d.keys[i], d.lines[i], d.values[i])
				}
			}
		default:
			a.pos = append(a.pos, e.eval(k))
		}
	}
	return a
}

func (e *evaluator) call(s *syntax) value {
	fn := s.get("function")
	if fn == nil {
		return unknown{"a call"}
	}
	if fn.kind == "attribute" && fn.get("attribute") != nil {
		of := e.eval(fn.get("object"))
		a := e.args(s)
		attr := fn.get("attribute").text
		a.api = apiName(of, attr)
		a.line = fn.get("attribute").line
		if e.s.Studio || a.line > s.line+200 {
			a.line = s.line
		}
		return e.method(of, attr, a)
	}
	target := e.eval(fn)
	a := e.args(s)
	switch f := target.(type) {
	case name:
		a.api = f.s
		return e.function(f.s, a)
	case *function:
		if fn.kind == "identifier" {
			a.api = fn.text
			if v, ok := e.studioFunction(fn.text, a); ok {
				return v
			}
		}
		return e.invoke(f, a)
	case *class:
		return e.construct(f, a)
	case member:
		a.api = f.name
		return e.method(f.of, f.name, a)
	}
	a.api = fn.text
	return e.outside(a.api, a)
}

func apiName(of value, attr string) string {
	switch of := of.(type) {
	case name:
		return of.s + "." + attr
	case member:
		return of.name + "." + attr
	case reader:
		return "spark.read." + attr
	case writer:
		return "df.write." + attr
	}
	return attr
}

// harmless functions do nothing with the rows of a frame that matters here.
var harmless = map[string]bool{
	"print": true, "display": true, "show": true, "len": true, "type": true, "isinstance": true, "info": true, "debug": true, "warning": true, "error": true,
	"str": true, "repr": true, "process_rows": true, "count": true, "printSchema": true, "head": true, "take": true, "first": true, "collect": true,
	"commit": true, "init": true, "hasattr": true, "id": true, "exception": true, "isEmpty": true, "is_empty": true,
}

// outside is a call of something that the script does not define.
func (e *evaluator) outside(fn string, a *callArgs) value {
	frames := a.frames()
	short := fn[strings.LastIndexByte(fn, '.')+1:]
	if len(frames) == 0 || harmless[short] {
		return unknown{short}
	}
	return e.lost(a.line, fn+" is not understood", frames...)
}

// invoke follows a function of the script.
func (e *evaluator) invoke(f *function, a *callArgs) value {
	if e.calls >= maxCalls {
		e.problem(a.line, "functions call each other too deeply to be followed")
		return unknown{"a call"}
	}
	e.called[f.def] = true
	outerVars, outerReturn := e.vars, e.returned
	inner := &scope{outer: f.env, vars: map[string]value{}}
	e.bind(f, a, inner)
	e.vars, e.returned = inner, nil
	e.calls++
	var result value = none{}
	if f.def.kind == "lambda" {
		result = e.eval(f.def.get("body"))
	} else {
		e.block(f.def.get("body"))
		if e.returned != nil {
			result = e.returned
		}
	}
	e.calls--
	e.vars, e.returned = outerVars, outerReturn
	return result
}

// bind gives the parameters of a function their values.
func (e *evaluator) bind(f *function, a *callArgs, into *scope) {
	pos := a.pos
	if f.self != nil {
		pos = append([]value{f.self}, pos...)
	}
	params := f.def.get("parameters")
	if params == nil {
		return
	}
	at := 0
	for _, p := range params.kids {
		n, fallback := p, (*syntax)(nil)
		switch p.kind {
		case "default_parameter", "typed_default_parameter":
			n, fallback = p.get("name"), p.get("value")
		case "typed_parameter":
			n = p.first()
		case "list_splat_pattern":
			rest := &list{}
			if at < len(pos) {
				rest.items = pos[at:]
			}
			into.vars[p.first().text] = rest
			at = len(pos)
			continue
		case "identifier":
		default:
			continue
		}
		if n == nil {
			continue
		}
		switch v := a.named.get(n.text); {
		case v != nil:
			into.vars[n.text] = entitled(v, n.text)
		case at < len(pos):
			into.vars[n.text] = entitled(pos[at], n.text)
			at++
		case fallback != nil:
			into.vars[n.text] = e.eval(fallback)
		default:
			into.vars[n.text] = name{n.text}
		}
	}
}

// entitled gives the name of a parameter or a variable to an argument of the job
// that has only a number: sys.argv[1].
func entitled(v value, as string) value {
	if u, ok := v.(unknown); ok && u.what != "" && strings.Trim(u.what, "0123456789") == "" {
		return name{as}
	}
	return v
}

// construct makes an object of a class of the script.
func (e *evaluator) construct(c *class, a *callArgs) value {
	o := &object{c, map[string]value{}}
	if init := e.methodOf(o, "__init__"); init != nil {
		e.invoke(init, a)
	}
	return o
}

func (e *evaluator) methodOf(o *object, attr string) *function {
	if o.class == nil { // a module
		return nil
	}
	body := o.class.def.get("body")
	if body == nil {
		return nil
	}
	for _, k := range body.kids {
		static := false
		if k.kind == "decorated_definition" {
			static = strings.Contains(string(e.text[k.start:min(k.end, k.start+14)]), "@staticmethod")
			k = k.get("definition")
		}
		if k != nil && k.kind == "function_definition" && k.get("name") != nil && k.get("name").text == attr {
			f := &function{def: k, env: o.class.env}
			if !static {
				f.self = o
			}
			return f
		}
	}
	return nil
}

// attribute is of.attr where it is not called.
func (e *evaluator) attribute(of value, attr string, line int) value { //nolint:cyclop // one case for each form
	switch of := of.(type) {
	case *object:
		if v, ok := of.attrs[attr]; ok {
			return v
		}
		if f := e.methodOf(of, attr); f != nil {
			return f
		}
	case *arguments:
		return of.get(attr, line)
	case frame:
		switch attr {
		case "write":
			return writer{in: of.node}
		case "rdd":
			return rows{of.node}
		case "columns", "schema", "dtypes", "na", "stat", "sparkSession", "glue_ctx", "name":
			return member{of, attr}
		}
		return column{&sparksql.Column{Name: attr, Line: line, Frame: of.node}}
	case row:
		return cell{of.node, attr}
	case cell:
		if attr == "values" {
			return of
		}
	case eachField:
		if attr == "name" {
			return text{sparksql.EachName, line}
		}
	case name, member, unknown:
		if v, ok := ofSchema(of, attr); ok {
			return v
		}
		switch attr {
		case "read":
			return reader{}
		case "write":
			if m, ok := of.(member); !ok || m.name != "environ" {
				return writer{in: -1, of: baseName(of)}
			}
		}
	}
	return member{of, attr}
}

// method is of.attr(…).
func (e *evaluator) method(of value, attr string, a *callArgs) value { //nolint:cyclop // one case for each form
	switch of := of.(type) {
	case frame:
		return e.frameMethod(of, attr, a)
	case writer:
		return e.writerMethod(of, attr, a)
	case reader:
		return e.readerMethod(of, attr, a)
	case sinkRef:
		return e.sinkMethod(of, attr, a)
	case grouped:
		return e.groupedMethod(of, attr, a)
	case rows:
		if f, ok := a.arg("f", 0).(*function); ok && (attr == "map" || attr == "flatMap") {
			return e.flatten(of, f)
		}
		return rowsMethod(of, attr)
	case cell:
		return rowsMethod(of, attr)
	case column:
		return e.columnMethod(of, attr, a)
	case text:
		return textMethod(of, attr, a)
	case *dict, *list, *arguments:
		return e.containerMethod(of, attr, a)
	case *object:
		return e.objectMethod(of, attr, a)
	case *windowSpec:
		return of.extend(e, attr, a)
	case member:
		if v, ok := ofSchema(of, attr); ok {
			return v
		}
		if f, ok := of.of.(frame); ok && of.name == "na" && attr == "drop" {
			return e.frameMethod(f, "dropna", a)
		}
		if _, ok := of.of.(frame); ok {
			return e.lost(a.line, "."+of.name+"."+attr+" is not understood", e.asFrame(of.of, a.line))
		}
	}
	return e.library(of, attr, a)
}

func (e *evaluator) objectMethod(of *object, attr string, a *callArgs) value {
	if f := e.methodOf(of, attr); f != nil {
		return e.invoke(f, a)
	}
	switch v := of.attrs[attr].(type) {
	case *function:
		return e.invoke(v, a)
	case *class:
		return e.construct(v, a)
	case nil:
		return e.library(name{"self"}, attr, a) // of the class that it extends
	}
	return e.outside(attr, a)
}
