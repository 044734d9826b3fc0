package pager

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/printable"
)

// ErrNotFound reports that no row in the direction of a search contains the
// text.
var ErrNotFound = errors.New("not found")

// Find searches the values of a source for a text, ignoring case: forward from
// a row to the last one, or back to the first. It returns the nearest matching
// row and the first of its columns that contains the text, or ErrNotFound. It
// periodically calls progress. On Files it is fast for the part that Index has
// read.
func Find(ctx context.Context, src Source, text string, from int64, forward bool, progress func(row int64)) (row int64, column int, err error) {
	s := search{src: src, needle: needle(strings.ToLower(text)), forward: forward, progress: progress}
	if rows, all := src.Count(); all && !forward {
		from = min(from, rows-1)
	}
	if text == "" || from < 0 {
		return 0, 0, ErrNotFound
	}
	if f, ok := src.(*Files); ok && s.needle.inRaw(f.table.Columns) {
		return s.throughFiles(ctx, f, from)
	}
	return s.through(ctx, from, 0)
}

// needle is the text to find, in lower case.
type needle string

// in returns the first column of a row that contains the text, or -1.
func (n needle) in(row []any) int {
	for i, v := range row {
		if strings.Contains(strings.ToLower(printable.Value(v)), string(n)) {
			return i
		}
	}
	return -1
}

// search is the state of one search.
type search struct {
	src      Source
	needle   needle
	forward  bool
	progress func(row int64)
}

// searchRows is the number of rows between two calls of progress.
const searchRows = 1000

// through searches row by row, back to stop or forward to the end.
func (s *search) through(ctx context.Context, from, stop int64) (row int64, column int, err error) {
	for {
		first, last := from, from+searchRows
		if !s.forward {
			first, last = max(stop, from+1-searchRows), from+1
		}
		row, column, next, err := s.within(ctx, first, last)
		switch {
		case err != nil || column >= 0:
			return row, column, err
		case s.forward && next < last, !s.forward && first == stop:
			return 0, 0, ErrNotFound
		case s.forward:
			from = last
		default:
			from = first - 1
		}
		s.progress(from)
	}
}

// within searches the rows from first up to last, exclusive. column is -1 if no
// row contains the text; next is the row after the last one that was read.
func (s *search) within(ctx context.Context, first, last int64) (row int64, column int, next int64, err error) {
	column = -1
	for next = first; next < last; {
		page, err := s.src.Page(ctx, next, int(last-next))
		if err != nil {
			return 0, 0, 0, err
		}
		if len(page) == 0 {
			break
		}
		for i, values := range page {
			if c := s.needle.in(values); c >= 0 {
				row, column = next+int64(i), c
				if s.forward {
					return row, column, next, nil
				}
			}
		}
		next += int64(len(page))
	}
	return row, column, next, nil
}

// inRaw reports whether the bytes of a line can rule out that a value contains
// the text. They cannot for nulls, for values that are displayed in another
// spelling than in the line, and for values that are not in the line.
func (n needle) inRaw(columns []pipeline.Column) bool {
	if strings.Contains(printable.Value(nil), string(n)) || n.run() == "" {
		return false
	}
	for _, c := range columns {
		shape := c.Type.Shape()
		switch {
		case c.Partition, shape.IsNested(), shape.Kind == ndjson.KindTimestamp, shape.Kind == ndjson.KindDate:
			return false
		case shape.Kind >= ndjson.KindFloat && shape.IsNumber() && strings.Trim(string(n), "0123456789.e+-") == "":
			return false
		}
	}
	return true
}

// run returns the longest ASCII part of the text.
func (n needle) run() (longest string) {
	for _, run := range strings.FieldsFunc(string(n), func(r rune) bool { return r >= utf8.RuneSelf }) {
		if len(run) > len(longest) {
			longest = run
		}
	}
	return longest
}

// throughFiles first searches the bytes between two marks, and searches the
// rows there only if the bytes may contain the text.
func (s *search) throughFiles(ctx context.Context, f *Files, from int64) (row int64, column int, err error) {
	f.mu.Lock()
	list := append([]mark[place](nil), f.marks.list...)
	i := f.marks.index(from)
	f.mu.Unlock()
	raw := rawText{files: f, run: []byte(s.needle.run())}
	defer func() { err = errors.Join(err, raw.close()) }()
	end := len(list) - 1 // the bytes after the last mark have no end mark
	if !s.forward && i == end {
		if row, column, err = s.through(ctx, from, list[end].row); !errors.Is(err, ErrNotFound) {
			return row, column, err
		}
		i--
	}
	for step := map[bool]int{true: 1, false: -1}[s.forward]; i >= 0 && i < end; i += step {
		maybe, err := raw.between(ctx, list[i].place, list[i+1].place)
		if err != nil {
			return 0, 0, f.explain(err)
		}
		if maybe {
			first, last := list[i].row, min(from+1, list[i+1].row)
			if s.forward {
				first, last = max(from, list[i].row), list[i+1].row
			}
			row, column, _, err := s.within(ctx, first, last)
			if err != nil || column >= 0 {
				return row, column, err
			}
		}
		s.progress(list[i].row)
	}
	if !s.forward {
		return 0, 0, ErrNotFound
	}
	return s.through(ctx, max(from, list[end].row), 0)
}

// rawText searches the bytes of files for a text.
type rawText struct {
	files  *Files
	run    []byte
	buffer []byte
	file   int
	open   *opened
}

// between reports whether a value between two places may contain the text.
func (r *rawText) between(ctx context.Context, from, to place) (bool, error) {
	for file := from.file; file <= to.file; file++ {
		if err := r.enter(ctx, file); err != nil {
			return false, err
		}
		if r.open == nil {
			continue
		}
		start, end := int64(0), r.open.size
		if file == from.file {
			start = from.Offset
		}
		if file == to.file {
			end = to.Offset
		}
		if found, err := r.inFile(ctx, start, end); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

func (r *rawText) enter(ctx context.Context, file int) (err error) {
	if r.open != nil && r.file == file {
		return nil
	}
	if err := r.close(); err != nil {
		return err
	}
	r.file = file
	r.open, err = r.files.open(ctx, file)
	return err
}

func (r *rawText) close() error {
	if r.open == nil {
		return nil
	}
	err := errors.Join(r.files.unchanged(r.file, r.open), r.open.Close())
	r.open = nil
	return err
}

// inFile searches the bytes of a file in pieces that overlap by the length of
// the text.
func (r *rawText) inFile(ctx context.Context, start, end int64) (bool, error) {
	const piece = 256 << 10
	if r.buffer == nil {
		r.buffer = make([]byte, piece+len(r.run))
	}
	for start < end {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		b := r.buffer[:min(int64(len(r.buffer)), end-start)]
		if n, err := r.open.ReadAt(b, start); n < len(b) {
			return false, r.open.short(err)
		}
		if r.mayHold(b) {
			return true, nil
		}
		start += piece
	}
	return false, nil
}

// Non-ASCII letters whose lower case is ASCII.
var (
	kelvin  = []byte("\u212a")
	dottedI = []byte("\u0130")
)

// mayHold reports whether a value in a piece of a file may contain the text:
// the piece contains the text, or bytes that may decode to it. It folds the
// case of b.
func (r *rawText) mayHold(b []byte) bool {
	if bytes.IndexByte(b, '\\') >= 0 || bytes.Contains(b, kelvin) || bytes.Contains(b, dottedI) {
		return true
	}
	for i, c := range b {
		if c-'A' < 26 {
			b[i] = c | 0x20
		}
	}
	return bytes.Contains(b, r.run)
}
