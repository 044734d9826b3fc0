package ndjson

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// codec is how a file is compressed, told from its first bytes.
type codec uint8

const (
	plainFile codec = iota
	gzipFile
	zstdFile
)

func (c codec) String() string { return [...]string{"plain", "gzip", "zstd"}[c] }

func codecOf(head []byte) codec {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return gzipFile
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return zstdFile
	}
	return plainFile
}

// codecOfName is what the name says.
func codecOfName(name string) codec {
	switch name = strings.ToLower(name); {
	case strings.HasSuffix(name, ".gz"), strings.HasSuffix(name, ".gzip"):
		return gzipFile
	case strings.HasSuffix(name, ".zst"), strings.HasSuffix(name, ".zstd"):
		return zstdFile
	}
	return plainFile
}

// maxWindow is the memory that a zstd frame may ask for.
const maxWindow = 64 << 20

// reader returns what decompresses raw.
func (c codec) reader(raw io.Reader) (io.ReadCloser, error) {
	buffered := bufio.NewReaderSize(raw, 64<<10)
	if c == gzipFile {
		return gzip.NewReader(buffered)
	}
	d, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(maxWindow), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// rawReader remembers an error of the file itself, which a decompressor might
// take for its own.
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

// smallOutput is how much a compressed file may hold whatever its own size.
const smallOutput = 1 << 20

// verify decompresses a whole file once, to learn before the first row whether
// its checksums hold, whether it is a bomb, and what form it has. It returns
// the reason to reject the file, and hashes the compressed bytes.
func (c *Cursor) verify(ctx context.Context, in *input) (reason string, err error) {
	h := newHasher(c.scan.block)
	raw := &rawReader{in: in, seen: func(b []byte) { _, _ = h.Write(b) }} // its error is always nil
	if reason, err = c.decompress(ctx, in, raw); err != nil {
		return "", err
	}
	if err := copyAll(ctx, io.Discard, raw); err != nil {
		return "", err
	}
	in.hash = h.Sum()
	return reason, nil
}

func (c *Cursor) decompress(ctx context.Context, in *input, raw *rawReader) (reason string, err error) {
	broken := func(err error) (string, error) {
		if raw.err != nil {
			return "", raw.err
		}
		return brokenReason(in, err), nil
	}
	d, err := in.codec.reader(raw)
	if err != nil {
		return broken(err)
	}
	defer d.Close() //nolint:errcheck // it has nothing to write
	c.part.grow(max(probeSize, c.scan.limits.Line) + 2)
	b := c.part.buffer[:len(c.part.buffer)-padding]
	head, err := io.ReadFull(d, b)
	whole := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if whole {
		_, err = d.Read(b[head:]) // the reader's own end or error, not ReadFull's
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return broken(err)
	}
	if f := c.parser.formOf(c.part.buffer, head, whole); f != jsonLines {
		return f.remedy(in.Name, in.codec), nil
	}
	limit := max(smallOutput, c.scan.limits.Ratio*in.size)
	for total := int64(head); ; {
		if total > limit {
			return fmt.Sprintf("a %s file that grows more than %d times when decompressed", in.codec, c.scan.limits.Ratio), nil
		}
		if err != nil {
			break
		}
		if err := ctx.Err(); err != nil {
			return "", err
		}
		var n int
		n, err = d.Read(b)
		total += int64(n)
	}
	if !errors.Is(err, io.EOF) {
		return broken(err)
	}
	return "", nil
}

func brokenReason(in *input, err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return fmt.Sprintf("a %s file that is cut off; copy it again, then test it with: %s -t %s", in.codec, in.codec, quote(in.Name))
	case errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return fmt.Sprintf("a zstd file whose window is larger than %d MiB; compress it again without --long", maxWindow>>20)
	}
	return fmt.Sprintf("a damaged %s file; copy it again, then test it with: %s -t %s", in.codec, in.codec, quote(in.Name))
}
