package ndjson

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/zeebo/xxh3"
)

// ChangedError reports that a file was changed, replaced or removed during the
// read. The rows read so far do not belong to a single version of the file.
type ChangedError struct{ Name string }

func (e *ChangedError) Error() string { return e.Name + ": changed while reading" }

// input is an open file during a scan.
type input struct {
	File
	index int
	file  *os.File
	info  os.FileInfo
	size  int64
	codec codec
	bom   int64 // bytes before the first line

	refused bool // the whole file is rejected

	next   int // the block that the next cursor gets
	blocks int
	left   int // blocks that are still unread
	hashes []xxh3.Uint128
	hash   Hash
	tally  tally
	advice Advice // why the whole file is rejected
}

// open opens a file and checks that it is a regular file. The caller must make
// sure that finish is called for the returned input.
func (s *Scan) open(index int) (*input, error) {
	in := &input{File: s.files[index], index: index, tally: newTally(len(s.columns))}
	if in.Handle != nil {
		var err error
		if in.info, err = in.Handle.Stat(); err != nil {
			return nil, fmt.Errorf("%s: %w", in.Name, err)
		}
		in.file, in.size = in.Handle, in.info.Size()
		return in, nil
	}
	// A pipe would block in Open, a folder give an obscure error at the first read.
	switch info, err := os.Stat(in.Path); {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", in.Name, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a regular file", in.Name)
	}
	var err error
	if in.file, err = os.Open(in.Path); err != nil {
		return nil, fmt.Errorf("%s: %w", in.Name, err)
	}
	if in.info, err = in.file.Stat(); err != nil {
		in.close()
		return nil, fmt.Errorf("%s: %w", in.Name, err)
	}
	in.size = in.info.Size()
	return in, nil
}

func (in *input) close() {
	if in.Handle == nil {
		_ = in.file.Close() // the file was opened for reading only
	}
}

// read fills b with the file's bytes at offset, which must exist.
func (in *input) read(b []byte, offset int64) error {
	switch n, err := in.file.ReadAt(b, offset); {
	case n == len(b):
		return nil
	case errors.Is(err, io.EOF):
		return &ChangedError{in.Name}
	default:
		return fmt.Errorf("%s: %w", in.Name, err)
	}
}

// unchanged compares the file with its state at open. If this scan opened it,
// unchanged also compares it with the file that is at the path now.
func (in *input) unchanged() error {
	info, err := in.file.Stat()
	if err != nil {
		return fmt.Errorf("%s: %w", in.Name, err)
	}
	if in.Handle != nil {
		if !same(in.info, info) {
			return &ChangedError{in.Name}
		}
		return nil
	}
	path, err := os.Stat(in.Path)
	if err != nil || !same(in.info, info) || !same(in.info, path) {
		return &ChangedError{in.Name}
	}
	return nil
}

func same(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// plan divides an uncompressed file into blocks.
func (in *input) plan(block int) {
	in.blocks = int((in.size + int64(block) - 1) / int64(block))
	in.left = in.blocks
	in.hashes = make([]xxh3.Uint128, in.blocks)
}

// sum hashes the hashes of the blocks.
func (in *input) sum() {
	var total xxh3.Hasher
	for _, h := range in.hashes {
		sum := h.Bytes()
		_, _ = total.Write(sum[:]) // it never fails
	}
	in.hash = total.Sum128().Bytes()
}

// hashAll hashes a file whose blocks will not be read.
func (in *input) hashAll(ctx context.Context, block int) error {
	h := newHasher(block)
	err := copyAll(ctx, h, io.NewSectionReader(in.file, 0, in.size))
	in.hash = h.Sum()
	return err
}
