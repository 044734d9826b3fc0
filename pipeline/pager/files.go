package pager

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"slices"
	"sync"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// Files pages through the files of a table as they are stored, one after the
// other. Rows are read as strictly as an engine reads them: what it would
// reject has no number here either.
//
// The first page, and the last one if the number of rows is known, come at
// once; any other is as near as Index has come.
type Files struct {
	table   *pipeline.Table
	columns []pipeline.ResultColumn
	files   []ndjson.File
	shelf   shelf
	bytes   int64 // of all files, as they were listed
	slack   int64 // bytes that are read at least when rows are counted from the end

	turn   chan struct{} // holds a value while a caller uses walker
	walker *ndjson.Walker
	counts chan struct{} // holds a value while Index is at work

	mu      sync.Mutex
	states  []state
	marks   marks[place]
	recent  [4]mark[place] // the ends of the last pages that were counted from the start
	next    int            // which of them is replaced next
	listed  int64          // rows, as the caller stated; -1 if unknown
	total   int64          // rows, as we know; -1 until then
	known   int64          // rows that are there at least
	rejects rejects
	skipped []string // files that are not read
}

// place is the start of a line of one of the files.
type place struct {
	file int
	ndjson.Place
}

// OpenFiles pages through files. If the number of their rows is known from a
// manifest, the last page can be found from the end; otherwise rows is -1. What
// compressed files hold is written below temp, a private folder, as it is
// needed.
func OpenFiles(table *pipeline.Table, files []ndjson.File, rows int64, temp string) *Files {
	f := &Files{
		table: table, columns: resultColumns(table.Columns), files: files, shelf: newShelf(temp),
		turn: make(chan struct{}, 1), counts: make(chan struct{}, 1), states: make([]state, len(files)),
		walker: ndjson.NewWalker(table.Columns, ndjson.Limits{}, func(ndjson.Reject) {}),
		marks:  newMarks(place{0, ndjson.Place{Line: 1}}), listed: rows, total: -1, slack: 16 << 10,
	}
	for _, file := range files {
		f.bytes += file.Size
	}
	return f
}

func resultColumns(columns []pipeline.Column) []pipeline.ResultColumn {
	result := make([]pipeline.ResultColumn, len(columns))
	for i, c := range columns {
		result[i] = pipeline.ResultColumn{Name: c.Name, Type: pipeline.ResultType(c.Type)}
	}
	return result
}

// Columns are the columns of every row.
func (f *Files) Columns() []pipeline.ResultColumn { return f.columns }

// Count returns how many rows are known so far, and whether these are all.
func (f *Files) Count() (rows int64, all bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.total >= 0:
		return f.total, true
	case f.listed >= 0:
		return f.listed, true
	default:
		return max(f.known, f.marks.last().row), false
	}
}

// Close removes what was unpacked.
func (f *Files) Close() error { return f.shelf.close() }

// Page returns rows. There may be fewer than n if they are long. A file that is
// not what it was any more gives a failure that is pipeline.ErrChanged.
func (f *Files) Page(ctx context.Context, first int64, n int) (rows [][]any, err error) {
	if first < 0 || n <= 0 {
		return nil, nil
	}
	err = f.withTurn(ctx, func() error {
		if total, all := f.counted(); all && first >= total {
			return nil
		}
		t, err := f.tripTo(ctx, first)
		if err != nil {
			return err
		}
		if rows, err = t.rows(ctx, n); err != nil {
			return t.fail(err)
		}
		if t.forward {
			f.remember(first+int64(len(rows)), t)
		}
		return t.end()
	})
	if err != nil {
		return nil, f.explain(err)
	}
	return rows, nil
}

func (f *Files) withTurn(ctx context.Context, do func() error) error {
	select {
	case f.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-f.turn }()
	return do()
}

// tripTo begins a trip at a row. Beyond the last row it is at its end.
func (f *Files) tripTo(ctx context.Context, row int64) (*trip, error) {
	from, total := f.nearest(row)
	if back := total - row; total >= 0 && back > 0 && back < min(row-from.row, maxBack) {
		t, found, err := f.tripBack(ctx, back, total)
		if err != nil || found {
			return t, err
		}
		f.invalidate()
	}
	t, err := f.trip(ctx, f.walker, from.place)
	if err != nil {
		return nil, err
	}
	n, err := t.skip(ctx, row-from.row)
	if err != nil {
		return nil, t.fail(err)
	}
	t.forward = true
	if n < row-from.row {
		f.remember(from.row+n, t)
		t.forward = false
	}
	return t, nil
}

// nearest returns the last known place before the row, and the number of all
// rows, or -1.
func (f *Files) nearest(row int64) (from mark[place], total int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	from = f.marks.before(row)
	for _, m := range f.recent {
		if m.row <= row && m.row > from.row {
			from = m
		}
	}
	if total = f.total; total < 0 {
		total = f.listed
	}
	return from, total
}

// remember notes that a trip that was counted from the start has so many rows
// before it. If it is done, these are all.
func (f *Files) remember(row int64, t *trip) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known = max(f.known, row)
	if t.done() {
		f.settle(row)
		return
	}
	if m := (mark[place]{row, t.place()}); !slices.Contains(f.recent[:], m) {
		f.recent[f.next] = m
		f.next = (f.next + 1) % len(f.recent)
	}
}

// settle notes the number of all rows. The caller holds mu.
func (f *Files) settle(total int64) { f.total, f.known = total, total }

// counted returns the number of all rows, if they were counted.
func (f *Files) counted() (total int64, all bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.total, f.total >= 0
}

// invalidate drops the number of rows that the caller stated.
func (f *Files) invalidate() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listed = -1
}

// maxBack is how many rows are counted from the end.
const maxBack = 200_000

// tripBack begins a trip at the row that has that many after it. It is not
// found if there are fewer.
func (f *Files) tripBack(ctx context.Context, back, total int64) (t *trip, found bool, err error) {
	perRow := f.bytes/total + 1
	for file := range slices.Backward(f.files) {
		for window := perRow*back + perRow*back/8 + f.slack; ; window *= 4 {
			from, whole, err := f.lineNear(ctx, file, window)
			if err != nil {
				return nil, false, err
			}
			n, err := f.rowsFrom(ctx, from)
			if err != nil {
				return nil, false, err
			}
			if n >= back {
				if t, err = f.trip(ctx, f.walker, from); err == nil {
					if _, err = t.skip(ctx, n-back); err != nil {
						err = t.fail(err)
					}
				}
				return t, true, err
			}
			if whole {
				back -= n
				break
			}
		}
	}
	return nil, false, nil
}

// lineNear finds a line about that many bytes before the end of a file, or reports
// that it is the first one.
func (f *Files) lineNear(ctx context.Context, file int, window int64) (at place, whole bool, err error) {
	at.file = file
	opened, err := f.open(ctx, file)
	if err != nil || opened == nil {
		return place{file, ndjson.Place{Line: 1}}, true, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	if window >= opened.size {
		return place{file, ndjson.Place{Line: 1}}, true, nil
	}
	at.Offset, err = opened.lineAfter(ctx, opened.size-window)
	return at, false, err
}

// rowsFrom counts the rows of a file from a place on.
func (f *Files) rowsFrom(ctx context.Context, from place) (int64, error) {
	t, err := f.trip(ctx, f.walker, from)
	if err != nil {
		return 0, err
	}
	t.last = from.file
	n, err := t.skip(ctx, math.MaxInt64)
	if err != nil {
		return 0, t.fail(err)
	}
	return n, t.end()
}

// explain makes a failure of what happened to a file.
func (f *Files) explain(err error) error {
	changed, ok := errors.AsType[*ndjson.ChangedError](err)
	if ok {
		return pipeline.Fail(pipeline.Conflict, f.table.Name, "Open the table again to see its new rows.", "%s: %w", changed.Name, pipeline.ErrChanged)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return pipeline.Fail(pipeline.Conflict, f.table.Name, "Open the table again to see what is left.", "%w: %w", pipeline.ErrChanged, err)
	}
	if errors.Is(err, fs.ErrPermission) {
		return pipeline.Fail(pipeline.Denied, f.table.Name, "Give yourself the right to read it.", "%w", err)
	}
	return err
}
