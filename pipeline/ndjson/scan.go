package ndjson

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
)

// File is one file to read.
type File struct {
	Path string // location on this machine
	Name string // name for messages
	Size int64  // when the file was listed
	// Handle, if not nil, is the open file. The scan reads it regardless of the
	// file now at Path, and does not close it.
	Handle *os.File `json:"-"`
}

// Scan reads files in blocks. Each Cursor is used by one goroutine, and cursors
// run in parallel.
type Scan struct {
	files   []File
	columns []Column
	limits  Limits
	block   int
	learn   bool
	size    int64
	rows    atomic.Int64
	bytes   atomic.Int64

	refused   atomic.Int64 // rejects so far
	uncounted atomic.Int64 // rejects that are Uncounted

	mu        sync.Mutex
	ready     *sync.Cond // an input was opened, or the scan failed
	nextFile  int
	opening   int
	opened    map[*input]struct{}
	queue     []*input // uncompressed files with blocks that have no cursor yet
	abandoned []*part  // from cursors that were closed before the end
	finished  int      // files that are read to their end
	err       error
	results   []FileReport
	rejects   []rejected
	reasons   map[string]string
	infos     map[int]os.FileInfo // of the uncompressed files, at the time of opening
	codecs    map[int]codec       // of the files with rejected lines
	kept      int64               // bytes of the rejected lines
	missing   []missing
	notes     noteBook
}

// NewScan plans a scan that reads the files as one table with the columns. A
// file is opened only when a Cursor reaches it.
func NewScan(files []File, columns []Column, limits Limits) *Scan {
	s := &Scan{
		files:   files,
		columns: columns,
		limits:  limits.withDefaults(),
		block:   blockSize,
		learn:   true,
		opened:  make(map[*input]struct{}),
		reasons: make(map[string]string),
		infos:   make(map[int]os.FileInfo),
		codecs:  make(map[int]codec),
		results: make([]FileReport, len(files)),
		notes:   newNoteBook(columns),
	}
	s.ready = sync.NewCond(&s.mu)
	for _, f := range files {
		s.size += f.Size
	}
	return s
}

// Progress returns the number of rows returned and the number of bytes read so
// far, out of Size.
func (s *Scan) Progress() (rows, bytes int64) { return s.rows.Load(), s.bytes.Load() }

// Size returns the total size of the files in bytes, from when they were
// listed.
func (s *Scan) Size() int64 { return s.size }

// Blocks returns the number of cursors that can work in parallel.
func (s *Scan) Blocks() int {
	n := 0
	for _, f := range s.files {
		n += int(max(1, (f.Size+int64(s.block)-1)/int64(s.block)))
	}
	return n
}

// Drain reads, validates and counts all input that no cursor has returned. Call
// it after the cursors are closed, to get a Report of a scan that was not read
// to its end.
func (s *Scan) Drain(ctx context.Context) error {
	c := s.Cursor()
	defer c.Close()
	vectors := make([]Vector, len(s.columns))
	for {
		const many = 1 << 14
		if n, err := c.Fill(ctx, vectors, many); n == 0 || err != nil {
			return err
		}
	}
}

// Close closes the files that are still open, after an error or if the scan was
// not read to its end. Close every cursor before.
func (s *Scan) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for in := range s.opened {
		in.close()
	}
	clear(s.opened)
	for _, p := range s.abandoned {
		reuse(p.buffer)
	}
	s.queue, s.abandoned = nil, nil
}

// fail stores the scan's first error, which all cursors return.
func (s *Scan) fail(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	s.ready.Broadcast()
	return s.err
}

// Cursor reads a Scan in one goroutine.
type Cursor struct {
	scan   *Scan
	parser *parser
	part   *part
}

// Cursor returns a new cursor. Cursors share the work.
func (s *Scan) Cursor() *Cursor {
	p := newParser(s.columns, s.limits)
	p.learn = s.learn
	return &Cursor{scan: s, parser: p, part: new(part)}
}

// Close returns the unread part of the cursor to the scan, for other cursors or
// Drain.
func (c *Cursor) Close() {
	if c.part.in == nil {
		return
	}
	c.scan.merge(c.part.in, &c.parser.tally)
	c.scan.mu.Lock()
	c.scan.abandoned = append(c.scan.abandoned, c.part)
	c.scan.mu.Unlock()
	c.part = new(part)
}

// take replaces the part, of which the parser must have forgotten everything.
func (c *Cursor) take(p *part) {
	reuse(c.part.buffer)
	c.part = p
}

// heapLimit is the size of long strings, in bytes, that ends a batch before it
// is full.
const heapLimit = 8 << 20

// Fill reads at most limit rows into the vectors, one for each column. No rows
// mean that there are no more. Lines that are rejected are no error: Report
// reports them. After an error the scan cannot be continued.
func (c *Cursor) Fill(ctx context.Context, vectors []Vector, limit int) (rows int, err error) {
	c.parser.begin(vectors)
	for rows < limit && !full(vectors) {
		if c.part.at == c.part.end {
			more, err := c.advance(ctx)
			if err != nil {
				return 0, c.scan.fail(err)
			}
			if !more {
				break
			}
			continue
		}
		var ok bool
		p := c.part
		p.at, rows, ok = c.parser.read(p.in, p.buffer, p.at, p.end, rows, limit)
		if !ok {
			c.parser.undo(rows)
			if err := c.reject(); err != nil {
				return 0, c.scan.fail(err)
			}
		}
	}
	c.scan.rows.Add(int64(rows))
	return rows, nil
}

func full(vectors []Vector) bool {
	n := 0
	for i := range vectors {
		n += len(vectors[i].Heap)
	}
	return n > heapLimit
}
