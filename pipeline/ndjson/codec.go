package ndjson

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// codec is the compression of a file, detected from its first bytes.
type codec uint8

const (
	plainFile codec = iota
	gzipFile
	zstdFile
	bzip2File
)

// String returns the name of the codec, which is also the name of its tool.
func (c codec) String() string { return [...]string{"plain", "gzip", "zstd", "bzip2"}[c] }

func codecOf(head []byte) codec {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return gzipFile
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return zstdFile
	case isBzip2(head):
		return bzip2File
	}
	return plainFile
}

// skippable reports whether head begins with a frame that zstd and lz4 skip,
// and the size of the frame in bytes. pzstd writes such a frame at the start of
// every file.
func skippable(head []byte) (size int64, ok bool) {
	if len(head) < 8 || head[0]&0xf0 != 0x50 || string(head[1:4]) != "\x2a\x4d\x18" {
		return 0, false
	}
	return 8 + int64(binary.LittleEndian.Uint32(head[4:])), true
}

// maxSkipped bounds the skippable frames at the start of a file.
const maxSkipped = 1 << 10

// afterSkippable returns the first bytes after the skippable frames at the
// start of a file. If only skippable frames follow, it returns the first bytes
// of a zstd frame.
func (in *input) afterSkippable(head []byte) ([]byte, error) {
	size, ok := skippable(head)
	if !ok {
		return head, nil
	}
	at := size
	for n := 0; n < maxSkipped && at < in.size; n++ {
		next := make([]byte, min(8, in.size-at))
		if err := in.read(next, at); err != nil {
			return nil, err
		}
		if size, ok = skippable(next); !ok {
			return next, nil
		}
		at += size
	}
	return []byte{0x28, 0xb5, 0x2f, 0xfd}, nil
}

// codecOfName returns the codec that the file extension implies.
func codecOfName(name string) codec {
	switch name = strings.ToLower(name); {
	case strings.HasSuffix(name, ".gz"), strings.HasSuffix(name, ".gzip"):
		return gzipFile
	case strings.HasSuffix(name, ".zst"), strings.HasSuffix(name, ".zstd"):
		return zstdFile
	case strings.HasSuffix(name, ".bz2"), strings.HasSuffix(name, ".bzip2"):
		return bzip2File
	}
	return plainFile
}

// maxWindow bounds the memory that a zstd frame may request.
const maxWindow = 64 << 20

// reader returns a reader that decompresses raw.
func (c codec) reader(raw io.Reader) (io.ReadCloser, error) {
	buffered := bufio.NewReaderSize(raw, 64<<10)
	switch c { //nolint:exhaustive // the rest is zstd
	case gzipFile:
		return newGzipReader(buffered)
	case bzip2File:
		return newBzip2Reader(buffered), nil
	}
	d, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(maxWindow), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// rawReader records a read error of the file, so that it can be distinguished
// from an error of the decompressor.
type rawReader struct {
	in     *input
	offset int64
	err    error
	seen   func([]byte)
}

func (r *rawReader) Read(p []byte) (int, error) {
	n, err := r.in.file.ReadAt(p[:min(int64(len(p)), r.in.size-r.offset)], r.offset)
	r.offset += int64(n)
	r.seen(p[:n])
	switch {
	case r.offset == r.in.size:
		return n, io.EOF
	case errors.Is(err, io.EOF):
		r.err = &ChangedError{r.in.Name}
	case err != nil:
		r.err = fmt.Errorf("%s: %w", r.in.Name, err)
	}
	return n, r.err
}

// smallOutput is the size up to which a compressed file may grow regardless of
// its own size.
const smallOutput = 1 << 20

// verify decompresses a whole file once. Before the first row is read, it
// checks the checksums and the compression ratio and detects the format. It
// returns the reason if the file is rejected, and hashes the compressed bytes.
func (c *Cursor) verify(ctx context.Context, in *input) (why Advice, err error) {
	h := newHasher(c.scan.block)
	raw := &rawReader{in: in, seen: func(b []byte) { _, _ = h.Write(b) }} // Hash.Write never fails
	if why, err = c.decompress(ctx, in, raw); err != nil {
		return Advice{}, err
	}
	if err := copyAll(ctx, io.Discard, raw); err != nil {
		return Advice{}, err
	}
	in.hash = h.Sum()
	return why, nil
}

func (c *Cursor) decompress(ctx context.Context, in *input, raw *rawReader) (why Advice, err error) {
	broken := func(err error) (Advice, error) {
		if raw.err != nil {
			return Advice{}, raw.err
		}
		return broken(in, err), nil
	}
	d, err := in.codec.reader(raw)
	if err != nil {
		return broken(err)
	}
	defer d.Close() //nolint:errcheck // it was only read
	c.part.grow(max(probeSize, c.scan.limits.Line) + 2)
	b := c.part.buffer[:len(c.part.buffer)-padding]
	head, err := io.ReadFull(d, b)
	whole := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if whole {
		_, err = d.Read(b[head:]) // the reader's own end or error, not that of ReadFull
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return broken(err)
	}
	if f := c.parser.formOf(c.part.buffer, head, whole); f.what != "" {
		return f.advice(in.Name, in.codec), nil
	}
	limit := max(smallOutput, c.scan.limits.Ratio*in.size)
	for total := int64(head); ; {
		if total > limit {
			return bomb(in, c.scan.limits.Ratio), nil
		}
		if err != nil {
			break
		}
		if err := ctx.Err(); err != nil {
			return Advice{}, err
		}
		var n int
		n, err = d.Read(b)
		total += int64(n)
	}
	if !errors.Is(err, io.EOF) {
		return broken(err)
	}
	return Advice{}, nil
}

func bomb(in *input, ratio int64) Advice {
	return Advice{What: fmt.Sprintf("a %s file that grows more than %d times when decompressed", in.codec, ratio)}
}

// broken describes why a file cannot be decompressed.
func broken(in *input, err error) Advice {
	a := Advice{
		What: fmt.Sprintf("a damaged %s file", in.codec), Do: "copy it again, then test it",
		Command: fmt.Sprintf("%s -t %s", in.codec, quote(in.Name)),
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		a.What = fmt.Sprintf("a %s file that is cut off", in.codec)
	case errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return Advice{What: fmt.Sprintf("a zstd file whose window is larger than %d MiB", maxWindow>>20), Do: "compress it again without --long"}
	case errors.Is(err, zstd.ErrUnknownDictionary):
		return Advice{What: "a zstd file that was compressed with a dictionary", Do: "compress it again without one"}
	}
	return a
}
