package duckdb

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"stedi/pipeline"
)

// passing returns what a SELECT asks of the rows of its only table as they
// pass, or nil if it asks for more than that.
func (e *Engine) passing(ctx context.Context, t *tree) (*pipeline.Passing, error) {
	root := t.root()
	from := field(root, "from_table")
	if !isPlain(root, from) {
		return nil, nil //nolint:nilnil // no error, and nothing to ask
	}
	if unique := t.unique(aliasOf(from)); unique != nil {
		return &pipeline.Passing{Unique: unique}, nil
	}
	where := field(root, "where_clause")
	if where == nil || root["having"] != nil || !isEmpty(root["group_expressions"]) || !isEmpty(root["group_sets"]) {
		return nil, nil //nolint:nilnil // as above
	}
	selected, _ := root["select_list"].([]any)
	for _, expression := range append([]any{where}, selected...) {
		if !isPure(expression, aliasOf(from)) {
			return nil, nil //nolint:nilnil // as above
		}
	}
	condition, err := e.condition(ctx, map[string]any{"where_clause": requalified(where)})
	return &pipeline.Passing{Condition: condition}, err
}

// isPlain reports whether a query reads one table, without CTEs, modifiers or
// samples.
func isPlain(root, from map[string]any) bool {
	entries := field(root, "cte_map")["map"]
	return isEmpty(entries) && root["type"] == "SELECT_NODE" && from["type"] == "BASE_TABLE" && isEmpty(from["column_name_alias"]) &&
		isEmpty(root["modifiers"]) && root["qualify"] == nil && root["sample"] == nil && from["sample"] == nil
}

// unique returns the columns if the SELECT finds the values that several rows
// share in these columns: it groups by them and has COUNT(*) > 1.
func (t *tree) unique(alias string) []string {
	root := t.root()
	groups, _ := root["group_expressions"].([]any)
	if len(groups) == 0 || root["where_clause"] != nil || !isOneSet(root["group_sets"], len(groups)) || !isMoreThanOne(field(root, "having")) {
		return nil
	}
	selected, _ := root["select_list"].([]any)
	var columns []string
	for i, expression := range slices.Concat(groups, selected) {
		names, _ := object(expression)["column_names"].([]any)
		switch class := object(expression)["class"]; {
		case class == "CONSTANT" && i >= len(groups):
			continue
		case class != "COLUMN_REF" || len(names) != 2 || !strings.EqualFold(printed(names[0]), alias):
			return nil
		}
		if i < len(groups) {
			columns = append(columns, strings.ToLower(printed(names[1])))
		}
	}
	return columns
}

// isOneSet reports whether the grouping sets are one set of n expressions.
func isOneSet(sets any, n int) bool {
	list, _ := sets.([]any)
	if len(list) != 1 {
		return false
	}
	set, _ := list[0].([]any)
	return len(set) == n
}

// isMoreThanOne reports whether a condition is COUNT(*) > 1.
func isMoreThanOne(having map[string]any) bool {
	count, value := field(having, "left"), field(field(having, "right"), "value")
	return having["type"] == "COMPARE_GREATERTHAN" && count["function_name"] == "count_star" && count["filter"] == nil && printed(value["value"]) == "1"
}

// pureFunctions are functions of one row whose result depends only on their
// arguments. Operators are pure, too.
var pureFunctions = []string{
	"lower", "upper", "trim", "ltrim", "rtrim", "length", "substring", "substr", "replace", "concat",
	"abs", "round", "floor", "ceil", "strpos", "contains", "starts_with", "regexp_matches", "coalesce", "nullif",
}

// isPure reports whether an expression depends only on the columns of one row of
// the table with the alias.
func isPure(expression any, alias string) bool {
	pure := true
	walk(expression, func(node map[string]any) {
		switch node["class"] {
		case nil, "COMPARISON", "CONJUNCTION", "CONSTANT", "BETWEEN", "CASE", "CAST":
		case "OPERATOR":
			pure = pure && node["type"] != "OPERATOR_TRY"
		case "FUNCTION":
			name, _ := node["function_name"].(string)
			pure = pure && node["filter"] == nil && (node["is_operator"] == true || slices.Contains(pureFunctions, strings.ToLower(name)))
		case "COLUMN_REF":
			names, _ := node["column_names"].([]any)
			pure = pure && len(names) == 2 && strings.EqualFold(printed(names[0]), alias)
		default:
			pure = false
		}
	})
	return pure
}

// requalified returns a copy of an expression whose columns have the qualifier
// of sql/tallied.sql.
func requalified(v any) any {
	switch v := v.(type) {
	case map[string]any:
		changed := make(map[string]any, len(v))
		for key, child := range v {
			changed[key] = requalified(child)
		}
		if names, _ := v["column_names"].([]any); v["class"] == "COLUMN_REF" && len(names) == 2 {
			changed["column_names"] = []any{tallyAlias, names[1]}
		}
		return changed
	case []any:
		changed := make([]any, len(v))
		for i, child := range v {
			changed[i] = requalified(child)
		}
		return changed
	}
	return v
}

// printed returns a text or a number of a tree as text.
func printed(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}
