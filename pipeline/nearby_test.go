package pipeline_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/laketest"
	"stedi/pipeline/run"
)

// The test executes the fix in each message, and then the plan succeeds.
func TestFilesInAnotherLayoutAreFoundAndTheirFixWorks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of a Unix shell")
	}
	for name, c := range map[string]struct {
		people string // where the files of the table in people/landing are
		orders string
		lake   string // the value of --lake
	}{
		"one folder further down":        {"x/people/landing/a.json", "x/orders/landing/a.json", "."},
		"two folders further down":       {"x/y/people/landing/a.json", "x/y/orders/landing/a.json", "."},
		"one folder further up":          {"people/landing/a.json", "orders/landing/a.json", "people"},
		"two folders further up":         {"people/landing/2024/a.json", "orders/landing/a.json", "people/landing"},
		"zone first":                     {"landing/people/a.json", "landing/orders/a.json", "."},
		"one folder a table":             {"people/a.json", "orders/a.json", "."},
		"one folder a table, with words": {"people_landing/a.json", "Orders-Landing/a.json", "."},
		"other case":                     {"People/Landing/a.json", "ORDERS/landing/a.json", "."},
		"singular":                       {"people/landing/a.json", "order/landing/a.json", "."},
		"beside other zones":             {"peoples/landing/a.json", "order/raw/a.json", "."},
		"files in the lake's own folder": {"people.json", "orders-1.jsonl", "."},
		"files in one folder":            {"landing/people.json", "landing/orders.json.gz", "."},
		"names that a shell would break": {"it's $HOME/people/a b.json", "it's $HOME/orders/a.json", "."},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for _, file := range []string{c.people, c.orders, "peoples/trusted/x.json", "README.md", "people.sql"} {
				at := filepath.Join(root, filepath.FromSlash(file))
				if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(at, []byte("{\"id\":1}\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			w := laketest.New(t, laketest.Orders)
			lake := filepath.Join(root, c.lake)
			for range 3 {
				store, err := dir.Open(lake, dir.Options{})
				if err != nil {
					t.Fatal(err)
				}
				w.Runner.Store = store
				_, err = run.Plan(t.Context(), w.Runner, pipeline.RunOptions{})
				if err == nil {
					return
				}
				t.Log(err)
				if pipeline.KindOf(err) != pipeline.BadUsage {
					t.Fatal("wrong kind")
				}
				for line := range strings.Lines(err.Error()) {
					line = strings.TrimSpace(line)
					if at, ok := strings.CutPrefix(line, "Pass --lake "); ok {
						lake = strings.Trim(strings.TrimSuffix(at, "."), "'")
					}
					if command, ok := strings.CutPrefix(line, "If they are this table's, move them: "); ok {
						if out, err := exec.CommandContext(t.Context(), "sh", "-c", command).CombinedOutput(); err != nil {
							t.Fatalf("%s: %v\n%s", command, err, out)
						}
					}
				}
			}
			t.Error("the fixes do not help")
		})
	}
}

func TestALandingFolderWithoutFilesHasItsReason(t *testing.T) {
	for name, c := range map[string]struct{ file, says string }{
		"none":   {"other/x.json", "the folder people/landing does not exist; the lake has files in other"},
		"empty":  {"people/landing/", "the folder people/landing is empty"},
		"hidden": {"people/landing/_part-0.json", "the folder people/landing holds only files that are not read, since their names begin with _ or a dot: _part-0.json"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			at := filepath.Join(root, filepath.FromSlash(c.file))
			if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(c.file, "/") {
				if err := os.MkdirAll(filepath.Join(root, "people", "landing"), 0o755); err != nil {
					t.Fatal(err)
				}
			} else if err := os.WriteFile(at, []byte("{}\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			w := laketest.New(t, laketest.Orders)
			store, err := dir.Open(root, dir.Options{})
			if err != nil {
				t.Fatal(err)
			}
			w.Runner.Store = store
			if _, err := run.Plan(t.Context(), w.Runner, pipeline.RunOptions{}); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("plan: %v", err)
			}
			record, err := run.Run(t.Context(), w.Runner, pipeline.RunOptions{}, func(pipeline.Event) {})
			if err == nil || !strings.Contains(err.Error(), c.says) || record == nil || record.ExitCode != 2 {
				t.Errorf("run: %v", err)
			}
			if _, err := os.Stat(filepath.Join(root, ".stedi")); err == nil {
				t.Error("a run without anything to read leaves a trace")
			}
		})
	}
}
