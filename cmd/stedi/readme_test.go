package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The CI examples in the README run as written, in a repository with a lake, a
// definition and the program's source in ./stedi. The build is skipped, because
// the test binary is on the PATH.
func TestTheREADMEsWorkflowsRun(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 2 {
		t.Fatalf("%d YAML blocks in the README, want a workflow and a hook", len(blocks))
	}
	for _, block := range blocks {
		name, _, _ := strings.Cut(strings.TrimPrefix(block[1], "# "), "\n")
		t.Run(name, func(t *testing.T) {
			scripts := shellLines(block[1])
			if len(scripts) == 0 {
				t.Fatal("it runs nothing")
			}
			folder := t.TempDir()
			copyTo(t, filepath.Join(folder, "lake"), filepath.Join("..", "..", "testdata", "sample"))
			copyTo(t, filepath.Join(folder, "definition"), filepath.Join("..", "..", "pipeline", "stedi"))
			write(t, filepath.Join(folder, "stedi", "Makefile"), "build: ;\n")
			for _, script := range scripts {
				out, err := inShell(t, folder, script, "CI=true", "GITHUB_ACTIONS=true",
					"GITHUB_PATH="+filepath.Join(folder, "path"), "GITHUB_STEP_SUMMARY="+filepath.Join(folder, "summary"))
				if err != nil {
					t.Fatalf("%s\n%v\n%s", script, err, out)
				}
			}
		})
	}
}

// shellLines returns the shell commands of a YAML text: the values of run and
// entry, on the same line or indented below it.
func shellLines(yaml string) []string {
	var scripts []string
	lines := strings.Split(yaml, "\n")
	for i, line := range lines {
		key, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "- "), ": ")
		if !ok || key != "run" && key != "entry" {
			continue
		}
		if value != "|" {
			scripts = append(scripts, value)
			continue
		}
		indent := len(line) - len(strings.TrimLeft(line, " "))
		var script []string
		for _, next := range lines[i+1:] {
			if strings.TrimSpace(next) != "" && len(next)-len(strings.TrimLeft(next, " ")) <= indent {
				break
			}
			script = append(script, strings.TrimSpace(next))
		}
		scripts = append(scripts, strings.Join(script, "\n"))
	}
	return scripts
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
