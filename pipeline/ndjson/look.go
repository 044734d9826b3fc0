package ndjson

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

// Look is the result of LookAt: what a Scan detects in a file before its first
// row.
type Look struct {
	Compressed bool
	Reject     string // why the whole file is rejected, or ""
}

// LookAt detects the compression and the format of a file. It reads a
// compressed file to its end.
func LookAt(ctx context.Context, f File, limits Limits) (Look, error) {
	s := NewScan([]File{f}, nil, limits)
	s.opening = 1
	in, why, err := s.Cursor().look(0)
	defer s.Close()
	if err != nil {
		return Look{}, err
	}
	if in.codec != plainFile {
		why, err = s.Cursor().verify(ctx, in)
	}
	return Look{in.codec != plainFile, why.reason()}, err
}

// Unpack writes the uncompressed content of a file. Call it only for a file that
// LookAt accepts.
func Unpack(ctx context.Context, f File, limits Limits, w io.Writer) error {
	s := NewScan([]File{f}, nil, limits)
	s.opening = 1
	in, _, err := s.Cursor().look(0)
	defer s.Close()
	if err != nil {
		return err
	}
	if in.codec == plainFile {
		return errors.Join(copyAll(ctx, w, io.NewSectionReader(in.file, 0, in.size)), in.unchanged())
	}
	raw := &rawReader{in: in, seen: func([]byte) {}}
	d, err := in.codec.reader(raw)
	if err != nil {
		return &ChangedError{in.Name} // LookAt could read it before
	}
	defer d.Close() //nolint:errcheck // it was only read
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

// counter counts bytes, and distinguishes a write error from a read error.
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

// LongestLine is the position and length of a line.
type LongestLine struct {
	File  string
	Line  int64
	Bytes int64 // without the line feed
}

// Longest returns the longest line of the files that a Scan accepts. Of several
// lines of the same length it returns the first.
func Longest(ctx context.Context, files []File, limits Limits) (LongestLine, error) {
	m := lineMeter{}
	for _, f := range files {
		if look, err := LookAt(ctx, f, limits); err != nil {
			return m.longest, err
		} else if look.Reject != "" {
			continue
		}
		m.file, m.line, m.bytes = f.Name, 1, 0
		if err := Unpack(ctx, f, limits, &m); err != nil {
			return m.longest, err
		}
		m.end(0)
	}
	return m.longest, nil
}

// lineMeter measures the lines written to it.
type lineMeter struct {
	file        string
	line, bytes int64 // of the current line
	longest     LongestLine
}

func (m *lineMeter) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			m.bytes += int64(len(b))
			break
		}
		m.end(int64(i))
		b = b[i+1:]
	}
	return n, nil
}

// end ends a line after more bytes.
func (m *lineMeter) end(more int64) {
	if m.bytes += more; m.bytes > m.longest.Bytes {
		m.longest = LongestLine{m.file, m.line, m.bytes}
	}
	m.line++
	m.bytes = 0
}
