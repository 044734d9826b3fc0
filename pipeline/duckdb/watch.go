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
	if !isJoined(root["from_table"], table) {
		return nil
	}
	return t.known(table)
}

// deciding returns those of the columns that watch returns on which it depends
// whether the result has a row: not those that the SELECT only returns.
func (t *tree) deciding(table string) []string {
	if t.watch(table) == nil {
		return nil
	}
	rest := maps.Clone(t.root())
	delete(rest, "select_list")
	return (&tree{statements: []any{map[string]any{"node": rest}}}).known(table)
}

// known returns the columns that a SELECT reads of a table; nil if they are
// unknown.
func (t *tree) known(table string) []string {
	columns, known := t.reads(table)
	if !known {
		return nil
	}
	return columns
}

// isSet reports whether equal rows of a table count as one: wherever the
// statement refers to the table, it is SELECT DISTINCT of plain columns of this
// table alone.
func (t *tree) isSet(table string) bool {
	sets := 0
	walk(t.statements[0], func(node map[string]any) {
		if from := field(node, "from_table"); isDistinctColumns(node, from) {
			if isTable(from, table) {
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

// isJoined reports whether a tree of joins has a table outside any subquery.
func isJoined(from any, table string) bool {
	node := object(from)
	return isTable(node, table) ||
		node["type"] == "JOIN" && (isJoined(node["left"], table) || isJoined(node["right"], table))
}

// reads returns the columns that a SELECT reads of a table, at all places where
// it refers to the table, in lower case and sorted. These are unknown if the
// statement has a star, a column without the qualifier of a table, a join on all
// common columns, or a table whose columns are renamed.
func (t *tree) reads(table string) (columns []string, known bool) {
	r := reads{table: table, known: true}
	r.visit(t.statements[0], nil)
	slices.Sort(r.columns)
	return slices.Compact(r.columns), r.known
}

// reads collects the columns that a statement reads of a table.
type reads struct {
	table   string
	columns []string
	known   bool
}

// visit searches a part of the statement. The scopes are those of the queries
// around it, from the outermost: they have the qualifiers of the FROM clause in
// lower case, and whether these are of the table.
func (r *reads) visit(part any, scopes []map[string]bool) {
	switch part := part.(type) {
	case []any:
		for _, child := range part {
			r.visit(child, scopes)
		}
	case map[string]any:
		switch {
		case part["type"] == "SELECT_NODE":
			scope := map[string]bool{}
			r.addQualifiers(object(part["from_table"]), scope)
			scopes = append(slices.Clip(scopes), scope)
		case part["class"] == "COLUMN_REF":
			r.column(part, scopes)
		case part["class"] == "STAR",
			part["type"] == "JOIN" && (part["ref_type"] == "NATURAL" || !isEmpty(part["using_columns"])),
			part["type"] == "BASE_TABLE" && !isEmpty(part["column_name_alias"]):
			r.known = false
		}
		for _, child := range part {
			r.visit(child, scopes)
		}
	}
}

// addQualifiers adds the qualifiers of a FROM clause to a scope.
func (r *reads) addQualifiers(from map[string]any, scope map[string]bool) {
	if from["type"] == "JOIN" {
		r.addQualifiers(object(from["left"]), scope)
		r.addQualifiers(object(from["right"]), scope)
		return
	}
	scope[strings.ToLower(aliasOf(from))] = isTable(from, r.table)
}

func (r *reads) column(ref map[string]any, scopes []map[string]bool) {
	names, _ := ref["column_names"].([]any)
	if len(names) != 2 {
		r.known = false
		return
	}
	for _, scope := range slices.Backward(scopes) {
		if isOfTable, found := scope[strings.ToLower(printed(names[0]))]; found {
			if isOfTable {
				r.columns = append(r.columns, strings.ToLower(printed(names[1])))
			}
			return
		}
	}
	r.known = false // it may be a field of a column
}

// isTable reports whether a node refers to a table.
func isTable(node map[string]any, table string) bool {
	name, _ := node["table_name"].(string)
	return node["type"] == "BASE_TABLE" && strings.EqualFold(name, table)
}

// aliasOf returns the qualifier of the columns of a part of a FROM clause.
func aliasOf(node map[string]any) string {
	if alias, _ := node["alias"].(string); alias != "" {
		return alias
	}
	name, _ := node["table_name"].(string)
	return name
}

func isEmpty(list any) bool {
	values, _ := list.([]any)
	return len(values) == 0
}
