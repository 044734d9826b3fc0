package duckdb

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	driver "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// source is a table of files. A query may read it several times.
type source struct {
	input   pipeline.Input
	threads int
	allow   *pipeline.Allowance // nil: the reader of the report decides
	counted bool                // the files are those of input.Known

	mu       sync.Mutex
	readings []*reading // one per use of the table in a query
	err      error      // the error that stopped a reading
}

// reading is a scan with the cursors of DuckDB's threads.
type reading struct {
	scan    *ndjson.Scan
	cursors []*ndjson.Cursor
	noted   []*valuePart // of each thread
}

// scanName is the name of the table function that reads a source.
const scanName = "stedi_scan"

// ScanOf is the name that the function has in the plans of a table's queries.
func ScanOf(table string) string { return scanName + "_" + strings.ToLower(table) }

// registerScan registers the table function stedi_scan(ID), which reads source
// ID.
func (e *Engine) registerScan() error { return e.registerScanAs(scanName) }

func (e *Engine) registerScanAs(name string) error {
	id, err := driver.NewTypeInfo(driver.TYPE_BIGINT)
	if err != nil {
		return fmt.Errorf("duckdb: %w", err)
	}
	return driver.RegisterTableUDF(e.conn, name, driver.ParallelChunkTableFunction{
		Config: driver.TableFunctionConfig{Arguments: []driver.TypeInfo{id}},
		BindArgumentsContext: func(ctx context.Context, _ map[string]any, args ...any) (driver.ParallelChunkTableSource, error) {
			number, _ := args[0].(int64)
			source, ok := e.sources.get(number)
			if !ok {
				return nil, fmt.Errorf("stedi_scan(%d): unknown source", number)
			}
			table := &scanTable{ctx: ctx, source: source, reading: source.newReading()}
			if table.counted = source.counted; table.counted {
				table.left.Store(source.input.Known.Rows)
			}
			return table, nil
		},
	})
}

// scanTable implements DuckDB's table function for one reading of a source.
type scanTable struct {
	ctx     context.Context //nolint:containedctx // DuckDB's callbacks have no context
	source  *source
	reading *reading
	used    sync.Once
	counted bool
	left    atomic.Int64 // rows that are counted and not yet returned
}

func (t *scanTable) ColumnInfos() []driver.ColumnInfo {
	columns := t.source.input.Table.Columns
	boolean, err := driver.NewTypeInfo(driver.TYPE_BOOLEAN)
	if err != nil {
		t.source.fail(err)
	}
	infos := []driver.ColumnInfo{{Name: anyName(columns), T: boolean}}
	for _, c := range columns {
		info, err := vectorType(c.Type)
		if err != nil {
			t.source.fail(err)
		}
		infos = append(infos, driver.ColumnInfo{Name: c.Name, T: info})
	}
	return infos
}

// anyName returns the name of the table function's first column, which no view
// selects. For a query that needs only the number of rows, DuckDB reads the
// first column of a table function.
func anyName(columns []pipeline.Column) string {
	name := countingColumn
	for slices.ContainsFunc(columns, func(c pipeline.Column) bool { return strings.EqualFold(c.Name, name) }) {
		name += "_"
	}
	return name
}

// countingColumn is the name that anyName begins with.
const countingColumn = "stedi_any"

// IsCounting reports whether a column of a plan is the one that is read for the
// number of rows only.
func IsCounting(column string) bool { return strings.TrimRight(column, "_") == countingColumn }

// bytesPerRow is an estimate for the planner, which uses it only to order
// joins.
const bytesPerRow = 100

func (t *scanTable) Cardinality() *driver.CardinalityInfo {
	return &driver.CardinalityInfo{Cardinality: uint(t.reading.scan.Size()/bytesPerRow) + 1} // a size is not negative
}

func (t *scanTable) Init() driver.ParallelTableSourceInfo {
	t.used.Do(func() { t.source.started(t.reading) })
	return driver.ParallelTableSourceInfo{MaxThreads: max(1, min(t.source.threads, t.reading.scan.Blocks()))}
}

// scanThread is the state of one of DuckDB's threads.
type scanThread struct {
	cursor  *ndjson.Cursor
	vectors []ndjson.Vector
	handles []mapping.Vector
	note    int        // the column whose values are noted, or -1
	noted   *valuePart // of that column
}

func (t *scanTable) NewLocalState() any {
	table := t.source.input.Table
	n := len(table.Columns)
	thread := &scanThread{vectors: make([]ndjson.Vector, n), handles: make([]mapping.Vector, n), note: columnToNote(table, t.source.input.Values)}
	thread.cursor, thread.noted = t.source.thread(t.reading)
	return thread
}

// FillChunk parses the next lines directly into DuckDB's vectors.
func (t *scanTable) FillChunk(state any, chunk driver.DataChunk) (err error) {
	defer func() {
		// A panic would unwind through C and crash the process.
		if r := recover(); r != nil {
			err = fmt.Errorf("reading %s: %v\n%s", t.source.input.Table.Name, r, debug.Stack())
		}
		if err != nil {
			t.source.fail(err)
		}
	}()
	thread, ok := state.(*scanThread)
	if !ok {
		return fmt.Errorf("reading %s: state of another scan", t.source.input.Table.Name)
	}
	raw := rawChunk(&chunk)
	wanted := projection(&chunk)[1:]
	if t.counted && !slices.ContainsFunc(wanted, func(i int) bool { return i >= 0 }) {
		mapping.DataChunkSetSize(raw, mapping.IdxT(t.count(driver.GetDataChunkCapacity()))) // a count is not negative
		return nil
	}
	for i := range thread.vectors {
		v := &thread.vectors[i]
		heap := v.Heap[:0]
		*v = ndjson.Vector{}
		if wanted[i] >= 0 {
			thread.handles[i] = chunkVector(raw, wanted[i])
			*v = viewVector(thread.handles[i])
		}
		v.Heap = heap
	}
	rows, err := thread.cursor.Fill(t.ctx, thread.vectors, driver.GetDataChunkCapacity())
	if err != nil {
		return err
	}
	if t.source.refuses(t.reading) {
		return errRefused
	}
	if n := thread.note; n >= 0 && wanted[n] >= 0 {
		thread.noted.add(&thread.vectors[n], rows)
	}
	for i := range thread.vectors {
		moveHeap(&thread.vectors[i], thread.handles[i], rows)
	}
	mapping.DataChunkSetSize(raw, mapping.IdxT(rows)) // a count is not negative
	return nil
}

// count takes at most limit of the counted rows. A query that reads no column
// needs no file.
func (t *scanTable) count(limit int) int64 {
	left := t.left.Add(-int64(limit))
	return max(0, min(int64(limit), left+int64(limit)))
}

// moveHeap copies the long strings of a column to the heap of the DuckDB vector
// with one C call. The call creates one string of all of them in row 0, and the
// value of row 0 is restored afterwards.
func moveHeap(v *ndjson.Vector, handle mapping.Vector, rows int) {
	if v.Data == nil || len(v.Heap) == 0 {
		return
	}
	first := (*[2]uint64)(v.Data)
	saved := *first
	mapping.VectorAssignStringElementLen(handle, 0, v.Heap)
	base := uintptr(first[1])
	*first = saved
	v.Relocate(rows, base)
}

// errRefused ends a query that would leave out more than allowed.
var errRefused = errors.New("more rejects than allowed")

// refuses reports during a query whether the rejects exceed the limit. A limit
// on the share can only be checked at the end.
func (s *source) refuses(r *reading) bool {
	return s.allow != nil && s.allow.Exceeded(s.input.Table, r.scan)
}

func (s *source) newReading() *reading {
	return &reading{scan: ndjson.NewScan(s.input.Files, s.input.Table.Columns, ndjson.Limits{})}
}

func (s *source) started(r *reading) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readings = append(s.readings, r)
}

// thread returns the cursor of another thread, and the place for the values that
// it notes.
func (s *source) thread(r *reading) (*ndjson.Cursor, *valuePart) {
	c, part := r.scan.Cursor(), &valuePart{}
	s.mu.Lock()
	defer s.mu.Unlock()
	r.cursors, r.noted = append(r.cursors, c), append(r.noted, part)
	return c, part
}

func (s *source) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
}

func (s *source) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// progress adds up what the scans have read. A table that no query has started
// to read will be read all the same: the report wants all of it.
func (s *source) progress(p *pipeline.Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.readings) == 0 {
		for _, f := range s.input.Files {
			p.BytesTotal += f.Size
		}
	}
	for _, r := range s.readings {
		rows, bytes := r.scan.Progress()
		p.RowsRead += rows
		p.BytesRead += bytes
		p.BytesTotal += r.scan.Size()
	}
}

// report reads the parts that no query has read, so that the counts and rejects
// cover the whole table, and returns the report.
func (s *source) report(ctx context.Context) (ndjson.Report, error) {
	s.mu.Lock()
	if len(s.readings) == 0 {
		s.readings = append(s.readings, s.newReading())
	}
	first := s.readings[0]
	s.mu.Unlock()
	first.release()
	if err := first.scan.Drain(ctx); err != nil {
		return ndjson.Report{}, err
	}
	return first.scan.Report(ctx)
}

// soFar returns the report of the reading with the most rejects; it is empty if
// there are no rejects. With toTheEnd it reads the table to its end first, which
// a check of the share requires.
func (s *source) soFar(ctx context.Context, toTheEnd bool) (report ndjson.Report, err error) {
	s.mu.Lock()
	readings := s.readings
	s.mu.Unlock()
	most := int64(0)
	for _, r := range readings {
		all, _ := r.scan.Refused()
		if all <= most {
			continue
		}
		most = all
		r.release()
		if toTheEnd {
			if err := r.scan.Drain(ctx); err != nil {
				return report, err
			}
		}
		if report, err = r.scan.Report(ctx); errors.Is(err, ndjson.ErrUnfinished) {
			report, err = r.scan.SoFar(ctx)
		}
		if err != nil {
			return report, err
		}
	}
	return report, nil
}

// release closes the unfinished cursors of DuckDB's threads. No query may be
// running.
func (r *reading) release() {
	for _, c := range r.cursors {
		c.Close()
	}
	r.cursors = nil
}

func (s *source) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.readings {
		r.release()
		r.scan.Close()
	}
}
