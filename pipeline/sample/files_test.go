package sample

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func TestManifestDescribesTheFiles(t *testing.T) {
	for _, scale := range []int{1, 100} {
		dir := t.TempDir()
		manifest := mustWrite(t, dir, Options{Scale: scale, Seed: 5}, small)
		if manifest.Scale != scale || manifest.Seed != 5 || len(manifest.Tables) != 3 {
			t.Fatalf("scale %d: %+v", scale, manifest)
		}
		for _, table := range manifest.Tables {
			want := Table{Name: table.Name, Path: strings.TrimSuffix(table.Name, "_landing") + "/landing"}
			entries, err := os.ReadDir(filepath.Join(dir, want.Path))
			if err != nil {
				t.Fatal(err)
			}
			for _, entry := range entries {
				content, err := os.ReadFile(filepath.Join(dir, want.Path, entry.Name()))
				if err != nil {
					t.Fatal(err)
				}
				want.Files++
				want.Rows += int64(bytes.Count(content, []byte("\n")))
				want.Bytes += int64(len(content))
			}
			if table != want || table.Files > maxFiles {
				t.Errorf("scale %d\n got %+v\nwant %+v", scale, table, want)
			}
		}
	}
}

func TestMemoryDoesNotGrowWithScale(t *testing.T) {
	for _, dirty := range []bool{false, true} {
		var before, after runtime.MemStats
		dir := t.TempDir()
		options := Options{Scale: 10, Seed: 1}
		if dirty {
			options = Options{Scale: 4, Seed: 1, DirtyRows: true, DirtyFiles: true, Rejects: 1_000}
		}
		runtime.ReadMemStats(&before)
		manifest := mustWrite(t, dir, options, original)
		runtime.ReadMemStats(&after)
		var written uint64
		for _, table := range manifest.Tables {
			written += uint64(table.Bytes)
		}
		limit := uint64(8 << 20)
		if dirty {
			limit += limit / 2
		}
		if allocated := after.TotalAlloc - before.TotalAlloc; allocated > limit || written < 2*limit {
			t.Errorf("dirty %t: allocated %d bytes in all to write %d, want at most %d", dirty, allocated, written, limit)
		}
	}
}

func TestOccupiedFolderIsRefused(t *testing.T) {
	tests := []struct {
		name, file string
		refused    bool
	}{
		{"file", "accelerometer/landing/old.json", true},
		{"file of any name", "customer/landing/readme", true},
		{"file in a folder", "step_trainer/landing/2023/01/old.json.gz", true},
		{"landing is a file", "customer/landing", true},
		{"hidden file", "customer/landing/.DS_Store", false},
		{"marker", "customer/landing/_SUCCESS", false},
		{"file in a hidden folder", "customer/landing/_temporary/part", false},
		{"file elsewhere", "customer/trusted/part-00000.json", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, test.file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte("theirs"), 0o644); err != nil {
				t.Fatal(err)
			}
			before := digests(t, dir)
			_, err := write(t.Context(), dir, Options{Scale: 1}, small)
			if errors.Is(err, ErrOccupied) != test.refused || (err != nil) != test.refused {
				t.Fatalf("error %v", err)
			}
			after := digests(t, dir)
			if test.refused {
				if !strings.Contains(err.Error(), path) || !reflect.DeepEqual(before, after) {
					t.Errorf("error %v, files %v", err, after)
				}
				return
			}
			if len(after) != 7 || after[test.file] != before[test.file] {
				t.Errorf("files %v", after)
			}
		})
	}
}

func TestScaleOutOfRangeIsRefused(t *testing.T) {
	for _, scale := range []int{-1, 0, MaxScale + 1} {
		dir := filepath.Join(t.TempDir(), "lake")
		if _, err := Write(t.Context(), dir, Options{Scale: scale}); err == nil {
			t.Errorf("scale %d: no error", scale)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("scale %d: %v", scale, err)
		}
	}
}

// expiring is a context that ends after a number of calls.
type expiring struct {
	context.Context //nolint:containedctx // it is a context itself
	looks           int
}

func (e *expiring) Err() error {
	if e.looks--; e.looks < 0 {
		return context.Canceled
	}
	return nil
}

func TestCancellationLeavesNothing(t *testing.T) {
	for _, looks := range []int{0, 1, 500, 1_500} {
		parent := t.TempDir()
		ctx := &expiring{Context: t.Context(), looks: looks}
		_, err := Write(ctx, filepath.Join(parent, "new", "lake"), Options{Scale: 2, Seed: 1, DirtyRows: true, DirtyFiles: true, Rejects: 20})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("after %d looks: error %v", looks, err)
		}
		if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
			t.Errorf("after %d looks: left %v, %v", looks, left, err)
		}
	}
}

func TestFailureRemovesOnlyItsOwnFiles(t *testing.T) {
	dir := t.TempDir()
	obstacle := filepath.Join(dir, "accelerometer", "landing", "accelerometer-00002.json")
	if err := os.MkdirAll(obstacle, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := write(t.Context(), dir, Options{Scale: 1}, small); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("error %v, want %v", err, fs.ErrExist)
	}
	var left []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		left = append(left, strings.TrimPrefix(path, dir))
		return err
	})
	want := []string{
		"", "/accelerometer", "/accelerometer/landing", "/accelerometer/landing/accelerometer-00002.json", "/notes.txt",
	}
	if err != nil || !reflect.DeepEqual(left, want) {
		t.Errorf("left %q, %v", left, err)
	}
}

// TestForeignHiddenFileStays lets the write fail at its end, in the directory
// of odd files, and checks what remains of the lake.
func TestForeignHiddenFileStays(t *testing.T) {
	dir := t.TempDir()
	theirs := filepath.Join(dir, "step_trainer", "landing", ".part.crc")
	if err := os.MkdirAll(filepath.Dir(theirs), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(theirs, []byte("theirs"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := write(t.Context(), dir, Options{Scale: 1, DirtyFiles: true}, small); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("error %v, want %v", err, fs.ErrExist)
	}
	entries, err := os.ReadDir(filepath.Dir(theirs))
	if left := digests(t, dir); err != nil || len(left) != 1 || len(entries) != 1 || left["step_trainer/landing/.part.crc"] == "" {
		t.Errorf("left %v, %v, %v", left, entries, err)
	}
	if content, err := os.ReadFile(theirs); err != nil || string(content) != "theirs" {
		t.Errorf("%q, %v", content, err)
	}
}
