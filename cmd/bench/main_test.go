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
	if code, ok := child(os.Args, os.Stderr); ok {
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
		{"unknown rival", `"excel"`, []string{"-rivals", "stedi,excel"}},
		{"no rounds", "-rounds", []string{"-rounds", "0"}},
		{"no time", "-limit", []string{"-limit", "0s"}},
		{"ratio below zero", "-min-ratio", []string{"-min-ratio", "-1"}},
		{"ratio of one", "both must be", []string{"-rivals", "stedi", "-min-ratio", "1"}},
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
	o, err := parse([]string{"-scales", "100, 1,10,1", "-rivals", "duckdb-expert,stedi,stedi"}, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(o.scales, []int{1, 10, 100}) || !slices.Equal(o.rivals, []string{expertName, stediName}) || o.install {
		t.Errorf("scales %v, rivals %v, install %v", o.scales, o.rivals, o.install)
	}
	if o, err = parse([]string{"-rivals", "all"}, os.Stderr); err != nil || len(o.rivals) != len(rivals) || !o.install {
		t.Errorf("all: rivals %v, install %v, error %v", o.rivals, o.install, err)
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
		"-scales", "1", "-rounds", "1", "-rivals", "stedi,duckdb-expert",
	}
	if code := Run(t.Context(), args, &stdout, &stderr); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	for _, want := range []string{"stedi is skipped", "warm-up", "round 1 of 1"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("stderr lacks %q:\n%s", want, &stderr)
		}
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	for where, got := range map[string]string{"stdout": stdout.String(), "readme": string(text)} {
		if !strings.Contains(got, "1× (110,909 rows, 11 MB)") || !strings.Contains(got, "DuckDB, expert") {
			t.Errorf("%s:\n%s", where, got)
		}
	}
	args = append(args, "-min-ratio", "1")
	if code := Run(t.Context(), args, &stdout, &stderr); code != exitFailed {
		t.Errorf("without stedi's time there is no ratio, but the exit code is %d", code)
	}
}
