package dir_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"stedi/pipeline"
)

// mountRole separates the roles of processes that mount their own file system
// from those that work on every unix.
const mountRole = "STEDI_DIR_TEST_MOUNT"

// TestMountRole is not a test: child processes run it.
func TestMountRole(t *testing.T) {
	root := os.Getenv(mountRole)
	if root == "" {
		t.Skip("runs only in processes that other tests start")
	}
	// Without this call, the mount would be visible to all processes.
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		t.Skip(err)
	}
	if err := syscall.Mount("tmpfs", root, "tmpfs", 0, "size=4m"); err != nil {
		t.Skip(err)
	}
	lay(t, root)
	t.Run("full", func(t *testing.T) {
		write(t, root, "landing/filler", string(make([]byte, 2<<20)))
		defer func() { _ = os.Remove(filepath.Join(root, "landing/filler")) }()
		lake := open(t, root, nil)
		done, err := play(t.Context(), lake)
		mustBe(t, err, syscall.ENOSPC)
		if done == 0 {
			t.Error("nothing worked at all")
		}
		sound(t, root, done)
		mustBe(t, lake.Put(t.Context(), "trusted/put.json", []byte(big)), syscall.ENOSPC)
		sound(t, root, done)
	})
	recovers(t, root)
	t.Run("read-only", func(t *testing.T) {
		if err := syscall.Mount("", root, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
		lake := open(t, root, nil)
		_, err := lake.Lock(t.Context(), pipeline.Holder{Run: "1"})
		readOnly(t, err, root)
		readOnly(t, lake.Put(t.Context(), "trusted/put.json", nil), root)
		lists(t, lake, "landing", "landing/source.json")
	})
}

// The test uses a disk that is really full, and one that is really read-only.
func TestOnAMountOfItsOwn(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestMountRole$", "-test.v")
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", mountRole+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOSYS) {
		t.Skipf("no mounts here: %v", err)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// A pipe would block its reader.
func TestAPipeIsNoFile(t *testing.T) {
	root := t.TempDir()
	write(t, root, "landing/a.json", "a")
	if err := syscall.Mkfifo(filepath.Join(root, "landing/pipe"), 0o600); err != nil {
		t.Skip(err)
	}
	lake := open(t, root, nil)
	_, err := lake.List(t.Context(), "landing")
	mustBe(t, err, pipeline.ErrUnsafe)
	_, err = lake.Open(t.Context(), "landing/pipe")
	mustBe(t, err, pipeline.ErrUnsafe)
	_, err = lake.Fetch(t.Context(), pipeline.File{Name: "landing/pipe"})
	mustBe(t, err, pipeline.ErrUnsafe)
}
