package dir_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/dir"
)

func TestLinksWithinTheLakeAreFollowed(t *testing.T) {
	root := t.TempDir()
	lake := open(t, root, nil)
	write(t, root, "data/deep/a.json", "a")
	symlink(t, "../data/deep/a.json", filepath.Join(root, "landing/file.json"))
	symlink(t, filepath.Join(root, "data"), filepath.Join(root, "landing/absolute"))
	symlink(t, "landing", filepath.Join(root, "zone"))
	lists(t, lake, "landing", "landing/absolute/deep/a.json", "landing/file.json")
	lists(t, lake, "zone", "zone/absolute/deep/a.json", "zone/file.json")

	files, err := lake.List(t.Context(), "zone")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		at, err := lake.Fetch(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		if want, _ := filepath.EvalSymlinks(filepath.Join(root, "data/deep/a.json")); at != want || file.Size != 1 {
			t.Errorf("%s is %+v at %s, want %s", file.Name, file, at, want)
		}
	}
}

func TestLinksThatLeadAstrayAreUnsafe(t *testing.T) {
	outside := t.TempDir()
	write(t, outside, "secret/a.json", "secret")
	for name, target := range map[string]string{
		"to a file outside":       filepath.Join(outside, "secret/a.json"),
		"to a folder outside":     outside,
		"to the system":           "/",
		"out by dots":             "../../..",
		"to nothing":              "nothing",
		"to nothing outside":      filepath.Join(outside, "nothing"),
		"to itself":               "astray",
		"back to its folder":      ".",
		"back to the zone":        "..",
		"back to the lake":        "../..",
		"to a link that leads on": "on",
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			lake := open(t, root, nil)
			write(t, root, "landing/customer/a.json", "a")
			symlink(t, outside, filepath.Join(root, "landing/customer/.way"))
			symlink(t, ".way/secret", filepath.Join(root, "landing/customer/_on"))
			if target == "on" {
				target = "_on"
			}
			symlink(t, target, filepath.Join(root, "landing/customer/astray"))
			_, err := lake.List(t.Context(), "landing")
			mustBe(t, err, pipeline.ErrUnsafe)
			if !strings.Contains(err.Error(), "landing/customer/astray") {
				t.Errorf("error does not name the link: %v", err)
			}
		})
	}
}

func TestNothingIsReadOrChangedThroughALinkOutside(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	lake := open(t, root, nil)
	write(t, outside, "a.json", "theirs")
	write(t, root, "mine.json", "mine")
	symlink(t, outside, filepath.Join(root, "zone"))
	symlink(t, filepath.Join(outside, "a.json"), filepath.Join(root, "file.json"))
	staged := stage(t, lake, "mine")
	ctx := t.Context()

	for _, name := range []string{"zone/a.json", "file.json"} {
		_, err := lake.Open(ctx, name)
		mustBe(t, err, pipeline.ErrUnsafe)
		_, err = lake.Fetch(ctx, pipeline.File{Name: name})
		mustBe(t, err, pipeline.ErrUnsafe)
		mustBe(t, lake.Copy(ctx, name, "copy.json"), pipeline.ErrUnsafe)
		_, err = lake.Commit(ctx, staged, name, nil)
		mustBe(t, err, pipeline.ErrUnsafe)
	}
	mustBe(t, lake.Put(ctx, "zone/a.json", []byte("mine")), pipeline.ErrUnsafe)
	mustBe(t, lake.Copy(ctx, "mine.json", "zone/a.json"), pipeline.ErrUnsafe)
	mustBe(t, lake.Delete(ctx, "zone/a.json"), pipeline.ErrUnsafe)
	holds(t, outside, "a.json", "theirs")

	// Replacing and deleting a link affects the link itself, never its target.
	if err := lake.Put(ctx, "file.json", []byte("mine")); err != nil {
		t.Fatal(err)
	}
	if err := lake.Delete(ctx, "zone"); err != nil {
		t.Fatal(err)
	}
	holds(t, root, "file.json", "mine")
	holds(t, outside, "a.json", "theirs")
	lists(t, lake, "zone")
}

func TestInternalFoldersAreNotReachedThroughLinks(t *testing.T) {
	for _, name := range []string{".stedi", ".stedi/staging", ".stedi/lock"} {
		root, outside := t.TempDir(), t.TempDir()
		lake := open(t, root, nil)
		write(t, outside, "a.json", "theirs")
		target := outside
		if name == ".stedi/lock" {
			target = filepath.Join(outside, "a.json")
		} else {
			write(t, outside, "staging/a.json", "theirs")
		}
		symlink(t, target, filepath.Join(root, name))
		if name != ".stedi/staging" {
			_, err := lake.Lock(t.Context(), pipeline.Holder{Run: "1"})
			mustBe(t, err, pipeline.ErrUnsafe)
		}
		if name != ".stedi/lock" {
			mustBe(t, lake.Sweep(t.Context()), pipeline.ErrUnsafe)
			mustBe(t, lake.Put(t.Context(), "a.json", nil), pipeline.ErrUnsafe)
		}
		holds(t, outside, "a.json", "theirs")
	}
}

func TestANameNoMethodTakesIsUnsafe(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such names here")
	}
	for _, base := range []string{`a\b.json`, "a\xff.json"} {
		root := t.TempDir()
		if err := os.WriteFile(filepath.Join(root, base), nil, 0o644); err != nil {
			t.Skipf("no such names here: %v", err)
		}
		_, err := open(t, filepath.Dir(root), nil).List(t.Context(), filepath.Base(root))
		mustBe(t, err, pipeline.ErrUnsafe)
	}
}

func TestAnUnreadableFolderIsNamed(t *testing.T) {
	root := t.TempDir()
	write(t, root, "landing/customer/a.json", "a")
	folder := filepath.Join(root, "landing", "customer")
	lake := open(t, root, func(op dir.Op) error {
		if op.Kind == dir.KindOpen && filepath.Base(op.Path) == "customer" {
			return syscall.EACCES
		}
		return nil
	})
	for range 2 {
		_, err := lake.List(t.Context(), "landing")
		mustBe(t, err, fs.ErrPermission)
		if !strings.Contains(err.Error(), folder) {
			t.Errorf("error does not name the folder: %v", err)
		}
		// The second time it runs without the simulated fault, where that
		// works.
		if os.Geteuid() <= 0 {
			return
		}
		if err := os.Chmod(folder, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(folder, 0o755) })
		lake = open(t, root, nil)
	}
}

// The test lists 100,000 names. Creating as many files would take most of the
// time, so most names are in a few folders that links refer to.
func TestListOfManyFiles(t *testing.T) {
	const folders, made = 100, 10
	root := memory(t)
	for i := range folders {
		folder := fmt.Sprintf("landing/%03d", i)
		if i < made {
			fill(t, filepath.Join(root, folder))
		} else {
			symlink(t, fmt.Sprintf("%03d", i%made), filepath.Join(root, folder))
		}
	}
	before := descriptors(t)
	files, err := open(t, root, nil).List(t.Context(), "landing")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != folders*1000 {
		t.Fatalf("listed %d files, want %d", len(files), folders*1000)
	}
	for i, file := range files {
		if want := fmt.Sprintf("landing/%03d/%03d.json", i/1000, i%1000); file.Name != want {
			t.Fatalf("file %d is %s, want %s", i, file.Name, want)
		}
	}
	if now := descriptors(t); now != before {
		t.Errorf("%d descriptors are open, before it were %d", now, before)
	}
}

// fill creates a folder with 1000 names of one file.
func fill(t *testing.T, folder string) {
	t.Helper()
	write(t, folder, "000.json", "{}")
	for i := range 999 {
		err := os.Link(filepath.Join(folder, "000.json"), filepath.Join(folder, fmt.Sprintf("%03d.json", i+1)))
		if err != nil {
			t.Fatal(err)
		}
	}
}

// memory returns t.TempDir, in memory where the system has such a folder, for
// tests with many operations that need not wait for a disk.
func memory(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat("/dev/shm"); err == nil {
		t.Setenv("TMPDIR", "/dev/shm")
	}
	return t.TempDir()
}

// descriptors counts the open files of the process, where the system reports
// them.
func descriptors(t *testing.T) int {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(open)
}

// A lake whose folder no longer exists is not an empty lake.
func TestALakeThatIsGoneIsNotEmpty(t *testing.T) {
	root := filepath.Join(t.TempDir(), "lake")
	if err := os.Mkdir(root, 0o700); err != nil {
		t.Fatal(err)
	}
	store, err := dir.Open(root, dir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if files, err := store.List(t.Context(), "landing"); err != nil || len(files) > 0 {
		t.Errorf("%v, %v", files, err)
	}
	if err := os.Rename(root, root+"-moved"); err != nil {
		t.Fatal(err)
	}
	_, err = store.List(t.Context(), "landing")
	if err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), root) || !strings.Contains(err.Error(), "its folder no longer exists") {
		t.Errorf("%v", err)
	}
}
