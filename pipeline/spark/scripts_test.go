package spark

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/run"
	"stedi/pipeline/sample"
	"stedi/pipeline/stedi"
)

// realSpark returns the virtual environment with the Spark that "make
// test-spark" installs.
func realSpark(t *testing.T) string {
	t.Helper()
	venv := os.Getenv("STEDI_SPARK")
	if venv == "" {
		t.Skip("left out: `make test-spark` installs Spark, and runs this on it")
	}
	return venv
}

// sparkSubmit runs a program with Spark.
func sparkSubmit(t *testing.T, program string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	bin := filepath.Join(realSpark(t), "bin")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "spark-submit"), append([]string{
		"--conf", "spark.ui.enabled=false", "--conf", "spark.sql.shuffle.partitions=2",
		"--driver-java-options", "-XX:TieredStopAtLevel=1", // short runs end before the JVM's second compiler pays off
		program,
	}, args...)...)
	// spark-submit finds its home through PATH.
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "SPARK_LOCAL_IP=127.0.0.1")
	var out, story bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &story
	err = cmd.Run()
	return out.String(), story.String(), err // the output of the script is in stdout
}

// world is a lake that DuckDB has published, and the scripts of its tables.
type world struct {
	root   string
	lake   *pipeline.Lake
	engine *duckdb.Engine
	record *pipeline.Record
	out    string // folder of Spark's tables
}

func publish(t *testing.T, definition fs.FS, root string, profiles ...string) *world {
	t.Helper()
	w := &world{root: root, out: t.TempDir()}
	w.lake, w.engine = load(t, definition, profiles...)
	store, err := dir.Open(root, dir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	runner := &pipeline.Runner{Lake: w.lake, Store: store, Engine: w.engine, Root: root, Now: time.Now, Holder: pipeline.Holder{PID: os.Getpid(), Host: "here"}}
	if w.record, err = run.Run(t.Context(), runner, pipeline.RunOptions{}, func(pipeline.Event) {}); err != nil {
		t.Fatal(err)
	}
	return w
}

func copied(t *testing.T, folder string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "lake")
	if err := os.CopyFS(root, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	return root
}

func (w *world) rows(table string) string { return filepath.Join(w.out, table) }

func (w *world) result(table string) string { return filepath.Join(w.out, table+".json") }

// script returns the path of a table's script. It writes the script if it is
// not one of the STEDI lake's without a variant.
func (w *world) script(t *testing.T, table *pipeline.Table) string {
	t.Helper()
	text, err := Script(w.lake, table)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(w.out, JobName(table)+".py")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// run builds a table with the arguments that Glue passes.
func (w *world) run(t *testing.T, name string, more ...string) (stdout, stderr string, err error) {
	t.Helper()
	args := []string{
		"--JOB_ID", "j_1", "--JOB_RUN_ID", "jr_1", "--JOB_NAME", name, "--job-bookmark-option", "job-bookmark-disable", "--TempDir", w.out,
		"--lake", w.root, "--out", w.rows(name), "--result", w.result(name),
	}
	return sparkSubmit(t, w.script(t, w.lake.Table(name)), append(args, more...)...)
}

func TestSparkMakesTheRowsThatDuckDBMakes(t *testing.T) {
	for name, c := range map[string]struct {
		definition fs.FS
		lake       func(*testing.T) string
		profiles   []string
	}{
		"the sample":        {stedi.Definition, func(t *testing.T) string { t.Helper(); return copied(t, "../../testdata/sample") }, nil},
		"a library":         {os.DirFS("../../testdata/library"), func(t *testing.T) string { t.Helper(); return copied(t, "../../testdata/library-data") }, nil},
		"dirty rows":        {stedi.Definition, dirty, nil},
		"dirty, profiles":   {stedi.Definition, dirty, []string{"strict", "per_customer"}},
		"the real data set": {stedi.Definition, realData, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := publish(t, c.definition, c.lake(t), c.profiles...)
			for _, table := range made(w.lake) {
				var inputs []string
				for _, input := range table.Transform.Inputs {
					if !w.lake.Table(input).IsLanding() {
						inputs = append(inputs, "--input", input+"="+w.rows(input))
					}
				}
				if stdout, _, err := w.run(t, table.Name, inputs...); err != nil {
					t.Fatalf("%v: %s", err, stdout)
				}
				w.compare(t, table)
			}
		})
	}
}

func dirty(t *testing.T) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "lake")
	if _, err := sample.Write(t.Context(), root, sample.Options{Scale: 1, Seed: 7, DirtyRows: true}); err != nil {
		t.Fatal(err)
	}
	return root
}

func realData(t *testing.T) string {
	t.Helper()
	folder := filepath.Join("..", "..", "..", "shared", "lake")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the real data set is not here")
	}
	return copied(t, folder)
}

func TestSparkReadsWhatDuckDBHasPublished(t *testing.T) {
	t.Parallel()
	w := publish(t, stedi.Definition, copied(t, "../../testdata/sample"))
	if stdout, _, err := w.run(t, "machine_learning_curated"); err != nil {
		t.Fatalf("%v: %s", err, stdout)
	}
	w.compare(t, w.lake.Table("machine_learning_curated"))
}

// compare compares Spark's rows with those that DuckDB published.
func (w *world) compare(t *testing.T, table *pipeline.Table) {
	t.Helper()
	var result Result
	text, err := os.ReadFile(w.result(table.Name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &result); err != nil {
		t.Fatal(err)
	}
	step := w.record.Steps[slices.IndexFunc(w.record.Steps, func(s pipeline.StepRecord) bool { return s.Table == table.Name })]
	if got, want := fmt.Sprint(result.Funnel), fmt.Sprint(step.Funnel); got != want {
		t.Errorf("%s: Spark counts %s, DuckDB %s", table.Name, got, want)
	}
	var columns []pipeline.ColumnRecord
	for _, c := range table.Columns {
		columns = append(columns, pipeline.ColumnRecord{Name: c.Name, Type: c.Type.String()})
	}
	if !slices.Equal(result.Columns, columns) {
		t.Errorf("%s: Spark's columns are %v, DuckDB's %v", table.Name, result.Columns, columns)
	}
	parts, err := filepath.Glob(filepath.Join(w.rows(table.Name), "part-*"))
	if err != nil || len(parts) == 0 {
		t.Fatalf("%s: Spark wrote no file (%v)", table.Name, err)
	}
	spark := rowsOf(t, table, parts...)
	duck := rowsOf(t, table, filepath.Join(w.root, filepath.FromSlash(table.Part())))
	differ := 0
	for row, n := range duck {
		differ += max(n-spark[row], spark[row]-n)
	}
	for row, n := range spark {
		if duck[row] == 0 {
			differ += n
		}
	}
	if differ > 0 {
		t.Errorf("%s: %d rows differ", table.Name, differ)
	}
	w.reread(t, table, parts)
}

// reread reads Spark's files with package ndjson.
func (w *world) reread(t *testing.T, table *pipeline.Table, parts []string) {
	t.Helper()
	input := pipeline.Input{Table: table}
	for _, part := range parts {
		info, err := os.Stat(part)
		if err != nil {
			t.Fatal(err)
		}
		input.Files = append(input.Files, ndjson.File{Path: part, Name: filepath.Base(part), Size: info.Size()})
	}
	report, err := w.engine.Scan(t.Context(), input, func(pipeline.Progress) {})
	if err != nil || len(report.Rejects) > 0 {
		t.Errorf("%s: Spark's rows cannot be read: %v, %d rejects", table.Name, err, len(report.Rejects))
	}
}

// rowsOf counts the distinct rows of files. The result is equal for files with
// the same rows, in any order and number format.
func rowsOf(t *testing.T, table *pipeline.Table, files ...string) map[string]int {
	t.Helper()
	rows := map[string]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(text) {
			decoder := json.NewDecoder(bytes.NewReader(line))
			decoder.UseNumber()
			var row map[string]any
			if err := decoder.Decode(&row); err != nil {
				t.Fatal(err)
			}
			var key strings.Builder
			for _, c := range table.Columns {
				fmt.Fprintf(&key, "%q ", value(t, c, row[c.Name]))
				delete(row, c.Name)
			}
			if len(row) > 0 {
				t.Fatalf("%s: a row has %d columns that it should not have", file, len(row))
			}
			rows[key.String()]++
		}
	}
	return rows
}

func value(t *testing.T, c pipeline.Column, v any) string {
	t.Helper()
	number, ok := v.(json.Number)
	if !ok || c.Type != ndjson.Double {
		return fmt.Sprintf("%T %v", v, v)
	}
	x, err := number.Float64()
	if err != nil {
		t.Fatal(err)
	}
	return strconv.FormatFloat(x+0, 'g', -1, 64) // -0 is 0
}

func TestAScriptThatFailsSaysWhyAndLeavesNoResult(t *testing.T) {
	const secret = "nobody@example.com"
	w := &world{root: copied(t, "../../testdata/sample"), out: t.TempDir()}
	w.lake, w.engine = load(t, stedi.Definition)
	write := func(name, text string) {
		name = filepath.Join(w.root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("customer/landing/late/customer-00002.json", `{"email":"`+secret+`","serialNumber":"`+secret+`","registrationDate":"`+secret+`"}`+"\n")
	write("damaged/customer-00003.json.gz", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"malformed line": {nil, "customer-00002.json cannot be read"},
		"damaged file":   {[]string{"--input", "customer_landing=" + filepath.Join(w.root, "damaged")}, "customer-00003.json.gz cannot be read"},
		"used folder":    {[]string{"--out", w.root}, "is not empty: give --out a new folder"},
		"no such input":  {[]string{"--lake", filepath.Join(w.out, "nowhere")}, "PATH_NOT_FOUND"},
		"unknown input":  {[]string{"--input", "customer_trusted=" + w.root}, "with one of customer_landing"},
	} {
		t.Run(name, func(t *testing.T) {
			stale := w.result("customer_trusted")
			if err := os.WriteFile(stale, []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
			stdout, stderr, err := w.run(t, "customer_trusted", c.args...)
			if _, ok := errors.AsType[*exec.ExitError](err); !ok || !strings.Contains(stdout, c.want) {
				t.Errorf("%v: %s", err, stdout)
			}
			if strings.Contains(stdout+stderr, secret) {
				t.Error("a row's value is in the output")
			}
			if _, err := os.Stat(w.rows("customer_trusted")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("rows were written: %v", err)
			}
			if name == "unknown input" {
				return // the script has not started
			}
			if _, err := os.Stat(stale); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a result is there: %v", err)
			}
		})
	}
}

// TestSparkReadsLinesAsThePackageSays covers lines that package ndjson rejects
// and Spark accepts, as in the package comment.
func TestSparkReadsLinesAsThePackageSays(t *testing.T) {
	t.Parallel()
	cases := []struct{ lines, want string }{
		{`{"s":"a","n":1,"i":2,"d":-0.5,"b":false}`, `[['a', 1, 2, -0.5, False]]`},
		{`{"i":5.7}`, "refused"},
		{`{"n":5.0}`, "refused"},
		{`{"n":1e3}`, "refused"},
		{`{"n":"5"}`, "refused"},
		{`{"n":""}`, "refused"},
		{`{"n":false}`, "refused"},
		{`{"i":2147483648}`, "refused"},
		{`{"n":9223372036854775808}`, "refused"},
		{`{"d":"1.5"}`, "refused"},
		{`{"d":NaN}`, "refused"},
		{`{"d":"NaN"}`, "refused"},
		{`{"b":1}`, "refused"},
		{`{"s":"a",}`, "refused"},
		{`{'s':'a'}`, "refused"},
		{"{\"s\":\"a\xff\"}", "refused"},
		{`{"s":"a"`, "refused"},
		{`null`, "refused"},
		{"\ufeff{\"s\":\"a\"}\r\n\r\n{\"zz\":[1]}\r\n", `[['a', None, None, None, None], [None, None, None, None, None]]`},
		// Spark accepts more than package ndjson:
		{`{"s":{"x":5}}`, `[['{"x":5}', None, None, None, None]]`},
		{`{"d":1e400}`, `[[None, None, None, inf, None]]`},
		{`{"s":"a"} {"s":"b"}`, `[['a', None, None, None, None]]`},
		{`[{"n":1},{"n":2}]`, `[[None, 1, None, None, None], [None, 2, None, None, None]]`},
		{`{"n":1,"n":2}`, `[[None, 2, None, None, None]]`},
		{`{"s":"\ud800"}`, `[['?', None, None, None, None]]`},
		{`{"N":1}`, `[[None, None, None, None, None]]`},
	}
	root := t.TempDir()
	args := []string{filepath.Join("scripts", "customer_landing_to_trusted.py"), "s STRING, n BIGINT, i INT, d DOUBLE, b BOOLEAN"}
	for i, c := range cases {
		folder := filepath.Join(root, strconv.Itoa(i), "deep")
		args = append(args, filepath.Dir(folder))
		for name, text := range map[string]string{filepath.Join(folder, "a.json"): c.lines, filepath.Join(folder, "_b.json"): "?", filepath.Join(folder, ".c.json"): "?"} {
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	stdout, stderr, err := sparkSubmit(t, filepath.Join("testdata", "reads.py"), args...)
	if err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	for i, got := range strings.Split(strings.TrimSpace(stdout), "\n") {
		if got != cases[i].want {
			t.Errorf("%s is read as %s, not %s", cases[i].lines, got, cases[i].want)
		}
	}
}

// The Glue console starts a job with its default arguments only, and Glue adds
// the id of the run.
func TestAScriptRunsWithTheLakeAlone(t *testing.T) {
	realSpark(t)
	w := publish(t, stedi.Definition, dirty(t))
	_, story, err := sparkSubmit(t, w.script(t, w.lake.Table("customer_trusted")), "--lake", w.root, "--JOB_NAME", "x", "--JOB_RUN_ID", "jr_1")
	if err != nil {
		t.Fatalf("%v\n%s", err, story)
	}
	runs := filepath.Join(w.root, ".stedi", "glue", "runs", "customer_trusted")
	text, err := os.ReadFile(filepath.Join(runs, "jr_1.json"))
	if err != nil {
		t.Fatal(err)
	}
	result, err := ParseResult(text, w.lake.Table("customer_trusted"))
	if err != nil || result.Funnel.Written() == 0 {
		t.Errorf("the result is %s (%v)", text, err)
	}
	parts, err := filepath.Glob(filepath.Join(runs, "jr_1", "part-*.json"))
	if err != nil || len(parts) == 0 {
		t.Errorf("there are no rows: %v", err)
	}
}
