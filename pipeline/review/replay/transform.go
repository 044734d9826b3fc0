package replay

import (
	"slices"
	"strings"

	"stedi/pipeline/review/script"
	"stedi/pipeline/review/sparksql"
)

// names are the names that a node has, with those of frames' columns.
func (t *translator) names(n *script.Node) ([]string, error) {
	names := n.Columns
	for i := range n.Names {
		r, err := t.node(n.Names[i].Frame)
		if err != nil {
			return nil, err
		}
		kept, err := t.kept(&n.Names[i], r)
		if err != nil {
			return nil, err
		}
		for _, name := range kept {
			if !slices.Contains(names, name) {
				names = append(slices.Clone(names), name)
			}
		}
	}
	return names, nil
}

// keep drops columns. Glue ignores fields that are not there.
func (t *translator) keep(n *script.Node, in *relation) (*relation, error) {
	wanted := map[int]bool{}
	var absent []string
	names, err := t.names(n)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		found := in.field(strings.Trim(name, "`"))
		if n.Kind == script.DropColumns {
			found = in.find(strings.Trim(name, "`"))
		}
		for _, i := range found {
			wanted[i] = true
		}
		if len(found) == 0 {
			absent = append(absent, name)
		}
	}
	t.absent(n, in, absent)
	out := *in
	out.cols = nil
	ids, err := t.dropped(n, in)
	if err != nil {
		return nil, err
	}
	for i, c := range in.cols {
		drop := wanted[i]
		if len(n.Items) > 0 {
			drop = ids[c.id]
		}
		if drop == (n.Kind == script.SelectFields) {
			out.cols = append(out.cols, c)
		}
	}
	if len(out.cols) == 0 {
		return nil, unsupported(n.Line, "no field is left")
	}
	if len(out.cols) < len(in.cols) {
		out.label = t.label(n)
	}
	return &out, nil
}

// absent remarks on the fields that a node names in vain.
func (t *translator) absent(n *script.Node, in *relation, names []string) {
	switch {
	case len(names) == 1:
		t.remark(n.Line, "field %s is not in %s, so it is neither dropped nor kept", names[0], in.label)
	case len(names) > 1 && len(n.Names) == 0:
		t.remark(n.Line, "fields %s are not in %s, so they are neither dropped nor kept", strings.Join(names, ", "), in.label)
	}
}

// dropped are the columns that drop(df.x) names: that x alone.
func (t *translator) dropped(n *script.Node, in *relation) (map[int]bool, error) {
	ids := map[int]bool{}
	s := t.scope(in, n.Line)
	for _, it := range n.Items {
		if c, ok := it.Expr.(*sparksql.Column); ok {
			found, err := s.find(c)
			if err != nil {
				return nil, err
			}
			ids[found.id] = true
		}
	}
	return ids, nil
}

func (t *translator) applyMapping(n *script.Node, in *relation) (*relation, error) {
	var cols []column
	var exprs []string
	for _, m := range n.Mappings {
		at := in.field(m.From)
		if len(at) == 0 {
			t.remark(n.Line, "field %s is not in %s, so the mapping leaves it out", m.From, in.label)
			continue
		}
		c := in.cols[at[len(at)-1]]
		ref := quote(c.sql)
		if k, ok := sparkTypes[m.ToType]; ok && k != c.kind && (k != kReal || !isNumber(c.kind)) {
			x, err := cast(typed{sql: ref, kind: c.kind}, m.ToType, n.Line)
			if err != nil {
				return nil, err
			}
			ref, c.kind = x.sql, x.kind
		} else if m.ToType == "timestamp" && c.kind != kTime {
			return nil, unsupported(n.Line, "a mapping of %s to timestamp is not supported", c.kind)
		}
		c.name, c.id, c.quals = m.To, t.b.id(), nil
		cols, exprs = append(cols, c), append(exprs, ref)
	}
	if len(cols) == 0 {
		return nil, unsupported(n.Line, "the mapping leaves no field")
	}
	cols = unique(cols)
	for i := range exprs {
		exprs[i] += " AS " + quote(cols[i].sql)
	}
	out := t.step(n, in, collapse(cols, exactly), "SELECT "+strings.Join(exprs, ", ")+" FROM "+quote(in.cte))
	out.label = t.label(n)
	return out, nil
}

func (t *translator) rename(n *script.Node, in *relation) *relation {
	out := *in
	out.cols = slices.Clone(in.cols)
	for _, m := range n.Mappings {
		at := in.field(m.From)
		if len(at) == 0 {
			t.remark(n.Line, "column %s is not in %s, so it is not renamed", m.From, in.label)
		}
		for _, i := range at {
			out.cols[i].name, out.cols[i].id = m.To, t.b.id()
		}
	}
	if n.Kind == script.RenameField {
		out.cols = collapse(out.cols, exactly)
	}
	out.label = t.label(n)
	return &out
}

func (t *translator) dropDuplicates(n *script.Node, in *relation) (*relation, error) {
	t.distinct = true
	names, err := t.names(n)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		if err := lostIn(in.cols); err != nil {
			return nil, err
		}
		return t.step(n, in, in.cols, "SELECT DISTINCT "+list("", in.cols)+" FROM "+quote(in.cte)), nil
	}
	var keys []column
	for _, name := range names {
		at := in.find(strings.Trim(name, "`"))
		if len(at) == 0 {
			return nil, fails(n.Line, "column %s is not in %s", name, in.label)
		}
		for _, i := range at {
			keys = append(keys, in.cols[i])
		}
	}
	if err := lostIn(keys); err != nil {
		return nil, err
	}
	return t.step(n, in, in.cols, "SELECT DISTINCT ON ("+list("", keys)+") "+list("", in.cols)+" FROM "+quote(in.cte)), nil
}

func (t *translator) dropNulls(n *script.Node, in *relation) (*relation, error) {
	cols := in.cols
	if len(n.Columns) > 0 {
		cols = nil
		for _, name := range n.Columns {
			at := in.find(name)
			if len(at) == 0 {
				return nil, fails(n.Line, "column %s is not in %s", name, in.label)
			}
			cols = append(cols, in.cols[at[0]])
		}
	}
	if err := lostIn(cols); err != nil {
		return nil, err
	}
	var tests []string
	for _, c := range cols {
		tests = append(tests, quote(c.sql)+" IS NOT NULL")
	}
	op := " AND "
	if n.How == "all" {
		op = " OR "
	}
	return t.step(n, in, in.cols, "SELECT "+list("", in.cols)+" FROM "+quote(in.cte)+" WHERE "+strings.Join(tests, op)), nil
}
