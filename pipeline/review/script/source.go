package script

import (
	"slices"
	"strings"
)

// options flattens the named arguments of a call and the dictionaries in them.
func options(a *callArgs, skip ...string) (found []Option) {
	for i, n := range a.named.keys {
		if slices.Contains(skip, n) {
			continue
		}
		found = append(found, flatten(n, "", a.named.values[i], a.named.lines[i], maxInside)...)
	}
	return found
}

func flatten(n, argument string, v value, line, depth int) []Option {
	if d, ok := v.(*dict); ok && depth > 0 {
		var found []Option
		for i, key := range d.keys {
			found = append(found, flatten(key, n, d.values[i], d.lines[i], depth-1)...)
		}
		return found
	}
	if t, ok := plain(v); ok {
		return []Option{{n, t, line, argument}}
	}
	if list, ok := texts(v); ok {
		return []Option{{n, strings.Join(list, ","), line, argument}}
	}
	return nil
}

func (e *evaluator) source(s Source) int {
	s.Node = e.node(Node{Kind: SourceNode, Line: s.Line, API: s.API, Source: len(e.s.Sources)})
	e.s.Sources = append(e.s.Sources, s)
	return s.Node
}

// pathOf is the path in connection options: path or paths.
func pathOf(v value) string {
	d, ok := v.(*dict)
	if !ok {
		return ""
	}
	for _, key := range []string{"paths", "path"} {
		if list, ok := texts(d.get(key)); ok && len(list) > 0 {
			return strings.Join(list, ",")
		}
		if t, ok := plain(d.get(key)); ok {
			return t
		}
	}
	return ""
}

func (e *evaluator) fromOptions(a *callArgs) int {
	s := Source{Line: a.line, API: "create_dynamic_frame.from_options", Format: a.text("format", 2), Options: options(a, "frame", "transformation_ctx", "format")}
	s.Path = pathOf(a.arg("connection_options", 1))
	if s.Path == "" {
		f, _ := e.lost(a.line, "the path of the source is not known").(frame)
		return f.node
	}
	return e.source(s)
}

func (e *evaluator) fromCatalog(a *callArgs) int {
	s := Source{Line: a.line, API: "create_dynamic_frame.from_catalog", Options: options(a, "transformation_ctx")}
	s.Database, s.Table = a.text("database", 0), a.text("table_name", 1)
	if p := a.text("push_down_predicate", -1); p != "" && p != "None" {
		f, _ := e.lost(a.line, "push_down_predicate is not understood").(frame)
		return f.node
	}
	return e.source(s)
}

// table is spark.table or spark.read.table.
func (e *evaluator) table(n string, a *callArgs) value {
	if in, ok := e.views[strings.ToLower(n)]; ok {
		return frame{node: in}
	}
	s := Source{Line: a.line, API: a.api}
	s.Table = n
	if db, t, ok := strings.Cut(n, "."); ok {
		s.Database, s.Table = db, strings.Trim(t, "`")
	}
	return frame{node: e.source(s)}
}

// readerMethod is a method of spark.read.
func (e *evaluator) readerMethod(r reader, attr string, a *callArgs) value { //nolint:cyclop // one case for each method
	switch attr {
	case "format", "schema":
		t, _ := plain(a.arg("source", 0))
		return reader{append(append([]Option{}, r.options...), Option{attr, t, a.line, ""})}
	case "option":
		return reader{append(append([]Option{}, r.options...), Option{a.text("key", 0), a.text("value", 1), a.line, "option"})}
	case "options":
		return reader{append(append([]Option{}, r.options...), options(a)...)}
	case "table":
		return e.table(a.text("tableName", 0), a)
	case "json", "parquet", "csv", "orc", "text", "load":
		s := Source{Line: a.line, API: "spark.read." + attr, Format: attr, Options: append(r.options, options(a, "path")...)}
		if f, ok := findOption(r.options, "format"); ok && attr == "load" {
			s.Format = f.Value
		}
		if f, ok := a.named.get("format").(text); ok && attr == "load" {
			s.Format = f.s
		}
		paths, _ := texts(a.arg("path", 0))
		s.Path = strings.Join(paths, ",")
		if p, ok := plain(a.arg("path", 0)); ok && s.Path == "" {
			s.Path = p
		}
		if p, ok := findOption(r.options, "path"); ok && s.Path == "" {
			s.Path = p.Value
		}
		if s.Path == "" {
			return e.lost(a.line, "the path of the source is not known")
		}
		if attr == "text" {
			return e.lost(a.line, "spark.read.text is not understood")
		}
		return frame{node: e.source(s)}
	}
	return e.lost(a.line, "spark.read."+attr+" is not understood")
}
