package duckdb

import (
	"context"
	"fmt"
	"runtime/debug"

	driver "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// onChunks makes a function that DuckDB's own threads call with chunks of
// rows. A panic in it would leave through C and take the process with it, so
// it becomes an error.
func onChunks(doing string, f func(chunk mapping.DataChunk, rows int, result mapping.Vector) error) driver.ScalarFuncExecutor {
	return driver.ScalarFuncExecutor{
		ScalarBinder: bindContext,
		ChunkContextExecutor: func(ctx context.Context, state *driver.ChunkIteratorState) (err error) {
			defer func() {
				if r := recover(); r != nil {
					err = fmt.Errorf("%s: %v\n%s", doing, r, debug.Stack())
				}
			}()
			if err := ctx.Err(); err != nil {
				return err
			}
			chunk := rawChunk(state.GetInputChunk())
			result := state.GetResultVector()
			return f(chunk, int(mapping.DataChunkGetSize(chunk)), rawVector(&result)) // at most the chunk's capacity
		},
	}
}

// bindContext gives a function the query's context while the query is planned.
// Without it the driver does so at the first chunk, where threads that have
// their first chunks at once write to the same place.
func bindContext(ctx context.Context, _ []driver.ScalarUDFArg) (context.Context, error) {
	return ctx, nil
}
