package ndjson

import (
	"context"
	"fmt"
	"io"
)

// Look is what a Scan finds out about a file before its first row.
type Look struct {
	Compressed bool
	Reject     string // why the file is rejected as a whole, or ""
}

// LookAt looks at a file. A compressed one is read to its end.
func LookAt(ctx context.Context, f File, limits Limits) (Look, error) {
	s := NewScan([]File{f}, nil, limits)
	s.opening = 1
	in, reason, err := s.Cursor().look(0)
	defer s.Close()
	if err != nil {
		return Look{}, err
	}
	if in.codec != plainFile {
		reason, err = s.Cursor().verify(ctx, in)
	}
	return Look{in.codec != plainFile, reason}, err
}

// Unpack writes what a compressed file holds, if LookAt has nothing against it.
func Unpack(ctx context.Context, f File, limits Limits, w io.Writer) error {
	s := NewScan([]File{f}, nil, limits)
	s.opening = 1
	in, _, err := s.Cursor().look(0)
	defer s.Close()
	if err != nil {
		return err
	}
	raw := &rawReader{in: in, seen: func([]byte) {}}
	d, err := in.codec.reader(raw)
	if err != nil {
		return &ChangedError{in.Name} // it could be read when it was looked at
	}
	defer d.Close() //nolint:errcheck // it has nothing to write
	limit := max(smallOutput, s.limits.Ratio*in.size)
	n := &counter{w: w}
	switch err := copyAll(ctx, n, io.LimitReader(d, limit+1)); {
	case raw.err != nil:
		return raw.err
	case n.failed != nil || ctx.Err() != nil:
		return err
	case err != nil || n.bytes > limit:
		return &ChangedError{in.Name}
	}
	return in.unchanged()
}

// counter counts bytes, and tells a failed write from a failed read.
type counter struct {
	w      io.Writer
	bytes  int64
	failed error
}

func (c *counter) Write(b []byte) (n int, err error) {
	n, err = c.w.Write(b)
	c.bytes += int64(n)
	if err != nil {
		c.failed = fmt.Errorf("unpacking: %w", err)
	}
	return n, c.failed
}
