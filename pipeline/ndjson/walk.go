package ndjson

import (
	"bytes"
	"context"
	"os"
)

// Walker goes over the rows of one plain file, from any line on, as strictly
// as a Scan and with the same values. It is for those who want few rows of a
// file at a time; a Scan reads all of them faster.
type Walker struct {
	columns []Column
	shapes  []Shape
	limits  Limits
	rejects func(Reject)
	parser  *parser
	part    part
	none    []Vector // for rows that are skipped
	vectors []Vector
}

// walkBatch is how many rows are in memory as vectors.
const walkBatch = 256

// walkBlock is how many bytes are read at once.
const walkBlock = 128 << 10

// NewWalker makes a Walker for files with the columns. It calls rejects for
// each line that is refused on the way.
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

// Place is the start of a line of a file.
type Place struct {
	Offset int64 // 0, or after a line feed
	Line   int64 // from 1; or 0 if unknown
}

// Start goes to a place in a file, which the caller keeps open and which has
// so many bytes. Rejects of lines beyond a place without a number have none.
func (w *Walker) Start(file *os.File, name string, size int64, at Place) {
	in := &input{File: File{Name: name, Size: size}, file: file, size: size}
	raw := &rawReader{in: in, offset: at.Offset, seen: func([]byte) {}}
	w.part = part{in: in, buffer: w.part.buffer, stream: rawCloser{raw}, raw: raw, step: walkBlock, base: at.Offset, line: at.Line}
	w.parser.forget()
}

type rawCloser struct{ *rawReader }

func (rawCloser) Close() error { return nil }

// Place is where the next line begins.
func (w *Walker) Place() Place {
	p := &w.part
	at := Place{Offset: min(p.base+int64(p.at), p.in.size)}
	if p.line > 0 {
		at.Line = p.lineOf(p.at)
	}
	return at
}

// Skip goes over at most limit rows, and returns how many there were: fewer only
// at the end of the file.
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

// Rows returns at most limit rows: fewer at the end of the file, or if they
// are long; none only at the end. A value is nil, a bool, an int64, a float64
// or a string.
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

// Line returns the next row as it is stored, without its end, and where it
// begins. At the end of the file it returns nil. The bytes are good until the
// next call.
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
		// Blank lines may stand before it.
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

// reject steps over the line at part.at.
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

// load gets the next lines of the file. There may be more without there being
// a line.
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
