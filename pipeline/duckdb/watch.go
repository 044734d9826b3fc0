package duckdb

import (
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

// joined finds a table in a tree of joins, outside any subquery, and returns
// the qualifier of its columns.
func joined(from any, table string) string {
	node := object(from)
	switch node["type"] {
	case "BASE_TABLE":
		name, _ := node["table_name"].(string)
		alias, _ := node["alias"].(string)
		if strings.EqualFold(name, table) {
			if alias == "" {
				alias = name
			}
			return alias
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
// nil if there is a column without a qualifier or a star, which could belong to
// any table.
func (t *tree) columnsOf(alias string) []string {
	var columns []string
	known := true
	walk(t.statements[0], func(node map[string]any) {
		if node["class"] == "STAR" {
			known = false
		}
		if node["class"] != "COLUMN_REF" {
			return
		}
		names, _ := node["column_names"].([]any)
		if len(names) != 2 {
			known = false
			return
		}
		qualifier, _ := names[0].(string)
		column, _ := names[1].(string)
		if strings.EqualFold(qualifier, alias) {
			columns = append(columns, strings.ToLower(column))
		}
	})
	if !known {
		return nil
	}
	slices.Sort(columns)
	return slices.Compact(columns)
}
