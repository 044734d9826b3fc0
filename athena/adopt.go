package athena

import (
	"context"

	"stedi/pipeline"
	"stedi/pipeline/sqlquote"
)

// Adopt registers rows that another engine has written to a target, so that
// Athena can read them until they are published or released. It returns the
// number of rows.
func (e *Engine) Adopt(ctx context.Context, table *pipeline.Table, target pipeline.Target) (rows int64, err error) {
	stage := stageOf(table, target)
	if err := e.tables.Stage(ctx, table, stage, target.Folder); err != nil {
		return 0, err
	}
	rows, err = e.countOf(ctx, sqlquote.ANSI.Name(e.tables.Database())+"."+sqlquote.ANSI.Name(stage))
	if err != nil {
		return 0, about(table, err)
	}
	return rows, nil
}
