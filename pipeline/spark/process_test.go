//go:build unix

package spark

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// program writes an executable shell script.
func program(t *testing.T, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// family is a script that runs for a long time with a child, and prints the
// numbers of both. Both ignore SIGTERM.
const family = "trap '' TERM\nsh -c \"trap '' TERM; sleep 300\" & echo $$ $!; wait; sleep 300\n"

func numbers(t *testing.T, text string) []int {
	t.Helper()
	var pids []int
	for word := range strings.FieldsSeq(text) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return pids
}

// gone waits until processes have ended.
func gone(t *testing.T, pids []int, limit time.Duration) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(limit); ; <-tick.C {
		left := 0
		for _, pid := range pids {
			if running(pid) {
				left++
			}
		}
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of the processes %v still run after %s", left, pids, limit)
		}
	}
}

// running reports whether a process exists and has not ended.
func running(pid int) bool {
	if unix.Kill(pid, 0) != nil {
		return false
	}
	state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(state), ") Z ")
}

func TestAProcessEndsWithItsGroupWhenTheContextDoes(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p, err := start(ctx, nil, program(t, t.TempDir(), "submit", family))
	if err != nil {
		t.Fatal(err)
	}
	pids := numbers(t, (<-p.lines).text)
	began := time.Now()
	cancel()
	for range p.lines {
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
	gone(t, append(pids, p.cmd.Process.Pid), 20*time.Second)
}

func TestStopEndsAProcessWhoseLinesAreNotRead(t *testing.T) {
	t.Parallel()
	p, err := start(t.Context(), nil, program(t, t.TempDir(), "submit", "echo $$\nwhile :; do echo flood; done\n"))
	if err != nil {
		t.Fatal(err)
	}
	pids := numbers(t, (<-p.lines).text)
	p.stop()
	p.stop() // has no effect
	gone(t, pids, 20*time.Second)
}

func TestAProcessThatEndsLeavesNoChild(t *testing.T) {
	t.Parallel()
	p, err := start(t.Context(), []string{"WORD=b"}, program(t, t.TempDir(), "submit", "trap '' TERM\nsleep 300 >/dev/null 2>&1 &\necho $!; echo a$WORD \"$@\"; printf end >&2; exit 7\n"), "c d", "$e")
	if err != nil {
		t.Fatal(err)
	}
	var out, other []string
	for l := range p.lines {
		if l.stdout {
			out = append(out, l.text)
		} else {
			other = append(other, l.text)
		}
	}
	if exit, ok := errors.AsType[*exec.ExitError](p.err); !ok || exit.ExitCode() != 7 {
		t.Errorf("it ended with %v", p.err)
	}
	if len(out) != 2 || out[1] != "ab c d $e" || len(other) != 1 || other[0] != "end" {
		t.Errorf("it printed %q and %q", out, other)
	}
	gone(t, numbers(t, out[0]), 20*time.Second)
}

func TestALongLineIsCut(t *testing.T) {
	t.Parallel()
	p, err := start(t.Context(), nil, program(t, t.TempDir(), "submit", "printf %09999d 1; echo; echo next\n"))
	if err != nil {
		t.Fatal(err)
	}
	first, second := <-p.lines, <-p.lines
	p.stop()
	if len(first.text) != lineLimit || second.text != "next" {
		t.Errorf("the lines are %d characters and %q", len(first.text), second.text)
	}
}

const parentVariable = "STEDI_TEST_SPARK_PARENT"

// TestMain is also the parent process that a test kills.
func TestMain(m *testing.M) {
	if name := os.Getenv(parentVariable); name != "" {
		p, err := start(context.Background(), nil, name)
		if err != nil {
			panic(err)
		}
		for l := range p.lines {
			fmt.Println(l.text)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestAProcessEndsWhenItsParentIsKilled(t *testing.T) {
	t.Parallel()
	parent := exec.CommandContext(t.Context(), os.Args[0])
	parent.Env = append(os.Environ(), parentVariable+"="+program(t, t.TempDir(), "submit", family))
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Scan()
	pids := numbers(t, lines.Text())
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	gone(t, pids, 20*time.Second)
	_ = parent.Wait() // it was killed
}

func TestOnlyTheVeryProcessIsFoundAgain(t *testing.T) {
	t.Parallel()
	p, err := start(t.Context(), nil, program(t, t.TempDir(), "submit", family))
	if err != nil {
		t.Fatal(err)
	}
	defer p.stop()
	pids := numbers(t, (<-p.lines).text)
	id := processID(t.Context(), p.cmd.Process.Pid)
	parts := strings.Split(id, "/")
	for _, other := range []string{"", "a", "a/b/c", parts[0] + "/" + parts[1] + "/", parts[0] + "/" + parts[1] + "/1", "elsewhere/" + parts[1] + "/" + parts[2], parts[0] + "/-1/" + parts[2], parts[0] + "/1/"} {
		if pid, ok := alive(t.Context(), other); ok {
			t.Errorf("%q is process %d", other, pid)
		}
	}
	pid, ok := alive(t.Context(), id)
	if !ok || pid != p.cmd.Process.Pid {
		t.Fatalf("%q is process %d, %t", id, pid, ok)
	}
	kill(pid, grace)
	gone(t, pids, 20*time.Second)
	for range p.lines {
	}
	if _, ok := alive(t.Context(), id); ok {
		t.Error("an ended process is found")
	}
}
