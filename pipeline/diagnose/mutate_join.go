package diagnose

import "slices"

// joins changes the joins below a FROM.
func (m *mutator) joins(p route, inputs []leaf) {
	j := object(at(m.tree, p))
	if j["type"] != "JOIN" {
		return
	}
	m.joins(p.with("left"), inputs)
	m.joins(p.with("right"), inputs)
	if object(j["condition"]) == nil {
		return
	}
	for _, kind := range []struct{ join, operator, what string }{
		{"LEFT", outerJoin, "a LEFT JOIN keeps rows that match no other"},
		{"RIGHT", outerJoin, "a RIGHT JOIN keeps rows that match no other"},
		{"OUTER", outerJoin, "a FULL JOIN keeps rows that match no other"},
		{"INNER", innerJoin, "an INNER JOIN drops rows that match no other"},
		{"ANTI", antiJoin, "only rows that match no other are kept"},
	} {
		if j["join_type"] != kind.join {
			m.add(kind.operator, kind.what, func(tree node) { object(at(tree, p))["join_type"] = kind.join })
		}
	}
	m.add(crossJoin, "the join has no condition", func(tree node) {
		n := object(at(tree, p))
		n["condition"], n["ref_type"], n["join_type"] = nil, "CROSS", "INNER"
	})
	m.conditions(p.with("condition"), inputs, true)
	m.keys(p, j)
}

// keys adds a condition on columns of the same name.
func (m *mutator) keys(p route, j node) {
	for _, l := range leaves(object(j["left"]), nil) {
		for _, r := range leaves(object(j["right"]), nil) {
			for _, c := range m.scope.of(l.node) {
				if c.kind == "" || !slices.Contains(m.scope.of(r.node), c) {
					continue
				}
				m.add(addJoinKey, "the join asks for equal "+c.name+", too", func(tree node) {
					n := object(at(tree, p))
					n["condition"] = both(n["condition"], comparison("COMPARE_EQUAL", reference(l.alias, c.name), reference(r.alias, c.name)))
				})
			}
		}
	}
}

// semiJoins replaces IN by joins.
func (m *mutator) semiJoins(query route, inputs []leaf) {
	if len(inputs) == 0 {
		return
	}
	root := query.with("where_clause")
	for _, part := range conjuncts(at(m.tree, root), root) {
		c := object(at(m.tree, part))
		inner := object(object(c["subquery"])["node"])
		items := list(inner["select_list"])
		if c["type"] != "SUBQUERY" || c["subquery_type"] != "ANY" || inner["type"] != "SELECT_NODE" || len(items) != 1 || len(list(inner["group_expressions"])) > 0 {
			continue
		}
		for _, kind := range []struct{ join, operator, what string }{
			{"INNER", inToJoin, "a JOIN instead of IN gives one row for each match"},
			{"LEFT", outerJoin, "a LEFT JOIN instead of IN keeps rows that match no other"},
			{"RIGHT", outerJoin, "a RIGHT JOIN instead of IN keeps rows that match no other"},
			{"OUTER", outerJoin, "a FULL JOIN instead of IN keeps rows that match no other"},
			{"", crossJoin, "a JOIN without a condition pairs every row with every other"},
		} {
			m.add(kind.operator, kind.what, func(tree node) {
				var on any
				if kind.join != "" {
					on = both(comparison("COMPARE_EQUAL", clone(c["child"]), clone(items[0])), clone(inner["where_clause"]))
				}
				n := object(at(tree, query))
				n["from_table"] = joinOf(kind.join, object(n["from_table"]), object(clone(inner["from_table"])), on)
				cut(tree, root, part)
			})
		}
	}
}
