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
	t, err := e.parse(ctx, rule.SQL)
	if err != nil {
		return false, err
	}
	columns := rule.Watch
	if deciding := t.deciding(rule.Table); len(deciding) > 0 {
		columns = deciding
		if err := e.selectNothing(ctx, t); err != nil {
			return false, err
		}
	}
	values, err := e.distinctValues(ctx, rule.Table, columns)
	if err != nil {
		return false, err
	}
	walk(t.statements[0], func(node map[string]any) {
		if isTable(node, rule.Table) {
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
	err = e.row(ctx, statement("check.sql", map[string]any{"SQL": text, "Message": false}), &failing, &messages)
	return err == nil && failing == 0, err
}

// valuesFor returns the name of the table with the distinct values that a check
// reads of a kept table, if an earlier check has needed them; else "".
func (e *Engine) valuesFor(rule *pipeline.Check, table string) string {
	key := strings.ToLower(table)
	if values := valuesName(table, rule.Reads[key]); slices.Contains(rule.Sets, key) && slices.Contains(e.values[table], values) {
		return values
	}
	return ""
}

func valuesName(table string, columns []string) string {
	return table + "_values_" + strings.Join(columns, "_")
}

// distinctValues returns the name of a table with the distinct values of columns
// of a kept table.
func (e *Engine) distinctValues(ctx context.Context, table string, names []string) (string, error) {
	values := valuesName(table, names)
	if slices.Contains(e.values[table], values) {
		return values, nil
	}
	var columns []ndjson.Column
	for _, name := range names {
		columns = append(columns, ndjson.Column{Name: name})
	}
	rows := statement("all.sql", named{Table: table, Columns: columns})
	if err := e.exec(ctx, statement("values.sql", named{Table: values, SQL: rows})); err != nil {
		return "", err
	}
	e.values[table] = append(e.values[table], values)
	return values, nil
}

// selectNothing replaces what a SELECT returns for each row by a constant.
func (e *Engine) selectNothing(ctx context.Context, t *tree) error {
	constant, err := e.parse(ctx, statement("condition.sql", nil))
	if err == nil {
		t.root()["select_list"] = constant.root()["select_list"]
	}
	return err
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
