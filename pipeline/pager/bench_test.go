package pager

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

var readings = &pipeline.Table{Name: "readings", Columns: []pipeline.Column{
	{Name: "user", Type: ndjson.String},
	{Name: "timestamp", Type: ndjson.Bigint},
	{Name: "x", Type: ndjson.Double},
	{Name: "y", Type: ndjson.Double},
	{Name: "z", Type: ndjson.Double},
}}

const (
	manyRows = 4_000_000
	screen   = 100 // rows
)

// manyReadings writes a file with as many rows as the largest table.
func manyReadings(b *testing.B) ndjson.File {
	b.Helper()
	path := filepath.Join(b.TempDir(), "part-00000.json")
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	line := make([]byte, 0, 1<<20)
	for i := range manyRows {
		line = fmt.Appendf(line, `{"user":"Somebody.Else%d@example.com","timestamp":%d,"x":%d.0,"y":%d.0,"z":-%d.0}`+"\n",
			random.IntN(5000), 1704544229547+i, random.IntN(3), random.IntN(3), random.IntN(3))
		if len(line) > 1<<20-200 || i == manyRows-1 {
			if _, err := file.Write(line); err != nil {
				b.Fatal(err)
			}
			line = line[:0]
		}
	}
	info, err := file.Stat()
	if err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	return ndjson.File{Path: path, Name: "part-00000.json", Size: info.Size()}
}

// BenchmarkFiles measures the time for a page of the largest table.
func BenchmarkFiles(b *testing.B) {
	file := manyReadings(b)
	open := func(b *testing.B, rows int64) *Files {
		b.Helper()
		return OpenFiles(readings, []ndjson.File{file}, rows, "") // no file is compressed, so temp is not needed
	}
	wanted := func(b *testing.B, f *Files, first int64) {
		b.Helper()
		if n := len(page(b, f, first, screen)); n != screen {
			b.Fatalf("%d rows from %d", n, first)
		}
	}
	index := func(b *testing.B, f *Files) {
		b.Helper()
		if err := f.Index(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("open and first page", func(b *testing.B) {
		for b.Loop() {
			wanted(b, open(b, -1), 0)
		}
	})
	b.Run("open and last page, count known", func(b *testing.B) {
		for b.Loop() {
			wanted(b, open(b, manyRows), manyRows-screen)
		}
	})
	b.Run("open, index and last page", func(b *testing.B) {
		for b.Loop() {
			f := open(b, -1)
			index(b, f)
			wanted(b, f, manyRows-screen)
		}
	})
	search := func(text string) func(*testing.B) {
		return func(b *testing.B) {
			b.Helper()
			f := open(b, -1)
			index(b, f)
			for b.Loop() {
				if _, _, err := Find(b.Context(), f, text, 0, true, func(int64) {}); !errors.Is(err, ErrNotFound) {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("find a text that no row has", search("nobody@example.com"))
	b.Run("find a number that no row has", search("31415926535897"))
	b.Run("any page, indexed", func(b *testing.B) {
		f := open(b, -1)
		index(b, f)
		for b.Loop() {
			wanted(b, f, rand.Int64N(manyRows-screen))
		}
		runtime.GC()
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		b.ReportMetric(float64(memory.HeapInuse)/(1<<20), "MB-of-heap-in-use")
	})
}
