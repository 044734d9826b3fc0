package run

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/zeebo/xxh3"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/rowcode"
)

// Multiset represents the rows of a table in any order: their number, and the
// sum of their hashes, so that the same rows always give the same value.
type Multiset struct {
	Rows int64
	Sum  xxh3.Uint128
}

func (m *Multiset) add(hash xxh3.Uint128) {
	m.Rows++
	low := m.Sum.Lo + hash.Lo
	m.Sum.Hi += hash.Hi
	if low < m.Sum.Lo {
		m.Sum.Hi++
	}
	m.Sum.Lo = low
}

// Hash returns the sum as text.
func (m *Multiset) Hash() string { return ndjson.Hash(m.Sum.Bytes()).String() }

// hashRow hashes values, not their notation: 1.0 equals 1e0, and -0.0 equals
// 0.0, as in SQL, although Spark's DISTINCT distinguishes the latter.
func hashRow(buffer []byte, row []any) (xxh3.Uint128, []byte, error) {
	for i, value := range row {
		if number, ok := value.(float64); ok && number == 0 {
			row[i] = float64(0)
		}
	}
	buffer, err := rowcode.Append(buffer[:0], row)
	return xxh3.Hash128(buffer), buffer, err
}

// eachRow reads the rows of plain files strictly. It stops without an error
// when found returns false.
func eachRow(ctx context.Context, input pipeline.Input, found func(row []any, hash xxh3.Uint128, file string, line int64) (more bool)) error {
	var refused *ndjson.Reject
	walker := ndjson.NewWalker(input.Table.Columns, ndjson.Limits{}, func(r ndjson.Reject) { refused = &r })
	var buffer []byte
	for _, f := range input.Files {
		file, err := os.Open(f.Path)
		if err != nil {
			return err
		}
		more := true
		for walker.Start(file, f.Name, f.Size, ndjson.Place{Line: 1}); more && err == nil; {
			var rows [][]any
			line := walker.Place().Line
			if rows, err = walker.Rows(ctx, 256); len(rows) == 0 {
				break
			}
			for i := 0; i < len(rows) && more && err == nil; i++ {
				var hash xxh3.Uint128
				if hash, buffer, err = hashRow(buffer, rows[i]); err == nil {
					more = found(rows[i], hash, f.Name, line+int64(i))
				}
			}
		}
		if err == nil && refused != nil {
			err = fmt.Errorf("%s, line %d is not a row of %s", refused.File, refused.Line, input.Table.Name)
		}
		if err = errors.Join(err, file.Close()); err != nil || !more {
			return err
		}
	}
	return nil
}

// multisetOf reads files and returns the Multiset of their rows.
func multisetOf(ctx context.Context, input pipeline.Input) (m Multiset, err error) {
	err = eachRow(ctx, input, func(_ []any, hash xxh3.Uint128, _ string, _ int64) bool {
		m.add(hash)
		return true
	})
	return m, err
}

// surplus counts, by hash, the rows that two inputs do not share: above 0 for
// rows of the first input only, below 0 for rows of the second only.
func surplus(ctx context.Context, a, b pipeline.Input) (map[xxh3.Uint128]int64, error) {
	counts := map[xxh3.Uint128]int64{}
	count := func(by int64) func([]any, xxh3.Uint128, string, int64) bool {
		return func(_ []any, hash xxh3.Uint128, _ string, _ int64) bool {
			if counts[hash] += by; counts[hash] == 0 {
				delete(counts, hash)
			}
			return true
		}
	}
	err := eachRow(ctx, a, count(1))
	if err == nil {
		err = eachRow(ctx, b, count(-1))
	}
	return counts, err
}
