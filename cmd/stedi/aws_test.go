package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stedi/athena/awstest"
	"stedi/pipeline"
)

// onAWS runs the program against the substitutes for AWS.
type onAWS struct {
	*testing.T
	server *awstest.AWS
	cache  string
	log    string          // of the program, at level debug
	said   strings.Builder // output on all streams
}

func onServer(t *testing.T, server *awstest.AWS) *onAWS {
	t.Helper()
	return &onAWS{T: t, server: server, cache: filepath.Join(t.TempDir(), "cache"), log: filepath.Join(t.TempDir(), "log")}
}

func (a *onAWS) args(more ...string) []string {
	return append(more, "--lake", "s3://lake/a", "--endpoint", a.server.Endpoint, "--region", awstest.Region, "--cache", a.cache, "--log-file", a.log, "--log-level", "debug")
}

// wantNoSecret checks that the output, the log and the files beside the tables
// contain no credentials and no e-mail addresses.
func (a *onAWS) wantNoSecret(landing string) {
	a.Helper()
	customers, err := filepath.Glob(filepath.Join(landing, "customer", "landing", "*"))
	if err != nil || len(customers) == 0 {
		a.Fatalf("no customers in %s (%v)", landing, err)
	}
	text, err := os.ReadFile(customers[0])
	if err != nil {
		a.Fatal(err)
	}
	address := regexp.MustCompile(`[\w.]+@[\w.]+`).FindString(string(text))
	if address == "" {
		a.Fatal("the first customer has no address")
	}
	log, err := os.ReadFile(a.log)
	if err != nil {
		a.Fatal(err)
	}
	places := map[string]string{"what it said": a.said.String(), "its log": string(log)}
	for _, key := range a.server.S3.Keys(a.T, "lake") {
		if strings.HasPrefix(key, "a/.stedi/") {
			places[key] = a.server.S3.Content(a.T, "lake", key)
		}
	}
	for place, text := range places {
		for _, secret := range []string{awstest.AccessKey, awstest.SecretKey, address} {
			if strings.Contains(text, secret) {
				a.Errorf("%s holds %s", place, secret)
			}
		}
	}
}

// stedi runs the program and checks its exit code.
func (a *onAWS) stedi(code int, more ...string) (stdout, stderr string) {
	a.Helper()
	stdout, stderr = endsWith(a.T, code, a.args(more...)...)
	a.said.WriteString(stdout + stderr)
	return stdout, stderr
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

// content returns the rows of a table as read by Athena's SQL engine, sorted.
func (a *onAWS) content(table string) []string {
	a.Helper()
	rows := a.server.Query(a.T, "stedi", `SELECT * FROM "`+table+`"`)
	lines := make([]string, len(rows))
	for i, row := range rows {
		lines[i] = fmt.Sprint(row...)
	}
	slices.Sort(lines)
	return lines
}

// started returns the statements that build tables.
func (a *onAWS) started() (made []string) {
	for _, e := range a.server.Athena.Executions() {
		if strings.Contains(e, "CREATE TABLE") {
			made = append(made, e)
		}
	}
	return made
}

// versions returns the folders of table versions.
func (a *onAWS) versions() []string {
	a.Helper()
	var folders []string
	for _, key := range a.server.S3.Keys(a.T, "lake") {
		if folder := filepath.Dir(key); strings.Contains(folder, "/run=") && !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	return folders
}

// wantNoStage checks that no table exists under the name that it has before it
// is published.
func (a *onAWS) wantNoStage() {
	a.Helper()
	if tables := a.server.Tables(a.T, "stedi"); len(tables) != 8 {
		a.Errorf("the database has the tables %v", tables)
	}
}
