package diagnose

import (
	"slices"
)

// habits are the transform without its conditions for complete rows, without
// its last DISTINCT, and without both.
func habits(tree node) []mutant {
	var all []mutant
	whole := object(clone(tree))
	changed := false
	for cutOne(whole) {
		changed = true
	}
	if changed {
		all = append(all, mutant{keepIncomplete, whole, "rows with missing or empty keys are kept"})
	}
	if _, ok := isDistinct(tree); ok {
		for _, t := range []node{tree, whole} {
			plain := object(clone(t))
			i, _ := isDistinct(plain)
			plain["modifiers"] = slices.Delete(list(plain["modifiers"]), i, i+1)
			m := mutant{dropDistinct, plain, "DISTINCT is missing"}
			if len(all) > 1 {
				m.what += ", and rows with missing or empty keys are kept"
			}
			all = append(all, m)
		}
	}
	return all
}

// cutOne cuts the first condition for complete rows out of a tree.
func cutOne(tree node) bool {
	var root, part route
	walk(tree, nil, func(n node, p route) {
		if n["type"] != "SELECT_NODE" || part != nil {
			return
		}
		where := p.with("where_clause")
		for _, c := range conjuncts(n["where_clause"], where) {
			if part == nil && isComplete(object(at(tree, c))) {
				root, part = where, c
			}
		}
	})
	if part == nil {
		return false
	}
	cut(tree, root, part)
	return true
}

// isComplete tells whether a condition asks for any value, or for a text that
// is not empty.
func isComplete(c node) bool {
	if c["type"] == "OPERATOR_IS_NOT_NULL" {
		return true
	}
	value, ok := object(object(c["right"])["value"])["value"].(string)
	return c["type"] == "COMPARE_NOTEQUAL" && ok && value == ""
}
