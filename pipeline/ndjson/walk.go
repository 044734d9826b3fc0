package ndjson

import (
	"bytes"
	"context"
	"os"
)

// Walker reads the rows of one uncompressed file from any line, as strictly as
// a Scan and with the same values. Use it to read a few rows at a time; a Scan
// reads a whole file faster.
type Walker struct {
	columns []Column
	shapes  []Shape
	limits  Limits
	rejects func(Reject)
	parser  *parser
	part    part
	none    []Vector // vectors for rows that are skipped
	vectors []Vector
}

// walkBatch is the number of rows in memory as vectors.
const walkBatch = 256

// walkBlock is the number of bytes per read.
const walkBlock = 128 << 10

// NewWalker returns a Walker for files with the columns. It calls rejects for
// each rejected line that it passes.
func NewWalker(columns []Column, limits Limits, rejects func(Reject)) *Walker {
	limits = limits.withDefaults()
	w := &Walker{
		columns: columns, limits: limits, rejects: rejects, parser: newParser(columns, limits),
		shapes: shapesOf(columns), none: make([]Vector, len(columns)), vectors: make([]Vector, len(columns)),
	}
	for i := range w.vectors {
		w.vectors[i] = newVector(walkBatch)
	}
	return w
}

// Place is the start of a line in a file.
type Place struct {
	Offset int64 // 0, or after a line feed
	Line   int64 // from 1, or 0 if unknown
}

// Start moves to a place in a file of size bytes, which the caller keeps open.
// If the place has no line number, later rejects have none either.
func (w *Walker) Start(file *os.File, name string, size int64, at Place) {
	in := &input{File: File{Name: name, Size: size}, file: file, size: size}
	raw := &rawReader{in: in, offset: at.Offset, seen: func([]byte) {}}
	w.part = part{in: in, buffer: w.part.buffer, stream: rawCloser{raw}, raw: raw, step: walkBlock, base: at.Offset, line: at.Line}
	w.parser.forget()
}

type rawCloser struct{ *rawReader }

func (rawCloser) Close() error { return nil }

// Place returns the start of the next line.
func (w *Walker) Place() Place {
	p := &w.part
	at := Place{Offset: min(p.base+int64(p.at), p.in.size)}
	if p.line > 0 {
		at.Line = p.lineOf(p.at)
	}
	return at
}

// Skip skips at most limit rows. It returns the number of skipped rows, which
// is less than limit only at the end of the file.
func (w *Walker) Skip(ctx context.Context, limit int64) (rows int64, err error) {
	for rows < limit {
		n, err := w.fill(ctx, w.none, int(min(limit-rows, 1<<30)))
		rows += int64(n)
		if n == 0 || err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// Rows returns at most limit rows. It returns fewer at the end of the file or
// if the rows are long, and 0 only at the end. A value is nil, a bool, an
// int64, a float64 or a string.
func (w *Walker) Rows(ctx context.Context, limit int) (rows [][]any, err error) {
	heap := 0
	for len(rows) < limit && heap < heapLimit {
		batch := min(limit-len(rows), walkBatch)
		for i := range w.vectors {
			w.vectors[i].allValid(batch)
		}
		n, err := w.fill(ctx, w.vectors, batch)
		if n == 0 || err != nil {
			return rows, err
		}
		values := make([]any, n*len(w.columns))
		for r := range n {
			row := values[r*len(w.columns) : (r+1)*len(w.columns) : (r+1)*len(w.columns)]
			for i := range row {
				row[i] = w.vectors[i].value(&w.shapes[i], r)
			}
			rows = append(rows, row)
		}
		for i := range w.vectors {
			heap += len(w.vectors[i].Heap)
		}
	}
	return rows, nil
}

// Line returns the next row as stored, without its line feed, and its place. At
// the end of the file raw is nil. The bytes are valid until the next call.
func (w *Walker) Line(ctx context.Context) (raw []byte, at Place, err error) {
	w.parser.begin(w.none)
	for p := &w.part; ; {
		if p.at == p.end {
			if more, err := w.load(ctx); err != nil || !more {
				return nil, Place{}, err
			}
			continue
		}
		start := p.at
		at = w.Place()
		var rows int
		var ok bool
		if p.at, rows, ok = w.parser.lines(p.buffer, p.at, p.end, 0, 1); !ok {
			w.reject()
			continue
		}
		if rows == 0 {
			continue
		}
		// Blank lines may precede it.
		line := trimEnd(p.buffer[start:p.at])
		blank := bytes.LastIndexByte(line, '\n') + 1
		at.Offset += int64(blank)
		if at.Line > 0 {
			at.Line += int64(bytes.Count(line[:blank], []byte{'\n'}))
		}
		return line[blank:], at, nil
	}
}

// fill reads at most limit rows into vectors.
func (w *Walker) fill(ctx context.Context, vectors []Vector, limit int) (rows int, err error) {
	w.parser.begin(vectors)
	for p := &w.part; rows < limit && !full(vectors); {
		if p.at == p.end {
			if more, err := w.load(ctx); err != nil || !more {
				return rows, err
			}
			continue
		}
		var ok bool
		if p.at, rows, ok = w.parser.read(p.in, p.buffer, p.at, p.end, rows, limit); !ok {
			w.parser.undo(rows)
			w.reject()
		}
	}
	return rows, nil
}

// reject skips the line at part.at.
func (w *Walker) reject() {
	r, raw, next := w.part.refused(w.parser)
	w.tell(r, raw)
	w.part.at = next
}

func (w *Walker) tell(r Reject, raw []byte) {
	r.Raw = bytes.Clone(raw)
	if w.part.line > 0 {
		r.Line = w.part.lineOf(w.part.at)
	}
	w.rejects(r)
}

// load reads the next lines of the file. more is false at the end of the file;
// if it is true, there may still be no line.
func (w *Walker) load(ctx context.Context) (more bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	w.parser.forget()
	if w.part.cut {
		w.tell(w.part.refusedCut(w.parser))
	}
	if w.part.done {
		return false, nil
	}
	return true, w.part.loadStream(blockSize, w.limits.Line)
}
