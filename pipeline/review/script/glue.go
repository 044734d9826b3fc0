package script

import (
	"strings"
)

// function is a call of a name that the script does not define.
func (e *evaluator) function(fn string, a *callArgs) value { //nolint:cyclop // one case for each function
	switch fn {
	case "getResolvedOptions":
		return &arguments{map[string]value{}}
	case "str", "Path":
		if t, ok := plain(a.arg("", 0)); ok {
			return text{t, a.line}
		}
	case "list", "tuple", "sorted", "set":
		switch v := a.arg("", 0).(type) {
		case *list, cell, rows, columnNames, presentNames:
			return v
		case member:
			if n, ok := namesOf(v); ok {
				return n
			}
		}
	case "all":
		if l, ok := a.arg("", 0).(*list); ok {
			return allTests(l)
		}
	case "len", "print":
		return unknown{fn}
	case "dict":
		if m, ok := a.arg("", 0).(member); ok && m.name == "dtypes" {
			return m
		}
		d := a.named
		return &d
	case "getattr":
		return e.attribute(a.arg("", 0), a.text("", 1), a.line)
	case "DynamicFrame":
		return e.fromDF(a)
	case "DynamicFrameCollection":
		if d, ok := a.arg("dynamic_frames", 0).(*dict); ok {
			return d
		}
	case "ArgumentParser":
		return &arguments{map[string]value{}}
	}
	if v, ok := e.studioFunction(fn, a); ok {
		return v
	}
	if v, ok := e.columnFunction(fn, a); ok {
		return v
	}
	return e.outside(fn, a)
}

// studioFunction is one of the functions that Glue Studio writes into a script.
// Their bodies are known and are not followed.
func (e *evaluator) studioFunction(fn string, a *callArgs) (value, bool) {
	switch fn {
	case "sparkSqlQuery":
		return e.sqlQuery(a), true
	case "sparkAggregate":
		return e.sparkAggregate(a), true
	case "sparkUnion":
		if in, ok := a.arg("mapping", -1).(*dict); ok && len(in.values) == 2 {
			n := Node{Kind: Union, Line: a.line, API: fn, ByName: false, Inputs: []int{e.asFrame(in.values[0], a.line), e.asFrame(in.values[1], a.line)}}
			out := frame{e.node(n), true}
			if kind := a.text("unionType", 1); !strings.EqualFold(kind, "ALL") {
				out = frame{e.node(Node{Kind: DropDuplicates, Line: a.line, API: fn, Inputs: []int{out.node}}), true}
			}
			return out, true
		}
	}
	return nil, false
}

// library is a method of something that the script imports.
func (e *evaluator) library(of value, attr string, a *callArgs) value { //nolint:cyclop // one case for each transform
	base := baseName(of)
	switch base + "." + attr {
	case "Join.apply":
		return e.join(a, a.arg("frame1", 0), a.arg("frame2", 1), a.arg("keys1", 2), a.arg("keys2", 3))
	case "Filter.apply":
		return e.filter(e.asFrame(a.arg("frame", 0), a.line), a.arg("f", 1), a)
	case "DropFields.apply":
		return e.fields(DropFields, a.arg("frame", 0), a.arg("paths", 1), a)
	case "SelectFields.apply":
		return e.fields(SelectFields, a.arg("frame", 0), a.arg("paths", 1), a)
	case "ApplyMapping.apply":
		return e.mapping(a.arg("frame", 0), a.arg("mappings", 1), a)
	case "RenameField.apply":
		return e.rename(a.arg("frame", 0), a.text("old_name", 1), a.text("new_name", 2), a)
	case "ResolveChoice.apply":
		return e.resolveChoice(e.asFrame(a.arg("frame", 0), a.line), a)
	case "DropNullFields.apply":
		return frame{e.node(Node{Kind: Same, Line: a.line, API: a.api, Inputs: []int{e.asFrame(a.arg("frame", 0), a.line)}}), true}
	case "SelectFromCollection.apply":
		return e.collected(a.arg("dfc", 0), a.text("key", 1))
	case "DynamicFrame.fromDF":
		return e.fromDF(a)
	case "argparse.ArgumentParser":
		return &arguments{map[string]value{}}
	case "Window.partitionBy", "Window.orderBy":
		return (&windowSpec{}).extend(e, attr, a)
	case "EvaluateDataQuality.apply", "EvaluateDataQuality.process_rows":
		return unknown{attr}
	case "os.getenv", "environ.get":
		if v := a.arg("default", 1); v != nil {
			return v
		}
		return text{"${" + a.text("key", 0) + "}", a.line}
	case "path.join":
		if parts, ok := texts(&list{a.pos}); ok {
			return text{strings.Join(parts, "/"), a.line}
		}
	}
	if v, ok := e.contextMethod(base, attr, a); ok {
		return v
	}
	if attr == "process_rows" {
		return unknown{attr}
	}
	if v, ok := e.columnFunction(attr, a); ok {
		return v
	}
	if u, ok := of.(unknown); ok && len(a.frames()) == 0 {
		return u // still the same thing that is not understood
	}
	return e.outside(apiName(of, attr), a)
}

// collected is one frame of a collection. A node with one result may stand for
// its collection.
func (e *evaluator) collected(dfc value, key string) value {
	if d, ok := dfc.(*dict); ok {
		if v := d.get(key); v != nil {
			return v
		}
		if len(d.values) == 1 {
			return d.values[0]
		}
	}
	if f, ok := dfc.(frame); ok {
		return f
	}
	return unknown{"a frame of a collection"}
}

func baseName(of value) string {
	switch of := of.(type) {
	case name:
		return of.s[strings.LastIndexByte(of.s, '.')+1:]
	case member:
		return of.name
	case unknown:
		return of.what
	}
	return ""
}

// realReaders are the methods of create_dynamic_frame and create_data_frame.
var realReaders = map[string]bool{"from_options": true, "from_catalog": true, "from_rdd": true}

// contextMethod is a method of a GlueContext or a SparkSession, under any name
// that the script gives it.
func (e *evaluator) contextMethod(base, attr string, a *callArgs) (value, bool) { //nolint:cyclop // one case for each method
	call := strings.ReplaceAll(base+"."+attr, "dynamic_frame_from", "dynamic_frame.from")
	call = strings.ReplaceAll(call, "data_frame", "dynamic_frame")
	switch {
	case strings.HasSuffix(call, "create_dynamic_frame.from_options"):
		return frame{e.fromOptions(a), !strings.Contains(base+attr, "data_frame")}, true
	case strings.HasSuffix(call, "create_dynamic_frame.from_catalog"):
		return frame{e.fromCatalog(a), !strings.Contains(base+attr, "data_frame")}, true
	case strings.HasSuffix(call, "write_dynamic_frame.from_options"):
		return e.writeOptions(a), true
	case strings.HasSuffix(call, "write_dynamic_frame.from_catalog"):
		return e.writeCatalog(a), true
	case strings.HasSuffix(call, ".write_from_options"):
		return e.writeOptions(a), true
	case strings.HasPrefix(call, "create_dynamic_frame.from") && !realReaders[attr]:
		return frame{node: e.node(Node{Kind: Broken, Line: a.line, API: a.api, Inputs: a.frames(), Name: "create_dynamic_frame has no method " + attr})}, true
	case strings.Contains(call, "create_dynamic_frame.from_"), strings.Contains(call, "write_dynamic_frame.from_"):
		e.problem(a.line, a.api+" is not understood")
		return unknown{attr}, true
	}
	switch attr {
	case "getSink":
		return e.getSink(a), true
	case "sql":
		if t, ok := a.arg("sqlQuery", 0).(text); ok {
			return e.sparkSQL(t, a), true
		}
	case "table":
		if t, ok := a.arg("tableName", 0).(text); ok {
			return e.table(t.s, a), true
		}
	case "createDataFrame":
		return e.lost(a.line, "createDataFrame is not understood", a.frames()...), true
	case "purge_s3_path", "purge_table":
		return unknown{attr}, true
	}
	return nil, false
}

// node adds a node with the name of the Studio node.
func (e *evaluator) node(n Node) int {
	if n.Name == "" {
		n.Name = e.studioName(e.line)
	}
	return e.add(n)
}

// studioName returns the name in the last comment "Script generated for node"
// before a line.
func (e *evaluator) studioName(line int) string {
	if !e.s.Studio {
		return ""
	}
	if e.marks == nil {
		for i, l := range strings.Split(string(e.s.Source), "\n") {
			if _, n, ok := strings.Cut(l, "# Script generated for node "); ok {
				e.marks = append(e.marks, mark{i + 1, strings.TrimSpace(n)})
			}
		}
	}
	found := ""
	for _, m := range e.marks {
		if m.line <= line {
			found = m.name
		}
	}
	return found
}

type mark struct {
	line int
	name string
}

// asFrame returns the node of a value that has to be a frame.
func (e *evaluator) asFrame(v value, line int) int {
	if f, ok := v.(frame); ok {
		return f.node
	}
	what := "the rows come from something that is not understood"
	switch v := v.(type) {
	case name:
		what = v.s + " is not defined"
	case unknown:
		what = v.what + " is not understood"
	case nil:
		what = "the frame is missing"
	}
	f, _ := e.lost(line, what).(frame)
	return f.node
}

func (e *evaluator) join(a *callArgs, one, two, keys1, keys2 value) value {
	n := Node{Kind: JoinNode, Line: a.line, API: a.api, Inputs: []int{e.asFrame(one, a.line), e.asFrame(two, a.line)}}
	for _, k := range []value{keys1, keys2} {
		names, ok := texts(k)
		if !ok {
			return e.lost(a.line, "the keys of the join are not known", n.Inputs...)
		}
		for i := range names {
			names[i] = field(names[i])
		}
		n.Keys = append(n.Keys, names)
	}
	if len(n.Keys[0]) != len(n.Keys[1]) || len(n.Keys[0]) == 0 {
		return e.lost(a.line, "the join has different numbers of keys", n.Inputs...)
	}
	return frame{e.node(n), true}
}

func (e *evaluator) fields(kind Kind, in, paths value, a *callArgs) value {
	n := Node{Kind: kind, Line: a.line, API: a.api, Inputs: []int{e.asFrame(in, a.line)}}
	names, ok := texts(paths)
	if !ok {
		return e.lost(a.line, "the fields are not known", n.Inputs...)
	}
	for _, p := range names {
		n.Columns = append(n.Columns, field(p))
	}
	return frame{e.node(n), true}
}

func (e *evaluator) mapping(in, mappings value, a *callArgs) value {
	n := Node{Kind: ApplyMapping, Line: a.line, API: a.api, Inputs: []int{e.asFrame(in, a.line)}}
	all, _ := mappings.(*list)
	if all == nil {
		return e.lost(a.line, "the mappings are not known", n.Inputs...)
	}
	for _, item := range all.items {
		m, ok := texts(item)
		switch {
		case ok && len(m) == 4:
			n.Mappings = append(n.Mappings, Mapping{field(m[0]), m[1], field(m[2]), m[3]})
		case ok && len(m) == 2:
			n.Mappings = append(n.Mappings, Mapping{From: field(m[0]), To: field(m[1])})
		default:
			return e.lost(a.line, "a mapping is not understood", n.Inputs...)
		}
	}
	return frame{e.node(n), true}
}

func (e *evaluator) rename(in value, from, to string, a *callArgs) value {
	return frame{e.node(Node{
		Kind: RenameField, Line: a.line, API: a.api, Inputs: []int{e.asFrame(in, a.line)}, Mappings: []Mapping{{From: field(from), To: field(to)}},
	}), true}
}

// resolveChoice changes types only where a column has several.
// keepValues tells whether the choices of ResolveChoice leave the values as they
// are, whether or not a field has rows of two types.
func keepValues(specs *list) bool {
	for _, item := range specs.items {
		spec, ok := texts(item)
		if !ok || len(spec) != 2 {
			return false
		}
		switch strings.ToLower(spec[1]) {
		case "cast:long", "cast:bigint", "cast:double", "cast:string", "project:long", "project:bigint", "project:double", "project:string", "make_struct":
		default:
			return false
		}
	}
	return true
}

func (e *evaluator) resolveChoice(in int, a *callArgs) value {
	if specs, ok := a.arg("specs", -1).(*list); ok && !keepValues(specs) {
		return e.lost(a.line, "ResolveChoice with specs is not understood", in)
	}
	return frame{e.node(Node{Kind: Same, Line: a.line, API: a.api, Inputs: []int{in}}), true}
}

func (e *evaluator) fromDF(a *callArgs) value {
	return frame{e.node(Node{Kind: FromDF, Line: a.line, API: a.api, Inputs: []int{e.asFrame(a.arg("dataframe", 0), a.line)}}), true}
}
