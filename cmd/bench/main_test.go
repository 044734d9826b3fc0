package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMain also runs the DuckDB child that the bench starts.
func TestMain(m *testing.M) {
	if code, ok := beChild(os.Args, os.Stderr); ok {
		os.Exit(code)
	}
	// Under the race detector each child would sleep a second before it exits.
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func TestWrongCallsExitWith2(t *testing.T) {
	unmarked := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(unmarked, []byte("# no marks\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, says string
		args       []string
	}{
		{"unknown flag", "not defined", []string{"-fast"}},
		{"argument", "unexpected", []string{"now"}},
		{"scale of zero", "-scales", []string{"-scales", "1,0"}},
		{"scale in words", "-scales", []string{"-scales", "ten"}},
		{"unknown rival", `"excel"`, []string{"-rivals", "stedi-run,excel"}},
		{"no rounds", "-rounds", []string{"-rounds", "0"}},
		{"no time", "-limit", []string{"-limit", "0s"}},
		{"targets stricter than they are", "-slack", []string{"-slack", "0.5"}},
		{"unknown targets", "-targets", []string{"-targets", "memory"}},
		{"no readme", "no such file", []string{"-readme", "nowhere.md"}},
		{"readme without marks", beginMark, []string{"-readme", unmarked}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := Run(t.Context(), c.args, &stdout, &stderr); code != exitUsage {
				t.Errorf("exit code %d, want %d", code, exitUsage)
			}
			if !strings.Contains(stderr.String(), c.says) || stdout.Len() > 0 {
				t.Errorf("stderr %q, stdout %q: want %q on stderr only", &stderr, &stdout, c.says)
			}
		})
	}
}

func TestScalesAreSortedAndRivalsChosenOnce(t *testing.T) {
	o, err := parse([]string{"-scales", "100, 1,10,1", "-rivals", "duckdb-expert,stedi-run,stedi-run"}, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(o.scales, []int{1, 10, 100}) || !slices.Equal(o.rivals, []string{expertName, runName}) || o.install {
		t.Errorf("scales %v, rivals %v, install %v", o.scales, o.rivals, o.install)
	}
	if o, err = parse([]string{"-rivals", "all"}, os.Stderr); err != nil || len(o.rivals) != len(rivals) || !o.install {
		t.Errorf("all: rivals %v, install %v, error %v", o.rivals, o.install, err)
	}
	if o, err = parse(nil, os.Stderr); err != nil || o.install || !slices.Contains(o.rivals, floorName) || slices.Contains(o.rivals, pythonName) {
		t.Errorf("by default: rivals %v, install %v, error %v", o.rivals, o.install, err)
	}
}

func TestTheTableGoesToStdoutAndIntoTheReadme(t *testing.T) {
	readme := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(readme, []byte("top\n"+beginMark+endMark+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	args := []string{
		"-scripts", filepath.Join(repository, "testdata", "bench"), "-work", t.TempDir(),
		"-stedi", filepath.Join(t.TempDir(), "stedi"), "-readme", readme,
		"-scales", "1", "-rounds", "1", "-rivals", "stedi-run,duckdb-expert,floor",
	}
	if code := Run(t.Context(), args, &stdout, &stderr); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	for _, want := range []string{"stedi-run is skipped", "warm-up", "round 1 of 1"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("stderr lacks %q:\n%s", want, &stderr)
		}
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	for where, got := range map[string]string{"stdout": stdout.String(), "readme": string(text)} {
		for _, want := range []string{"1× (110,909 rows, 11 MB)", "DuckDB, expert", "Go, by hand"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s lacks %q:\n%s", where, want, got)
			}
		}
	}
}
