package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"stedi/pipeline"
)

// sampleLake copies the small sample.
func sampleLake(t *testing.T) string {
	t.Helper()
	lake := filepath.Join(t.TempDir(), "lake")
	if err := os.CopyFS(lake, os.DirFS(filepath.Join("..", "..", "testdata", "sample"))); err != nil {
		t.Fatal(err)
	}
	return lake
}

// command prepares a process of the program.
func command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	link := filepath.Join(t.TempDir(), "stedi")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), link, args...)
	cmd.Env = append(os.Environ(), append([]string{"TMPDIR=" + filepath.Dir(link)}, env...)...)
	return cmd
}

// endsWith runs the program, and wants it to end with a code.
func endsWith(t *testing.T, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	cmd := command(t, nil, args...)
	var out, said strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Fatalf("stedi %s ended with %d, not %d\n%s%s", strings.Join(args, " "), got, code, out.String(), said.String())
	}
	return out.String(), said.String()
}

func batch(t *testing.T, lake string, env ...string) (code int, stderr string) {
	t.Helper()
	cmd := command(t, env, "--batch", "--lake", lake)
	var text bytes.Buffer
	cmd.Stderr = &text
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), text.String()
}

// tables returns the content of the files in the zones.
func tables(t *testing.T, lake string) map[string]string {
	t.Helper()
	content := map[string]string{}
	err := filepath.WalkDir(lake, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.Name() == ".stedi" {
			return fs.SkipDir
		}
		if entry.IsDir() || strings.Contains(name, "landing") || entry.Name() == "expected.json" {
			return nil
		}
		text, err := os.ReadFile(name)
		content[strings.TrimPrefix(name, lake)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return content
}

var wantLines = map[string]int{
	"/customer/trusted/part-00000.json": 12, "/accelerometer/trusted/part-00000.json": 83, "/customer/curated/part-00000.json": 12,
	"/step_trainer/trusted/part-00000.json": 48, "/step_trainer/curated/part-00000.json": 115,
}

// checkWhole checks that a lake contains the right tables and nothing else.
func checkWhole(t *testing.T, lake string) {
	t.Helper()
	content := tables(t, lake)
	for name, lines := range wantLines {
		if got := strings.Count(content[name], "\n"); got != lines {
			t.Errorf("%s has %d lines, want %d", name, got, lines)
		}
		delete(content, name)
	}
	for name := range content {
		t.Errorf("left over: %s", name)
	}
	for _, folder := range []string{"staging", "intent"} {
		if left, err := os.ReadDir(filepath.Join(lake, ".stedi", folder)); len(left) > 0 {
			t.Errorf("left over in %s: %v %v", folder, left, err)
		}
	}
}

// operations counts the operations of a run on the lake's files.
func operations(t *testing.T, lake string) int {
	t.Helper()
	counter := filepath.Join(t.TempDir(), "faults")
	if code, stderr := batch(t, lake, "FAULT=count:0", "FAULTS="+counter); code != 0 {
		t.Fatal(stderr)
	}
	text, err := os.ReadFile(counter)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 50 {
		t.Fatalf("%d operations counted, %v", n, err)
	}
	return n
}

// forEachOperation calls f with the number of each file operation of a run. By
// default it takes a sample; with FAULT_SWEEP=all it takes all.
func forEachOperation(t *testing.T, f func(t *testing.T, n int)) {
	t.Helper()
	last := operations(t, sampleLake(t))
	step := 1
	if os.Getenv("FAULT_SWEEP") != "all" {
		step = max(1, last/14)
	}
	slots := make(chan struct{}, 2)
	var wg sync.WaitGroup
	for n := 1; n <= last; n += step {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			t.Run(fmt.Sprint(n), func(t *testing.T) { f(t, n) })
		})
	}
	wg.Wait()
}

// If a run is killed at any operation, and its recovery is killed, too, each
// table is the old one or the new one, and the next run cleans up.
func TestAKilledRunLeavesTheOldOrTheNewAndTheNextOneRecovers(t *testing.T) {
	forEachOperation(t, func(t *testing.T, n int) {
		t.Helper()
		lake := sampleLake(t)
		batch(t, lake, fmt.Sprintf("FAULT=kill:%d", n))
		for name, text := range tables(t, lake) {
			if lines, ok := wantLines[name]; !ok || strings.Count(text, "\n") != lines {
				t.Errorf("after the kill %s has %d lines", name, strings.Count(text, "\n"))
			}
		}
		batch(t, lake, fmt.Sprintf("FAULT=kill:%d", 1+n%7))
		if code, stderr := batch(t, lake); code != 0 {
			t.Fatalf("the next run ends with %d: %s", code, stderr)
		}
		checkWhole(t, lake)
	})
}

// A full disk at any operation ends the run with exit code 3, and each table is
// the old one, byte for byte, or the complete new one.
func TestAFullDiskHarmsNoTable(t *testing.T) {
	forEachOperation(t, func(t *testing.T, n int) {
		t.Helper()
		lake := sampleLake(t)
		if code, stderr := batch(t, lake); code != 0 {
			t.Fatal(stderr)
		}
		old := tables(t, lake)
		file := filepath.Join(lake, "customer", "landing", "customer-00001.json")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(text), `"phone": "`, `"phone": "9`, 30)
		if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		code, stderr := batch(t, lake, fmt.Sprintf("FAULT=ENOSPC:%d", n))
		if code != 3 && code != 0 {
			t.Errorf("it ends with %d: %s", code, stderr)
		}
		if code == 3 && !strings.Contains(stderr, "no space left on device") {
			t.Errorf("the message does not say why: %s", stderr)
		}
		for name, text := range tables(t, lake) {
			if lines := strings.Count(text, "\n"); text != old[name] && lines != wantLines[name] {
				t.Errorf("%s is neither the old nor the new: %d lines", name, lines)
			}
		}
		if code, stderr := batch(t, lake); code != 0 {
			t.Fatalf("the next run ends with %d: %s", code, stderr)
		}
		checkWhole(t, lake)
	})
}

// Each of ten concurrent runs runs alone, or ends with exit code 5 and names
// the lock holder.
func TestRunsAtOnceExcludeEachOther(t *testing.T) {
	lake := sampleLake(t)
	const runs = 10
	codes, says := make([]int, runs), make([]string, runs)
	var wg sync.WaitGroup
	for i := range runs {
		wg.Go(func() { codes[i], says[i] = batch(t, lake) })
	}
	wg.Wait()
	done := 0
	for i, code := range codes {
		switch {
		case code == 0:
			done++
		case code != 5 || !strings.Contains(says[i], "locked by run") || !strings.Contains(says[i], "pid "):
			t.Errorf("one ends with %d: %s", code, says[i])
		}
	}
	if done == 0 {
		t.Error("none of them ran")
	}
	checkWhole(t, lake)
}

// A signal ends a run in time, with the signal's exit code in the process and
// in the record.
func TestSignalsEndARun(t *testing.T) {
	for signal, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 129, syscall.SIGQUIT: 131, syscall.SIGABRT: 134} {
		t.Run(signal.String(), func(t *testing.T) {
			lake := filepath.Join(t.TempDir(), "lake")
			if err := command(t, nil, "sample", lake, "--scale", "8").Run(); err != nil {
				t.Fatal(err)
			}
			cmd := command(t, nil, "--batch", "--lake", lake, "--output", "ndjson")
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var record pipeline.Record
			lines := bufio.NewScanner(out)
			lines.Buffer(nil, 1<<20)
			for signalled := false; lines.Scan(); {
				if !signalled && strings.Contains(lines.Text(), `"step":"accelerometer_trusted","state":"running"`) {
					signalled = true
					if err := cmd.Process.Signal(signal); err != nil {
						t.Fatal(err)
					}
				}
				if strings.HasPrefix(lines.Text(), `{"schema":`) {
					if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
						t.Fatal(err)
					}
				}
			}
			_ = cmd.Wait() // the exit code is checked below
			if code := cmd.ProcessState.ExitCode(); code != want || record.ExitCode != want || record.Status != "cancelled" {
				t.Errorf("it ends with %d, its record says %d, %s; want %d", code, record.ExitCode, record.Status, want)
			}
			if left := tables(t, lake)["/accelerometer/trusted/part-00000.json"]; left != "" {
				t.Error("the cancelled step has published something")
			}
		})
	}
}

// A file size limit causes an error of the write, and not a signal that ends
// the program.
func TestAFileSizeLimitEndsWith3(t *testing.T) {
	lake := sampleLake(t)
	cmd := command(t, nil, "--batch", "--lake", lake)
	cmd = exec.CommandContext(t.Context(), "sh", "-c", "ulimit -f 8; exec \"$@\"", "sh", cmd.Path, "--batch", "--lake", lake)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	_ = cmd.Run() // the exit code is checked below
	if code := cmd.ProcessState.ExitCode(); code != 3 || !strings.Contains(stderr.String(), "file too large") {
		t.Errorf("it ends with %d: %s", code, stderr.String())
	}
	if code, text := batch(t, lake); code != 0 {
		t.Fatal(text)
	}
	checkWhole(t, lake)
}

// A larger lake does not require more memory: rows beyond the limit are
// spilled, and the spill files are removed at the end.
func TestALittleMemoryIsEnough(t *testing.T) {
	lake := filepath.Join(t.TempDir(), "lake")
	if err := command(t, nil, "sample", lake, "--scale", "4").Run(); err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	cmd := command(t, []string{"TMPDIR=" + temp}, "--batch", "--lake", lake, "--memory", "64MB", "--output", "json")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if !strings.Contains(string(out), fmt.Sprintf(`"rows": %d`, 4*43681)) {
		t.Errorf("the training set has another size: %s", out)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestTooLittleMemoryIsReportedOnce(t *testing.T) {
	_, stderr := endsWith(t, int(pipeline.BadEngine), "run", "--memory", "1KB", "--lake", sampleLake(t))
	if strings.Count(stderr, "--memory") != 1 || strings.Count(stderr, "Out of Memory") != 1 {
		t.Errorf("got %s", stderr)
	}
}
