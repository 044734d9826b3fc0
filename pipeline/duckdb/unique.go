package duckdb

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	driver "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// hashSet reports whether a large number of hashes are distinct. Threads sort
// them into buckets by their first bits. Each bucket is then checked in a table
// that fits into a core's cache, unlike that of DuckDB's count(DISTINCT …).
type hashSet struct {
	most int64 // hashes that it stores, or none if there are more; 0: all

	mu    sync.Mutex
	count int64
	free  []*buckets
	all   []*buckets
}

const bucketBits = 8

type buckets [1 << bucketBits][]uint64

func (s *hashSet) add(hashes []uint64) {
	b := s.take(int64(len(hashes)))
	if b == nil {
		return
	}
	for _, h := range hashes {
		i := h >> (64 - bucketBits)
		b[i] = append(b[i], h)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, b)
}

// take returns where to store n hashes; nil if these are too many.
func (s *hashSet) take(n int64) *buckets {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.count += n; s.most > 0 && s.count > s.most {
		s.free, s.all = nil, nil
		return nil
	}
	if n := len(s.free); n > 0 {
		b := s.free[n-1]
		s.free = s.free[:n-1]
		return b
	}
	b := new(buckets)
	s.all = append(s.all, b)
	return b
}

// len returns the number of hashes.
func (s *hashSet) len() (n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.all {
		for i := range b {
			n += int64(len(b[i]))
		}
	}
	return n
}

// unique reports whether all hashes are distinct. Call it after the last add.
func (s *hashSet) unique() bool {
	var table []uint64
	for i := range 1 << bucketBits {
		n := 0
		for _, b := range s.all {
			n += len(b[i])
		}
		size := 16
		for size < 2*n {
			size *= 2
		}
		table = slices.Grow(table[:0], size)[:size]
		clear(table)
		if !s.place(i, table) {
			return false
		}
	}
	return true
}

// place inserts a bucket's hashes into an empty table that is larger than the
// bucket. In the table, 0 means a free place. It stops at the first duplicate.
func (s *hashSet) place(bucket int, table []uint64) bool {
	mask := uint64(len(table) - 1)
	zeros := 0
	for _, b := range s.all {
		for _, h := range b[bucket] {
			if h == 0 {
				zeros++
				continue
			}
			at := h & mask
			for table[at] != 0 {
				if table[at] == h {
					return false
				}
				at = (at + 1) & mask
			}
			table[at] = h
		}
	}
	return zeros < 2
}

// hashFunction is stedi_hash(ID, hash). It adds the hashes of a query to set
// ID, and returns 1 for each.
type hashFunction struct{ engine *Engine }

func (e *Engine) registerHash() error {
	return driver.RegisterScalarUDF(e.conn, "stedi_hash", hashFunction{e})
}

// Config declares that the function must be called for every row.
func (f hashFunction) Config() driver.ScalarFuncConfig {
	number, _ := driver.NewTypeInfo(driver.TYPE_BIGINT)
	hash, _ := driver.NewTypeInfo(driver.TYPE_UBIGINT)
	return driver.ScalarFuncConfig{InputTypeInfos: []driver.TypeInfo{number, hash}, ResultTypeInfo: number, Volatile: true, SpecialNullHandling: true}
}

// Executor adds one chunk of hashes at a time.
func (f hashFunction) Executor() driver.ScalarFuncExecutor {
	return onChunks("collecting hashes", f.collect)
}

func (f hashFunction) collect(chunk mapping.DataChunk, rows int, result mapping.Vector) error {
	if rows == 0 {
		return nil
	}
	id := numbers[int64](chunkVector(chunk, 0), 1)[0]
	set, ok := f.engine.hashes.get(id)
	if !ok {
		return fmt.Errorf("stedi_hash(%d): no such set", id)
	}
	set.add(numbers[uint64](chunkVector(chunk, 1), rows))
	setOnes(result, rows)
	return nil
}

// manyRows is the number of rows above which DuckDB deduplicates instead,
// because it respects its memory limit. A hash has 8 bytes.
const manyRows = 16 << 20

// isUnique returns true if all n rows of a table are distinct, and false if they
// may not be. Equal rows have equal hashes.
func (e *Engine) isUnique(ctx context.Context, rows named, n int64) (bool, error) {
	if n > manyRows {
		unique := false
		err := e.row(ctx, statement("unique.sql", rows), &unique)
		return unique, err
	}
	if n > largeSet {
		defer debug.FreeOSMemory() // the engine needs the memory for the next step
	}
	return e.hasUniqueHashes(ctx, rows, n)
}

// largeSet is the number of hashes from which their memory is given back to the
// system at once.
const largeSet = 1 << 20

// hasUniqueHashes reports whether all n rows of a table have different hashes.
func (e *Engine) hasUniqueHashes(ctx context.Context, rows named, n int64) (bool, error) {
	set := &hashSet{}
	rows.ID = e.hashes.add(set)
	defer e.hashes.remove(rows.ID)
	seen, err := e.number(ctx, statement("hash.sql", rows))
	if err == nil && seen != n {
		err = fmt.Errorf("%d rows of %s and %d hashes", n, rows.Table, seen)
	}
	return err == nil && set.unique(), err
}
