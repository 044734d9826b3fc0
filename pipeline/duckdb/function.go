package duckdb

import (
	"context"
	"fmt"
	"runtime/debug"

	driver "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// onChunks returns a function that DuckDB's threads call with chunks of rows. A
// panic would unwind through C and crash the process, so it becomes an error.
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
			return f(chunk, int(mapping.DataChunkGetSize(chunk)), rawVector(&result)) // at most the capacity of the chunk
		},
	}
}

// bindContext passes the query's context to a function at planning time.
// Otherwise the driver does so at the first chunk, which is a data race between
// threads.
func bindContext(ctx context.Context, _ []driver.ScalarUDFArg) (context.Context, error) {
	return ctx, nil
}
