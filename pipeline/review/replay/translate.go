package replay

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"stedi/pipeline/review/script"
	"stedi/pipeline/review/sparksql"
)

// translator turns the graph of one script into CTEs.
type translator struct {
	b       *builder
	s       *script.Script
	source  func(index int) (*relation, error)
	done    map[int]*relation
	failed  map[int]error
	aliases int

	joins    []Join
	sides    [2]string
	notes    []script.Problem
	distinct bool
	round    *round // of a loop over the names of columns; nil: in none
}

// note records a join.
func (t *translator) note(j *Join, line int) {
	j.File, j.Line = t.s.Name, line
	if j.Left == "" && j.Right == "" && len(j.On) > 0 {
		j.Left, j.Right = t.sides[0], t.sides[1]
	}
	t.joins = append(t.joins, *j)
}

func (t *translator) remark(line int, format string, args ...any) {
	t.notes = append(t.notes, script.Problem{File: t.s.Name, Line: line, Text: fmt.Sprintf(format, args...), Node: -1})
}

// node returns the relation of a node.
func (t *translator) node(n int) (*relation, error) {
	if t.round != nil {
		if r, err := t.inRound(n); r != nil || err != nil {
			return r, err
		}
	}
	if r, ok := t.done[n]; ok {
		return r, t.failed[n]
	}
	t.done[n], t.failed[n] = nil, unsupported(t.s.Nodes[n].Line, "a node depends on itself")
	r, err := t.translate(&t.s.Nodes[n])
	if f, ok := errors.AsType[*failure](err); ok && f.file == "" {
		f.file = t.s.Name
		if f.line == 0 {
			f.line = t.s.Nodes[n].Line
		}
	}
	t.done[n], t.failed[n] = r, err
	return r, err
}

func (t *translator) translate(n *script.Node) (*relation, error) {
	if n.Kind == script.SourceNode {
		return t.source(n.Source)
	}
	if n.Kind == script.Broken {
		return nil, fails(n.Line, "%s", n.Name)
	}
	if n.Kind == script.Unknown {
		return nil, unsupported(n.Line, "%s", n.Name)
	}
	var in []*relation
	for _, i := range n.Inputs {
		if n.Kind == script.Choice || n.Kind == script.ForEach {
			break
		}
		r, err := t.node(i)
		if err != nil {
			return nil, err
		}
		in = append(in, r)
	}
	switch n.Kind {
	case script.SQLNode:
		return t.sql(n)
	case script.Choice:
		return t.choose(n)
	case script.ForEach:
		return t.forEach(n)
	case script.JoinNode:
		return t.glueJoin(n, in[0], in[1])
	case script.FrameJoin:
		return t.frameJoin(n, in[0], in[1])
	case script.Union:
		return t.union(n, in[0], in[1])
	default:
		return t.single(n, in[0])
	}
}

// single translates a node with one input.
func (t *translator) single(n *script.Node, in *relation) (*relation, error) {
	out := *in
	switch n.Kind {
	case script.Same:
		return in, nil
	case script.ToDF:
		out.nulls = true
		return &out, nil
	case script.FromDF:
		out.nulls, out.cols = true, requalified(collapse(in.cols, exactly))
		return &out, nil
	case script.Alias:
		out.cols = requalified(in.cols, n.Name)
		return &out, nil
	case script.FilterNode:
		where, err := t.lambda(n.Lambda, in)
		if err != nil {
			return nil, err
		}
		return t.step(n, in, in.cols, "SELECT "+list("", in.cols)+" FROM "+quote(in.cte)+" WHERE "+where), nil
	case script.DropFields, script.SelectFields, script.DropColumns:
		return t.keep(n, in)
	case script.ApplyMapping:
		return t.applyMapping(n, in)
	case script.RenameField, script.RenameColumn:
		return t.rename(n, in), nil
	case script.DropDuplicates:
		return t.dropDuplicates(n, in)
	case script.Where, script.Project, script.AddColumn, script.Aggregate:
		return t.dataFrame(n, in)
	case script.Limit:
		return t.step(n, in, in.cols, "SELECT "+list("", in.cols)+" FROM "+quote(in.cte)+" LIMIT "+strconv.FormatInt(n.Count, 10)), nil
	case script.DropNulls:
		return t.dropNulls(n, in)
	default:
		return nil, unsupported(n.Line, "the node %s is not supported", n.Kind)
	}
}

// step adds a CTE for a node.
func (t *translator) step(n *script.Node, in *relation, cols []column, sql string) *relation {
	return &relation{cte: t.b.add(t.stepName(n), sql), cols: cols, nulls: in.nulls, label: in.label}
}

func (t *translator) stepName(n *script.Node) string {
	base := strings.TrimSuffix(path.Base(t.s.Name), path.Ext(t.s.Name))
	return base + "_" + strconv.Itoa(n.Line)
}

func (t *translator) label(n *script.Node) string {
	if n.Name != "" {
		return "the rows of " + n.Name
	}
	return "the rows of line " + strconv.Itoa(n.Line)
}

func (t *translator) scope(in *relation, line int) *scope {
	return &scope{cols: scopeOf("i", in), label: in.label, line: line, frames: t.frame}
}

func (t *translator) frame(n int) *relation {
	r, err := t.node(n)
	if err != nil {
		return nil
	}
	return r
}

// dataFrame translates filter, select, withColumn and groupBy.
func (t *translator) dataFrame(n *script.Node, in *relation) (*relation, error) {
	s := t.scope(in, n.Line)
	for _, v := range n.Views {
		r, err := t.node(v.Input)
		if err != nil {
			return nil, err
		}
		if s.views == nil {
			s.views = map[string]*relation{}
		}
		s.views[strings.ToLower(v.Name)] = r
	}
	from := " FROM " + quote(in.cte) + " AS i"
	switch n.Kind {
	case script.Where:
		x, err := t.expr(n.Condition, s)
		if err != nil {
			return nil, err
		}
		return t.step(n, in, in.cols, "SELECT "+list("i.", in.cols)+from+" WHERE "+truth(x)), nil
	case script.AddColumn:
		return t.addColumn(n, in, s)
	case script.Aggregate:
		t.distinct = true
	default:
	}
	cols, exprs, err := t.items(n.Items, s)
	if err != nil {
		return nil, err
	}
	sql := "SELECT " + strings.Join(exprs, ", ") + from
	q := &sparksql.Select{Items: n.Items, Group: n.Groups}
	tail, err := t.grouping(q, s)
	if err != nil {
		return nil, err
	}
	out := t.step(n, in, cols, sql+tail)
	out.nulls, out.label = true, t.label(n)
	return out, nil
}

// choose follows the branch of an if that asks which columns a frame has.
func (t *translator) choose(n *script.Node) (*relation, error) {
	all := true
	for _, test := range n.Tests {
		if !all { // as Python, which does not look further
			break
		}
		if test.Among != nil {
			all = all && slices.Contains(test.Among, test.Column) != test.Not
			continue
		}
		r, err := t.node(test.Input)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(r.cols, func(c column) bool { return c.name == test.Column })
		if test.Type != "" {
			if at < 0 {
				return nil, fails(n.Line, "column %s is not in %s", test.Column, r.label)
			}
			k, ok := sparkTypes[test.Type]
			if !ok && test.Type != "timestamp" || r.cols[at].kind == kUnknown {
				return nil, unsupported(n.Line, "whether %s is a %s is not known", test.Column, test.Type)
			}
			if test.Type == "timestamp" {
				k = kTime
			}
			all = all && (r.cols[at].kind == k) != test.Not
			continue
		}
		has := at >= 0
		all = all && has != test.Not
	}
	if all {
		return t.node(n.Inputs[0])
	}
	return t.node(n.Inputs[1])
}

// sql translates an SQL node.
func (t *translator) sql(n *script.Node) (*relation, error) {
	if n.Query == nil {
		return nil, unsupported(n.SQLLine, "the SQL is not understood")
	}
	s := &scope{views: map[string]*relation{}, line: n.SQLLine, label: "the inputs of the query", frames: t.frame}
	for _, v := range n.Views {
		r, err := t.node(v.Input)
		if err != nil {
			return nil, err
		}
		s.views[strings.ToLower(v.Name)] = r
	}
	out, err := t.query(n.Query, s)
	if err != nil {
		return nil, err
	}
	r := &relation{cte: t.b.add(t.stepName(n), out.sql), cols: out.cols, nulls: true, label: t.label(n)}
	if n.API == "sparkSqlQuery" {
		if kept := collapse(r.cols, exactly); len(kept) < len(r.cols) {
			t.remark(n.SQLLine, "two columns of the result have the same name; only the last of them is kept")
			r.cols = kept
		}
	}
	r.cols = requalified(r.cols)
	return r, nil
}
