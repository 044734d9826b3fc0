package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// contents returns every file of a lake, including its state.
func contents(t *testing.T, lake string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(lake, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		fmt.Fprintf(&b, "%s %q\n", name, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// After a run that was killed at any operation, a plan predicts the next run
// after its recovery, and changes nothing.
func TestAPlanAfterAKillPredictsTheNextRun(t *testing.T) {
	forEachOperation(t, func(t *testing.T, n int) {
		t.Helper()
		lake := sampleLake(t)
		batch(t, lake, fmt.Sprintf("FAULT=kill:%d", n))
		before := contents(t, lake)
		plan, err := command(t, nil, "plan", "--lake", lake, "--output", "ndjson").Output()
		if err != nil {
			t.Fatalf("the plan ends with %v", err)
		}
		if contents(t, lake) != before {
			t.Error("the plan has changed the lake")
		}
		run, err := command(t, nil, "run", "--lake", lake, "--output", "json").Output()
		if err != nil {
			t.Fatalf("the run ends with %v", err)
		}
		foreseen, made := strings.Count(string(plan), `"action":"run"`), strings.Count(string(run), `"state": "published"`)
		if foreseen != made {
			t.Errorf("the plan foresees %d steps and the run makes %d", foreseen, made)
		}
	})
}
