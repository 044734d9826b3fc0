package ndjson

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unsafe"
)

var accelerometer = []Column{
	{Name: "user", Type: String, Key: true},
	{Name: "timestamp", Type: Bigint},
	{Name: "x", Type: Double},
	{Name: "y", Type: Double},
	{Name: "z", Type: Double},
}

// everyType has one column of each type.
var everyType = []Column{
	{Name: "s", Type: String},
	{Name: "b", Type: Boolean},
	{Name: "i", Type: Int},
	{Name: "l", Type: Bigint},
	{Name: "d", Type: Double},
}

const batchRows = 2048

// newVectors allocates vectors in Go's memory, with room for batchRows rows.
func newVectors(columns int) []Vector {
	vectors := make([]Vector, columns)
	for i := range vectors {
		vectors[i].Data = unsafe.Pointer(unsafe.SliceData(make([]uint64, 2*batchRows)))
		vectors[i].Valid = unsafe.Pointer(unsafe.SliceData(make([]uint64, batchRows/64)))
	}
	setValid(vectors)
	return vectors
}

func setValid(vectors []Vector) {
	for i := range vectors {
		for j := range batchRows / 64 {
			*(*uint64)(unsafe.Add(vectors[i].Valid, j*8)) = ^uint64(0)
		}
	}
}

// relocate relocates each vector's strings to a copy of its heap, as an engine
// does. It returns the copies, which must be kept alive.
func relocate(vectors []Vector, rows int) [][]byte {
	var heaps [][]byte
	for i := range vectors {
		heap := append([]byte(nil), vectors[i].Heap...)
		heaps = append(heaps, heap)
		vectors[i].Relocate(rows, uintptr(unsafe.Pointer(unsafe.SliceData(heap))))
	}
	return heaps
}

func cell(v *Vector, kind Type, row int) any {
	switch {
	case !v.valid(row):
		return nil
	case kind == Boolean:
		return v.boolean(row)
	case kind == Int:
		return v.int(row)
	case kind == Bigint:
		return v.bigint(row)
	case kind == Double:
		return v.double(row)
	}
	return string(v.text(row))
}

// read reads a scan to its end with one cursor.
func read(tb testing.TB, s *Scan) ([][]any, Report) {
	tb.Helper()
	rows, err := fill(tb.Context(), s)
	if err != nil {
		tb.Fatalf("Fill: %v", err)
	}
	report, err := s.Report(tb.Context())
	if err != nil {
		tb.Fatalf("Report: %v", err)
	}
	if n, _ := s.Progress(); n != int64(len(rows)) || report.Rows != n {
		tb.Fatalf("Progress says %d rows, Report %d, read were %d", n, report.Rows, len(rows))
	}
	return rows, report
}

func fill(ctx context.Context, s *Scan) (rows [][]any, err error) {
	defer s.Close()
	c := s.Cursor()
	defer c.Close()
	return fillFrom(ctx, c)
}

// fillFrom reads with one cursor until it returns no rows.
func fillFrom(ctx context.Context, c *Cursor) (rows [][]any, err error) {
	columns := c.scan.columns
	vectors := newVectors(len(columns))
	for {
		setValid(vectors)
		n, err := c.Fill(ctx, vectors, batchRows)
		if n == 0 || err != nil {
			return rows, err
		}
		heaps := relocate(vectors, n)
		for r := range n {
			row := make([]any, len(vectors))
			for i := range vectors {
				row[i] = cell(&vectors[i], columns[i].Type, r)
			}
			rows = append(rows, row)
		}
		runtime.KeepAlive(heaps)
	}
}

// files writes files named a, b, c … and lists them.
func files(tb testing.TB, contents ...string) []File {
	tb.Helper()
	dir := tb.TempDir()
	var all []File
	for i, content := range contents {
		all = append(all, file(tb, dir, string(rune('a'+i))+".json", content))
	}
	return all
}

func file(tb testing.TB, dir, name, content string) File {
	tb.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
	return File{Path: path, Name: name, Size: int64(len(content))}
}

func show(rows [][]any) string {
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, "%v\n", row)
	}
	return b.String()
}

// memory scans lines in memory as one block of a file.
func memory(tb testing.TB, content string, columns []Column, learn bool) (rows [][]any, rejects []rejected) {
	tb.Helper()
	s := NewScan(nil, columns, Limits{})
	s.learn = learn
	c := s.Cursor()
	buffer := append([]byte(content), '\n')
	c.part = &part{
		in:     &input{File: File{Name: "memory"}, left: 2, tally: newTally(len(columns))},
		buffer: append(buffer, make([]byte, padding)...),
		end:    len(buffer),
	}
	rows, err := fillFrom(tb.Context(), c)
	if err != nil {
		tb.Fatalf("Fill: %v", err)
	}
	return rows, s.rejects
}

// realFiles returns the files of a landing table of the real lake, if it is
// available.
func realFiles(tb testing.TB, table string) []string {
	tb.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "lake", table, "landing", "*.json"))
	if err != nil {
		tb.Fatal(err)
	}
	return paths
}
