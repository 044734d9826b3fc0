package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// workbench is a connection of its own to the engine's database: its temporary
// tables are seen by no other.
type workbench struct {
	engine *Engine
	conn   *sql.Conn
}

// Workbench implements pipeline.Bencher.
func (e *Engine) Workbench(ctx context.Context) (pipeline.Workbench, error) {
	if _, err := e.session(ctx); err != nil {
		return nil, err
	}
	conn, err := e.db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("duckdb: %w", err)
	}
	return &workbench{e, conn}, nil
}

func (w *workbench) Load(ctx context.Context, name string, input pipeline.Input) (report ndjson.Report, err error) {
	s := &source{input: input, threads: w.engine.threads}
	if input.InOrder {
		s.threads = 1
	}
	if err := w.engine.widen(ctx, w.conn, input.Files); err != nil {
		return report, err
	}
	id := w.engine.sources.add(s)
	defer func() {
		s.close()
		w.engine.sources.remove(id)
	}()
	load := statement("load.sql", named{Table: name, ID: id, Columns: input.Table.Columns})
	if _, err := w.conn.ExecContext(ctx, load); err != nil {
		switch failed := s.failed(); {
		case ctx.Err() != nil:
			return report, context.Cause(ctx)
		case failed != nil:
			return report, failed
		}
		return report, outOfMemory(err)
	}
	return s.report(ctx)
}

func (w *workbench) Exec(ctx context.Context, query string, args ...any) error {
	_, err := w.conn.ExecContext(ctx, query, args...)
	return outOfMemory(err)
}

func (w *workbench) Rows(ctx context.Context, query string, args ...any) (columns []string, all [][]any, err error) {
	rows, err := w.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, nil, outOfMemory(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if columns, err = rows.Columns(); err != nil {
		return nil, nil, err
	}
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, nil, err
		}
		all = append(all, row)
	}
	return columns, all, outOfMemory(rows.Err())
}

func (w *workbench) Tree(ctx context.Context, text string) (map[string]any, error) {
	t, err := parseOn(ctx, w.conn, text)
	if err != nil {
		return nil, err
	}
	return t.root(), nil
}

func (w *workbench) Text(ctx context.Context, node map[string]any) (string, error) {
	return unparseOn(ctx, w.conn, node)
}

func (w *workbench) Close() error { return w.conn.Close() }
