package duckdb

import (
	"errors"
	"fmt"
	"sync"

	driver "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"stedi/pipeline/ndjson"
)

// sink receives the rows of a query while it runs.
type sink struct {
	writer  *ndjson.Writer
	columns int
	mu      sync.Mutex
	err     error
}

// sinkFunction is stedi_sink(ID, columns…). DuckDB's threads call it with the
// rows of a query, so no result is materialised. It returns 1 for each row.
type sinkFunction struct{ engine *Engine }

func (e *Engine) registerSink() error {
	return driver.RegisterScalarUDF(e.conn, "stedi_sink", sinkFunction{e})
}

// Config declares that the function accepts any types and must be called for
// every row.
func (f sinkFunction) Config() driver.ScalarFuncConfig {
	number, _ := driver.NewTypeInfo(driver.TYPE_BIGINT)
	anything, _ := driver.NewTypeInfo(driver.TYPE_ANY)
	return driver.ScalarFuncConfig{
		InputTypeInfos: []driver.TypeInfo{number}, ResultTypeInfo: number, VariadicTypeInfo: anything,
		Volatile: true, SpecialNullHandling: true,
	}
}

// Executor writes one chunk of rows at a time.
func (f sinkFunction) Executor() driver.ScalarFuncExecutor { return onChunks("writing", f.write) }

func (f sinkFunction) write(chunk mapping.DataChunk, rows int, result mapping.Vector) error {
	if rows == 0 {
		return nil
	}
	id := numbers[int64](chunkVector(chunk, 0), 1)[0]
	s, ok := f.engine.sinks.get(id)
	if !ok {
		return fmt.Errorf("stedi_sink(%d): unknown sink", id)
	}
	vectors := make([]ndjson.Vector, s.columns)
	for i := range vectors {
		vectors[i] = viewVector(chunkVector(chunk, i+1))
	}
	if err := s.writer.Write(vectors, rows); err != nil {
		s.fail(err)
		return err
	}
	setOnes(result, rows)
	return nil
}

// fail keeps the first error, because DuckDB passes on only its text.
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
