package diagnose

import (
	"maps"
	"slices"
	"strings"

	"stedi/pipeline"
)

// node is an object of a syntax tree as json_serialize_sql gives it.
type node = map[string]any

// route leads from the root of a tree to a value: keys and positions.
type route []any

func (p route) with(steps ...any) route { return append(slices.Clone(p), steps...) }

func object(v any) node {
	m, _ := v.(map[string]any)
	return m
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// clone copies a tree.
func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, child := range v {
			m[key] = clone(child)
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i, child := range v {
			l[i] = clone(child)
		}
		return l
	default:
		return v
	}
}

// at returns the value at a route.
func at(v any, p route) any {
	for _, step := range p {
		switch step := step.(type) {
		case string:
			v = object(v)[step]
		case int:
			if l := list(v); step < len(l) {
				v = l[step]
			} else {
				return nil
			}
		}
	}
	return v
}

// put replaces the value at a route, which is not empty.
func put(v any, p route, value any) {
	above := at(v, p[:len(p)-1])
	switch step := p[len(p)-1].(type) {
	case string:
		object(above)[step] = value
	case int:
		list(above)[step] = value
	}
}

// walk visits every object of a tree in a fixed order.
func walk(v any, p route, visit func(node, route)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v, p)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			walk(v[key], p.with(key), visit)
		}
	case []any:
		for i, child := range v {
			walk(child, p.with(i), visit)
		}
	}
}

// stages returns the names of the CTEs of a tree, in lower case, with the
// routes of their queries.
func stages(tree node) map[string]route {
	found := map[string]route{}
	walk(tree, nil, func(n node, p route) {
		for i, entry := range list(object(n["cte_map"])["map"]) {
			found[strings.ToLower(text(object(entry)["key"]))] = p.with("cte_map", "map", i, "value", "query", "node")
		}
	})
	return found
}

// retarget lets a tree read other tables, and keeps the names by which it
// calls them.
func retarget(tree node, other map[string]string) {
	ctes := stages(tree)
	walk(tree, nil, func(n node, _ route) {
		name := strings.ToLower(text(n["table_name"]))
		to, ok := other[name]
		if _, shadowed := ctes[name]; n["type"] != "BASE_TABLE" || !ok || shadowed {
			return
		}
		rename(n, to)
	})
}

// rename lets a reference to a table name another one.
func rename(ref node, to string) {
	if text(ref["alias"]) == "" {
		ref["alias"] = ref["table_name"]
	}
	ref["table_name"] = to
}

// leaf is one input of a SELECT.
type leaf struct {
	alias string
	node  node
	route route
}

// leaves lists the inputs of a FROM from left to right.
func leaves(from node, p route) []leaf {
	switch from["type"] {
	case "JOIN":
		return append(leaves(object(from["left"]), p.with("left")), leaves(object(from["right"]), p.with("right"))...)
	case "BASE_TABLE", "SUBQUERY":
		alias := text(from["alias"])
		if alias == "" {
			alias = text(from["table_name"])
		}
		return []leaf{{strings.ToLower(alias), from, p}}
	default:
		return nil
	}
}

// conjuncts lists the parts of a condition that AND joins.
func conjuncts(condition any, p route) []route {
	c := object(condition)
	if c == nil {
		return nil
	}
	if c["type"] != "CONJUNCTION_AND" {
		return []route{p}
	}
	var all []route
	for i, child := range list(c["children"]) {
		all = append(all, conjuncts(child, p.with("children", i))...)
	}
	return all
}

// cut takes a part out of a condition that begins at the route root.
func cut(tree node, root, part route) {
	if len(part) == len(root) {
		put(tree, root, nil)
		return
	}
	above := part[:len(part)-2] // the conjunction
	i, _ := part[len(part)-1].(int)
	c := object(at(tree, above))
	children := slices.Delete(slices.Clone(list(c["children"])), i, i+1)
	if len(children) == 1 {
		put(tree, above, children[0])
		return
	}
	c["children"] = children
}

// scope resolves the columns of the inputs of a SELECT.
type scope struct {
	lake *pipeline.Lake
	tree node
	ctes map[string]route
}

// column is a name with its type, in lower case; a type that is not known is
// "".
type column struct{ name, kind string }

// of returns the columns of an input.
func (s scope) of(ref node) []column {
	if ref["type"] == "SUBQUERY" {
		return s.given(object(object(ref["subquery"])["node"]))
	}
	name := strings.ToLower(text(ref["table_name"]))
	if p, ok := s.ctes[name]; ok {
		return s.given(object(at(s.tree, p)))
	}
	t := s.lake.Table(name)
	if t == nil {
		return nil
	}
	var all []column
	for _, c := range t.Columns {
		all = append(all, column{strings.ToLower(c.Name), pipeline.ResultType(c.Type)})
	}
	return all
}

// given returns the columns that a query gives.
func (s scope) given(query node) []column {
	if query["type"] == "SET_OPERATION_NODE" {
		return s.given(object(query["left"]))
	}
	inputs := leaves(object(query["from_table"]), nil)
	var all []column
	for _, item := range list(query["select_list"]) {
		e := object(item)
		c := column{name: strings.ToLower(text(e["alias"]))}
		if names := list(e["column_names"]); e["type"] == "COLUMN_REF" && len(names) > 0 {
			if c.name == "" {
				c.name = strings.ToLower(text(names[len(names)-1]))
			}
			c.kind = s.kind(inputs, e)
		}
		if e["type"] == "STAR" {
			for _, in := range inputs {
				all = append(all, s.of(in.node)...)
			}
			continue
		}
		all = append(all, c)
	}
	return all
}

// source returns the input that a reference names, and the column.
func source(inputs []leaf, ref node) (in *leaf, name string) {
	names := list(ref["column_names"])
	if ref["type"] != "COLUMN_REF" || len(names) == 0 {
		return nil, ""
	}
	name = strings.ToLower(text(names[len(names)-1]))
	if len(names) == 1 && len(inputs) == 1 {
		return &inputs[0], name
	}
	for i := range inputs {
		if len(names) > 1 && inputs[i].alias == strings.ToLower(text(names[len(names)-2])) {
			return &inputs[i], name
		}
	}
	return nil, name
}

// kind is the type of a referenced column, or "".
func (s scope) kind(inputs []leaf, ref node) string {
	in, name := source(inputs, ref)
	if in == nil {
		return ""
	}
	for _, c := range s.of(in.node) {
		if c.name == name {
			return c.kind
		}
	}
	return ""
}

// isReference tells whether an expression is a column.
func isReference(v any) bool { return object(v)["type"] == "COLUMN_REF" }

// reference makes a reference to a column.
func reference(names ...string) node {
	all := make([]any, len(names))
	for i, n := range names {
		all[i] = n
	}
	return node{"class": "COLUMN_REF", "type": "COLUMN_REF", "alias": "", "query_location": 0, "column_names": all}
}

// comparison makes a comparison of two expressions.
func comparison(kind string, left, right any) node {
	return node{"class": "COMPARISON", "type": kind, "alias": "", "query_location": 0, "left": left, "right": right}
}

// operator makes an operation on one expression.
func operator(kind string, child any) node {
	return node{"class": "OPERATOR", "type": kind, "alias": "", "query_location": 0, "children": []any{child}}
}

// both joins conditions by AND.
func both(conditions ...any) any {
	conditions = slices.DeleteFunc(conditions, func(c any) bool { return object(c) == nil })
	switch len(conditions) {
	case 0:
		return nil
	case 1:
		return conditions[0]
	}
	return node{"class": "CONJUNCTION", "type": "CONJUNCTION_AND", "alias": "", "query_location": 0, "children": conditions}
}

// joinOf makes a join of two inputs.
func joinOf(kind string, left, right node, condition any) node {
	ref := "REGULAR"
	if condition == nil {
		ref, kind = "CROSS", "INNER"
	}
	return node{
		"type": "JOIN", "alias": "", "sample": nil, "query_location": 0, "left": left, "right": right, "condition": condition, "join_type": kind,
		"ref_type": ref, "using_columns": []any{}, "delim_flipped": false, "duplicate_eliminated_columns": []any{},
	}
}

// distinct is the modifier of SELECT DISTINCT.
func distinct() node { return node{"type": "DISTINCT_MODIFIER", "distinct_on_targets": []any{}} }

// isDistinct tells whether a query has a DISTINCT without ON, and where.
func isDistinct(query node) (int, bool) {
	for i, m := range list(query["modifiers"]) {
		if object(m)["type"] == "DISTINCT_MODIFIER" && len(list(object(m)["distinct_on_targets"])) == 0 {
			return i, true
		}
	}
	return 0, false
}
