package ndjson

import "sync"

// bufferSize is the capacity of a buffer that has room for a block and the line
// that ends in the next one.
const bufferSize = blockSize + 64<<10

// spare has buffers of bufferSize that a Scan or a Writer no longer needs. For
// tables of a few megabytes, the system takes longer to provide fresh memory than
// the program to fill it.
var spare sync.Pool

// newBuffer returns a buffer of n bytes, with any content.
func newBuffer(n int) []byte {
	if n > bufferSize {
		return make([]byte, n)
	}
	if b, ok := spare.Get().(*[bufferSize]byte); ok {
		return b[:n]
	}
	return new([bufferSize]byte)[:n]
}

// reuse takes a buffer to which nothing refers any more.
func reuse(b []byte) {
	if cap(b) == bufferSize {
		spare.Put((*[bufferSize]byte)(b[:bufferSize]))
	}
}
