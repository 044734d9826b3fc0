package ndjson

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
)

// File is one file to read.
type File struct {
	Path string // where it is on this machine
	Name string // as people know it
	Size int64  // as it was listed
	// Handle, if it is not nil, is the opened file, which is read regardless of what is
	// at Path by then. A Scan does not close it.
	Handle *os.File `json:"-"`
}

// Scan reads files in blocks, from as many threads as have a Cursor.
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
	uncounted atomic.Int64 // those of them that are Uncounted

	mu        sync.Mutex
	ready     *sync.Cond // an input was opened, or the scan has failed
	nextFile  int
	opening   int
	opened    map[*input]struct{}
	queue     []*input // plain files with blocks that no cursor has
	abandoned []*part  // of cursors closed before their end
	finished  int      // files that are read to their end
	err       error
	results   []FileReport
	rejects   []rejected
	reasons   map[string]string
	infos     map[int]os.FileInfo // of the plain files, as they were opened
	codecs    map[int]codec       // of the files with rejected lines
	kept      int64               // bytes of the rejected lines
	missing   []missing
	notes     noteBook
}

// NewScan plans to read the files as one table with the columns. No file is
// opened before a Cursor comes to it.
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
		notes:   newNoteBook(len(columns)),
	}
	s.ready = sync.NewCond(&s.mu)
	for _, f := range files {
		s.size += f.Size
	}
	return s
}

// Progress returns the rows handed out and the bytes read of Size so far.
func (s *Scan) Progress() (rows, bytes int64) { return s.rows.Load(), s.bytes.Load() }

// Size returns the bytes of all files, as they were listed.
func (s *Scan) Size() int64 { return s.size }

// Blocks returns how many cursors could find something to do at once.
func (s *Scan) Blocks() int {
	n := 0
	for _, f := range s.files {
		n += int(max(1, (f.Size+int64(s.block)-1)/int64(s.block)))
	}
	return n
}

// Drain reads, validates and counts everything that no cursor has returned.
// It is called after the cursors are closed, by a caller that wants a Report of a
// scan that was not read to its end.
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

// Close closes the files that are still open, as some are after an error or if
// the scan was not read to its end. Every cursor must be closed before.
func (s *Scan) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for in := range s.opened {
		in.close()
	}
	clear(s.opened)
	s.queue, s.abandoned = nil, nil
}

// fail makes the scan's first error the one that all cursors return.
func (s *Scan) fail(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	s.ready.Broadcast()
	return s.err
}

// Cursor is one thread's way through a Scan.
type Cursor struct {
	scan   *Scan
	parser *parser
	part   *part
}

// Cursor starts one more thread. Cursors share the work between them.
func (s *Scan) Cursor() *Cursor {
	p := newParser(s.columns, s.limits)
	p.learn = s.learn
	return &Cursor{scan: s, parser: p, part: new(part)}
}

// Close leaves the rest of what the cursor was reading to the others, or to
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

// heapLimit is how many bytes of long strings end a batch before it is full.
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
