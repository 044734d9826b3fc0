package replay

import (
	"maps"
	"strconv"
	"strings"

	"stedi/pipeline/review/sparksql"
)

// selected is the SQL of a query with its columns, whose sql names are unique.
type selected struct {
	sql  string
	cols []column
}

// subquery translates a query in an expression.
func (t *translator) subquery(q *sparksql.Query, outer *scope) (selected, error) {
	return t.query(q, &scope{outer: outer, views: outer.views, ctes: outer.ctes, frames: outer.frames, line: outer.line, label: outer.label})
}

// query translates a query. The scope has its views and outer columns.
func (t *translator) query(q *sparksql.Query, s *scope) (selected, error) {
	if len(q.With) > 0 {
		inner := *s
		inner.ctes = maps.Clone(s.ctes)
		if inner.ctes == nil {
			inner.ctes = map[string]*relation{}
		}
		for _, c := range q.With {
			sub, err := t.query(c.Query, &inner)
			if err != nil {
				return sub, err
			}
			inner.ctes[strings.ToLower(c.Name)] = &relation{cte: t.b.add(c.Name, sub.sql), cols: sub.cols, label: "the stage " + c.Name}
		}
		s = &inner
	}
	out, err := t.body(q.Body, s)
	if err != nil {
		return out, err
	}
	for _, o := range q.OrderBy {
		if err := t.ordered(o, q.Body, out, s); err != nil {
			return out, err
		}
	}
	if q.Limit != nil {
		out.sql = "SELECT * FROM (" + out.sql + ") AS q LIMIT " + strconv.FormatInt(*q.Limit, 10)
	}
	return out, nil
}

// ordered checks a plain column of an ORDER BY. The order itself changes no
// count.
func (t *translator) ordered(o sparksql.Expr, b sparksql.Body, out selected, s *scope) error {
	if x, ok := o.(*sparksql.Sorted); ok {
		o = x.X
	}
	c, ok := o.(*sparksql.Column)
	if !ok {
		return nil
	}
	for _, have := range out.cols {
		if strings.EqualFold(have.name, c.Name) {
			return nil
		}
	}
	if sel, ok := b.(*sparksql.Select); ok {
		_, in, err := t.from(sel.From, s)
		if err != nil {
			return err
		}
		_, err = in.find(c)
		return err
	}
	return nil
}

func (t *translator) body(b sparksql.Body, s *scope) (selected, error) {
	switch b := b.(type) {
	case *sparksql.Query:
		return t.query(b, s)
	case *sparksql.Select:
		return t.selectOf(b, s)
	case *sparksql.SetOperation:
		left, err := t.body(b.Left, s)
		if err != nil {
			return left, err
		}
		right, err := t.body(b.Right, s)
		if err != nil {
			return right, err
		}
		if len(left.cols) != len(right.cols) {
			return left, fails(s.line, "%s of %d and %d columns", strings.ToUpper(b.Op), len(left.cols), len(right.cols))
		}
		all := ""
		if b.All {
			all = " ALL"
		}
		var pairs [2][]string
		cols := merged(left.cols, right.cols, t.b, &pairs)
		out := selected{cols: cols}
		out.sql = "SELECT " + strings.Join(pairs[0], ", ") + " FROM (" + left.sql + ") AS l " + strings.ToUpper(b.Op) + all +
			" SELECT " + strings.Join(pairs[1], ", ") + " FROM (" + right.sql + ") AS r"
		return out, nil
	}
	return selected{}, unsupported(s.line, "this form of SQL is not supported")
}

// merged are the columns of a set operation: text where the types differ.
func merged(left, right []column, b *builder, pairs *[2][]string) []column {
	var cols []column
	for i := range left {
		c := left[i]
		l, r := quote(left[i].sql), quote(right[i].sql)
		if left[i].kind != right[i].kind {
			switch {
			case isNumber(c.kind) && isNumber(right[i].kind):
				c.kind = kReal
			case c.kind == kNull:
				c.kind = right[i].kind
			case right[i].kind != kNull:
				c.kind = kText
				l, r = "CAST("+l+" AS VARCHAR)", "CAST("+r+" AS VARCHAR)"
			}
		}
		c.id, c.quals = b.id(), nil
		pairs[0] = append(pairs[0], l+" AS "+quote(c.sql))
		pairs[1] = append(pairs[1], r+" AS "+quote(c.sql))
		cols = append(cols, c)
	}
	return cols
}

func (t *translator) selectOf(q *sparksql.Select, s *scope) (selected, error) {
	from, in, err := t.from(q.From, s)
	if err != nil {
		return selected{}, err
	}
	t.commaJoin(q, in)
	cols, exprs, err := t.items(q.Items, in)
	if err != nil {
		return selected{}, err
	}
	sql := "SELECT "
	if q.Distinct {
		sql += "DISTINCT "
		t.distinct = true
	}
	sql += strings.Join(exprs, ", ")
	if from != "" {
		sql += " FROM " + from
	}
	if q.Where != nil {
		w, err := t.expr(q.Where, in)
		if err != nil {
			return selected{}, err
		}
		if isAggregate(q.Where) {
			return selected{}, fails(s.line, "WHERE has an aggregate")
		}
		sql += " WHERE " + truth(w)
	}
	tail, err := t.grouping(q, in)
	return selected{sql + tail, cols}, err
}

// grouping translates GROUP BY and HAVING.
func (t *translator) grouping(q *sparksql.Select, in *scope) (string, error) {
	aggregated := false
	for _, it := range q.Items {
		aggregated = aggregated || isAggregate(it.Expr)
	}
	if len(q.Group) == 0 && !aggregated {
		if q.Having != nil {
			return "", unsupported(in.line, "HAVING without GROUP BY is not supported")
		}
		return "", nil
	}
	grouped := map[string]bool{}
	var keys []string
	for _, g := range q.Group {
		x, err := t.groupKey(g, q, in)
		if err != nil {
			return "", err
		}
		keys = append(keys, x.sql)
		grouped[x.sql] = true
	}
	for _, it := range q.Items {
		if err := t.isGrouped(it.Expr, grouped, in); err != nil {
			return "", err
		}
	}
	sql := ""
	if len(keys) > 0 {
		t.distinct = true
		sql = " GROUP BY " + strings.Join(keys, ", ")
	}
	if q.Having != nil {
		h, err := t.expr(q.Having, in)
		if err != nil {
			return "", err
		}
		sql += " HAVING " + truth(h)
	}
	return sql, nil
}

// groupKey resolves an alias or the number of an item in a GROUP BY.
func (t *translator) groupKey(g sparksql.Expr, q *sparksql.Select, in *scope) (typed, error) {
	if l, ok := g.(*sparksql.Literal); ok && l.Kind == "number" {
		if n, err := strconv.Atoi(l.Text); err == nil && n >= 1 && n <= len(q.Items) {
			return t.expr(q.Items[n-1].Expr, in)
		}
	}
	x, err := t.expr(g, in)
	if c, ok := g.(*sparksql.Column); ok && err != nil && c.Qualifier == "" {
		for _, it := range q.Items {
			if strings.EqualFold(it.Alias, c.Name) {
				return t.expr(it.Expr, in)
			}
		}
	}
	return x, err
}

// isGrouped checks that every column outside of aggregates is grouped.
func (t *translator) isGrouped(e sparksql.Expr, grouped map[string]bool, in *scope) error {
	if _, ok := e.(*sparksql.Star); ok {
		for _, c := range in.cols {
			if !grouped[c.ref] {
				return fails(in.line, "column %s is neither grouped nor aggregated", c.name)
			}
		}
		return nil
	}
	if x, err := t.expr(e, in); err != nil || grouped[x.sql] {
		return err
	}
	switch e := e.(type) {
	case *sparksql.Call:
		if e.Over == nil && aggregates[e.Name] != "" {
			return nil
		}
	case *sparksql.Column:
		return fails(in.line, "column %s is neither grouped nor aggregated", name(e))
	}
	for _, k := range sparksql.Children(e) {
		if err := t.isGrouped(k, grouped, in); err != nil {
			return err
		}
	}
	return nil
}

// items translates a select list.
func (t *translator) items(items []sparksql.Item, in *scope) (cols []column, exprs []string, err error) {
	var refs []string
	for _, it := range items {
		if star, ok := it.Expr.(*sparksql.Star); ok {
			n := len(cols)
			if star.ByName {
				named, nameRefs, err := t.named(star.Frame, in)
				if err != nil {
					return nil, nil, err
				}
				cols, refs = append(cols, named...), append(refs, nameRefs...)
				continue
			}
			for _, c := range in.cols {
				if c.starred(star, in) {
					cols, refs = append(cols, c.column), append(refs, c.ref)
				}
			}
			if len(cols) == n {
				return nil, nil, fails(in.line, "%s.* names none of the inputs", star.Qualifier)
			}
			continue
		}
		x, err := t.expr(it.Expr, in)
		if err != nil {
			return nil, nil, err
		}
		c := column{name: it.Alias, kind: x.kind, id: t.b.id()}
		if x.col != nil {
			c.from, c.field = x.col.from, x.col.field
			if _, plain := it.Expr.(*sparksql.Column); plain {
				c = *x.col
				if it.Alias != "" && !strings.EqualFold(it.Alias, c.name) {
					c.id = t.b.id()
				}
				if it.Alias != "" {
					c.name = it.Alias
				}
			}
		}
		if c.name == "" {
			c.name = "expression"
		}
		cols, refs = append(cols, c), append(refs, x.sql)
	}
	cols = unique(cols)
	for i := range cols {
		exprs = append(exprs, refs[i]+" AS "+quote(cols[i].sql))
	}
	return cols, exprs, nil
}

// named are the columns that have the names of a frame's columns.
func (t *translator) named(frame int, in *scope) (cols []column, refs []string, err error) {
	r := in.frames(frame)
	if r == nil {
		return nil, nil, unsupported(in.line, "the columns of a frame are not understood")
	}
	for _, c := range r.cols {
		found, err := in.find(&sparksql.Column{Name: c.name, Frame: -1})
		if err != nil {
			return nil, nil, err
		}
		cols, refs = append(cols, found.column), append(refs, found.ref)
	}
	return cols, refs, nil
}

// starred tells whether a star names a column.
func (c *scoped) starred(star *sparksql.Star, in *scope) bool {
	if star.Frame >= 0 {
		r := in.frames(star.Frame)
		if r == nil {
			return false
		}
		for _, have := range r.cols {
			if have.id == c.id {
				return true
			}
		}
		return false
	}
	if star.Qualifier == "" {
		return true
	}
	for _, q := range c.quals {
		if strings.EqualFold(q, star.Qualifier) {
			return true
		}
	}
	return false
}

// commaJoin notes the joins of a comma list, whose keys stand in the WHERE.
func (t *translator) commaJoin(q *sparksql.Select, in *scope) {
	if len(q.From) < 2 {
		return
	}
	t.note(&Join{Kind: "inner", On: t.pairs(q.Where, in)}, in.line)
}

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
