package script

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// Modules are the Python files beside a script, by name, from which it may
// import functions and constants.
type Modules map[string][]byte

// find returns the file that an import names, or "". One in the folder of the
// script comes first.
func (m Modules) find(script, module string) string {
	want := strings.ReplaceAll(module, ".", "/") + ".py"
	if near := path.Join(path.Dir(script), want); near != script && m[near] != nil {
		return near
	}
	found := ""
	for name := range m {
		if name == script || name != want && !strings.HasSuffix(name, "/"+want) {
			continue
		}
		if found != "" {
			return ""
		}
		found = name
	}
	return found
}

// maxModules bounds the files that one script imports.
const maxModules = 20

// imports follows an import of a file of the submission. Its lines are those of
// the import: the graph is one of the script.
func (e *evaluator) imports(s *syntax) {
	if s.kind == "import_statement" {
		for _, k := range s.kids {
			n, as := k, k
			if k.kind == "aliased_import" {
				n, as = k.get("name"), k.get("alias")
			}
			if module := dotted(n); !strings.Contains(dotted(as), ".") {
				e.bindModule(dotted(as), module, s.line)
			}
		}
		return
	}
	from := s.get("module_name")
	if from == nil {
		return
	}
	module := strings.TrimLeft(strings.TrimSpace(string(e.text[from.start:from.end])), ".")
	vars := e.load(module, s.line)
	for _, k := range s.kids {
		n, as := k, k
		if k.kind == "aliased_import" {
			n, as = k.get("name"), k.get("alias")
		}
		switch v, known := vars[dotted(n)]; {
		case k == from:
		case k.kind == "wildcard_import":
			maps.Copy(e.vars.vars, vars)
		case known:
			e.vars.vars[dotted(as)] = v
		case vars == nil:
			e.bindModule(dotted(as), strings.TrimPrefix(module+"."+dotted(n), "."), s.line)
		}
	}
}

func (e *evaluator) bindModule(as, module string, line int) {
	if vars := e.load(module, line); vars != nil {
		e.vars.vars[as] = &object{attrs: vars}
	}
}

// load follows the statements of a file and returns the names that it defines;
// nil if the submission has no such file, or it is not Python.
func (e *evaluator) load(module string, line int) map[string]value {
	file := e.modules.find(e.s.Name, module)
	if file == "" || module == "" {
		return nil
	}
	if vars, ok := e.loaded[file]; ok {
		return vars
	}
	e.loaded[file] = nil // while it imports itself
	source := e.modules[file]
	if len(e.loaded) > maxModules || len(source)+len(e.text) > maxSource {
		e.problem(line, "the script imports too much to be followed")
		return nil
	}
	source = decode(source)
	root, faults := parse(file, source)
	if root == nil || len(faults) > 0 {
		return nil
	}
	root.move(len(e.text), line)
	e.text = append(slices.Clip(e.text), source...)
	outer, sinks := e.vars, len(e.sinks)
	e.vars = &scope{vars: map[string]value{}}
	e.loading++
	e.block(root)
	e.loading--
	vars := e.vars.vars
	e.vars, e.sinks = outer, e.sinks[:sinks] // what the file itself writes is its own
	e.loaded[file] = vars
	return vars
}

// move gives a tree the place of the text in which it stands.
func (s *syntax) move(by, line int) {
	s.start, s.end, s.line = s.start+by, s.end+by, line
	for _, k := range s.kids {
		k.move(by, line)
	}
}
