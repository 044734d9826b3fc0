package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// Hold loads a table, or those of its columns that the input asks for, into
// memory, or spills what does not fit. If it asks for no column, only its rows
// are counted.
func (e *Engine) Hold(ctx context.Context, input pipeline.Input) (held pipeline.Held, err error) {
	name := input.Table.Name
	if e.hasNoted(input) {
		return e.holdNoted(ctx, name)
	}
	if isOne(input) {
		input.Values = input.Columns[0].Name
	}
	v, err := e.view(ctx, input, name+"_files")
	if err != nil {
		return held, err
	}
	defer func() { err = errors.Join(err, v.close(context.WithoutCancel(ctx))) }()
	if isOne(input) {
		if held, err = e.holdValues(ctx, v, input); !errors.Is(err, errManyValues) {
			return held, err
		}
	}
	columns := input.Table.Columns
	if input.Columns != nil {
		columns = input.Columns
	}
	if len(columns) == 0 {
		if _, err := e.number(ctx, statement("count.sql", named{Table: name + "_files"})); err != nil {
			return held, v.cause(ctx, err)
		}
	} else {
		rows := statement("all.sql", named{Table: name + "_files", Columns: columns})
		keep := "keep.sql"
		if input.Distinct {
			keep = "values.sql"
		}
		if err := e.exec(ctx, statement(keep, named{Table: name, SQL: rows})); err != nil {
			return held, v.cause(ctx, err)
		}
	}
	if held.Report, err = v.source.report(ctx); err != nil {
		return held, err
	}
	if len(columns) > 0 {
		e.kept[name] = held.Rows
	}
	held.Found = v.tally.found(held.Rows)
	return held, nil
}

// Columns reads the keys of a table's files.
func (e *Engine) Columns(ctx context.Context, input pipeline.Input) ([]ndjson.FoundColumn, error) {
	return ndjson.Infer(ctx, input.Files, ndjson.Limits{})
}

// Check counts the rows that break a rule.
func (e *Engine) Check(ctx context.Context, rule *pipeline.Check, inputs []pipeline.Input) (found pipeline.Findings, err error) {
	others := map[string]string{} // what is read in place of tables
	for _, input := range inputs {
		name := input.Table.Name
		if input.Watched {
			others[strings.ToLower(name)] = watchedName(name)
			continue
		}
		if input.Files == nil {
			if values := e.valuesFor(rule, name); values != "" {
				others[strings.ToLower(name)] = values
			}
			continue
		}
		v, err := e.view(ctx, input, input.Table.Name)
		if err != nil {
			return found, err
		}
		defer func() { err = errors.Join(v.cause(ctx, err), v.close(context.WithoutCancel(ctx))) }()
	}
	if i := slices.IndexFunc(inputs, func(input pipeline.Input) bool { return input.Table.Name == rule.Table }); i >= 0 && inputs[i].Files == nil && !inputs[i].Watched {
		if passes, err := e.passes(ctx, rule); passes || err != nil {
			return found, err
		}
	}
	text := rule.SQL
	if len(others) > 0 {
		if text, err = e.readAs(ctx, text, others); err != nil {
			return found, err
		}
	}
	var messages sql.NullString
	query := statement("check.sql", map[string]any{"SQL": text, "Message": rule.Messages, "Most": pipeline.MostMessages})
	if err := e.row(ctx, query, &found.Rows, &messages); err != nil {
		return found, err
	}
	found.Messages = pipeline.SplitMessages(messages.String)
	return found, nil
}
