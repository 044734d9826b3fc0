package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stedi/athena/awstest"
	"stedi/pipeline"
)

// onAWS is the program on what stands in for AWS.
type onAWS struct {
	*testing.T
	server *awstest.AWS
	cache  string
}

func startAWS(t *testing.T) *onAWS {
	t.Helper()
	return &onAWS{t, awstest.StartAWS(t), filepath.Join(t.TempDir(), "cache")}
}

func (a *onAWS) args(more ...string) []string {
	return append(more, "--lake", "s3://lake/a", "--endpoint", a.server.Endpoint, "--region", awstest.Region, "--cache", a.cache)
}

// stedi runs the program, and wants it to end with a code.
func (a *onAWS) stedi(code int, more ...string) (stdout, stderr string) {
	a.Helper()
	cmd := command(a.T, nil, a.args(more...)...)
	var out, said strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); cmd.ProcessState == nil {
		a.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		a.Fatalf("stedi %s ended with %d, not %d\n%s%s", strings.Join(more, " "), got, code, out.String(), said.String())
	}
	return out.String(), said.String()
}

func (a *onAWS) batch(engine string, more ...string) *pipeline.Record {
	a.Helper()
	return recordOf(a.T, command(a.T, nil, a.args(append([]string{"--batch", "--engine", engine, "--output", "json"}, more...)...)...))
}

var madeRows = map[string]int64{
	"customer_trusted": 482, "accelerometer_trusted": 40981, "customer_curated": 482, "step_trainer_trusted": 14460, "machine_learning_curated": 43681,
}

func (a *onAWS) wantRows(record *pipeline.Record, state pipeline.State) {
	a.Helper()
	if record.Status != "ok" {
		a.Errorf("the run ended as %s: %s", record.Status, record.Error)
	}
	for table, want := range madeRows {
		if got := rowsOf(record)[table]; got != want {
			a.Errorf("%s has %d rows, want %d", table, got, want)
		}
		if step := record.Step(table); step.State != state {
			a.Errorf("%s is %v (%s), want %v", table, step.State, step.Reason, state)
		}
	}
	for _, c := range record.Checks {
		if c.State == "fail" && c.Severity != "warning" {
			a.Errorf("check %s of %s: %s", c.Check, c.Table, c.Message)
		}
	}
}

// content is what Trino reads of a table, in an order of its own.
func (a *onAWS) content(table string) []string {
	a.Helper()
	rows, err := a.server.Trino.Query(a.Context(), "stedi", `SELECT * FROM "`+table+`"`)
	if err != nil {
		a.Fatal(err)
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		lines[i] = fmt.Sprint(row...)
	}
	slices.Sort(lines)
	return lines
}

// From an empty bucket to a lake that works: one deploy, then Athena's own SQL
// engine makes the tables, then the embedded one, and neither sees a
// difference.
func TestAthenaAndTheEmbeddedEngineMakeTheSameTables(t *testing.T) {
	a := startAWS(t)
	landing := landingFolder(t)
	dry, _ := a.stedi(0, "deploy", "--from", landing, "--dry-run")
	for _, want := range []string{"PutObject", "CreateDatabase", "CreateTable", `"arn:aws:s3:::lake/a/*"`, "workgroup/primary"} {
		if !strings.Contains(dry, want) {
			t.Errorf("the dry run does not say %s:\n%s", want, dry)
		}
	}
	a.stedi(0, "deploy", "--from", landing)
	if again, _ := a.stedi(0, "deploy", "--from", landing); again != "" {
		t.Errorf("a second deploy does something:\n%s", again)
	}

	first := a.batch("athena")
	a.wantRows(first, pipeline.Published)
	step := first.Step("accelerometer_trusted")
	if len(step.QueryIDs) < 3 || step.ScannedBytes == 0 || step.CostUSD == 0 {
		t.Errorf("the step took %v, %d bytes, $%f", step.QueryIDs, step.ScannedBytes, step.CostUSD)
	}
	if len(step.Funnel) < 4 {
		t.Errorf("the funnel is %v", step.Funnel)
	}
	made := map[string][]string{}
	for table := range madeRows {
		made[table] = a.content(table)
	}
	a.wantRows(a.batch("athena"), pipeline.UpToDate)
	a.wantRows(a.batch("duckdb"), pipeline.UpToDate)

	a.wantRows(a.batch("duckdb", "--force"), pipeline.Published)
	for table, before := range made {
		if !slices.Equal(a.content(table), before) {
			t.Errorf("%s: the engines make other rows", table)
		}
	}
	a.wantRows(a.batch("athena"), pipeline.UpToDate)
	a.wantRows(a.batch("athena", "--force"), pipeline.Published)

	out, said := a.stedi(0, "preview", "machine_learning_curated", "-n", "2", "--engine", "athena")
	if !strings.Contains(out, "43,681") || !strings.Contains(said, "bytes scanned") {
		t.Errorf("the preview says %s%s", out, said)
	}
	a.stedi(0, "destroy", "--yes", "--landing")
	if left := a.server.S3.Keys(t, "lake"); len(left) > 0 && slices.ContainsFunc(left, func(k string) bool { return !strings.HasPrefix(k, "a/.stedi/") }) {
		t.Errorf("left %v", left)
	}
}
