package replay

import (
	"strconv"
	"strings"

	"stedi/pipeline/review/sparksql"
)

// from translates a FROM, and returns the columns that it offers.
func (t *translator) from(relations []sparksql.Relation, s *scope) (string, *scope, error) {
	in := &scope{outer: s.outer, views: s.views, ctes: s.ctes, frames: s.frames, line: s.line, label: s.label}
	var parts []string
	for _, r := range relations {
		sql, cols, label, err := t.relation(r, s)
		if err != nil {
			return "", nil, err
		}
		parts = append(parts, sql)
		in.cols = append(in.cols, cols...)
		in.label = label
	}
	if len(relations) > 1 {
		in.label = "any input of the query"
	}
	return strings.Join(parts, ", "), in, nil
}

// alias returns a new name for a relation in a FROM.
func (t *translator) alias() string {
	t.aliases++
	return "r" + strconv.Itoa(t.aliases)
}

// relation translates one relation of a FROM.
func (t *translator) relation(r sparksql.Relation, s *scope) (string, []scoped, string, error) {
	switch r := r.(type) {
	case *sparksql.TableRef:
		return t.tableRef(r, s)
	case *sparksql.Subquery:
		sub, err := t.query(r.Query, &scope{views: s.views, ctes: s.ctes, frames: s.frames, line: s.line, label: s.label})
		if err != nil {
			return "", nil, "", err
		}
		alias := t.alias()
		rel := &relation{cols: requalified(sub.cols, r.Alias)}
		return "(" + sub.sql + ") AS " + quote(alias), scopeOf(alias, rel), "the subquery " + r.Alias, nil
	case *sparksql.Join:
		return t.joinOf(r, s)
	}
	return "", nil, "", unsupported(s.line, "this form of FROM is not supported")
}

func requalified(cols []column, quals ...string) []column {
	out := make([]column, len(cols))
	for i, c := range cols {
		c.quals = quals
		out[i] = c
	}
	return out
}

func (t *translator) tableRef(r *sparksql.TableRef, s *scope) (string, []scoped, string, error) {
	full := strings.TrimPrefix(r.Schema+"."+r.Name, ".")
	rel := s.ctes[strings.ToLower(full)]
	if rel == nil {
		rel = s.views[strings.ToLower(full)]
	}
	if rel == nil {
		return "", nil, "", fails(s.line, "view %s is not among the node's inputs", full)
	}
	alias := t.alias()
	q := r.Name
	if r.Alias != "" {
		q = r.Alias
	}
	named := &relation{cols: requalified(rel.cols, q)}
	return quote(rel.cte) + " AS " + quote(alias), scopeOf(alias, named), rel.label, nil
}

// joinOf translates a JOIN of a FROM.
func (t *translator) joinOf(j *sparksql.Join, s *scope) (string, []scoped, string, error) {
	left, leftCols, _, err := t.relation(j.Left, s)
	if err != nil {
		return "", nil, "", err
	}
	right, rightCols, _, err := t.relation(j.Right, s)
	if err != nil {
		return "", nil, "", err
	}
	label := "any input of the query"
	in := &scope{outer: s.outer, views: s.views, ctes: s.ctes, frames: s.frames, line: s.line, label: label}
	in.cols = append(append(in.cols, leftCols...), rightCols...)
	condition, cols := "true", in.cols
	switch {
	case len(j.Using) > 0:
		condition, cols, err = t.using(j.Using, j.How, leftCols, rightCols, s.line)
	case j.On != nil:
		var on typed
		on, err = t.expr(j.On, in)
		condition = truth(on)
	case j.How != "inner" && j.How != "cross":
		return "", nil, "", unsupported(s.line, "a %s join without a condition is not supported", j.How)
	}
	if err != nil {
		return "", nil, "", err
	}
	found := &Join{Kind: j.How, On: t.pairs(j.On, in)}
	for _, u := range j.Using {
		found.On = append(found.On, [2]string{u, u})
	}
	t.note(found, s.line)
	if strings.HasPrefix(j.How, "left ") {
		cols = leftCols
	}
	return "(" + left + " " + joinWord(j.How) + " " + right + " ON " + condition + ")", cols, label, nil
}

func joinWord(how string) string {
	switch how {
	case "left semi":
		return "SEMI JOIN"
	case "left anti":
		return "ANTI JOIN"
	case "cross":
		return "INNER JOIN"
	}
	return strings.ToUpper(how) + " JOIN"
}

// using resolves the columns of USING, which appear once.
func (t *translator) using(names []string, how string, left, right []scoped, line int) (string, []scoped, error) {
	var conditions []string
	var keys, rest []scoped
	used := map[int]bool{}
	for _, n := range names {
		x := &sparksql.Column{Name: n, Frame: -1}
		l, err := (&scope{cols: left, line: line, label: "the left side of the join"}).find(x)
		if err != nil {
			return "", nil, err
		}
		r, err := (&scope{cols: right, line: line, label: "the right side of the join"}).find(x)
		if err != nil {
			return "", nil, err
		}
		c, err := compare("=", typed{sql: l.ref, kind: l.kind}, typed{sql: r.ref, kind: r.kind}, line)
		if err != nil {
			return "", nil, err
		}
		conditions = append(conditions, c.sql)
		used[l.id], used[r.id] = true, true
		key := *l
		switch how {
		case "right":
			key = *r
		case "full":
			key.ref = "coalesce(" + l.ref + ", " + r.ref + ")"
		}
		keys = append(keys, key)
	}
	for _, c := range append(append([]scoped{}, left...), right...) {
		if !used[c.id] {
			rest = append(rest, c)
		}
	}
	return strings.Join(conditions, " AND "), append(keys, rest...), nil
}

// pairs returns the columns that a condition compares for equality.
func (t *translator) pairs(e sparksql.Expr, in *scope) (found [][2]string) {
	b, ok := e.(*sparksql.Binary)
	if !ok {
		return nil
	}
	if b.Op == "and" {
		return append(t.pairs(b.Left, in), t.pairs(b.Right, in)...)
	}
	l, isL := b.Left.(*sparksql.Column)
	r, isR := b.Right.(*sparksql.Column)
	if b.Op != "=" || !isL || !isR {
		return nil
	}
	x, errX := in.find(l)
	y, errY := in.find(r)
	if errX != nil || errY != nil {
		return nil
	}
	t.sides = [2]string{x.from, y.from}
	return [][2]string{{fieldOf(&x.column), fieldOf(&y.column)}}
}
