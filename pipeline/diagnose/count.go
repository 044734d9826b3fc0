package diagnose

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// factored is the query that counts the rows of a join without making them:
// each input is grouped by the columns that the conditions ask for, and the
// sizes of the groups that meet are multiplied. It is "" for other queries.
func (h *hunt) factored(ctx context.Context, tree node) (string, error) {
	if !countable(tree) {
		return "", nil
	}
	tree = object(clone(tree))
	inputs := leaves(object(tree["from_table"]), route{"from_table"})
	if tree["from_table"] == nil || len(inputs) < 2 {
		return "", nil
	}
	used, ok := usedColumns(tree, inputs)
	if !ok {
		return "", nil
	}
	var factors []string
	for i, in := range inputs {
		if in.node["type"] != "BASE_TABLE" {
			return "", nil
		}
		grouped, err := h.bench.Tree(ctx, statement("grouped.sql", fill{Columns: used[i], Table: text(in.node["table_name"])}))
		if err != nil {
			return "", err
		}
		put(tree, in.route, node{
			"type": "SUBQUERY", "alias": in.alias, "sample": nil, "query_location": 0, "column_name_alias": []any{},
			"subquery": node{"node": grouped, "named_param_map": []any{}},
		})
		factors = append(factors, in.alias)
	}
	total, err := h.bench.Tree(ctx, statement("product.sql", fill{Tables: factors, Type: cmp.Or(h.wide, wideType)}))
	if err != nil {
		return "", err
	}
	tree["select_list"] = total["select_list"]
	return h.bench.Text(ctx, tree)
}

// wideType is the type in which the sizes of groups are multiplied.
const wideType = "HUGEINT"

// usedColumns are the columns of each input that the conditions of a join ask
// for. It is not ok if these are not known, or not comparisons for equality.
func usedColumns(tree node, inputs []leaf) (used [][]string, ok bool) {
	used, ok = make([][]string, len(inputs)), true
	note := func(n node, _ route) {
		if n["class"] == "SUBQUERY" || n["class"] == "STAR" {
			ok = false
		}
		if n["type"] != "COLUMN_REF" {
			return
		}
		in, name := source(inputs, n)
		if in == nil {
			ok = false
			return
		}
		for i := range inputs {
			if &inputs[i] == in && !slices.Contains(used[i], name) {
				used[i] = append(used[i], name)
			}
		}
	}
	walk(tree["where_clause"], nil, note)
	walk(tree["from_table"], nil, func(n node, _ route) {
		if n["type"] != "JOIN" {
			return
		}
		walk(n["condition"], nil, note)
		ok = ok && onlyEqual(n["condition"]) && len(list(n["using_columns"])) == 0 &&
			slices.Contains([]string{"INNER", "LEFT", "RIGHT", "OUTER"}, text(n["join_type"]))
	})
	return used, ok
}

// countable tells whether the rows of a query are those of its join.
func countable(tree node) bool {
	if tree["type"] != "SELECT_NODE" || len(list(tree["modifiers"])) > 0 || len(list(tree["group_expressions"])) > 0 || tree["having"] != nil || tree["qualify"] != nil {
		return false
	}
	for _, item := range list(tree["select_list"]) {
		if kind := object(item)["class"]; kind != "COLUMN_REF" && kind != "STAR" && kind != "CONSTANT" && kind != "CAST" {
			return false
		}
	}
	return true
}

// onlyEqual tells whether a condition asks for equal values alone.
func onlyEqual(condition any) bool {
	for _, p := range conjuncts(condition, nil) {
		if object(at(condition, p))["type"] != "COMPARE_EQUAL" {
			return false
		}
	}
	return true
}

// mostPairs bounds the pairs of rows that a join without an equal column may
// make below a DISTINCT or a GROUP BY.
const mostPairs = 4_000_000

// explodes tells whether a query has to make too many pairs of rows before it
// has its first row.
func (h *hunt) explodes(tree node) bool {
	collects, found := false, false
	walk(tree, nil, func(n node, _ route) {
		collects = collects || n["type"] == "DISTINCT_MODIFIER" || len(list(n["group_expressions"])) > 0
	})
	if !collects {
		return false
	}
	walk(tree, nil, func(n node, _ route) {
		if n["type"] != "JOIN" || hasEqual(n["condition"]) {
			return
		}
		pairs := int64(1)
		for _, in := range leaves(n, nil) {
			if pairs *= max(1, h.size(tree, in.node)); pairs > mostPairs {
				found = true
				return
			}
		}
	})
	return found
}

// hasEqual tells whether a condition asks for equal values of two columns.
func hasEqual(condition any) bool {
	return slices.ContainsFunc(conjuncts(condition, nil), func(p route) bool {
		c := object(at(condition, p))
		return c["type"] == "COMPARE_EQUAL" && object(c["left"])["class"] != "CONSTANT" && object(c["right"])["class"] != "CONSTANT"
	})
}

// size bounds the rows of an input: those of the table that it is made from.
func (h *hunt) size(tree, ref node) int64 {
	name := strings.ToLower(text(ref["table_name"]))
	ctes := stages(tree)
	for range len(ctes) + 1 {
		p, ok := ctes[name]
		if !ok {
			break
		}
		below := leaves(object(object(at(tree, p))["from_table"]), nil)
		if len(below) == 0 {
			return 1
		}
		name = strings.ToLower(text(below[0].node["table_name"]))
	}
	if l := h.tables[name]; l != nil {
		return l.rows
	}
	return 1
}

// counts fills in how many rows the table would have with each mistake that
// has a name. Joins are counted without making their rows.
func (s *session) counts(ctx context.Context, l *loaded, found *Table) error {
	h := &hunt{session: s, l: l, found: found, seen: map[string]bool{}}
	if err := h.prepare(ctx); err != nil {
		return err
	}
	all, err := h.singles(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if !c.named || c.tree == nil || h.explodes(c.tree) {
			continue
		}
		query, err := h.bench.Text(ctx, c.tree)
		if err != nil || h.seen[query] {
			continue
		}
		h.seen[query] = true
		counting, err := h.factored(ctx, c.tree)
		if err != nil || counting == "" {
			counting = statement("count.sql", fill{SQL: query})
		}
		limited, cancel := context.WithTimeout(ctx, h.each)
		rows, err := h.number(limited, counting)
		cancel()
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err == nil {
			found.Counts = append(found.Counts, Count{c.id, query, rows})
		}
	}
	return nil
}
