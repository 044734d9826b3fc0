package ndjson

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

const (
	// writeSize is how many bytes are passed to the underlying writer at once, at
	// least. They fit into a core's cache.
	writeSize = 1 << 18
	// maxWaiting bounds how many full buffers wait for a slow underlying
	// writer.
	maxWaiting = 8
)

// Writer writes JSON lines from several goroutines to one io.Writer. It does
// not keep the order of batches. Encoding runs in parallel. One goroutine at a
// time calls the underlying writer: the first one with a full buffer, while the
// others continue. After the first error, all calls return that error and
// nothing more is written.
type Writer struct {
	w       io.Writer
	encoder *Encoder
	rows    atomic.Int64
	bytes   atomic.Int64

	mu      sync.Mutex
	idle    *sync.Cond // signals that fewer buffers wait, or that no goroutine is writing
	free    [][]byte   // empty or partly filled
	full    [][]byte
	writing bool
	err     error
}

// ErrClosed is the error of a closed Writer.
var ErrClosed = errors.New("the writer is closed")

// NewWriter returns a Writer that encodes the columns as an Encoder does.
func NewWriter(w io.Writer, columns []Column) *Writer {
	writer := &Writer{w: w, encoder: NewEncoder(columns)}
	writer.idle = sync.NewCond(&writer.mu)
	return writer
}

// Rows returns how many rows were encoded.
func (w *Writer) Rows() int64 { return w.rows.Load() }

// Bytes returns how many bytes the underlying writer has accepted.
func (w *Writer) Bytes() int64 { return w.bytes.Load() }

// Write encodes the first rows of the vectors. The caller may reuse them when
// it returns.
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

// take returns a buffer for exclusive use.
func (w *Writer) take() ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(w.free)
	if w.err != nil {
		return nil, w.err
	}
	if n == 0 {
		return newBuffer(blockSize)[:0], nil
	}
	buffer := w.free[n-1]
	w.free = w.free[:n-1]
	return buffer, nil
}

// give returns a buffer. If it holds at least size bytes, this call writes it,
// unless another goroutine is writing.
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

// drain writes the full buffers. The caller holds the lock; drain releases it
// during a write.
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

// Flush passes all encoded lines to the underlying writer. No Write may run at
// the same time.
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

// Close flushes and returns the Writer's first error. It does not close the
// underlying writer.
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
	for _, buffer := range w.free {
		reuse(buffer)
	}
	w.free = nil
	return nil
}
