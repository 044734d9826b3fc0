package script

import (
	"slices"
	"strings"

	"stedi/pipeline/review/sparksql"
)

// columnNames are the names of the columns of a frame, as df.columns has them,
// or what a comprehension makes of them.
type columnNames struct{ star sparksql.Star }

// nameTest is a condition on the name of a column in a comprehension or a loop: c
// not in names, or not in the names of a frame's columns.
type nameTest struct {
	names []string
	frame int // -1: in names
	not   bool
}

// presentNames are the names of a list that a frame has as columns, as in
// [c for c in names if c in df.columns].
type presentNames struct {
	frame int
	names []string
}

// columnType is the type of a column, as dict(df.dtypes) has it.
type columnType struct {
	frame int
	name  string
}

// fields are the fields of a frame's schema, eachField one of them.
type (
	fields    struct{ frame int }
	eachField struct{}
)

// ofSchema is what df.schema has of the names of a frame's columns.
func ofSchema(of value, attr string) (value, bool) {
	m, ok := of.(member)
	f, isFrame := m.of.(frame)
	if !ok || !isFrame || m.name != "schema" {
		return nil, false
	}
	switch attr {
	case "names", "fieldNames":
		return member{f, "columns"}, true
	case "fields":
		return fields{f.node}, true
	}
	return nil, false
}

func (columnNames) value()  {}
func (fields) value()       {}
func (eachField) value()    {}
func (columnType) value()   {}
func (nameTest) value()     {}
func (presentNames) value() {}

// namesOf returns the names of a frame's columns, if a value is those.
func namesOf(v value) (columnNames, bool) {
	switch v := v.(type) {
	case columnNames:
		return v, true
	case presentNames:
		return columnNames{sparksql.Star{Frame: v.frame, ByName: true, Only: v.names}}, true
	case member:
		if f, ok := v.of.(frame); ok && v.name == "columns" {
			return columnNames{sparksql.Star{Frame: f.node, ByName: true}}, true
		}
	}
	return columnNames{}, false
}

// overNames is a comprehension over the names of columns; nil if it is not one,
// or is not understood.
func (e *evaluator) overNames(source value, s *syntax) value {
	names, ok := namesOf(source)
	all, isFields := source.(fields)
	if isFields {
		names.star = sparksql.Star{Frame: all.frame, ByName: true}
	}
	if !ok && !isFields || names.star.Each != nil {
		return nil
	}
	outer := e.vars
	e.vars = &scope{outer: outer, vars: map[string]value{}}
	defer func() { e.vars = outer }()
	if isFields {
		e.assign(s.kids[1].get("left"), eachField{})
	} else {
		e.assign(s.kids[1].get("left"), text{sparksql.EachName, s.line})
	}
	for _, k := range s.kids[2:] {
		test, ok := e.eval(k.first()).(nameTest)
		if !ok || k.kind != "if_clause" || !test.restrict(&names.star) {
			return nil
		}
	}
	switch v := e.eval(s.get("body")).(type) {
	case text:
		if v.s == sparksql.EachName {
			return names
		}
		if item := itemOf(v.s, s.line); sparksql.HasEachName(v.s) {
			names.star.Each = item.Expr
			return names
		}
	case column:
		item := columnItem(v)
		if _, isStar := item.Expr.(*sparksql.Star); isStar {
			return nil
		}
		names.star.Each, names.star.As = item.Expr, item.Alias
		return names
	}
	return nil
}

// presence is a comprehension over a list of names that keeps those that a frame
// has: tests are the conditions on each.
func presence(names, kept []value, tests []columnTests) value {
	p := presentNames{frame: -1}
	for i, t := range tests {
		item, isText := kept[i].(text)
		if len(t.tests) != 1 || t.tests[0].Not || !isText || names[i] != kept[i] || t.tests[0].Column != item.s ||
			p.frame >= 0 && p.frame != t.tests[0].Input {
			return unknown{"list_comprehension"}
		}
		p.frame = t.tests[0].Input
		p.names = append(p.names, item.s)
	}
	return p
}

// nameComparison is a comparison of the name of a column in a comprehension.
func nameComparison(op string, left, right value) (value, bool) {
	t, ok := left.(text)
	if !ok || t.s != sparksql.EachName {
		return nil, false
	}
	if f, isNames := columnsOf(right); isNames && (op == "in" || op == "not in") {
		return nameTest{frame: f.node, not: op == "not in"}, true
	}
	names, ok := texts(right)
	_, isList := right.(*list)
	switch {
	case !ok || slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "${") || sparksql.HasEachName(n) }):
	case isList && (op == "in" || op == "not in"):
		return nameTest{names, -1, op == "not in"}, true
	case !isList && (op == "==" || op == "!="):
		return nameTest{names, -1, op == "!="}, true
	}
	return unknown{"a comparison"}, true
}

// dropped takes the names apart that drop and dropDuplicates have: texts, and
// the names of frames' columns.
func dropped(values []value) (names []string, stars []sparksql.Star, ok bool) {
	for _, v := range spread(values) {
		if n, isNames := namesOf(v); isNames {
			if n.star.Each != nil {
				return nil, nil, false
			}
			stars = append(stars, n.star)
			continue
		}
		one, isText := texts(v)
		if !isText {
			return nil, nil, false
		}
		names = append(names, one...)
	}
	return names, stars, true
}

// renamedAll is toDF with a new name for each column of the frame, made of its
// name.
func (e *evaluator) renamedAll(of frame, a *callArgs) (value, bool) {
	if len(a.pos) != 1 {
		return nil, false
	}
	names, ok := namesOf(a.pos[0])
	each, as := names.star.Each, sparksql.EachName
	if c, isColumn := each.(*sparksql.Column); isColumn && c.Qualifier == "" && names.star.As == "" {
		each, as = nil, c.Name
	}
	names.star.Each = nil
	if all, isAll := columnsOf(names); !ok || each != nil || !isAll || all.node != of.node {
		return nil, false
	}
	star := sparksql.Star{Frame: of.node, ByName: true, Each: &sparksql.Column{Name: sparksql.EachName, Line: a.line, Frame: -1}, As: as}
	return e.derive(frame{node: of.node}, Node{Kind: Project, Line: a.line, API: ".toDF", Items: []sparksql.Item{{Expr: &star}}}), true
}
