package ndjson

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/zeebo/xxh3"
)

// blockSize is the unit of reading and of hashing, in bytes. It defines Hash:
// another block size gives every file another hash.
const blockSize = 1 << 20

// Hash detects changes of a file: it is the 128-bit xxh3 of the 128-bit xxh3
// hashes of the file's consecutive blocks of 1 MiB. Threads can hash the blocks
// in any order. It does not protect against forgery.
type Hash [16]byte

// String returns the hash as 32 hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText returns the hash as 32 hexadecimal digits.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText parses the output of MarshalText.
func (h *Hash) UnmarshalText(text []byte) error {
	if hex.DecodedLen(len(text)) != len(h) || len(text)%2 != 0 {
		return fmt.Errorf("a hash has %d hexadecimal digits, not %d", 2*len(h), len(text))
	}
	var decoded Hash
	if _, err := hex.Decode(decoded[:], text); err != nil {
		return fmt.Errorf("hash: %w", err)
	}
	*h = decoded
	return nil
}

// Hasher computes the Hash of the bytes written to it.
type Hasher struct {
	size  int
	block xxh3.Hasher
	fill  int
	total xxh3.Hasher
}

// NewHasher returns a Hasher of no bytes.
func NewHasher() *Hasher { return newHasher(blockSize) }

func newHasher(size int) *Hasher { return &Hasher{size: size} }

// Write adds bytes; it never fails.
func (h *Hasher) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		part := p[:min(len(p), h.size-h.fill)]
		_, _ = h.block.Write(part) // it never fails
		h.fill += len(part)
		p = p[len(part):]
		if h.fill == h.size {
			h.add(h.block.Sum128())
			h.block.Reset()
			h.fill = 0
		}
	}
	return n, nil
}

func (h *Hasher) add(block xxh3.Uint128) {
	sum := block.Bytes()
	_, _ = h.total.Write(sum[:]) // it never fails
}

// Sum returns the hash of the bytes written so far; more may be written
// afterwards.
func (h *Hasher) Sum() Hash {
	total := h.total
	if h.fill > 0 {
		sum := h.block.Sum128().Bytes()
		_, _ = total.Write(sum[:]) // it never fails
	}
	return total.Sum128().Bytes()
}

// HashFile returns the hash that a Scan reports for the file. It does not parse
// the file.
func HashFile(ctx context.Context, path string) (Hash, error) {
	f, err := os.Open(path)
	if err != nil {
		return Hash{}, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	h := NewHasher()
	err = copyAll(ctx, h, f)
	return h.Sum(), err
}

// copyAll is io.Copy in blocks; it checks the context before each block.
func copyAll(ctx context.Context, w io.Writer, r io.Reader) error {
	buffer := make([]byte, blockSize/4)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := r.Read(buffer)
		if _, err := w.Write(buffer[:n]); err != nil {
			return err
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
