package pager

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"stedi/pipeline/ndjson"
)

// state is the state of a file when it was first opened.
type state struct {
	looked     bool
	compressed bool
	rejected   bool
	size       int64
	modTime    time.Time
}

// opened is an open file with uncompressed bytes.
type opened struct {
	*os.File
	name string // name for messages
	size int64
}

// open opens one of the files, unpacked. It returns nil for a file that is
// rejected as a whole.
func (f *Files) open(ctx context.Context, file int) (*opened, error) {
	f.mu.Lock()
	s := f.states[file]
	f.mu.Unlock()
	what := f.files[file]
	if !s.looked {
		var err error
		if s, err = f.look(ctx, file); err != nil {
			return nil, err
		}
	}
	if s.rejected {
		return nil, nil // documented: the file has no rows
	}
	var err error
	o := &opened{name: what.Name, size: s.size}
	if s.compressed {
		o.File, o.size, err = f.shelf.take(ctx, file, what)
	} else {
		o.File, err = os.Open(what.Path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what.Name, err)
	}
	if err := f.unchanged(file, o); err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

// look detects the state of a file once.
func (f *Files) look(ctx context.Context, file int) (state, error) {
	what := f.files[file]
	info, err := os.Stat(what.Path)
	if err != nil {
		return state{}, fmt.Errorf("%s: %w", what.Name, err)
	}
	if info.Size() != what.Size {
		return state{}, &ndjson.ChangedError{Name: what.Name}
	}
	found, err := ndjson.LookAt(ctx, what, ndjson.Limits{})
	if err != nil {
		return state{}, err
	}
	if found.Reject == "" {
		found.Reject = ndjson.Misplaced(f.table.Columns, what.Name)
	}
	s := state{looked: true, compressed: found.Compressed, rejected: found.Reject != "", size: info.Size(), modTime: info.ModTime()}
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.rejected && !f.states[file].looked {
		f.rejects.add(file, ndjson.Reject{File: what.Name, Reason: found.Reject})
	}
	f.states[file] = s
	return s, nil
}

// unchanged compares the file at the path, and the open file, with the state
// from look.
func (f *Files) unchanged(file int, o *opened) error {
	f.mu.Lock()
	s := f.states[file]
	f.mu.Unlock()
	same := func(info os.FileInfo, err error) bool {
		return err == nil && info.Size() == s.size && info.ModTime().Equal(s.modTime)
	}
	if !same(os.Stat(f.files[file].Path)) || !s.compressed && !same(o.Stat()) {
		return &ndjson.ChangedError{Name: o.name}
	}
	return nil
}

// lineAfter returns the start of the first line at or after an offset, or the
// end of the file.
func (o *opened) lineAfter(ctx context.Context, offset int64) (int64, error) {
	if offset == 0 {
		return 0, nil
	}
	buffer := make([]byte, 16<<10)
	for at := offset - 1; at < o.size; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		b := buffer[:min(int64(len(buffer)), o.size-at)]
		if n, err := o.ReadAt(b, at); n < len(b) {
			return 0, o.short(err)
		}
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			return at + int64(i) + 1, nil
		}
		at += int64(len(b))
	}
	return o.size, nil
}

// short explains why fewer bytes were read than expected.
func (o *opened) short(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return &ndjson.ChangedError{Name: o.name}
	}
	return fmt.Errorf("%s: %w", o.name, err)
}
