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

// Files pages through the files of a table as they are stored, in order. It
// reads rows as strictly as an engine: a rejected line has no row number.
//
// The first page is available immediately, and so is the last page if the
// number of rows is known. The time for any other page depends on how far Index
// has read.
type Files struct {
	table   *pipeline.Table
	columns []pipeline.ResultColumn
	files   []ndjson.File
	shelf   shelf
	bytes   int64 // of all files, when they were listed
	slack   int64 // minimum of bytes to read when rows are counted from the end

	turn   chan struct{} // holds a value while a caller uses the walker
	walker *ndjson.Walker
	counts chan struct{} // holds a value while Index is running

	mu      sync.Mutex
	states  []state
	marks   marks[place]
	recent  [4]mark[place] // the ends of the last pages that were counted from the start
	next    int            // the entry to replace next
	listed  int64          // number of rows from the caller; -1 if unknown
	total   int64          // number of rows that were counted; -1 if unknown
	known   int64          // lower bound of the number of rows
	rejects rejects
	skipped []string // files that are not read
}

// place is the start of a line of one of the files.
type place struct {
	file int
	ndjson.Place
}

// OpenFiles returns a Source for the files. rows is their number of rows from a
// manifest, which allows it to read the last page from the end, or -1 if
// unknown. Compressed files are unpacked on demand below temp, a private
// directory.
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

// Columns returns the columns of every row.
func (f *Files) Columns() []pipeline.ResultColumn { return f.columns }

// Count returns the number of rows known so far, and whether it is final.
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

// Close removes the unpacked files.
func (f *Files) Close() error { return f.shelf.close() }

// Page returns at most n rows from row first. It returns fewer if they are
// long. If a file has changed since it was opened, the failure wraps
// pipeline.ErrChanged.
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

// tripTo starts a trip at a row. For a row beyond the last one the trip is at
// its end.
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

// nearest returns the last known place at or before the row, and the number of
// all rows, or -1.
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

// remember stores that row rows precede the position of a trip that was counted
// from the start. If the trip is at its end, this is the number of all rows.
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

// settle stores the number of all rows. The caller holds mu.
func (f *Files) settle(total int64) { f.total, f.known = total, total }

// counted returns the number of all rows; all is false if they were not counted
// yet.
func (f *Files) counted() (total int64, all bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.total, f.total >= 0
}

// invalidate drops the number of rows that came from the caller.
func (f *Files) invalidate() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listed = -1
}

// maxBack bounds the rows that are counted from the end.
const maxBack = 200_000

// tripBack starts a trip at the row that is back rows before the end. found is
// false if there are fewer rows.
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

// lineNear returns the start of a line about window bytes before the end of a
// file. whole reports that it is the first line.
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

// rowsFrom counts the rows of a file from a place.
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

// explain converts an error about a file to a failure.
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
