package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

const (
	stediName  = "stedi"
	expertName = "duckdb-expert"
)

// rival is one program that does the job.
type rival struct {
	name  string // name in -rivals
	title string // name in the table
	// command returns the arguments, with the program first, and additional
	// environment variables. The tables go to out, unless table is set.
	command func(o *options, lake, out string) (args, env []string, err error)
	// table returns the path of a derived table after a run; nil means
	// out/NAME.json.
	table func(t derived, lake, out string) string
	// absent returns an error if the rival cannot run; nil means that it always
	// can.
	absent func(o *options) error
	pip    string // name of its Python package
}

var rivals = []rival{
	{
		name: stediName, title: "stedi",
		command: func(o *options, lake, _ string) ([]string, []string, error) {
			return []string{o.stedi, "run", "--lake", lake, "--output", "json"}, nil, nil
		},
		table: func(t derived, lake, _ string) string { return filepath.Join(lake, filepath.FromSlash(t.path)) },
		absent: func(o *options) error {
			_, err := exec.LookPath(o.stedi)
			return err
		},
	},
	{name: expertName, title: "DuckDB, expert", command: script("duckdb_expert.sql")},
	{name: "duckdb-proof", title: "DuckDB, expert, DISTINCT proved away", command: script("duckdb_proof.sql")},
	{name: "duckdb-naive", title: "DuckDB, naive", command: script("duckdb_naive.sql")},
	{name: "polars", title: "Polars", pip: "polars", command: python("polars_rival.py"), absent: noPackage("polars")},
	{name: "chdb", title: "chDB", pip: "chdb", command: python("chdb_rival.py"), absent: noPackage("chdb")},
	{name: "pyspark", title: "PySpark", pip: "pyspark", command: spark, absent: noSpark},
}

func rivalNames() []string {
	names := make([]string, len(rivals))
	for i, r := range rivals {
		names[i] = r.name
	}
	return names
}

func (r rival) place(t derived, lake, out string) string {
	if r.table == nil {
		return filepath.Join(out, t.name+".json")
	}
	return r.table(t, lake, out)
}

// script runs a SQL file in a child process of this program, so that it uses
// the same DuckDB as stedi.
func script(file string) func(*options, string, string) ([]string, []string, error) {
	return func(o *options, lake, out string) ([]string, []string, error) {
		self, err := os.Executable()
		return []string{self, childCommand, filepath.Join(o.scripts, file), lake, out}, nil, err
	}
}

func python(file string) func(*options, string, string) ([]string, []string, error) {
	return func(o *options, lake, out string) ([]string, []string, error) {
		return []string{o.tool("python"), filepath.Join(o.scripts, file), lake, out}, nil, nil
	}
}

// spark runs spark-submit directly, because it execs the JVM, and the measured
// process is then the one that does the work.
func spark(o *options, lake, out string) ([]string, []string, error) {
	home := o.installed("pyspark")
	if home == "" {
		return nil, nil, errNotInstalled
	}
	args := []string{
		filepath.Join(home, "bin", "spark-submit"),
		"--master", "local[*]", "--driver-memory", "4g", "--conf", "spark.ui.enabled=false",
		filepath.Join(o.scripts, "spark_rival.py"), lake, out,
	}
	env := []string{"SPARK_HOME=" + home, "PYSPARK_PYTHON=" + o.tool("python"), "SPARK_LOCAL_IP=127.0.0.1"}
	return args, env, nil
}

var errNotInstalled = errors.New("not installed (-rivals all installs it)")

func noPackage(name string) func(*options) error {
	return func(o *options) error {
		if o.installed(name) == "" {
			return errNotInstalled
		}
		return nil
	}
}

func noSpark(o *options) error {
	if _, err := exec.LookPath("java"); err != nil {
		return fmt.Errorf("it needs Java 17: %w", err)
	}
	return noPackage("pyspark")(o)
}
