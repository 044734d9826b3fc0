//go:build unix

package dir_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"stedi/pipeline"
	"stedi/pipeline/dir"
)

// The winner takes the lock shortly before its text is in the file. Until then
// the file has no text, or half of it, or the text of a dead previous holder.
func TestTheLoserWaitsForTheHoldersText(t *testing.T) {
	holder := pipeline.Holder{Run: "2", PID: os.Getpid(), Host: "test", Since: time.Unix(1, 0).UTC()}
	gone := process(t, "none")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	stale := pipeline.Holder{Run: "1", PID: gone.Process.Pid, Host: "test"}
	elsewhere := pipeline.Holder{Run: "1", PID: gone.Process.Pid, Host: "elsewhere"}
	unknown := pipeline.Holder{Run: "unknown", Host: "unknown"}

	for _, test := range []struct {
		says        string
		first, then string
		want        pipeline.Holder
	}{
		{"at once", text(t, holder), text(t, holder), holder},
		{"none, then all", "", text(t, holder), holder},
		{"half, then all", text(t, holder)[:20], text(t, holder), holder},
		{"a dead one's, then its own", text(t, stale), text(t, holder), holder},
		{"a dead one's for ever", text(t, stale), text(t, stale), stale},
		{"of another host, where no process can be checked", text(t, elsewhere), text(t, holder), elsewhere},
		{"none for ever", "", "", unknown},
		{"no text of ours", "[1]", "[1]", unknown},
	} {
		t.Run(test.says, func(t *testing.T) {
			root := t.TempDir()
			write(t, root, ".stedi/lock", test.first)
			hold(t, filepath.Join(root, ".stedi/lock"))
			synctest.Test(t, func(t *testing.T) {
				reads := 0
				lake := open(t, root, func(op dir.Op) error {
					if op.Kind == dir.KindOpen {
						reads++
					}
					if reads == 3 {
						write(t, root, ".stedi/lock", test.then)
					}
					return nil
				})
				begin := time.Now()
				_, err := lake.Lock(t.Context(), pipeline.Holder{Run: "3", PID: 3, Host: "test"})
				locked, ok := errors.AsType[*pipeline.LockedError](err)
				if !ok || locked.Holder != test.want {
					t.Fatalf("error is %v, want the holder %+v", err, test.want)
				}
				if waited := time.Since(begin); waited > 2*time.Second {
					t.Errorf("it took %v", waited)
				}
			})
		})
	}
}

func TestWaitingForTheHoldersTextCanBeCancelled(t *testing.T) {
	root := t.TempDir()
	write(t, root, ".stedi/lock", "")
	hold(t, filepath.Join(root, ".stedi/lock"))
	ctx, cancel := context.WithCancel(t.Context())
	lake := open(t, root, func(op dir.Op) error {
		if op.Kind == dir.KindOpen {
			cancel()
		}
		return nil
	})
	_, err := lake.Lock(ctx, pipeline.Holder{Run: "3"})
	mustBe(t, err, context.Canceled)
}

// A waiting process takes a lock that is released meanwhile.
func TestTheLoserTakesWhatIsReleased(t *testing.T) {
	root := t.TempDir()
	write(t, root, ".stedi/lock", "")
	file := hold(t, filepath.Join(root, ".stedi/lock"))
	lake := open(t, root, func(op dir.Op) error {
		if op.Kind == dir.KindOpen {
			_ = file.Close()
		}
		return nil
	})
	unlock, err := lake.Lock(t.Context(), pipeline.Holder{Run: "3"})
	if err != nil {
		t.Fatal(err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	holds(t, root, ".stedi/lock", "")
}

// A process that reads the holder shares the lock for a moment. Meanwhile the
// file may have the text of a dead holder on a host whose processes cannot be
// checked.
func TestReadersOfALockNeverMakeItFail(t *testing.T) {
	left := text(t, pipeline.Holder{Run: "1", PID: 1, Host: "elsewhere"})
	t.Run("it waits as long as that takes", func(t *testing.T) {
		root := t.TempDir()
		write(t, root, ".stedi/lock", left)
		looking := flock(t, filepath.Join(root, ".stedi/lock"), unix.LOCK_SH)
		synctest.Test(t, func(t *testing.T) {
			tries := 0
			lake := open(t, root, func(op dir.Op) error {
				if op.Kind == dir.KindCreate {
					tries++
				}
				if tries == 1000 {
					_ = looking.Close()
				}
				return nil
			})
			unlock, err := lake.Lock(t.Context(), pipeline.Holder{Run: "3", PID: os.Getpid(), Host: "test"})
			if err != nil {
				t.Fatal(err)
			}
			if err := unlock(); err != nil {
				t.Fatal(err)
			}
		})
	})
	t.Run("however many look", func(t *testing.T) {
		root := t.TempDir()
		lake := open(t, root, nil)
		var done atomic.Bool
		var looking sync.WaitGroup
		for range 4 {
			looking.Go(func() {
				for !done.Load() {
					if _, err := lake.Holder(t.Context()); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		for range 50 {
			write(t, root, ".stedi/lock", left)
			unlock, err := lake.Lock(t.Context(), pipeline.Holder{Run: "3", PID: os.Getpid(), Host: "test"})
			if err != nil {
				t.Error(err)
				break
			}
			if err := unlock(); err != nil {
				t.Error(err)
			}
		}
		done.Store(true)
		looking.Wait()
	})
}

// The text of the lock file counts only while a process holds the lock.
func TestTheLockHolderIsReadWithoutWriting(t *testing.T) {
	holder := pipeline.Holder{Run: "2", PID: os.Getpid(), Host: "test", Since: time.Unix(1, 0).UTC()}
	for _, test := range []struct {
		says string
		text string
		held bool
		want *pipeline.Holder
	}{
		{"the one who has it", text(t, holder), true, &holder},
		{"no holder, regardless of what the last one left", text(t, holder), false, nil},
		{"one who has not said who it is", "", true, &pipeline.Holder{Run: "unknown", Host: "unknown"}},
	} {
		t.Run(test.says, func(t *testing.T) {
			root := t.TempDir()
			write(t, root, ".stedi/lock", test.text)
			if test.held {
				hold(t, filepath.Join(root, ".stedi/lock"))
			}
			lake := open(t, root, func(op dir.Op) error {
				if op.Kind != dir.KindOpen {
					t.Errorf("it does %s", op.Kind)
				}
				return nil
			})
			got, err := lake.Holder(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if (got == nil) != (test.want == nil) || got != nil && *got != *test.want {
				t.Errorf("it says %+v, want %+v", got, test.want)
			}
		})
	}
}

// hold locks a file as another process does.
func hold(t *testing.T, at string) *os.File {
	t.Helper()
	return flock(t, at, unix.LOCK_EX)
}

func flock(t *testing.T, at string, how int) *os.File {
	t.Helper()
	file, err := os.Open(at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	if err := unix.Flock(int(file.Fd()), how|unix.LOCK_NB); err != nil {
		t.Fatal(err)
	}
	return file
}

func text(t *testing.T, holder pipeline.Holder) string {
	t.Helper()
	content, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
