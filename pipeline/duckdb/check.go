package duckdb

import (
	"context"
	"database/sql"
	"errors"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// Hold reads a table into memory, as far as it fits there.
func (e *Engine) Hold(ctx context.Context, input pipeline.Input) (report ndjson.Report, err error) {
	name := input.Table.Name
	v, err := e.view(ctx, input, name+"_files")
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, v.close(context.WithoutCancel(ctx))) }()
	rows := statement("all.sql", named{Table: name + "_files", Columns: input.Table.Columns})
	if err := e.exec(ctx, statement("keep.sql", named{Table: name, SQL: rows})); err != nil {
		return report, v.cause(ctx, err)
	}
	if report, err = v.source.report(ctx); err == nil {
		e.kept[name] = report.Rows
	}
	return report, err
}

// Columns reads the keys of a table's files.
func (e *Engine) Columns(ctx context.Context, input pipeline.Input) ([]ndjson.FoundColumn, error) {
	return ndjson.Infer(ctx, input.Files, ndjson.Limits{})
}

// Check counts the rows that break a rule.
func (e *Engine) Check(ctx context.Context, rule *pipeline.Check, inputs []pipeline.Input) (found pipeline.Findings, err error) {
	for _, input := range inputs {
		if input.Watched {
			name := input.Table.Name
			if err := e.exec(ctx, statement("watched.sql", named{Table: name, As: watchedName(name)})); err != nil {
				return found, err
			}
			defer func() {
				err = errors.Join(err, e.exec(context.WithoutCancel(ctx), statement("drop.sql", named{Kind: "VIEW", Table: name})))
			}()
			continue
		}
		if input.Files == nil {
			continue
		}
		v, err := e.view(ctx, input, input.Table.Name)
		if err != nil {
			return found, err
		}
		defer func() { err = errors.Join(v.cause(ctx, err), v.close(context.WithoutCancel(ctx))) }()
	}
	var messages sql.NullString
	query := statement("check.sql", map[string]any{"SQL": rule.SQL, "Message": rule.Messages, "Most": pipeline.MostMessages})
	if err := e.conn.QueryRowContext(ctx, query).Scan(&found.Rows, &messages); err != nil {
		return found, err
	}
	found.Messages = pipeline.SplitMessages(messages.String)
	return found, nil
}
