package ndjson

import (
	"context"
	"io"
	"runtime"
)

// Join reads files in order and writes their rows to w as an Encoder does: one
// object per line, keys in lower case, every column present. Rejected lines are
// missing from w and listed in the report.
func Join(ctx context.Context, files []File, columns []Column, limits Limits, w io.Writer) (Report, error) {
	s := NewScan(files, columns, limits)
	defer s.Close()
	writer := NewWriter(w, columns)
	if err := s.copyTo(ctx, writer); err != nil {
		return Report{}, err
	}
	if err := writer.Close(); err != nil {
		return Report{}, err
	}
	return s.Report(ctx)
}

// copyTo copies the rows of a scan to a writer. It uses one cursor, so the rows
// keep their order.
func (s *Scan) copyTo(ctx context.Context, w *Writer) error {
	c := s.Cursor()
	defer c.Close()
	vectors := make([]Vector, len(s.columns))
	for i := range vectors {
		vectors[i] = newVector(walkBatch)
	}
	for {
		for i := range vectors {
			vectors[i].allValid(walkBatch)
		}
		n, err := c.Fill(ctx, vectors, walkBatch)
		if n == 0 || err != nil {
			return err
		}
		for i := range vectors {
			vectors[i].settle(n)
		}
		err = w.Write(vectors, n)
		runtime.KeepAlive(vectors) // the vectors hold addresses into the heaps
		if err != nil {
			return err
		}
	}
}
