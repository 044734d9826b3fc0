package ndjson

import "testing"

func TestABufferHasRoomAndIsUsedAgain(t *testing.T) {
	for _, n := range []int{0, 1, blockSize, bufferSize, bufferSize + 1, 5 * blockSize} {
		b := newBuffer(n)
		if len(b) != n || n <= bufferSize && cap(b) != bufferSize {
			t.Errorf("a buffer of %d bytes has %d and room for %d", n, len(b), cap(b))
		}
		reuse(b) // a buffer of another size is left to the garbage collector
	}
	reuse(nil)
	reuse(newBuffer(3)[1:])
	if b := newBuffer(bufferSize); len(b) != bufferSize {
		t.Errorf("%d bytes", len(b))
	}
}
