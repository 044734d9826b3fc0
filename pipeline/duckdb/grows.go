package duckdb

import (
	"slices"
	"strings"

	"stedi/pipeline"
)

// grows returns how the result grows with a table, and true if rows that are
// added to the table only add to the result. Then every stage on the way from the
// table to the result filters, projects or joins, and is read once.
func (t *tree) grows(table string) (growth pipeline.Growth, ok bool) {
	if !t.repeats() || uses(t.tables(), table) != 1 {
		return growth, false
	}
	g := growing{from: []string{table}}
	for _, c := range t.ctes() {
		if !g.has(c.node) {
			continue
		}
		if uses(t.tables(), c.name) != 1 || !isEmpty(c.node["modifiers"]) || !g.adds(c.node) {
			return growth, false
		}
		g.from, growth.Stages = append(g.from, c.name), append(growth.Stages, c.name)
	}
	root := t.root()
	ok = (isEmpty(root["modifiers"]) || t.isDistinct()) && g.adds(root)
	growth.Value = g.value
	return growth, ok
}

// repeatedFunctions are aggregates that do not depend on the order of rows.
var repeatedFunctions = []string{"min", "max", "count", "count_star"}

// repeats reports whether a statement gives the same rows for the same tables,
// and has CTEs only at its top.
func (t *tree) repeats() bool {
	repeats, nested := true, 0
	walk(t.statements[0], func(node map[string]any) {
		if entries := field(node, "cte_map")["map"]; !isEmpty(entries) {
			nested++
		}
		switch {
		case node["class"] == "FUNCTION":
			name, _ := node["function_name"].(string)
			name = strings.ToLower(name)
			repeats = repeats && (node["is_operator"] == true || slices.Contains(pureFunctions, name) || slices.Contains(repeatedFunctions, name))
		case node["class"] == "WINDOW", node["type"] == "LIMIT_MODIFIER", node["type"] == "LIMIT_PERCENT_MODIFIER",
			node["type"] == "RECURSIVE_CTE_NODE", node["type"] == "TABLE_FUNCTION", !isEmpty(node["distinct_on_targets"]):
			repeats = false
		case node["sample"] != nil:
			repeats = false
		}
	})
	return repeats && nested <= 1 && (nested == 0 || len(t.ctes()) > 0)
}

// growing are the names of a table and of the stages that have its rows.
type growing struct {
	from  []string
	value string // the column of the table in which a stage looks for values
}

func (g *growing) has(part any) bool {
	found := false
	walk(part, func(node map[string]any) {
		name, _ := node["table_name"].(string)
		found = found || node["type"] == "BASE_TABLE" && g.is(name)
	})
	return found
}

func (g *growing) is(name string) bool {
	return slices.ContainsFunc(g.from, func(from string) bool { return strings.EqualFold(from, name) })
}

// adds reports whether a query gives for added rows what it gives for them
// alone.
func (g *growing) adds(query map[string]any) bool {
	if query["type"] != "SELECT_NODE" || query["having"] != nil || query["qualify"] != nil ||
		!isEmpty(query["group_expressions"]) || !isEmpty(query["group_sets"]) {
		return false
	}
	conditions := conjuncts(query["where_clause"])
	if !g.has(query["from_table"]) {
		at := slices.IndexFunc(conditions, func(condition any) bool { return g.has(object(condition)["subquery"]) })
		if at < 0 || !g.looksUp(object(conditions[at])) {
			return false
		}
		conditions[at] = object(conditions[at])["child"]
	} else if !g.joins(object(query["from_table"])) {
		return false
	}
	selected, _ := query["select_list"].([]any)
	return !slices.ContainsFunc(append(conditions, selected...), func(expression any) bool { return !g.isOfARow(expression) })
}

// conjuncts returns the conditions that a WHERE clause joins with AND.
func conjuncts(where any) []any {
	if object(where)["type"] != "CONJUNCTION_AND" {
		return []any{where}
	}
	var all []any
	children, _ := object(where)["children"].([]any)
	for _, child := range children {
		all = append(all, conjuncts(child)...)
	}
	return all
}

// looksUp reports whether a condition is IN (SELECT column FROM table), and notes
// the column. The rows that such a condition accepts stay when the table grows,
// and those of the new values are added.
func (g *growing) looksUp(condition map[string]any) bool {
	query := field(field(condition, "subquery"), "node")
	from, selected := field(query, "from_table"), query["select_list"]
	columns, _ := selected.([]any)
	if condition["subquery_type"] != "ANY" || condition["comparison_type"] != "COMPARE_EQUAL" || len(columns) != 1 {
		return false
	}
	names, _ := object(columns[0])["column_names"].([]any)
	isPlain := query["where_clause"] == nil && isEmpty(from["column_name_alias"]) && isEmpty(query["modifiers"]) && query["having"] == nil && query["qualify"] == nil &&
		isEmpty(query["group_expressions"]) && isEmpty(query["group_sets"])
	if !isPlain || !isTable(from, g.from[0]) || object(columns[0])["class"] != "COLUMN_REF" || !isQualified(names, from) {
		return false
	}
	g.value, _ = names[1].(string)
	return true
}

// isQualified reports whether the names of a column are those of a table and of
// its column.
func isQualified(names []any, table map[string]any) bool {
	if len(names) != 2 {
		return false
	}
	of, _ := names[0].(string)
	return strings.EqualFold(of, aliasOf(table))
}

// joins reports whether a FROM clause gives for each row of the table its own
// rows.
func (g *growing) joins(from map[string]any) bool {
	switch from["type"] {
	case "BASE_TABLE":
		return true
	case "JOIN":
		plain := from["ref_type"] == "REGULAR" || from["ref_type"] == "CROSS"
		return plain && from["join_type"] == "INNER" && isEmpty(from["using_columns"]) && g.isOfARow(from["condition"]) &&
			g.joins(object(from["left"])) && g.joins(object(from["right"]))
	case "SUBQUERY":
		return !g.has(from)
	}
	return false
}

// isOfARow reports whether an expression depends on one row of the table at
// most. A subquery may read other tables.
func (g *growing) isOfARow(expression any) bool {
	switch node := expression.(type) {
	case []any:
		return !slices.ContainsFunc(node, func(child any) bool { return !g.isOfARow(child) })
	case map[string]any:
		switch node["class"] {
		case "SUBQUERY":
			if g.has(node["subquery"]) {
				return false
			}
			return g.isOfARow(node["child"])
		case "FUNCTION":
			name, _ := node["function_name"].(string)
			if node["filter"] != nil || node["is_operator"] != true && !slices.Contains(pureFunctions, strings.ToLower(name)) {
				return false
			}
		case "OPERATOR":
			if node["type"] == "OPERATOR_TRY" {
				return false
			}
		case nil, "COMPARISON", "CONJUNCTION", "CONSTANT", "BETWEEN", "CASE", "CAST", "COLUMN_REF":
		default:
			return false
		}
		for _, child := range node {
			if !g.isOfARow(child) {
				return false
			}
		}
	}
	return true
}
