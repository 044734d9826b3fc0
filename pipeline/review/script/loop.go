package script

import (
	"slices"
	"strings"

	"stedi/pipeline/review/sparksql"
)

func (e *evaluator) loop(s *syntax) {
	over := e.eval(s.get("right"))
	var items []value
	switch v := over.(type) {
	case *list:
		items = v.items
	case *dict:
		for i := range v.keys {
			items = append(items, text{v.keys[i], v.lines[i]})
		}
	default:
		if names, ok := loopNames(over); ok {
			e.eachColumn(s, names, over)
			return
		}
		e.uncertain(s, s.get("body"), "a loop over values that are not known is not followed")
		return
	}
	if len(items) > maxLoop {
		e.problem(s.line, "a loop of more than 100 rounds is not followed")
		return
	}
	for _, item := range items {
		e.assign(s.get("left"), item)
		e.block(s.get("body"))
		if e.returned != nil {
			return
		}
	}
}

// loopNames returns the names over which a loop runs, if it runs over the columns
// of a frame or over their names and types.
func loopNames(over value) (columnNames, bool) {
	if m, ok := over.(member); ok && m.name == "dtypes" {
		if f, isFrame := m.of.(frame); isFrame {
			return columnNames{sparksql.Star{Frame: f.node, ByName: true}}, true
		}
	}
	names, ok := namesOf(over)
	return names, ok && names.star.Each == nil
}

// eachColumn follows the body of a loop over the names of columns once, with a
// mark for the name. What it makes of frames becomes a node that repeats the
// body; what it appends to lists becomes the names, or expressions of them.
func (e *evaluator) eachColumn(s *syntax, names columnNames, over value) {
	before, sinks, first := e.frames(), len(e.sinks), len(e.s.Nodes)
	lists := e.lists()
	outer := e.round
	e.round = &names
	e.bindName(s.get("left"), over, s.line)
	e.block(s.get("body"))
	e.round = outer
	e.spreadNames(lists, names, nil)
	if len(e.sinks) > sinks || e.returned != nil || outer != nil {
		e.problem(s.line, "this loop over the names of columns is not followed")
		return
	}
	n := Node{Kind: ForEach, Line: s.line, API: "for", Names: []sparksql.Star{names.star}, Body: [2]int{first, len(e.s.Nodes)}}
	var changed []string
	after := e.frames()
	for name, v := range after {
		if was, ok := before[name]; ok && was != v {
			changed = append(changed, name)
		}
	}
	slices.Sort(changed)
	for _, name := range changed {
		if slices.Contains(n.Inputs, before[name]) || strings.HasPrefix(name, "view ") {
			e.problem(s.line, "this loop over the names of columns is not followed")
			return
		}
		n.Inputs = append(n.Inputs, before[name], after[name])
	}
	for i, name := range changed {
		one := n
		one.Inputs, one.Count = append(slices.Clone(n.Inputs), names.star.Frame), int64(i)
		e.vars.vars[name] = frame{node: e.node(one)}
	}
}

// bindName gives the variables of a loop the mark for a name, and the type of the
// column if the loop runs over both.
func (e *evaluator) bindName(left *syntax, over value, line int) {
	mark := text{sparksql.EachName, line}
	m, ok := over.(member)
	if f, isFrame := m.of.(frame); ok && isFrame && m.name == "dtypes" {
		e.assign(left, &list{[]value{mark, columnType{f.node, sparksql.EachName}}})
		return
	}
	e.assign(left, mark)
}

// lists are the lists of the variables with their lengths.
func (e *evaluator) lists() map[*list]int {
	found := map[*list]int{}
	for at := e.vars; at != nil; at = at.outer {
		for _, v := range at.vars {
			if l, ok := v.(*list); ok {
				found[l] = len(l.items)
			}
		}
	}
	return found
}

// spreadNames makes the names of columns, or expressions of each, of what was
// appended to lists since; test is the condition under which it was.
func (e *evaluator) spreadNames(since map[*list]int, names columnNames, test *nameTest) {
	for l, n := range since {
		for i := n; i < len(l.items); i++ {
			star := names.star
			if test != nil && !test.restrict(&star) {
				continue
			}
			switch v := l.items[i].(type) {
			case text:
				if v.s == sparksql.EachName {
					l.items[i] = columnNames{star}
				} else if sparksql.HasEachName(v.s) {
					star.Each = itemOf(v.s, v.line).Expr
					l.items[i] = columnNames{star}
				}
			case column:
				if item := columnItem(v); sparksql.HasMark(item.Expr) {
					star.Each, star.As = item.Expr, item.Alias
					l.items[i] = columnNames{star}
				}
			}
		}
	}
}

// restrict adds a condition to a star; false if it cannot.
func (t *nameTest) restrict(star *sparksql.Star) bool {
	switch {
	case t.frame >= 0 && t.not:
		star.Without = append(slices.Clone(star.Without), t.frame)
	case t.frame >= 0:
		star.Within = append(slices.Clone(star.Within), t.frame)
	case t.not:
		star.Except = slices.Concat(star.Except, t.names)
	case star.Only == nil:
		star.Only = append([]string{}, t.names...)
	default:
		return false
	}
	return true
}

// tests is the condition for the replay.
func (t *nameTest) tests() columnTests {
	test := ColumnTest{Input: t.frame, Column: sparksql.EachName, Not: t.not}
	if t.frame < 0 {
		test.Among = append([]string{}, t.names...)
	}
	return columnTests{[]ColumnTest{test}}
}

// columnsOf returns the frame whose column names a value is, all of them and as
// they are.
func columnsOf(v value) (frame, bool) {
	switch v := v.(type) {
	case member:
		if f, ok := v.of.(frame); ok && (v.name == "columns" || v.name == "dtypes") {
			return f, true
		}
	case columnNames:
		if s := v.star; s.Each == nil && s.Except == nil && s.Only == nil && s.Without == nil && s.Within == nil {
			return frame{node: s.Frame}, true
		}
	}
	return frame{}, false
}
