package ndjson

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

const (
	// writeSize is how many bytes are handed to the underlying writer at once.
	writeSize = 1 << 20
	// maxWaiting is how many full buffers may wait for a slow one.
	maxWaiting = 8
)

// Writer writes JSON lines from several threads to one io.Writer. The order of
// batches is not kept. Encoding happens in parallel; the underlying writer is
// called by one thread at a time, whichever has a full buffer first, while the
// others go on. The first error of any kind is the one that all later calls
// return, and nothing more is written after it.
type Writer struct {
	w       io.Writer
	encoder *Encoder
	rows    atomic.Int64
	bytes   atomic.Int64

	mu      sync.Mutex
	idle    *sync.Cond // fewer buffers wait, or no goroutine writes
	free    [][]byte   // empty, or with some lines
	full    [][]byte
	writing bool
	err     error
}

// ErrClosed is what a closed Writer returns.
var ErrClosed = errors.New("the writer is closed")

// NewWriter returns a Writer that encodes the columns as an Encoder does.
func NewWriter(w io.Writer, columns []Column) *Writer {
	writer := &Writer{w: w, encoder: NewEncoder(columns)}
	writer.idle = sync.NewCond(&writer.mu)
	return writer
}

// Rows returns how many rows were encoded.
func (w *Writer) Rows() int64 { return w.rows.Load() }

// Bytes returns how many bytes the underlying writer has taken.
func (w *Writer) Bytes() int64 { return w.bytes.Load() }

// Write encodes the first rows of the vectors. They may be used again when it
// returns.
func (w *Writer) Write(vectors []Vector, rows int) error {
	buffer, err := w.take()
	if err != nil {
		return err
	}
	buffer, err = w.encoder.Append(buffer, vectors, rows)
	if err == nil {
		w.rows.Add(int64(rows))
	}
	return w.give(buffer, writeSize, err)
}

// take returns a buffer that no other goroutine has.
func (w *Writer) take() ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(w.free)
	if w.err != nil || n == 0 {
		return nil, w.err
	}
	buffer := w.free[n-1]
	w.free = w.free[:n-1]
	return buffer, nil
}

// give takes a buffer back. One with at least size bytes is written, by this
// call unless another one is writing.
func (w *Writer) give(buffer []byte, size int, err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
	if len(buffer) < size {
		w.free = append(w.free, buffer)
		return w.err
	}
	for w.err == nil && w.writing && len(w.full) >= maxWaiting {
		w.idle.Wait()
	}
	w.full = append(w.full, buffer)
	if !w.writing {
		w.drain()
	}
	return w.err
}

// drain writes the full buffers. It is called with the lock, and lets it go
// while it writes.
func (w *Writer) drain() {
	w.writing = true
	for w.err == nil && len(w.full) > 0 {
		buffer := w.full[0]
		w.full = w.full[1:]
		w.mu.Unlock()
		n, err := w.w.Write(buffer)
		if err == nil && n < len(buffer) {
			err = io.ErrShortWrite
		}
		w.bytes.Add(int64(n))
		w.mu.Lock()
		if w.err == nil {
			w.err = err
		}
		w.free = append(w.free, buffer[:0])
		w.idle.Broadcast()
	}
	w.writing = false
	w.idle.Broadcast()
}

// Flush hands all that was written to the underlying writer. No Write may run
// at the same time.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.writing {
		w.idle.Wait()
	}
	var empty [][]byte
	for _, buffer := range w.free {
		if len(buffer) > 0 {
			w.full = append(w.full, buffer)
		} else {
			empty = append(empty, buffer)
		}
	}
	w.free = empty
	w.drain()
	return w.err
}

// Close flushes, and returns the first error that the writer ever had. It does
// not close the underlying writer.
func (w *Writer) Close() error {
	if err := w.Flush(); err != nil {
		if errors.Is(err, ErrClosed) {
			return nil
		}
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = ErrClosed
	return nil
}
