package replay

import (
	"regexp"
	"slices"
	"strings"

	"stedi/pipeline/review/script"
)

// glueJoin translates Glue's Join: an inner join of equal keys. A field of the
// right side whose name the left side has gets a leading dot.
func (t *translator) glueJoin(n *script.Node, left, right *relation) (*relation, error) {
	var conditions []string
	found := &Join{Kind: "inner"}
	for i := range n.Keys[0] {
		l, r := left.field(n.Keys[0][i]), right.field(n.Keys[1][i])
		if len(l) == 0 {
			return nil, fails(n.Line, "column %s is not in %s", n.Keys[0][i], left.label)
		}
		if len(r) == 0 {
			return nil, fails(n.Line, "column %s is not in %s", n.Keys[1][i], right.label)
		}
		a, b := left.cols[l[0]], right.cols[r[0]]
		if err := lostIn([]column{a, b}); err != nil {
			return nil, err
		}
		c, err := compare("=", typed{sql: "l." + quote(a.sql), kind: a.kind}, typed{sql: "r." + quote(b.sql), kind: b.kind}, n.Line)
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, c.sql)
		found.On = append(found.On, [2]string{fieldOf(&a), fieldOf(&b)})
		found.Left, found.Right = a.from, b.from
	}
	t.note(found, n.Line)
	cols := append([]column{}, left.cols...)
	for _, c := range right.cols {
		for clash := true; clash; {
			clash = false
			for _, l := range cols {
				if l.name == c.name {
					c.name, clash = "."+c.name, true
				}
			}
		}
		cols = append(cols, c)
	}
	out := t.joined(n, left, right, cols, "INNER JOIN", strings.Join(conditions, " AND "))
	out.nulls = left.nulls || right.nulls
	out.count = factored(left, right, conditions)
	out.reads = []string{left.cte, right.cte}
	return out, nil
}

// keyColumn is a column of a side in a condition.
var keyColumn = regexp.MustCompile(`\b([lr])\."(?:[^"]|"")+"`)

// factored counts the rows of an inner join by groups of equal keys: the sizes
// of the groups that meet are multiplied.
func factored(left, right *relation, conditions []string) string {
	condition := strings.Join(conditions, " AND ")
	keys := map[string][]string{}
	for _, k := range keyColumn.FindAllString(condition, -1) {
		side, name := k[:1], k[2:]
		if !slices.Contains(keys[side], name) {
			keys[side] = append(keys[side], name)
		}
	}
	group := func(side string, r *relation) string {
		names := strings.Join(keys[side], ", ")
		return "(SELECT " + names + ", count(*) AS \"rows of the key\" FROM " + quote(r.cte) + " GROUP BY " + names + ") AS " + side
	}
	return "SELECT CAST(coalesce(sum(l.\"rows of the key\" * r.\"rows of the key\"), 0) AS BIGINT) FROM " +
		group("l", left) + " INNER JOIN " + group("r", right) + " ON " + condition
}

// joined adds the CTE of a join: cols are those of the left, then of the right.
func (t *translator) joined(n *script.Node, left, right *relation, cols []column, word, condition string) *relation {
	cols = unique(cols)
	var exprs []string
	for i, c := range left.cols {
		exprs = append(exprs, "l."+quote(c.sql)+" AS "+quote(cols[i].sql))
	}
	for i, c := range right.cols {
		if at := len(left.cols) + i; at < len(cols) {
			exprs = append(exprs, "r."+quote(c.sql)+" AS "+quote(cols[at].sql))
		}
	}
	sql := "SELECT " + strings.Join(exprs, ", ") + " FROM " + quote(left.cte) + " AS l " + word + " " + quote(right.cte) + " AS r ON " + condition
	return &relation{cte: t.b.add(t.stepName(n), sql), cols: cols, nulls: true, label: t.label(n)}
}

// frameJoin translates DataFrame.join.
func (t *translator) frameJoin(n *script.Node, left, right *relation) (*relation, error) {
	in := &scope{frames: t.frame, line: n.Line, label: "either side of the join"}
	leftCols, rightCols := scopeOf("l", left), scopeOf("r", right)
	in.cols = append(append(in.cols, leftCols...), rightCols...)
	condition := "true"
	found := &Join{Kind: n.How}
	switch {
	case len(n.Columns) > 0:
		return t.frameUsing(n, left, right, leftCols, rightCols)
	case n.Condition != nil:
		on, err := t.expr(n.Condition, in)
		if err != nil {
			return nil, err
		}
		condition = truth(on)
		found.On = t.pairs(n.Condition, in)
	case n.How != "cross":
		return nil, unsupported(n.Line, "a %s join without a condition is not supported", n.How)
	}
	t.note(found, n.Line)
	cols := append([]column{}, left.cols...)
	if !strings.HasPrefix(n.How, "left ") {
		cols = append(cols, right.cols...)
	}
	return t.joined(n, left, right, cols, joinWord(n.How), condition), nil
}

func (t *translator) frameUsing(n *script.Node, left, right *relation, leftCols, rightCols []scoped) (*relation, error) {
	condition, cols, err := t.using(n.Columns, n.How, leftCols, rightCols, n.Line)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(n.How, "left ") {
		cols = leftCols
	}
	found := &Join{Kind: n.How}
	for _, c := range n.Columns {
		found.On = append(found.On, [2]string{c, c})
		l, r := left.find(c), right.find(c)
		found.Left, found.Right = left.cols[l[0]].from, right.cols[r[0]].from
	}
	t.note(found, n.Line)
	var plain []column
	for _, c := range cols {
		plain = append(plain, c.column)
	}
	plain = unique(plain)
	var exprs []string
	for i, c := range cols {
		exprs = append(exprs, c.ref+" AS "+quote(plain[i].sql))
	}
	sql := "SELECT " + strings.Join(exprs, ", ") + " FROM " + quote(left.cte) + " AS l " + joinWord(n.How) + " " + quote(right.cte) + " AS r ON " + condition
	return &relation{cte: t.b.add(t.stepName(n), sql), cols: plain, nulls: true, label: t.label(n)}, nil
}

func (t *translator) union(n *script.Node, left, right *relation) (*relation, error) {
	r := *right
	if n.ByName {
		r.cols = nil
		for _, c := range left.cols {
			at := right.find(c.name)
			if len(at) == 0 {
				return nil, fails(n.Line, "column %s is not in %s", c.name, right.label)
			}
			r.cols = append(r.cols, right.cols[at[0]])
		}
	}
	if len(left.cols) != len(r.cols) {
		return nil, fails(n.Line, "a union of %d and %d columns", len(left.cols), len(r.cols))
	}
	var pairs [2][]string
	cols := merged(left.cols, r.cols, t.b, &pairs)
	sql := "SELECT " + strings.Join(pairs[0], ", ") + " FROM " + quote(left.cte) + " UNION ALL SELECT " + strings.Join(pairs[1], ", ") + " FROM " + quote(r.cte)
	return &relation{cte: t.b.add(t.stepName(n), sql), cols: cols, nulls: true, label: t.label(n)}, nil
}
