package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	definition "stedi/pipeline/stedi"
)

// part returns more statements for a script.
type part func(o *options) (string, error)

// compose writes a script for DuckDB with the paths filled in, and returns its
// name.
func (o *options) compose(file, lake, out string, parts ...part) (string, error) {
	text, err := os.ReadFile(filepath.Join(o.scripts, file))
	if err != nil {
		return "", err
	}
	script := string(text)
	for _, more := range parts {
		statements, err := more(o)
		if err != nil {
			return "", err
		}
		script += "\n" + statements
	}
	quoted := strings.NewReplacer("'", "''")
	script = strings.NewReplacer("${lake}", quoted.Replace(lake), "${out}", quoted.Replace(out)).Replace(script)
	name := filepath.Join(o.work, "script.sql")
	return name, os.WriteFile(name, []byte(script), 0o600)
}

// withChecks returns the checks of the built-in lake as statements that fail
// with the check, on the tables that duckdb_expert.sql keeps in memory.
func withChecks(o *options) (string, error) {
	tables, err := os.ReadFile(filepath.Join(o.scripts, "duckdb_checks.sql"))
	if err != nil {
		return "", err
	}
	template, err := os.ReadFile(filepath.Join(o.scripts, "duckdb_check.sql"))
	if err != nil {
		return "", err
	}
	files, err := fs.Glob(definition.Definition, "checks/*.sql")
	if err != nil {
		return "", err
	}
	var script strings.Builder
	script.Write(tables)
	for _, file := range files {
		check, err := definition.Definition.ReadFile(file)
		if err != nil {
			return "", err
		}
		script.WriteString(strings.NewReplacer(
			"${name}", strings.TrimSuffix(path.Base(file), ".sql"), "${table}", headerOf(check, "table"),
			"${severity}", headerOf(check, "severity"), "${forbidden}", strings.ToLower(headerOf(check, "forbidden")),
			"${check}", string(check),
		).Replace(string(template)))
	}
	return script.String(), nil
}

// headerOf returns a value of the header of a SQL file, or "".
func headerOf(text []byte, name string) string {
	_, after, _ := strings.Cut(string(text), "-- "+name+": ")
	value, _, _ := strings.Cut(after, "\n")
	return strings.TrimSpace(value)
}
