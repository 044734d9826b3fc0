package ndjson

import (
	"bufio"
	"compress/bzip2"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

// gzipReader decompresses the members of a gzip file in sequence. Like gzip, it
// accepts zeros after the last member, which tapes and block devices add to
// fill a block.
type gzipReader struct {
	source *bufio.Reader
	member *gzip.Reader
}

func newGzipReader(source *bufio.Reader) (*gzipReader, error) {
	member, err := gzip.NewReader(source)
	if err != nil {
		return nil, err
	}
	member.Multistream(false)
	return &gzipReader{source, member}, nil
}

func (r *gzipReader) Read(p []byte) (n int, err error) {
	for n == 0 && len(p) > 0 {
		if n, err = r.member.Read(p); !errors.Is(err, io.EOF) {
			return n, err
		}
		if err = r.next(); err != nil {
			return n, err
		}
	}
	return n, nil
}

// next starts the next member; its error is io.EOF after the last member.
func (r *gzipReader) next() error {
	switch head, err := r.source.Peek(1); {
	case err != nil:
		return err
	case head[0] == 0:
		return onlyZeros(r.source)
	}
	err := r.member.Reset(r.source)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // inside the header of a member
	}
	if err == nil {
		r.member.Multistream(false)
	}
	return err
}

func (r *gzipReader) Close() error { return r.member.Close() }

var errTail = errors.New("something else follows the compressed data")

// onlyZeros reads to the end. It returns io.EOF if all bytes are zeros.
func onlyZeros(r io.ByteReader) error {
	for {
		switch c, err := r.ReadByte(); {
		case err != nil:
			return err
		case c != 0:
			return errTail
		}
	}
}

// lastBytes remembers the last two bytes read from a source.
type lastBytes struct {
	*bufio.Reader
	last [2]byte
}

// ReadByte is the method that the bzip2 decompressor calls.
func (r *lastBytes) ReadByte() (byte, error) {
	c, err := r.Reader.ReadByte()
	if err == nil {
		r.last[0], r.last[1] = r.last[1], c
	}
	return c, err
}

// bzip2Reader decompresses the streams of a bzip2 file, and accepts zeros after
// the last stream.
type bzip2Reader struct {
	source *lastBytes
	stream io.Reader
	err    error // kept because the decompressor does not return it twice
}

func newBzip2Reader(source *bufio.Reader) *bzip2Reader {
	bytes := &lastBytes{Reader: source}
	return &bzip2Reader{source: bytes, stream: bzip2.NewReader(bytes)}
}

// notContinued is the decompressor's error if the two bytes after a complete
// stream do not begin another stream.
const notContinued = bzip2.StructuralError("bad magic value in continuation file")

func (r *bzip2Reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.stream.Read(p)
	if failed, ok := errors.AsType[bzip2.StructuralError](err); ok && failed == notContinued && r.source.last == [2]byte{} {
		err = onlyZeros(r.source)
	}
	r.err = err
	return n, err
}

func (r *bzip2Reader) Close() error { return nil }
