package dir_test

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/dir"
)

// A step changes one name of the lake from old to new; "" means no file.
type step struct {
	name     string
	old, new string
	do       func(ctx context.Context, lake *dir.Store, s step) error
}

// big requires several writes, so that a torn file may differ in its middle.
var big = strings.Repeat("0123456789abcdef", 3<<15)

// script does everything that a run does to a lake; each step uses its own
// name.
var script = []step{
	{"trusted/put.json", "old put", "new put", put},
	{"trusted/made/by/put.json", "", "new put", put},
	{"trusted/copied.json", "old copy", "source", copySource},
	{".stedi/previous/run/copied.json", "", "source", copySource},
	{"curated/a/part-00000.json", "old commit", big, commit},
	{"curated/b/part-00000.json", "", big, commit},
	{".stedi/runs/1/rejects/a.ndjson", "", "reject", commit},
	{"trusted/deleted.json", "old", "", remove},
	{"trusted/folder/deleted.json", "old", "", removeFolder},
}

func put(ctx context.Context, lake *dir.Store, s step) error {
	return lake.Put(ctx, s.name, []byte(s.new))
}

func copySource(ctx context.Context, lake *dir.Store, s step) error {
	return lake.Copy(ctx, "landing/source.json", s.name)
}

func remove(ctx context.Context, lake *dir.Store, s step) error {
	return lake.Delete(ctx, s.name)
}

func removeFolder(ctx context.Context, lake *dir.Store, s step) error {
	return lake.Delete(ctx, filepath.ToSlash(filepath.Dir(s.name)))
}

func commit(ctx context.Context, lake *dir.Store, s step) (err error) {
	var replaced *pipeline.File
	files, err := lake.List(ctx, filepath.ToSlash(filepath.Dir(s.name)))
	if err != nil {
		return err
	}
	if len(files) > 0 {
		replaced = &files[0]
	}
	staged, err := lake.Create(ctx, "1/"+s.name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, staged.Discard()) }()
	for chunk := range slices.Chunk([]byte(s.new), 1<<20) {
		if _, err := staged.Write(chunk); err != nil {
			return err
		}
	}
	if err := staged.Close(); err != nil {
		return err
	}
	_, err = lake.Commit(ctx, staged, s.name, replaced)
	return err
}

// play runs the script until its first error, and returns how many steps
// succeeded.
func play(ctx context.Context, lake *dir.Store) (done int, err error) {
	unlock, err := lake.Lock(ctx, pipeline.Holder{Run: "1", PID: os.Getpid(), Host: "test"})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := lake.Sweep(ctx); err != nil {
		return 0, err
	}
	for i, s := range script {
		if err := s.do(ctx, lake, s); err != nil {
			return i, err
		}
	}
	return len(script), nil
}

// lay creates the lake with which the script starts, with leftovers in staging.
func lay(t *testing.T, root string) {
	t.Helper()
	write(t, root, "landing/source.json", "source")
	write(t, root, ".stedi/staging/0/left/over.json", "left")
	write(t, root, ".stedi/staging/.put-left", "left")
	for _, s := range script {
		if s.old != "" {
			write(t, root, s.name, s.old)
		}
	}
}

// sound checks that each name holds its old bytes or its new ones: new up to
// step done, old after it, and either of them for that step itself.
func sound(t *testing.T, root string, done int) {
	t.Helper()
	for i, s := range script {
		content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(s.name)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		got := string(content)
		if i < done && got != s.new || i > done && got != s.old || got != s.new && got != s.old {
			t.Fatalf("%s holds %d bytes, begins %.10q: neither old nor new, or out of order", s.name, len(got), got)
		}
	}
	holds(t, root, "landing/source.json", "source")
}

// clean checks that the lake has no files other than those of the script.
func clean(t *testing.T, root string) {
	t.Helper()
	known := map[string]bool{"landing/source.json": true, ".stedi/lock": true}
	for _, s := range script {
		known[s.name] = true
	}
	for name := range maps.Keys(files(t, root)) {
		if !known[name] {
			t.Fatalf("%s was left over", name)
		}
	}
}

// files returns the sizes of all files below a folder.
func files(t *testing.T, root string) map[string]int64 {
	t.Helper()
	sizes := map[string]int64{}
	err := filepath.WalkDir(root, func(at string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, at)
		sizes[filepath.ToSlash(name)] = info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sizes
}

// record plays the script on a new lake, and returns its operations.
func record(t *testing.T) []dir.Op {
	t.Helper()
	root := memory(t)
	lay(t, root)
	var ops []dir.Op
	lake := open(t, root, func(op dir.Op) error {
		ops = append(ops, op)
		return nil
	})
	done, err := play(t.Context(), lake)
	if err != nil {
		t.Fatal(err)
	}
	sound(t, root, done)
	clean(t, root)
	kinds := map[dir.Kind]bool{}
	for _, op := range ops {
		kinds[op.Kind] = true
	}
	if len(kinds) != 12 {
		t.Fatalf("the script does only %v", kinds)
	}
	return ops
}
