package engines_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stedi/athena/cloud"
	"stedi/pipeline"
	"stedi/pipeline/engines"
	"stedi/pipeline/engines/registry"
)

// Code branches on the capabilities of engines: outside the packages of the
// engines, the registry and tests, no file contains an engine's name as a
// string.
func TestNoOtherCodeNamesAnEngine(t *testing.T) {
	root := filepath.Join("..", "..")
	names := engines.All(&cloud.Settings{}).Names()
	// These are in the pattern even if they are not in the list.
	literal := regexp.MustCompile("[\"`](" + strings.Join(append(names, "spark"), "|") + ")[\"`]")
	own := []string{"pipeline/duckdb/", "pipeline/spark/", "pipeline/engines/", "athena/"}
	err := filepath.WalkDir(root, func(at string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, at)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || name == "bin") {
			return fs.SkipDir
		}
		isOwn := slices.ContainsFunc(own, func(folder string) bool { return strings.HasPrefix(name, folder) })
		if entry.IsDir() || isOwn || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(text), "\n") {
			if found := literal.FindString(line); found != "" {
				t.Errorf("%s:%d names the engine %s", name, i+1, found)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryEngineDescribesItself(t *testing.T) {
	all := engines.All(&cloud.Settings{})
	if all[0].Querier == nil || all[0].Supports != nil || !all[0].Capabilities.Rejects {
		t.Errorf("the default engine %s must answer queries, work on every lake and leave rejects out", all[0].Name)
	}
	for _, e := range all {
		if e.Name == "" || e.Label == "" || e.Help == "" || e.Open == nil {
			t.Errorf("the entry %q lacks a name, a label, a help text or Open", e.Name)
		}
		if got := all.Find(e.Name); got == nil || got.Name != e.Name {
			t.Errorf("%s is not found by its name", e.Name)
		}
		if answering := all.Answering(e.Name); answering == nil || answering.Querier == nil {
			t.Errorf("no engine answers queries in place of %s", e.Name)
		}
		if e.Estimate == nil {
			t.Errorf("%s must have an estimate", e.Name)
		}
	}
}

func TestSettingsAreThoseOfOneProgram(t *testing.T) {
	one, other := engines.All(&cloud.Settings{}), engines.All(&cloud.Settings{})
	const engine = "athena"
	if err := one.Find(engine).Flags.Set("workgroup", "mine"); err != nil {
		t.Fatal(err)
	}
	if got := one.Find(engine).Arguments(); !slices.Equal(got, []string{"--workgroup=mine"}) {
		t.Errorf("a process of the program is started with %v", got)
	}
	if got := other.Find(engine).Arguments(); len(got) > 0 {
		t.Errorf("another program is started with %v", got)
	}
}

func TestLargerLakesTakeLongerOnEveryEngine(t *testing.T) {
	raw := &pipeline.Table{Name: "raw", Zone: pipeline.Landing, Path: "raw"}
	good := &pipeline.Table{Name: "good", Zone: "trusted", Path: "good", Transform: &pipeline.Transform{Inputs: []string{"raw"}, Stages: []string{"complete"}}}
	lake := &pipeline.Lake{
		Tables: []*pipeline.Table{raw, good},
		Checks: []*pipeline.Check{{Table: "good", Guard: true, Inputs: []string{"good", "raw"}}},
	}
	work := &registry.Work{Lake: lake, Sizes: map[string]int64{"raw": 1e9, "good": 5e8}, PerHour: 1, Factor: 1}
	for _, e := range engines.All(&cloud.Settings{}) {
		now, larger := e.Estimate(work).Table(good), e.Estimate(work.Times(1000)).Table(good)
		if now.Seconds <= 0 || larger.Seconds <= 2*now.Seconds || larger.CostUSD < now.CostUSD || now.PastSteps != 0 {
			t.Errorf("%s: %+v, and %+v for a lake a thousand times as large", e.Name, now, larger)
		}
		if e.Capabilities.Costs != (e.Estimate(work).Sum([]registry.Estimate{now}) != "") {
			t.Errorf("%s must have a bill if and only if it costs money", e.Name)
		}
	}
}
