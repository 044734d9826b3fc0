package dir_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) pipeline.Store {
		t.Helper()
		return open(t, t.TempDir(), nil)
	})
}

func TestOpenNeedsAFolder(t *testing.T) {
	root := t.TempDir()
	write(t, root, "file", "")
	for name, says := range map[string]string{
		"none":   "create the folder",
		"file":   "is a file, not a folder",
		"file/x": "create the folder",
	} {
		_, err := dir.Open(filepath.Join(root, name), dir.Options{})
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), name) {
			t.Errorf("open of %s says %v, want its name and %q", name, err, says)
		}
	}
	_, err := dir.Open(filepath.Join(root, "none"), dir.Options{})
	mustBe(t, err, fs.ErrNotExist)
}

func TestOpenResolvesALinkedRoot(t *testing.T) {
	root, link := t.TempDir(), filepath.Join(t.TempDir(), "lake")
	write(t, root, "landing/a.json", "a")
	symlink(t, root, link)
	lake := open(t, link, nil)
	lists(t, lake, "landing", "landing/a.json")
	if err := lake.Put(t.Context(), "landing/b.json", []byte("b")); err != nil {
		t.Fatal(err)
	}
	holds(t, root, "landing/b.json", "b")
}

func TestRejectsArePrivate(t *testing.T) {
	root := t.TempDir()
	lake := open(t, root, nil)
	put := func(name string) {
		if err := lake.Put(t.Context(), name, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	put(".stedi/runs/1/rejects/put.ndjson")
	put(".stedi/runs/1/run.json")
	put("trusted/rejects/part-00000.json")
	if err := lake.Copy(t.Context(), ".stedi/runs/1/run.json", ".stedi/runs/1/rejects/copy.ndjson"); err != nil {
		t.Fatal(err)
	}
	staged := stage(t, lake, "x")
	if _, err := lake.Commit(t.Context(), staged, ".stedi/runs/1/rejects/commit.ndjson", nil); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(t.TempDir(), "open")
	if err := os.Mkdir(open, 0o777); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(open)
	if err != nil {
		t.Fatal(err)
	}
	umask := 0o777 &^ info.Mode().Perm()
	for name, want := range map[string]fs.FileMode{
		".stedi":                              0o755,
		".stedi/runs/1":                       0o755,
		".stedi/runs/1/rejects":               0o700,
		".stedi/runs/1/rejects/put.ndjson":    0o600,
		".stedi/runs/1/rejects/copy.ndjson":   0o600,
		".stedi/runs/1/rejects/commit.ndjson": 0o600,
		".stedi/runs/1/run.json":              0o644,
		"trusted/rejects":                     0o755,
		"trusted/rejects/part-00000.json":     0o644,
	} {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want&^umask {
			t.Errorf("%s has mode %o, want %o", name, got, want&^umask)
		}
	}
}

func TestAFileOfAnotherStoreIsNotCommitted(t *testing.T) {
	lake := open(t, t.TempDir(), nil)
	if _, err := lake.Commit(t.Context(), struct{ pipeline.StagedFile }{}, "trusted/a.json", nil); err == nil {
		t.Error("it was")
	}
}

func TestAStagedNameIsNotSharedByTwo(t *testing.T) {
	lake := open(t, t.TempDir(), nil)
	first := stage(t, lake, "x")
	_, err := lake.Create(t.Context(), "run/out.json")
	mustBe(t, err, fs.ErrExist)
	if _, err := lake.Commit(t.Context(), first, "trusted/a.json", nil); err != nil {
		t.Error(err)
	}
}

// The test uses a writer that is faster than the rename, but slower than the
// comparison before it.
func TestAFileMadeAtTheLastMomentIsKept(t *testing.T) {
	root := t.TempDir()
	lake := open(t, root, func(op dir.Op) error {
		if op.Kind == dir.KindRename {
			write(t, root, "trusted/a.json", "theirs")
		}
		return nil
	})
	_, err := lake.Commit(t.Context(), stage(t, lake, "ours"), "trusted/a.json", nil)
	mustBe(t, err, pipeline.ErrChanged)
	holds(t, root, "trusted/a.json", "theirs")
}

// Close and Commit also return the error of an earlier failed write, regardless
// of what follows it.
func TestAFileWithAFailedWriteIsWorthless(t *testing.T) {
	writes := 0
	lake := open(t, t.TempDir(), func(op dir.Op) error {
		if op.Kind != dir.KindWrite {
			return nil
		}
		if writes++; writes > 1 {
			return nil
		}
		return io.ErrShortWrite
	})
	staged, err := lake.Create(t.Context(), "run/out.json")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := io.WriteString(staged, "x")
		mustBe(t, err, io.ErrShortWrite)
	}
	mustBe(t, staged.Close(), io.ErrShortWrite)
	_, err = lake.Commit(t.Context(), staged, "trusted/a.json", nil)
	mustBe(t, err, io.ErrShortWrite)
	if err := staged.Discard(); err != nil {
		t.Fatal(err)
	}
	lists(t, lake, "trusted")
}

// A file that was edited in place, with the same size and restored times,
// counts as another file.
func TestListSeesAnEditWithItsTimePutBack(t *testing.T) {
	root := t.TempDir()
	lake := open(t, root, nil)
	write(t, root, "trusted/a.json", "old")
	before, err := lake.List(t.Context(), "trusted")
	if err != nil {
		t.Fatal(err)
	}
	write(t, root, "trusted/a.json", "new")
	if err := os.Chtimes(filepath.Join(root, "trusted/a.json"), before[0].ModTime, before[0].ModTime); err != nil {
		t.Fatal(err)
	}
	after, err := lake.List(t.Context(), "trusted")
	if err != nil {
		t.Fatal(err)
	}
	if !after[0].ModTime.Equal(before[0].ModTime) || after[0].Same(before[0]) {
		t.Errorf("listed %+v, then %+v", before[0], after[0])
	}
}

func open(t *testing.T, root string, fault func(dir.Op) error) *dir.Store {
	t.Helper()
	lake, err := dir.Open(root, dir.Options{Fault: fault})
	if err != nil {
		t.Fatal(err)
	}
	return lake
}

// stage returns a closed staged file run/out.json.
func stage(t *testing.T, lake *dir.Store, content string) pipeline.StagedFile {
	t.Helper()
	staged, err := lake.Create(t.Context(), "run/out.json")
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(staged, content)
	if err := errors.Join(err, staged.Close()); err != nil {
		t.Fatal(err)
	}
	return staged
}

// write creates a file as a program without a store would.
func write(t *testing.T, root, name, content string) {
	t.Helper()
	at := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func symlink(t *testing.T, target, at string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, at); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
}

func holds(t *testing.T, root, name, want string) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil || string(got) != want {
		t.Fatalf("%s holds %q (%v), want %q", name, got, err, want)
	}
}

func lists(t *testing.T, lake *dir.Store, folder string, want ...string) {
	t.Helper()
	files, err := lake.List(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]string, len(files))
	for i, file := range files {
		got[i] = file.Name
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Fatalf("list of %s is %q, want %q", folder, got, want)
	}
}

func mustBe(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}

// The bytes are made durable after Close, so Commit and Discard wait for that.
func TestAFileThatIsNotDurableIsNotCommitted(t *testing.T) {
	root := t.TempDir()
	lake := open(t, root, func(op dir.Op) error {
		if op.Kind == dir.KindSync {
			return syscall.EDQUOT
		}
		return nil
	})
	staged := stage(t, lake, "x")
	for range 2 {
		_, err := lake.Commit(t.Context(), staged, "trusted/a.json", nil)
		mustBe(t, err, syscall.EDQUOT)
	}
	lists(t, lake, "trusted")
	if err := staged.Discard(); err != nil {
		t.Fatal(err)
	}
	lists(t, lake, ".stedi/staging")
	if err := stage(t, lake, "y").Discard(); err != nil {
		t.Fatal(err)
	}
	lists(t, lake, ".stedi/staging")
}
