package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func (o *options) python() string { return filepath.Join(o.venv, "bin", "python") }

func (o *options) requirements() string { return filepath.Join(o.scripts, "requirements.txt") }

// installed returns the folder of a Python package in the virtual environment,
// or "". It does not ask Python, which would take a second per package.
func (o *options) installed(name string) string {
	found, err := filepath.Glob(filepath.Join(o.venv, "lib", "python*", "site-packages", strings.ToLower(name)))
	if err != nil || len(found) == 0 {
		return ""
	}
	return found[0]
}

// installAll installs the pinned packages of all Python rivals in the virtual
// environment, if a package is missing.
func (o *options) installAll(ctx context.Context, progress narrator) error {
	missing := false
	for _, r := range rivals {
		missing = missing || r.pip != "" && o.installed(r.pip) == ""
	}
	if !missing {
		return nil
	}
	steps := [][]string{
		{"python3", "-m", "venv", o.venv},
		{o.python(), "-m", "pip", "install", "--quiet", "--requirement", o.requirements()},
	}
	for _, args := range steps {
		progress.say("installing the Python rivals: %s %s %s", filepath.Base(args[0]), args[1], args[2])
		cmd := exec.CommandContext(ctx, args[0], args[1:]...)
		cmd.Stdout, cmd.Stderr = progress, progress
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("install the Python rivals: %w", err)
		}
	}
	return nil
}

// pins returns the pinned versions in requirements.txt, by package in lower case.
func (o *options) pins() (map[string]string, error) {
	text, err := os.ReadFile(o.requirements())
	if err != nil {
		return nil, err
	}
	pins := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, version, ok := strings.Cut(strings.TrimSpace(line), "=="); ok {
			pins[name] = version
		}
	}
	return pins, nil
}
