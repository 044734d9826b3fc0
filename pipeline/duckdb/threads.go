package duckdb

import (
	"context"
	"database/sql"

	"stedi/pipeline/ndjson"
)

// oneThread is the number of bytes up to which the files of a table are read
// with one thread.
const oneThread = 16 << 20

// widen lets the engine use all its threads if the files that it will read are
// large. For few bytes, one thread is better: while DuckDB's main thread waits for
// another one, it does not sleep, and takes the processor from the publishing.
func (e *Engine) widen(ctx context.Context, conn *sql.Conn, files []ndjson.File) error {
	size := int64(0)
	for _, f := range files {
		size += f.Size
	}
	if size <= oneThread || !e.wide.CompareAndSwap(false, true) {
		return nil
	}
	_, err := conn.ExecContext(ctx, statement("threads.sql", e.threads))
	return err
}
