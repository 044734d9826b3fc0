package spark

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"text/template"

	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/sqlquote"
)

//go:generate go test -run ^TestTheScriptsSayWhatTheSQLSays$ . -update

//go:embed script.py.tmpl
var scriptText string

var scriptTemplate = template.Must(template.New("script.py").Funcs(template.FuncMap{"python": python}).Parse(scriptText))

// plainName matches names that need no quotes in SQL, Python or file names.
var plainName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,200}$`)

// JobName returns the name of the Glue job that builds a table, not a landing
// one: the name that the header of its SQL gives, or the table's.
func JobName(t *pipeline.Table) string {
	if t.Transform.Job != "" {
		return t.Transform.Job
	}
	return t.Name
}

// scriptInput is a table that a script reads.
type scriptInput struct{ Name, Path, Schema string }

// Script returns the PySpark script that builds a derived table of a lake. t
// must not be a landing table.
func Script(lake *pipeline.Lake, t *pipeline.Table) (string, error) {
	if err := checkNames(lake, t); err != nil {
		return "", err
	}
	if err := checkColumns(lake, t); err != nil {
		return "", err
	}
	with, final, ok := definition.Parts(t.Transform)
	if !ok {
		return "", pipeline.Fail(pipeline.BadUsage, t.Name, "End it with a plain SELECT.", "%s: no SELECT follows its stages", t.File)
	}
	var inputs []scriptInput
	for _, name := range t.Transform.Inputs {
		input := lake.Table(name)
		inputs = append(inputs, scriptInput{input.Name, input.Path, schema(input.Columns)})
	}
	var b strings.Builder
	err := scriptTemplate.Execute(&b, map[string]any{
		"Table": t.Name, "Job": JobName(t), "File": t.File, "Inputs": inputs,
		"Stages": t.Transform.Stages, "With": with, "Final": final,
	})
	if err != nil {
		return "", fmt.Errorf("script of %s: %w", t.Name, err)
	}
	return b.String(), nil
}

// checkNames rejects names that would break the script or its file name.
func checkNames(lake *pipeline.Lake, t *pipeline.Table) error {
	const fix = "Use letters, digits, '_' and '-'."
	job := JobName(t)
	if !plainName.MatchString(job) {
		return pipeline.Fail(pipeline.BadUsage, t.Name, fix, "%s: %.40q is not a valid name for a Glue job", t.File, job)
	}
	for _, other := range lake.Tables {
		if other != t && !other.IsLanding() && JobName(other) == job {
			return pipeline.Fail(pipeline.BadUsage, t.Name, "Give each table a job of its own.", "%s: its job %s also builds %s", t.File, job, other.Name)
		}
	}
	for _, stage := range t.Transform.Stages {
		if !plainName.MatchString(stage) {
			return pipeline.Fail(pipeline.BadUsage, t.Name, fix, "%s: %.40q is not a valid name for a stage that Spark counts", t.File, stage)
		}
	}
	return nil
}

// checkColumns rejects columns that Spark reads or writes differently from the
// other engines: it interprets numbers in timestamp columns as seconds, and
// keys of nested values as case-sensitive.
func checkColumns(lake *pipeline.Lake, t *pipeline.Table) error {
	tables := []*pipeline.Table{t}
	for _, name := range t.Transform.Inputs {
		tables = append(tables, lake.Table(name))
	}
	for _, table := range tables {
		for _, c := range table.Columns {
			shape := c.Type.Shape()
			what := ""
			switch {
			case c.Partition:
				what = "is a partition column"
			case c.Exact || c.Dots || c.Reads != "" && c.Reads != c.Name:
				what = "is found by properties of the SerDe"
			case shape.IsNested() || shape.Kind == ndjson.KindTimestamp:
				what = "has type " + c.Type.String()
			}
			if what != "" {
				return pipeline.Fail(pipeline.BadUsage, t.Name, "Use --engine duckdb.", "%s: column %s of %s %s, which is not supported on Glue", table.File, c.Name, table.Name, what)
			}
		}
	}
	return nil
}

// sparkType returns the type in Spark's schema syntax, which has no text with a
// length limit.
func sparkType(t ndjson.Type) string {
	if shape := t.Shape(); shape.IsText() {
		return "STRING"
	}
	return strings.ToUpper(t.String())
}

// schema returns columns as a schema for Spark's DataFrameReader, one per line.
func schema(columns []pipeline.Column) string {
	var lines []string
	for _, c := range columns {
		lines = append(lines, sqlquote.Hive.Name(c.Name)+" "+sparkType(c.Type))
	}
	return "\n            " + strings.Join(lines, ",\n            ") + "\n        "
}

// python returns a text as a Python literal, in triple quotes if possible.
func python(text string) (string, error) {
	if !strings.Contains(text, `"""`) && !strings.HasSuffix(text, `"`) && !strings.ContainsAny(text, "\\\r\x00") {
		return `"""` + text + `"""`, nil
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return "", fmt.Errorf("text of a script: %w", err)
	}
	return strings.TrimSpace(b.String()), nil
}
