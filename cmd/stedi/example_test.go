package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Every line of every Example runs as written in a shell, and must exit with 0.
// The lines of a command run in order in a new folder. It contains ./lake, the
// small sample on which `stedi --batch` has run twice, and ./definition, a copy
// of the built-in one. ./lake is removed before a line that creates one (`stedi
// sample ./lake`).
//
// An example that requires something that tests lack declares it in the
// command:
//
//	Annotations: map[string]string{"examples": "needs an account"}
func TestEveryExampleWorksAsWritten(t *testing.T) {
	lake := sampleLake(t)
	for range 2 {
		if code, stderr := batch(t, lake, "STEDI_FORCE=true"); code != 0 {
			t.Fatal(stderr)
		}
	}
	p := &program{process: process{stdin: strings.NewReader(""), stdout: &strings.Builder{}, stderr: &strings.Builder{}, env: func(string) (string, bool) { return "", false }}}
	for _, cmd := range commands(p.root()) {
		if !cmd.IsAvailableCommand() && cmd.HasParent() && cmd.Name() != "help" {
			continue
		}
		t.Run(cmd.CommandPath(), func(t *testing.T) {
			if cmd.Example == "" {
				t.Fatal("it has no Example")
			}
			if reason, ok := cmd.Annotations["examples"]; ok {
				t.Skip(reason)
			}
			examplesOf(t, cmd, lake)
		})
	}
}

func examplesOf(t *testing.T, cmd *cobra.Command, lake string) {
	t.Helper()
	folder := t.TempDir()
	copyTo(t, filepath.Join(folder, "lake"), lake)
	copyTo(t, filepath.Join(folder, "definition"), filepath.Join("..", "..", "pipeline", "stedi"))
	for line := range strings.Lines(cmd.Example) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if !strings.HasPrefix(line, "stedi") {
			t.Errorf("%q does not begin with the program's name", line)
		}
		if strings.Contains(line, "sample ./lake") {
			if err := os.RemoveAll(filepath.Join(folder, "lake")); err != nil {
				t.Fatal(err)
			}
		}
		if opensScreens.MatchString(line) {
			out, err := inShell(t, folder, line)
			if err == nil || !strings.Contains(out, "the UI needs a terminal") {
				t.Errorf("%s\n%v\n%s", line, err, out)
			}
			continue
		}
		if out, err := inShell(t, folder, line); err != nil {
			t.Errorf("%s\n%v\n%s", line, err, out)
		}
	}
}

// opensScreens matches lines that open the screens, because these tests have no
// terminal.
var opensScreens = regexp.MustCompile(`^stedi( --(demo|plain|lake \S+))*$`)

// inShell runs a text in a shell like a person or a CI service, with the test
// binary as stedi on the PATH.
func inShell(t *testing.T, folder, text string, env ...string) (string, error) {
	t.Helper()
	program := command(t, nil)
	shell := exec.CommandContext(t.Context(), "bash", "-e", "-o", "pipefail", "-c", text)
	shell.Dir = folder
	path := "PATH=" + filepath.Dir(program.Path) + string(os.PathListSeparator) + os.Getenv("PATH")
	shell.Env = slices.Concat(program.Env, []string{path}, env)
	out, err := shell.CombinedOutput()
	return string(out), err
}

func copyTo(t *testing.T, to, from string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}
