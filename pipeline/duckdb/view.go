package duckdb

import (
	"context"

	"stedi/pipeline"
)

// view makes a table of files available to queries by name.
type view struct {
	engine *Engine
	name   string
	id     int64
	source *source
	tally  *tally // nil if no check is evaluated on the way
}

func (e *Engine) view(ctx context.Context, input pipeline.Input, name string) (*view, error) {
	conn, err := e.session(ctx)
	if err == nil {
		err = e.widen(ctx, conn, input.Files)
	}
	if err != nil {
		return nil, err
	}
	v := &view{engine: e, name: name, source: &source{input: input, threads: e.threads}}
	v.id = e.sources.add(v.source)
	v.tally = e.tally(input.Count, input.Table.Columns)
	q := named{Table: name, ID: v.id, Columns: input.Table.Columns, Scan: scanName, Where: v.tally.predicate()}
	if err := e.exec(ctx, statement("scan.sql", q)); err != nil {
		e.sources.remove(v.id)
		v.tally.close()
		return nil, err
	}
	return v, nil
}

// cause returns the original error; DuckDB passes on only its text.
func (v *view) cause(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if failed := v.source.failed(); failed != nil {
		return failed
	}
	return err
}

func (v *view) close(ctx context.Context) error {
	v.source.close()
	v.tally.close()
	v.engine.sources.remove(v.id)
	return v.engine.exec(ctx, statement("drop.sql", named{Kind: "VIEW", Table: v.name}))
}
