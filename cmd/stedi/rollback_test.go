package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const rolledBack = "/customer/trusted/part-00000.json"

// twoVersions is a lake with two versions of customer_trusted, and the lines of
// both.
type twoVersions struct{ lake, old, fresh string }

func buildTwoVersions(t *testing.T) twoVersions {
	t.Helper()
	lake := sampleLake(t)
	mustBatch(t, lake)
	old := tables(t, lake)[rolledBack]
	file := filepath.Join(lake, "customer", "landing", "customer-00001.json")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.ReplaceAll(text, []byte(`"phone": "`), []byte(`"phone": "9`)), 0o600); err != nil {
		t.Fatal(err)
	}
	mustBatch(t, lake)
	fresh := tables(t, lake)[rolledBack]
	if fresh == old {
		t.Fatal("both versions are the same")
	}
	return twoVersions{lake, old, fresh}
}

// copied returns the same with a lake of its own.
func (v twoVersions) copied(t *testing.T) twoVersions {
	t.Helper()
	lake := filepath.Join(t.TempDir(), "lake")
	copyTo(t, lake, v.lake)
	return twoVersions{lake, v.old, v.fresh}
}

func mustBatch(t *testing.T, lake string) {
	t.Helper()
	if code, stderr := batch(t, lake); code != 0 {
		t.Fatal(stderr)
	}
}

func rollback(t *testing.T, lake string, env ...string) (code int, stderr string) {
	t.Helper()
	cmd := command(t, env, "rollback", "customer_trusted", "--lake", lake)
	var text bytes.Buffer
	cmd.Stderr = &text
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), text.String()
}

// forEachOperationOfARollback calls f with the number of each file operation of
// a rollback, and a lake for it. By default it takes a sample; with
// FAULT_SWEEP=all it takes all.
func forEachOperationOfARollback(t *testing.T, f func(t *testing.T, n int, v twoVersions)) {
	t.Helper()
	v := buildTwoVersions(t)
	counter := filepath.Join(t.TempDir(), "faults")
	if code, stderr := rollback(t, v.copied(t).lake, "FAULT=count:0", "FAULTS="+counter); code != 0 {
		t.Fatal(stderr)
	}
	text, err := os.ReadFile(counter)
	if err != nil {
		t.Fatal(err)
	}
	last, err := strconv.Atoi(string(text))
	if err != nil || last < 20 {
		t.Fatalf("%d operations counted, %v", last, err)
	}
	step := 1
	if os.Getenv("FAULT_SWEEP") != "all" {
		step = max(1, last/10)
	}
	for n := 1; n <= last; n += step {
		t.Run(fmt.Sprint(n), func(t *testing.T) { f(t, n, v.copied(t)) })
	}
}

// If a rollback is killed at any operation, the table is one version or the
// other, a second rollback succeeds, and the next run cleans up.
func TestAKilledRollbackLeavesOneVersionOrTheOther(t *testing.T) {
	forEachOperationOfARollback(t, func(t *testing.T, n int, v twoVersions) {
		t.Helper()
		lake, old, fresh := v.lake, v.old, v.fresh
		rollback(t, lake, fmt.Sprintf("FAULT=kill:%d", n))
		if got := tables(t, lake)[rolledBack]; got != old && got != fresh {
			t.Fatalf("after the kill the table is neither: %d lines", strings.Count(got, "\n"))
		}
		rollback(t, lake, fmt.Sprintf("FAULT=kill:%d", 1+n%11))
		before := tables(t, lake)[rolledBack]
		if code, stderr := rollback(t, lake); code != 0 {
			t.Fatalf("the next rollback ends with %d: %s", code, stderr)
		}
		got := tables(t, lake)[rolledBack]
		if got != old && got != fresh {
			t.Fatalf("after the next rollback the table is neither: %d lines", strings.Count(got, "\n"))
		}
		if before == fresh && got != old {
			t.Error("the rollback has not brought the old version back")
		}
		mustBatch(t, lake)
		if tables(t, lake)[rolledBack] != fresh {
			t.Error("the next run did not rebuild the table")
		}
		mustBatch(t, lake)
		checkWhole(t, lake)
	})
}

// A full disk ends a rollback with exit code 3; if the rollback succeeds
// nevertheless, a second one does not undo it.
func TestAFullDiskHarmsNoRollback(t *testing.T) {
	forEachOperationOfARollback(t, func(t *testing.T, n int, v twoVersions) {
		t.Helper()
		lake, old, fresh := v.lake, v.old, v.fresh
		code, stderr := rollback(t, lake, fmt.Sprintf("FAULT=ENOSPC:%d", n))
		if code != 3 && code != 0 {
			t.Errorf("it ends with %d: %s", code, stderr)
		}
		if code == 3 && !strings.Contains(stderr, "no space left on device") {
			t.Errorf("the message does not say why: %s", stderr)
		}
		got := tables(t, lake)[rolledBack]
		if got != old && got != fresh {
			t.Fatalf("the table is neither: %d lines", strings.Count(got, "\n"))
		}
		done := strings.Contains(stderr, "rolled back, but the cleanup failed")
		if done && got != old {
			t.Error("it is not rolled back, though it says so")
		}
		if code == 3 && !done {
			if code, stderr := rollback(t, lake); code != 0 || tables(t, lake)[rolledBack] != old {
				t.Fatalf("trying again ends with %d: %s", code, stderr)
			}
		}
		mustBatch(t, lake)
		mustBatch(t, lake)
		if tables(t, lake)[rolledBack] != fresh {
			t.Error("the next run did not rebuild the table")
		}
		checkWhole(t, lake)
	})
}
