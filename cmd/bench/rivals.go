package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
)

// rival is one row of the table: a program that does the job, or a part of it.
type rival struct {
	name  string // name in -rivals
	title string // name in the table
	on    state  // what the lake is like at the start of a run
	from  int    // least scale; 0 means every scale
	cold  bool   // no landing file is in the page cache at the start of a run
	// prepare is called before each run and is not measured; nil: nothing is to
	// be done.
	prepare func(ctx context.Context, b *bench, l lake) error
	// command returns the arguments, with the program first, and additional
	// environment variables. The tables go to out, unless table is set.
	command func(o *options, lake, out string) (args, env []string, err error)
	// table returns the path of a derived table after a run; nil means
	// out/NAME.json. Only fresh lakes have their tables counted.
	table func(t derived, lake, out string) string
	// says returns texts that the output of each run contains; nil: any output.
	says func(l lake) []string
	// absent returns an error if the rival cannot run; nil means that it always
	// can.
	absent func(o *options) error
	pip    string // name of its Python package; its case does not matter
}

// state is what a lake is like at the start of a run.
type state int

const (
	fresh     state = iota // no derived tables
	built                  // built by stedi
	unmanaged              // the same files, but stedi has forgotten that it built them
)

const (
	runName         = "stedi-run"
	batchName       = "stedi-batch"
	memoryName      = "stedi-memory"
	incrementalName = "stedi-incremental"
	againName       = "stedi-again"
	checkName       = "stedi-check"
	countName       = "duckdb-count"
	floorName       = "floor"
	expertName      = "duckdb-expert"
	pythonName      = "duckdb-python"
	pythonCheckName = "duckdb-python-checks"
	sparkName       = "pyspark"
)

var rivals = append([]rival{
	{name: runName, title: "stedi run", command: stedi("run"), table: ours, absent: noStedi},
	{name: batchName, title: "stedi --batch, with all checks", command: stedi("--batch"), table: ours, absent: noStedi},
	{name: memoryName, title: "stedi run --memory 2GB", from: 1000, command: stedi("run", "--memory", "2GB"), table: ours, absent: noStedi},
	{name: incrementalName, title: "stedi run, one landing file added", prepare: withoutOneFile, command: stedi("run"), table: ours, absent: noStedi},
	{name: "stedi-cold", title: "stedi run, cold", cold: true, command: stedi("run"), table: ours, absent: noStedi},
	{name: "duckdb-cold", title: "DuckDB, expert, cold", cold: true, command: child(scriptCommand, "duckdb_expert.sql")},
	{name: floorName, title: "Go, by hand for this data", command: child(floorCommand, "")},
	{name: expertName, title: "DuckDB, expert", command: child(scriptCommand, "duckdb_expert.sql")},
	{name: "duckdb-proof", title: "DuckDB, expert, DISTINCT proved away", command: child(scriptCommand, "duckdb_proof.sql")},
	{name: "duckdb-naive", title: "DuckDB, naive", command: child(scriptCommand, "duckdb_naive.sql")},
	{name: "duckdb-checks", title: "DuckDB, expert, with all checks", command: child(scriptCommand, "duckdb_expert.sql", withChecks)},
	{name: pythonName, title: "DuckDB, expert, from Python", pip: "DuckDB", command: fromPython("duckdb_expert.sql"), absent: noPackage("DuckDB")},
	{name: pythonCheckName, title: "DuckDB, expert, from Python, with all checks", pip: "DuckDB", command: fromPython("duckdb_expert.sql", withChecks), absent: noPackage("DuckDB")},
	{name: "polars", title: "Polars", pip: "Polars", command: python("polars_rival.py"), absent: noPackage("Polars")},
	{name: "chdb", title: "chDB", pip: "chDB", command: python("chdb_rival.py"), absent: noPackage("chDB")},
	{name: sparkName, title: "PySpark", pip: "PySpark", command: spark, absent: noSpark},
}, onBuiltLakes...)

// embedded are the rivals that need no installation.
func embedded() []string {
	var names []string
	for _, r := range rivals {
		if r.pip == "" {
			names = append(names, r.name)
		}
	}
	return names
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

// stedi runs the measured program on the lake.
func stedi(args ...string) func(*options, string, string) ([]string, []string, error) {
	return func(o *options, lake, _ string) ([]string, []string, error) {
		return append(append([]string{o.stedi}, args...), "--lake", lake), nil, nil
	}
}

func ours(t derived, lake, _ string) string { return filepath.Join(lake, filepath.FromSlash(t.path)) }

func noStedi(o *options) error {
	_, err := exec.LookPath(o.stedi)
	return err
}

func python(file string) func(*options, string, string) ([]string, []string, error) {
	return func(o *options, lake, out string) ([]string, []string, error) {
		return []string{o.python(), filepath.Join(o.scripts, file), lake, out}, nil, nil
	}
}

// fromPython runs the same SQL as child, from Python.
func fromPython(file string, parts ...part) func(*options, string, string) ([]string, []string, error) {
	return func(o *options, lake, out string) ([]string, []string, error) {
		script, err := o.compose(file, lake, out, parts...)
		return []string{o.python(), filepath.Join(o.scripts, "duckdb_rival.py"), script}, nil, err
	}
}

// spark runs spark-submit directly, because it execs the JVM, and the measured
// process is then the one that does the work.
func spark(o *options, lake, out string) ([]string, []string, error) {
	home := o.installed("PySpark")
	if home == "" {
		return nil, nil, errNotInstalled
	}
	args := []string{
		filepath.Join(home, "bin", "spark-submit"),
		"--master", "local[*]", "--driver-memory", "4g", "--conf", "spark.ui.enabled=false",
		filepath.Join(o.scripts, "spark_rival.py"), lake, out,
	}
	env := []string{"SPARK_HOME=" + home, "PYSPARK_PYTHON=" + o.python(), "SPARK_LOCAL_IP=127.0.0.1"}
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
	return noPackage("PySpark")(o)
}
