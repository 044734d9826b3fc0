package replay

import (
	"cmp"
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
		} else if err := cmp.Or(lostIn(left.cols), lostIn(right.cols)); err != nil {
			return left, err
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
		if err := lostIn(cols); err != nil {
			return selected{}, err
		}
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
		added, sql, err := t.item(it, in)
		if err != nil {
			return nil, nil, err
		}
		cols, refs = append(cols, added...), append(refs, sql...)
	}
	cols = unique(cols)
	for i := range cols {
		exprs = append(exprs, refs[i]+" AS "+quote(cols[i].sql))
	}
	return cols, exprs, nil
}

// item translates one item of a select list, which may be many columns.
func (t *translator) item(it sparksql.Item, in *scope) (cols []column, refs []string, err error) {
	if star, ok := it.Expr.(*sparksql.Star); ok {
		return t.star(star, in)
	}
	ref, plain := it.Expr.(*sparksql.Column)
	if c, ok := in.passed(it.Expr); ok {
		c.name = cmp.Or(it.Alias, c.name)
		return []column{c.column}, []string{c.ref}, nil
	}
	x, err := t.expr(it.Expr, in)
	if lost, ok := t.opaque(it.Expr, err); ok {
		lost.name = cmp.Or(it.Alias, "expression")
		return []column{lost}, []string{"NULL"}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	c := column{name: it.Alias, kind: x.kind, id: t.b.id()}
	switch {
	case x.col != nil && plain:
		renamed := it.Alias != "" && !strings.EqualFold(it.Alias, x.col.name)
		id := c.id
		c = *x.col
		if renamed {
			c.id = id
		}
		c.name = cmp.Or(it.Alias, ref.Name) // Spark takes the case of the query
	case x.col != nil:
		c.from, c.field = x.col.from, x.col.field
	}
	if c.name == "" {
		c.name = "expression"
	}
	return []column{c}, []string{x.sql}, nil
}

// star translates a star.
func (t *translator) star(star *sparksql.Star, in *scope) (cols []column, refs []string, err error) {
	if star.ByName {
		return t.named(star, in)
	}
	for _, c := range in.cols {
		if c.starred(star, in) {
			cols, refs = append(cols, c.column), append(refs, c.ref)
		}
	}
	if len(cols) == 0 {
		return nil, nil, fails(in.line, "%s.* names none of the inputs", star.Qualifier)
	}
	return cols, refs, nil
}

// named are the columns that a star makes of the names of a frame's columns.
func (t *translator) named(star *sparksql.Star, in *scope) (cols []column, refs []string, err error) {
	r := in.frames(star.Frame)
	if r == nil {
		return nil, nil, unsupported(in.line, "the columns of a frame are not understood")
	}
	names, err := t.kept(star, r)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		added, sql, err := t.item(star.Item(name), in)
		if err != nil {
			return nil, nil, err
		}
		cols, refs = append(cols, added...), append(refs, sql...)
	}
	if len(cols) == 0 {
		return nil, nil, unsupported(in.line, "no column is left")
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
