package duckdb

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	driver "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"stedi/pipeline/ndjson"
)

// sink is where the rows of a query go while it runs.
type sink struct {
	writer  *ndjson.Writer
	columns int
	mu      sync.Mutex
	err     error
}

// sinkFunction is stedi_sink(ID, columns…): DuckDB's own threads call it with
// the rows of a query, and nothing is materialised. It answers 1 for each row.
type sinkFunction struct{ engine *Engine }

func (e *Engine) registerSink() error {
	return driver.RegisterScalarUDF(e.conn, "stedi_sink", sinkFunction{e})
}

// Config says that the function takes anything and must see every row.
func (f sinkFunction) Config() driver.ScalarFuncConfig {
	number, _ := driver.NewTypeInfo(driver.TYPE_BIGINT)
	anything, _ := driver.NewTypeInfo(driver.TYPE_ANY)
	return driver.ScalarFuncConfig{
		InputTypeInfos: []driver.TypeInfo{number}, ResultTypeInfo: number, VariadicTypeInfo: anything,
		Volatile: true, SpecialNullHandling: true,
	}
}

// Executor writes one chunk of rows at a time.
func (f sinkFunction) Executor() driver.ScalarFuncExecutor {
	return driver.ScalarFuncExecutor{ChunkContextExecutor: f.write, ScalarBinder: bindContext}
}

// bindContext gives a function the query's context while the query is planned.
// Without it the driver does so at the first chunk, where threads that have
// their first chunks at once write to the same place.
func bindContext(ctx context.Context, _ []driver.ScalarUDFArg) (context.Context, error) {
	return ctx, nil
}

func (f sinkFunction) write(ctx context.Context, state *driver.ChunkIteratorState) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("writing: %v\n%s", r, debug.Stack())
		}
	}()
	if err := ctx.Err(); err != nil {
		return err
	}
	chunk := rawChunk(state.GetInputChunk())
	rows := int(mapping.DataChunkGetSize(chunk)) //nolint:gosec // at most the chunk's capacity
	if rows == 0 {
		return nil
	}
	id := *(*int64)(mapping.VectorGetData(chunkVector(chunk, 0)))
	s, ok := f.engine.sinks.get(id)
	if !ok {
		return fmt.Errorf("stedi_sink(%d): no such sink", id)
	}
	vectors := make([]ndjson.Vector, s.columns)
	for i := range vectors {
		vectors[i] = viewVector(chunkVector(chunk, i+1))
	}
	if err := s.writer.Write(vectors, rows); err != nil {
		s.fail(err)
		return err
	}
	result := state.GetResultVector()
	setOnes(rawVector(&result), rows)
	return nil
}

// fail keeps the first error as it was, for DuckDB passes on only its text.
func (s *sink) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = errors.Join(s.err, err)
}

func (s *sink) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
