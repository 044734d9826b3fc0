package duckdb

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	driver "github.com/duckdb/duckdb-go/v2"

	"stedi/pipeline"
)

// Declare creates an empty table.
func (e *Engine) Declare(ctx context.Context, table string, columns []pipeline.Column) error {
	if err := e.exec(ctx, statement("shape.sql", tableShape(table, columns))); err != nil {
		return fmt.Errorf("declaring %s: %w", table, err)
	}
	e.declared[strings.ToLower(table)] = columns
	return nil
}

// Undeclare drops the declared tables, so that an empty table is never used as
// a full one.
func (e *Engine) Undeclare(ctx context.Context) error {
	var errs []error
	for table := range e.declared {
		errs = append(errs, e.exec(ctx, statement("drop.sql", named{Kind: "VIEW", Table: table})))
	}
	clear(e.declared)
	return errors.Join(errs...)
}

// Describe prepares the SELECT over the declared tables and returns its
// columns. It parses a new text first, because preparing several statements
// would run them.
func (e *Engine) Describe(ctx context.Context, text string) (columns []pipeline.Column, err error) {
	if !e.parsed[text] {
		if _, err := e.parse(ctx, text); err != nil {
			return nil, err
		}
	}
	if err := e.quotedClock(ctx, text); err != nil {
		return nil, err
	}
	infos, err := e.prepare(ctx, text)
	if err != nil {
		return nil, e.explainPrepare(ctx, text, err)
	}
	for _, info := range infos {
		kind, ok := lakeType(info.T)
		if !ok {
			return nil, &pipeline.SQLError{Message: fmt.Sprintf("column %s has a type that a table of the lake cannot have: CAST it to VARCHAR, BOOLEAN, BIGINT, DOUBLE, DECIMAL, DATE, TIMESTAMP, or a LIST, STRUCT or MAP of these", info.Name)}
		}
		columns = append(columns, pipeline.Column{Name: strings.ToLower(info.Name), Type: kind})
	}
	return columns, nil
}

type shapeColumn struct{ Name, Type string }

func tableShape(table string, columns []pipeline.Column) any {
	shape := make([]shapeColumn, len(columns))
	for i, c := range columns {
		shape[i] = shapeColumn{c.Name, pipeline.ResultType(c.Type)}
	}
	return map[string]any{"Table": table, "Columns": shape}
}

// prepare returns the columns of one parsed SELECT.
func (e *Engine) prepare(ctx context.Context, text string) (columns []driver.ColumnInfo, err error) {
	session, err := e.session(ctx)
	if err != nil {
		return nil, err
	}
	err = session.Raw(func(c any) error {
		conn, ok := c.(*driver.Conn)
		if !ok {
			return fmt.Errorf("prepare: a connection of another driver: %T", c)
		}
		prepared, err := conn.PrepareContext(ctx, text)
		if err != nil {
			return sqlError(err)
		}
		stmt, ok := prepared.(*driver.Stmt)
		if !ok {
			return errors.Join(fmt.Errorf("prepare: a statement of another driver: %T", prepared), prepared.Close())
		}
		columns, err = columnsOf(stmt)
		return errors.Join(err, stmt.Close())
	})
	return columns, err
}

func columnsOf(stmt *driver.Stmt) ([]driver.ColumnInfo, error) {
	n, err := stmt.ColumnCount()
	if err != nil {
		return nil, err
	}
	columns := make([]driver.ColumnInfo, n)
	for i := range columns {
		if columns[i].Name, err = stmt.ColumnName(i); err != nil {
			return nil, err
		}
		if columns[i].T, err = stmt.ColumnTypeInfo(i); err != nil {
			return nil, err
		}
	}
	return columns, nil
}

var caretLine = regexp.MustCompile(`(?s)\n\nLINE (\d+): .*$`)

// sqlError converts DuckDB's error about a text to a *pipeline.SQLError. It
// keeps only the message, without DuckDB's excerpt and caret.
func sqlError(err error) error {
	var fault *driver.Error
	if !errors.As(err, &fault) {
		return err
	}
	message := caretLine.ReplaceAllString(fault.Msg, "")
	line := 0
	if m := caretLine.FindStringSubmatch(fault.Msg); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	return &pipeline.SQLError{Line: line, Message: message}
}
