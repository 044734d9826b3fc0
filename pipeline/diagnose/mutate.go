package diagnose

import (
	"slices"
	"strings"

	"stedi/pipeline"
)

// Operators of mutations. A definition may give each a name of its own in
// mistakes/*.sql; without one a cause is called mutation:OPERATOR.
const (
	dropDistinct   = "drop_distinct"
	addDistinct    = "add_distinct"
	distinctOn     = "distinct_on"
	dropPredicate  = "drop_predicate"
	negate         = "negate_predicate"
	turnComparison = "turn_comparison"
	onlyNotNull    = "only_not_null"
	onlyNull       = "only_null"
	andOr          = "and_or"
	swapColumn     = "swap_column"
	swapJoinKey    = "swap_join_key"
	swapOutput     = "swap_output_columns"
	dropJoinKey    = "drop_join_key"
	addJoinKey     = "add_join_key"
	replaceInput   = "replace_input"
	inToJoin       = "in_to_join"
	antiJoin       = "anti_join"
	outerJoin      = "outer_join"
	innerJoin      = "inner_join"
	crossJoin      = "cross_join"
	skipStage      = "skip_stage"
	otherVariant   = "other_variant"
	inSeconds      = "seconds"
	appendedTwice  = "appended_twice"
	partialInput   = "partial_input"
	parentPrefix   = "parent_prefix"
	keepIncomplete = "keep_incomplete"
)

// mutant is a transform with a small change.
type mutant struct {
	operator string
	tree     node
	what     string // the change in a few words
}

// mutator makes the mutants of one transform.
type mutator struct {
	only   []string // empty: all operators
	lake   *pipeline.Lake
	table  *pipeline.Table
	tree   node
	scope  scope
	stages map[string]route
	all    []mutant
	isTrue node // the frame of "x IS NOT TRUE"
	per    node // the frame of "x // 1000"
}

// mutants changes one place of a tree at a time, by some operators or by all.
func mutants(lake *pipeline.Lake, t *pipeline.Table, tree node, frames frames, only ...string) []mutant {
	m := &mutator{only: only, lake: lake, table: t, tree: tree, stages: stages(tree), isTrue: frames.notTrue, per: frames.seconds}
	m.scope = scope{lake, tree, m.stages}
	walk(tree, nil, func(n node, p route) {
		if n["type"] == "SELECT_NODE" {
			m.query(n, p)
		}
	})
	m.output()
	return m.all
}

// frames are expressions with the column stedi_x in the place of another one.
type frames struct{ notTrue, seconds node }

// framed puts an expression into a frame.
func framed(frame node, inner any) any {
	whole := node{"e": clone(frame)}
	var place route
	walk(whole, nil, func(n node, p route) {
		if names := list(n["column_names"]); len(names) == 1 && names[0] == "stedi_x" {
			place = p
		}
	})
	put(whole, place, clone(inner))
	return whole["e"]
}

// add makes a mutant by a change of a copy.
func (m *mutator) add(operator, what string, change func(tree node)) {
	if len(m.only) > 0 && !slices.Contains(m.only, operator) {
		return
	}
	tree := object(clone(m.tree))
	change(tree)
	m.all = append(m.all, mutant{operator, tree, what})
}

// query changes one SELECT.
func (m *mutator) query(q node, p route) {
	if i, ok := isDistinct(q); ok {
		m.add(dropDistinct, "DISTINCT is missing", func(tree node) {
			n := object(at(tree, p))
			n["modifiers"] = slices.Delete(slices.Clone(list(n["modifiers"])), i, i+1)
		})
	}
	inputs := leaves(object(q["from_table"]), p.with("from_table"))
	m.conditions(p.with("where_clause"), inputs, false)
	m.conditions(p.with("having"), inputs, false)
	for _, in := range inputs {
		m.input(in)
	}
	m.joins(p.with("from_table"), inputs)
	m.semiJoins(p, inputs)
}

// conditions changes the parts of a condition.
func (m *mutator) conditions(root route, inputs []leaf, join bool) {
	parts := conjuncts(at(m.tree, root), root)
	for _, part := range parts {
		c := object(at(m.tree, part))
		drop := dropPredicate
		switch {
		case join && len(parts) == 1:
			drop = "" // that is a cross join
		case join:
			drop = dropJoinKey
		}
		if drop != "" {
			m.add(drop, "a condition is missing", func(tree node) { cut(tree, root, part) })
		}
		m.negated(c, part)
		m.compared(c, part)
		m.columns(part, inputs, join)
		m.seconds(c, part, inputs)
	}
	walk(at(m.tree, root), root, func(n node, p route) {
		other := map[string]string{"CONJUNCTION_AND": "CONJUNCTION_OR", "CONJUNCTION_OR": "CONJUNCTION_AND"}[text(n["type"])]
		if other != "" {
			m.add(andOr, "AND and OR are mixed up", func(tree node) { object(at(tree, p))["type"] = other })
		}
	})
}

// negated keeps what a condition drops, and drops what it keeps.
func (m *mutator) negated(c node, part route) {
	name := negate
	if c["type"] == "SUBQUERY" {
		name = antiJoin
	}
	m.add(name, "a condition is inverted", func(tree node) { put(tree, part, framed(m.isTrue, c)) })
	m.add(name, "a condition is inverted", func(tree node) { put(tree, part, operator("OPERATOR_NOT", clone(c))) })
}

var comparisons = []string{
	"COMPARE_GREATERTHAN", "COMPARE_GREATERTHANOREQUALTO", "COMPARE_LESSTHAN", "COMPARE_LESSTHANOREQUALTO", "COMPARE_EQUAL", "COMPARE_NOTEQUAL",
}

// compared turns a comparison, or asks for no more than a value.
func (m *mutator) compared(c node, part route) {
	if c["class"] != "COMPARISON" {
		return
	}
	for _, kind := range comparisons {
		if kind != c["type"] {
			m.add(turnComparison, "a comparison is another one", func(tree node) { object(at(tree, part))["type"] = kind })
		}
	}
	if isReference(c["left"]) {
		m.add(onlyNotNull, "a comparison asks for any value", func(tree node) {
			put(tree, part, operator("OPERATOR_IS_NOT_NULL", clone(c["left"])))
		})
		m.add(onlyNull, "a comparison asks for no value", func(tree node) {
			put(tree, part, operator("OPERATOR_IS_NULL", clone(c["left"])))
		})
	}
}

// columns swaps each column of a condition for others of the same type.
func (m *mutator) columns(part route, inputs []leaf, join bool) {
	c := object(at(m.tree, part))
	name := swapColumn
	if join || c["type"] == "SUBQUERY" {
		name = swapJoinKey
	}
	var refs []route
	walk(c, part, func(n node, p route) {
		if n["type"] == "COLUMN_REF" && !slices.Contains(p[len(part):], any("subquery")) {
			refs = append(refs, p)
		}
	})
	for _, p := range refs {
		m.swap(name, p, inputs)
	}
	if c["type"] == "SUBQUERY" {
		inner := part.with("subquery", "node")
		n := object(at(m.tree, inner))
		below := leaves(object(n["from_table"]), nil)
		for i := range list(n["select_list"]) {
			m.swap(swapJoinKey, inner.with("select_list", i), below)
		}
	}
}

// swap swaps one reference for the other columns of its input.
func (m *mutator) swap(name string, p route, inputs []leaf) {
	ref := object(at(m.tree, p))
	in, now := source(inputs, ref)
	kind := m.scope.kind(inputs, ref)
	if in == nil || kind == "" {
		return
	}
	for _, c := range m.scope.of(in.node) {
		if c.name == now || c.kind != kind {
			continue
		}
		m.add(name, "the column "+c.name+" instead of "+now, func(tree node) {
			names := list(object(at(tree, p))["column_names"])
			names[len(names)-1] = c.name
		})
	}
}

// seconds compares times in seconds.
func (m *mutator) seconds(c node, part route, inputs []leaf) {
	if c["class"] != "COMPARISON" || !isReference(c["left"]) || !isReference(c["right"]) {
		return
	}
	if m.scope.kind(inputs, object(c["left"])) != "BIGINT" || m.scope.kind(inputs, object(c["right"])) != "BIGINT" {
		return
	}
	m.add(inSeconds, "times are compared in seconds", func(tree node) {
		put(tree, part.with("left"), framed(m.per, c["left"]))
		put(tree, part.with("right"), framed(m.per, c["right"]))
	})
}

// input reads another table, or leaves a stage out.
func (m *mutator) input(in leaf) {
	if in.node["type"] != "BASE_TABLE" {
		return
	}
	name := strings.ToLower(text(in.node["table_name"]))
	if p, ok := m.stages[name]; ok {
		below := leaves(object(object(at(m.tree, p))["from_table"]), nil)
		if len(below) > 0 && below[0].node["type"] == "BASE_TABLE" {
			m.add(skipStage, "the stage "+name+" is left out", func(tree node) {
				rename(object(at(tree, in.route)), text(below[0].node["table_name"]))
			})
		}
		return
	}
	for _, other := range m.others(name) {
		m.add(replaceInput, "the table "+other+" instead of "+name, func(tree node) { rename(object(at(tree, in.route)), other) })
	}
}

// others are the tables that may be read by mistake instead of one: its
// upstream tables first, then others that have its columns.
func (m *mutator) others(name string) []string {
	t := m.lake.Table(name)
	if t == nil {
		return nil
	}
	var names []string
	above := map[string]bool{}
	m.lake.AddUpstream(t, above)
	for _, up := range slices.Backward(m.lake.Tables) {
		if above[up.Name] {
			names = append(names, up.Name)
		}
	}
	for _, other := range m.lake.Tables {
		if other.Name != name && other.Name != m.table.Name && !above[other.Name] && !reads(m.lake, other, m.table) && covers(other, t) {
			names = append(names, other.Name)
		}
	}
	return names
}

// reads tells whether a table is made from another one, directly or not.
func reads(lake *pipeline.Lake, t, other *pipeline.Table) bool {
	above := map[string]bool{}
	lake.AddUpstream(t, above)
	return above[other.Name]
}

// covers tells whether a table has all columns of another one.
func covers(t, of *pipeline.Table) bool {
	return !slices.ContainsFunc(of.Columns, func(c pipeline.Column) bool {
		return !slices.ContainsFunc(t.Columns, func(d pipeline.Column) bool { return strings.EqualFold(c.Name, d.Name) })
	})
}

// output changes what the whole transform gives.
func (m *mutator) output() {
	if m.tree["type"] != "SELECT_NODE" {
		return
	}
	if _, ok := isDistinct(m.tree); !ok && len(list(m.tree["group_expressions"])) == 0 {
		m.add(addDistinct, "a DISTINCT drops rows that are equal", func(tree node) {
			tree["modifiers"] = append(list(tree["modifiers"]), distinct())
		})
	}
	inputs := leaves(object(m.tree["from_table"]), nil)
	items := list(m.tree["select_list"])
	kinds := make([]string, len(items))
	for i, item := range items {
		if kinds[i] = m.scope.kind(inputs, object(item)); kinds[i] == "BIGINT" {
			m.add(inSeconds, "a time is stored in seconds", func(tree node) {
				e := object(framed(m.per, item))
				e["alias"] = nameOf(item)
				put(tree, route{"select_list", i}, e)
			})
		}
	}
	for i := range items {
		for j := range i {
			if kinds[i] == "" || kinds[i] != kinds[j] {
				continue
			}
			m.add(swapOutput, "the columns "+nameOf(items[j])+" and "+nameOf(items[i])+" are swapped", func(tree node) {
				a, b := object(clone(items[i])), object(clone(items[j]))
				a["alias"], b["alias"] = nameOf(items[j]), nameOf(items[i])
				put(tree, route{"select_list", j}, a)
				put(tree, route{"select_list", i}, b)
			})
		}
	}
}

// nameOf is the name that an item of a SELECT has in the result.
func nameOf(item any) string {
	e := object(item)
	if alias := text(e["alias"]); alias != "" {
		return alias
	}
	names := list(e["column_names"])
	if len(names) == 0 {
		return ""
	}
	return text(names[len(names)-1])
}
