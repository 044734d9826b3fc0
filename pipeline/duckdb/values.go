package duckdb

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// valueRows is the number of rows of a kept table from which a check that only
// watches columns reads their distinct values first.
const valueRows = 1 << 17

// passes reports whether a check passes for sure: it watches columns of a large
// kept table, and their distinct values give no row. False: the rows decide.
func (e *Engine) passes(ctx context.Context, rule *pipeline.Check) (bool, error) {
	if len(rule.Watch) == 0 || e.kept[rule.Table] < valueRows {
		return false, nil
	}
	values := rule.Table + "_values_" + strings.Join(rule.Watch, "_")
	if !slices.Contains(e.values[rule.Table], values) {
		var columns []ndjson.Column
		for _, name := range rule.Watch {
			columns = append(columns, ndjson.Column{Name: name})
		}
		rows := statement("all.sql", named{Table: rule.Table, Columns: columns})
		if err := e.exec(ctx, statement("values.sql", named{Table: values, SQL: rows})); err != nil {
			return false, err
		}
		e.values[rule.Table] = append(e.values[rule.Table], values)
	}
	t, err := e.parse(ctx, rule.SQL)
	if err != nil {
		return false, err
	}
	walk(t.statements[0], func(node map[string]any) {
		name, _ := node["table_name"].(string)
		if node["type"] == "BASE_TABLE" && strings.EqualFold(name, rule.Table) {
			node["alias"] = aliasOf(node)
			node["table_name"] = values
		}
	})
	text, err := e.unparse(ctx, t.root())
	if err != nil {
		return false, err
	}
	var failing int64
	var messages sql.NullString
	err = e.conn.QueryRowContext(ctx, statement("check.sql", map[string]any{"SQL": text, "Message": false})).Scan(&failing, &messages)
	return err == nil && failing == 0, err
}

// forgetValues drops the distinct values of a table's columns.
func (e *Engine) forgetValues(ctx context.Context, table string) error {
	for _, values := range e.values[table] {
		if err := e.exec(ctx, statement("drop.sql", named{Kind: "TABLE", Table: values})); err != nil {
			return err
		}
	}
	delete(e.values, table)
	return nil
}
