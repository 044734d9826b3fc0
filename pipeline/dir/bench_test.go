package dir_test

import (
	"fmt"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/dir"
)

func BenchmarkPut(b *testing.B) {
	for _, size := range []int{4 << 10, 1 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			lake, content := benchLake(b), make([]byte, size)
			b.SetBytes(int64(size))
			for b.Loop() {
				if err := lake.Put(b.Context(), "trusted/a.json", content); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCommit stages a file in chunks of 1 MiB, and commits it.
func BenchmarkCommit(b *testing.B) {
	chunk := make([]byte, 1<<20)
	for _, chunks := range []int{1, 256} {
		b.Run(fmt.Sprint(chunks<<20), func(b *testing.B) {
			lake := benchLake(b)
			b.SetBytes(int64(chunks << 20))
			var replaced *pipeline.File
			for b.Loop() {
				staged, err := lake.Create(b.Context(), "run/out.json")
				if err != nil {
					b.Fatal(err)
				}
				for range chunks {
					if _, err := staged.Write(chunk); err != nil {
						b.Fatal(err)
					}
				}
				if err := staged.Close(); err != nil {
					b.Fatal(err)
				}
				file, err := lake.Commit(b.Context(), staged, "trusted/a.json", replaced)
				if err != nil {
					b.Fatal(err)
				}
				replaced = &file
			}
		})
	}
}

func BenchmarkCopy(b *testing.B) {
	for _, size := range []int{4 << 10, 256 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			lake := benchLake(b)
			if err := lake.Put(b.Context(), "trusted/a.json", make([]byte, size)); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(size))
			for b.Loop() {
				if err := lake.Copy(b.Context(), "trusted/a.json", ".stedi/previous/a.json"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func benchLake(b *testing.B) pipeline.Store {
	b.Helper()
	lake, err := dir.Open(b.TempDir(), dir.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return lake
}
