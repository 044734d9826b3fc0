package duckdb

import (
	"maps"
	"slices"
	"strings"
)

// watch returns the columns that a SELECT reads of a table, if their distinct
// values alone decide whether the result has a row: the SELECT is plain columns
// over joins and conditions, it refers to the table once, and every column is
// qualified. Otherwise it returns nil.
func (t *tree) watch(table string) []string {
	root := t.root()
	if len(t.ctes()) > 0 || root["type"] != "SELECT_NODE" || uses(t.tables(), table) != 1 {
		return nil
	}
	for _, part := range []string{"modifiers", "group_expressions", "group_sets"} {
		if list, _ := root[part].([]any); len(list) > 0 {
			return nil
		}
	}
	if root["having"] != nil || root["qualify"] != nil || root["sample"] != nil {
		return nil
	}
	selected, _ := root["select_list"].([]any)
	for _, expression := range selected {
		if class := object(expression)["class"]; class != "COLUMN_REF" && class != "CONSTANT" {
			return nil
		}
	}
	alias := joined(root["from_table"], table)
	if alias == "" {
		return nil
	}
	return t.columnsOf(alias)
}

// deciding returns those of the columns that watch returns on which it depends
// whether the result has a row: not those that the SELECT only returns.
func (t *tree) deciding(table string) []string {
	if t.watch(table) == nil {
		return nil
	}
	rest := maps.Clone(t.root())
	delete(rest, "select_list")
	return (&tree{statements: []any{map[string]any{"node": rest}}}).columnsOf(joined(rest["from_table"], table))
}

// isSet reports whether equal rows of a table count as one: wherever the
// statement refers to the table, it is SELECT DISTINCT of plain columns of this
// table alone.
func (t *tree) isSet(table string) bool {
	sets := 0
	walk(t.statements[0], func(node map[string]any) {
		if from := field(node, "from_table"); isDistinctColumns(node, from) {
			if name, _ := from["table_name"].(string); strings.EqualFold(name, table) {
				sets++
			}
		}
	})
	return sets > 0 && sets == uses(t.tables(), table)
}

// isDistinctColumns reports whether a node is a SELECT DISTINCT of columns and
// constants from one table, with a condition on the columns or without one.
func isDistinctColumns(node, from map[string]any) bool {
	if node["type"] != "SELECT_NODE" || !isDistinct(node) || from["type"] != "BASE_TABLE" || node["sample"] != nil || from["sample"] != nil {
		return false
	}
	if node["having"] != nil || node["qualify"] != nil || !isEmpty(node["group_expressions"]) || !isEmpty(node["group_sets"]) {
		return false
	}
	selected, _ := node["select_list"].([]any)
	for _, expression := range selected {
		if class := object(expression)["class"]; class != "COLUMN_REF" && class != "CONSTANT" {
			return false
		}
	}
	return isPure(node["where_clause"], aliasOf(from))
}

// joined finds a table in a tree of joins, outside any subquery, and returns
// the qualifier of its columns.
func joined(from any, table string) string {
	node := object(from)
	switch node["type"] {
	case "BASE_TABLE":
		if name, _ := node["table_name"].(string); strings.EqualFold(name, table) {
			return aliasOf(node)
		}
	case "JOIN":
		if alias := joined(node["left"], table); alias != "" {
			return alias
		}
		return joined(node["right"], table)
	}
	return ""
}

// columnsOf returns the columns with the qualifier, in lower case. It returns
// nil if that is unknown.
func (t *tree) columnsOf(alias string) []string {
	columns, known := t.qualified([]string{alias})
	if !known {
		return nil
	}
	return columns
}

// reads returns the columns that a SELECT reads of a table, at all places where
// it refers to the table, in lower case and sorted.
func (t *tree) reads(table string) (columns []string, known bool) {
	var aliases []string
	walk(t.statements[0], func(node map[string]any) {
		name, _ := node["table_name"].(string)
		if node["type"] == "BASE_TABLE" && strings.EqualFold(name, table) {
			aliases = append(aliases, aliasOf(node))
		}
	})
	return t.qualified(aliases)
}

// aliasOf returns the qualifier of the columns of a BASE_TABLE.
func aliasOf(node map[string]any) string {
	if alias, _ := node["alias"].(string); alias != "" {
		return alias
	}
	name, _ := node["table_name"].(string)
	return name
}

// qualified returns the columns that have one of the qualifiers. These are
// unknown if the statement has a star, a column without a qualifier, a join on
// all common columns, or a table whose columns are renamed.
func (t *tree) qualified(aliases []string) (columns []string, known bool) {
	known = true
	walk(t.statements[0], func(node map[string]any) {
		switch {
		case node["class"] == "STAR",
			node["type"] == "JOIN" && (node["ref_type"] == "NATURAL" || !isEmpty(node["using_columns"])),
			node["type"] == "BASE_TABLE" && !isEmpty(node["column_name_alias"]):
			known = false
		case node["class"] == "COLUMN_REF":
			names, _ := node["column_names"].([]any)
			if len(names) != 2 {
				known = false
				return
			}
			qualifier, _ := names[0].(string)
			column, _ := names[1].(string)
			if slices.ContainsFunc(aliases, func(alias string) bool { return strings.EqualFold(qualifier, alias) }) {
				columns = append(columns, strings.ToLower(column))
			}
		}
	})
	slices.Sort(columns)
	return slices.Compact(columns), known
}

func isEmpty(list any) bool {
	values, _ := list.([]any)
	return len(values) == 0
}
