package pager

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"sync"

	"stedi/pipeline"
	"stedi/pipeline/rowcode"
)

// Spooled stores the result of a query for random access. A small result stays
// in memory; a larger one goes to a file that only its owner can read and that
// Close removes.
type Spooled struct {
	columns []pipeline.ResultColumn
	path    string
	limit   int64 // limit of the file size in bytes

	turn chan struct{} // holds a value while a caller fills
	rows pipeline.Rows

	mu     sync.Mutex
	memory [][]any // all rows, if there is no file
	bytes  int     // their approximate size
	file   *os.File
	end    int64        // size of the file in bytes
	tail   []byte       // bytes after end that are not written yet
	marks  marks[int64] // offsets in the file
	count  int64
	left   []pipeline.LeftOut
	over   error // io.EOF after the last row, or the error that ended the rows
	closed bool
}

const (
	memoryRows  = 2000
	memoryBytes = 1 << 20
	tailBytes   = 256 << 10
	// spoolLimit keeps an unintentionally large result from filling the disk.
	spoolLimit = 4 << 30
)

// Spool stores the rows of a query in memory or at path, an unused name in a
// private directory. Fill reads the rows. Close of the result also closes rows.
func Spool(rows pipeline.Rows, path string) *Spooled {
	return &Spooled{columns: rows.Columns(), path: path, rows: rows, limit: spoolLimit, turn: make(chan struct{}, 1), marks: newMarks(int64(0))}
}

// Columns returns the columns of every row.
func (s *Spooled) Columns() []pipeline.ResultColumn { return s.columns }

// Count returns the number of rows read so far, and whether it is final.
func (s *Spooled) Count() (rows int64, all bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count, s.over != nil && errors.Is(s.over, io.EOF)
}

// LeftOut returns, after the last row, what is missing from the tables that
// were read.
func (s *Spooled) LeftOut() []pipeline.LeftOut {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !errors.Is(s.over, io.EOF) {
		return nil
	}
	return s.left
}

// Fill reads all remaining rows. Run it in the background. If ctx ends, the
// next call resumes; after a failure of the query it returns the same failure
// again.
func (s *Spooled) Fill(ctx context.Context) error { return s.FillTo(ctx, math.MaxInt64) }

// FillTo reads rows until at least that many are stored.
func (s *Spooled) FillTo(ctx context.Context, rows int64) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.mu.Lock()
		count, over := s.count, s.over
		s.mu.Unlock()
		if errors.Is(over, io.EOF) || over == nil && count >= rows {
			return nil
		}
		if over != nil {
			return over
		}
		page, err := s.rows.Next(ctx)
		if ctx.Err() != nil && err != nil {
			return err // the next call may continue the query, or return its failure
		}
		s.mu.Lock()
		if err == nil {
			err = s.take(page)
		}
		if s.over = err; errors.Is(err, io.EOF) {
			s.left = pipeline.LeftOutBy(s.rows)
		}
		s.mu.Unlock()
	}
}

// take stores a page. The caller holds mu.
func (s *Spooled) take(page [][]any) error {
	if s.closed {
		return os.ErrClosed
	}
	if s.file == nil {
		s.memory = append(s.memory, page...)
		s.bytes += size(page)
		s.count = int64(len(s.memory))
		if len(s.memory) <= memoryRows && s.bytes <= memoryBytes {
			return nil
		}
		file, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return fmt.Errorf("keeping the result: %w", err)
		}
		s.file = file
		page, s.memory, s.count = s.memory, nil, 0
	}
	for _, row := range page {
		if err := s.write(row); err != nil {
			return err
		}
	}
	return nil
}

// write appends a row to the file: its length, then its values.
func (s *Spooled) write(row []any) error {
	if s.count == s.marks.due() {
		s.marks.add(s.end + int64(len(s.tail)))
	}
	const room = binary.MaxVarintLen32
	start := len(s.tail)
	b, err := rowcode.Append(append(s.tail, make([]byte, room)...), row)
	if err != nil {
		return err
	}
	length := binary.PutUvarint(b[start:], uint64(len(b)-start-room)) // a length is not negative
	s.tail = slices.Delete(b, start+length, start+room)
	s.count++
	if len(s.tail) < tailBytes {
		return nil
	}
	return s.flush()
}

func (s *Spooled) flush() error {
	n, err := s.file.WriteAt(s.tail, s.end)
	if err != nil {
		return fmt.Errorf("keeping the result: %w", err)
	}
	s.end += int64(n)
	s.tail = s.tail[:0]
	if s.end > s.limit {
		return pipeline.Fail(pipeline.BadUsage, "", "Select fewer rows or columns, or build a table from it.",
			"the result is larger than %d MB", s.limit>>20)
	}
	return nil
}

// Page returns at most n of the rows read so far, from row first. It returns
// fewer if they are long.
func (s *Spooled) Page(ctx context.Context, first int64, n int) ([][]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, os.ErrClosed
	case first < 0 || n <= 0 || first >= s.count:
		return nil, nil
	case s.file == nil:
		last := min(first+int64(n), s.count)
		return s.memory[first:last:last], nil
	}
	if err := s.flush(); err != nil && s.over == nil {
		return nil, err
	}
	from := s.marks.before(first)
	r := bufio.NewReaderSize(io.NewSectionReader(s.file, from.place, s.end-from.place), 64<<10)
	for range first - from.row {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		length, err := binary.ReadUvarint(r)
		if err != nil {
			return nil, damaged(err)
		}
		if _, err := r.Discard(int(length)); err != nil { // the length comes from write
			return nil, damaged(err)
		}
	}
	return s.read(r, min(int64(n), s.count-first))
}

func (s *Spooled) read(r *bufio.Reader, n int64) (rows [][]any, err error) {
	var b []byte
	for bytes := 0; int64(len(rows)) < n && bytes < longRows; bytes += len(b) {
		length, err := binary.ReadUvarint(r)
		if err != nil {
			return nil, damaged(err)
		}
		if uint64(cap(b)) < length {
			b = make([]byte, length)
		}
		b = b[:length]
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, damaged(err)
		}
		row := make([]any, len(s.columns))
		if rest, ok := rowcode.Read(b, row); !ok || len(rest) > 0 {
			return nil, damaged(io.ErrUnexpectedEOF)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func damaged(err error) error {
	return pipeline.Fail(pipeline.BadEngine, "", "Run the query again.", "the result that was kept cannot be read: %w", err)
}

// Close ends the query and removes the stored rows.
func (s *Spooled) Close() error {
	err := s.rows.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed, s.memory = true, nil
	if s.file != nil {
		err = errors.Join(err, s.file.Close(), os.Remove(s.path))
		s.file = nil
	}
	return err
}
