package dir_test

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/dir"
)

// Every operation fails once: the error is returned, no file is torn, and no
// file is left over even before the next sweep, unless the removal failed.
func TestEveryOperationFailsOnce(t *testing.T) {
	faults := []error{syscall.ENOSPC, syscall.EIO}
	for n, op := range record(t) {
		fault := faults[n%2]
		t.Run(fmt.Sprintf("%d %s %v", n, op.Kind, fault), func(t *testing.T) {
			root := memory(t)
			lay(t, root)
			asked := 0
			done := failing(t, root, fault, func() bool { asked++; return asked == n+1 })
			if op.Kind != dir.KindSyncFolder && done < len(script) {
				unchanged(t, root, script[done])
			}
			if op.Kind != dir.KindRemove && done > 0 {
				clean(t, root)
			}
			recovers(t, root)
		})
	}
}

// All operations after a certain one fail, as on a broken disk.
func TestEveryOperationFailsFromOneOn(t *testing.T) {
	for n, op := range record(t) {
		t.Run(fmt.Sprintf("%d %s", n, op.Kind), func(t *testing.T) {
			root := memory(t)
			lay(t, root)
			asked := 0
			done := failing(t, root, syscall.EDQUOT, func() bool { asked++; return asked > n })
			if op.Kind != dir.KindSyncFolder && done < len(script) {
				unchanged(t, root, script[done])
			}
			recovers(t, root)
		})
	}
}

// unchanged checks that a step's name holds its old bytes.
func unchanged(t *testing.T, root string, s step) {
	t.Helper()
	if s.old != "" {
		holds(t, root, s.name, s.old)
	} else if _, ok := files(t, root)[s.name]; ok {
		t.Fatalf("%s was made", s.name)
	}
}

// failing plays the script and checks what must hold after any failure.
func failing(t *testing.T, root string, fault error, now func() bool) (done int) {
	t.Helper()
	var failed dir.Op
	before := descriptors(t)
	lake := open(t, root, func(op dir.Op) error {
		if !now() {
			return nil
		}
		if failed.Path == "" {
			failed = op
		}
		return fault
	})
	done, err := play(t.Context(), lake)
	mustBe(t, err, fault)
	if !strings.Contains(err.Error(), failed.Path) || !strings.Contains(err.Error(), string(failed.Kind)) {
		t.Fatalf("%s %s failed, but the error is: %v", failed.Kind, failed.Path, err)
	}
	if now := descriptors(t); now != before {
		t.Fatalf("%s %s failed: %d descriptors are open, before it were %d", failed.Kind, failed.Path, now, before)
	}
	sound(t, root, done)
	return done
}

// recovers checks that a new run can lock the lake, and leaves it clean.
func recovers(t *testing.T, root string) {
	t.Helper()
	lake := open(t, root, nil)
	unlock, err := lake.Lock(t.Context(), pipeline.Holder{Run: "2", Host: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(lake.Sweep(t.Context()), unlock()); err != nil {
		t.Fatal(err)
	}
	clean(t, root)
}

func TestAReadOnlyLakeIsAnErrorBeforeAnyWork(t *testing.T) {
	for _, laid := range []bool{false, true} {
		for _, fault := range []error{syscall.EROFS, syscall.EACCES, syscall.EPERM} {
			root := t.TempDir()
			if laid {
				lay(t, root)
			}
			before := files(t, root)
			lake := open(t, root, func(op dir.Op) error {
				if op.Kind == dir.KindOpen {
					return nil
				}
				return fault
			})
			_, err := lake.Lock(t.Context(), pipeline.Holder{Run: "1"})
			mustBe(t, err, fault)
			readOnly(t, err, root)
			if now := files(t, root); fmt.Sprint(now) != fmt.Sprint(before) {
				t.Errorf("files were %v, are %v", before, now)
			}
		}
	}
}

// readOnly checks that an error names the folder and the fix.
func readOnly(t *testing.T, err error, root string) {
	t.Helper()
	mustBe(t, err, pipeline.ErrReadOnly)
	for _, want := range []string{root, "chown", "chmod", "copy"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not say %q: %v", want, err)
		}
	}
}

// What a disk or a shell limits comes with what to do about it.
func TestALimitOfTheDiskNamesTheFix(t *testing.T) {
	for fault, fix := range map[error]string{syscall.ENOSPC: "free some space", syscall.EDQUOT: "free some space", syscall.EFBIG: "ulimit -f"} {
		lake := open(t, t.TempDir(), func(op dir.Op) error {
			if op.Kind == dir.KindWrite {
				return fault
			}
			return nil
		})
		if err := lake.Put(t.Context(), "trusted/put.json", []byte("{}\n")); !errors.Is(err, fault) || !strings.Contains(err.Error(), fix) {
			t.Errorf("got %v, not %q", err, fix)
		}
	}
}
