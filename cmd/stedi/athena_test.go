package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"stedi/athena/awstest"
	"stedi/pipeline"
)

// One deploy creates a working lake in an empty bucket. Athena and the embedded
// engine then build equal tables.
func TestAthenaAndTheEmbeddedEngineMakeTheSameTables(t *testing.T) {
	t.Run("with Trino", func(t *testing.T) { makeTheSameTables(onServer(t, awstest.StartTrino(t))) })
	t.Run("with DuckDB", func(t *testing.T) { makeTheSameTables(onServer(t, awstest.StartDuckDB(t))) })
}

func makeTheSameTables(a *onAWS) {
	a.Helper()
	landing := landingFolder(a.T)
	dry, _ := a.stedi(0, "deploy", "--from", landing, "--dry-run")
	for _, want := range []string{"PutObject", "CreateDatabase", "CreateTable", `"arn:aws:s3:::lake/a/*"`, "workgroup/primary"} {
		if !strings.Contains(dry, want) {
			a.Errorf("the dry run does not say %s:\n%s", want, dry)
		}
	}
	a.stedi(0, "deploy", "--from", landing)
	if plan, _ := a.stedi(0, "plan", "--engine", "athena"); !strings.Contains(plan, "Athena would scan about") {
		a.Errorf("the plan does not say what it costs:\n%s", plan)
	}
	if plan, _ := a.stedi(0, "plan", "--engine", "athena", "--price-per-tb", "500000"); !regexp.MustCompile(`queries, \$[1-9]`).MatchString(plan) {
		a.Errorf("the plan does not go by the price that it is told:\n%s", plan)
	}
	if again, _ := a.stedi(0, "deploy", "--from", landing); again != "" {
		a.Errorf("a second deploy does something:\n%s", again)
	}
	if again, _ := a.stedi(0, "deploy", "--from", landing, "--dry-run"); !strings.HasPrefix(again, "{") {
		a.Errorf("a second deploy would do something:\n%s", again)
	}
	a.server.Between(func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		awstest.Refuse(w, http.StatusForbidden, "AccessDenied")
	})
	if denied, _ := a.stedi(4, "deploy", "--dry-run"); !strings.Contains(denied, `"arn:aws:s3:::lake/a/*"`) || !strings.Contains(denied, "PutLogEvents") {
		a.Errorf("who may do nothing is not told what is needed:\n%s", denied)
	}
	a.server.Between(nil)

	if tables, _ := a.stedi(0, "tables"); !regexp.MustCompile(`customer_trusted +trusted +table +JSON +10`).MatchString(tables) {
		a.Errorf("the tables are\n%s", tables)
	}

	first := a.batch("athena")
	a.wantRows(first, pipeline.Published)
	step := first.Step("accelerometer_trusted")
	if len(step.QueryIDs) < 3 || step.ScannedBytes == 0 || step.CostUSD == 0 {
		a.Errorf("the step took %v, %d bytes, $%f", step.QueryIDs, step.ScannedBytes, step.CostUSD)
	}
	if len(step.Funnel) < 4 {
		a.Errorf("the funnel is %v", step.Funnel)
	}
	if told, _ := a.stedi(0, "runs", "last"); strings.Count(told, "(estimated: ") != 7 || !strings.Contains(told, "Total: 35 queries") { // for each step, for the checks and for the run
		a.Errorf("the run does not say what it has cost:\n%s", told)
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
			a.Errorf("%s: the engines make other rows", table)
		}
	}
	a.wantRows(a.batch("athena"), pipeline.UpToDate)
	a.wantRows(a.batch("athena", "--force"), pipeline.Published)
	if diff, _ := a.stedi(0, "runs", "--diff", "last~1", "last", "--rows"); strings.Count(diff, ": 0 only in A, 0 only in B") != 5 {
		a.Errorf("the versions of both engines are not found to be the same:\n%s", diff)
	}

	told, _ := a.stedi(0, "check", "--engine", "athena")
	spent := regexp.MustCompile(`Total: 8 queries, ([\d.]+ MB) scanned, .* \(estimated: ([\d.]+ MB) scanned, `).FindStringSubmatch(told)
	if spent == nil || spent[1] != spent[2] { // all checks read several times as much
		a.Errorf("an estimate includes checks whose results are known:\n%s", told)
	}

	out, said := a.stedi(0, "preview", "machine_learning_curated", "-n", "2", "--engine", "athena")
	if !strings.Contains(out, "43,681") || !strings.Contains(said, "bytes scanned") {
		a.Errorf("the preview says %s%s", out, said)
	}
	evidence, _ := a.stedi(0, "evidence", filepath.Join(a.TempDir(), "evidence"), "--engine", "athena", "--output", "json")
	if strings.Count(evidence, `"query_id": "`) != 19 || !strings.Contains(evidence, `"value": 43681`) || strings.Contains(evidence, `"bytes": 0,`) {
		a.Errorf("the evidence is %s", evidence)
	}
	a.wantNoSecret(landing)
	for _, key := range a.server.S3.Keys(a.T, "lake") {
		if strings.HasPrefix(key, "a/.stedi/staging/results/") {
			a.Errorf("a query that has ended leaves %s", key)
		}
	}
	for _, key := range []string{"a/customer/trusted_$folder$", "a/.stedi/staging/results/q-1.csv"} {
		if _, err := a.server.S3.Client.PutObject(a.Context(), &s3.PutObjectInput{Bucket: aws.String("lake"), Key: &key, Body: strings.NewReader("x")}); err != nil {
			a.Fatal(err)
		}
	}
	a.stedi(0, "destroy", "--yes", "--landing")
	for _, key := range a.server.S3.Keys(a.T, "lake") {
		if strings.HasSuffix(key, "_$folder$") || strings.Contains(key, "/staging/") {
			a.Errorf("destroy leaves %s", key)
		}
	}
	if left := a.server.S3.Keys(a.T, "lake"); len(left) > 0 && slices.ContainsFunc(left, func(k string) bool { return !strings.HasPrefix(k, "a/.stedi/") }) {
		a.Errorf("left %v", left)
	}
}

// All subtests share one server. After each fault, the tables are unchanged, no
// query is running, and the next run succeeds.
func TestNoFaultOfAthenaDamagesATable(t *testing.T) {
	a := onServer(t, awstest.StartAWS(t))
	landing := landingFolder(t)
	a.stedi(0, "deploy", "--from", landing)
	a.wantRows(a.batch("athena"), pipeline.Published)
	before := a.versions()
	table := "customer_curated"
	content := a.content(table)
	isMade := func(sql string) bool { return strings.Contains(sql, "CREATE TABLE") && strings.Contains(sql, table) }
	unharmed := func(t *testing.T) {
		t.Helper()
		a.server.Athena.Fault(awstest.AthenaFaults{})
		a.wantNoStage()
		if !slices.Equal(a.content(table), content) {
			t.Error("the table has changed")
		}
		if now := a.versions(); !slices.Equal(now, before) {
			t.Errorf("versions are in %v, want %v", now, before)
		}
		for _, e := range a.server.Athena.Executions() {
			if strings.HasPrefix(e, "QUEUED") || strings.HasPrefix(e, "RUNNING") {
				t.Errorf("still on its way: %s", e)
			}
		}
	}
	for name, c := range map[string]struct {
		faults awstest.AthenaFaults
		code   int
		says   string
	}{
		"the query fails": {awstest.AthenaFaults{Fail: func(sql string) string {
			return map[bool]string{true: "GENERIC_INTERNAL_ERROR: no worker"}[isMade(sql)]
		}}, 3, "no worker"},
		"another user cancels it": {awstest.AthenaFaults{Cancel: isMade}, 3, "cancelled outside stedi"},
		"its count fails": {awstest.AthenaFaults{Fail: func(sql string) string {
			return map[bool]string{true: "GENERIC_INTERNAL_ERROR: no count"}[strings.Contains(sql, "CROSS JOIN (SELECT count(*)")]
		}}, 3, "no count"},
		"its guard fails": {awstest.AthenaFaults{Fail: func(sql string) string {
			return map[bool]string{true: "GENERIC_INTERNAL_ERROR: no guard"}[strings.Contains(sql, "broken")]
		}}, 3, "no guard"},
		"the credentials expire": {awstest.AthenaFaults{Refuse: func(call string) string {
			return map[bool]string{true: "ExpiredTokenException"}[call == "StartQueryExecution"]
		}}, 4, "aws sso login"},
	} {
		t.Run(name, func(t *testing.T) {
			a.server.Athena.Fault(c.faults)
			_, said := a.stedi(c.code, "run", "--force", table, "--engine", "athena")
			if !strings.Contains(said, c.says) || strings.Contains(said, awstest.SecretKey) {
				t.Errorf("it says %s", said)
			}
			unharmed(t)
		})
	}
	t.Run("it is cancelled here", func(t *testing.T) {
		a.server.Athena.Fault(awstest.AthenaFaults{Queue: isMade})
		a.interrupted(syscall.SIGTERM, 143, table)
		unharmed(t)
	})
	t.Run("the program is killed, and the next run goes on with the same query", func(t *testing.T) {
		made := len(a.started())
		release := make(chan struct{})
		a.server.Athena.Fault(awstest.AthenaFaults{Delay: func(sql string) <-chan struct{} {
			if isMade(sql) {
				return release
			}
			return nil
		}})
		a.interrupted(syscall.SIGKILL, -1, table)
		close(release)
		a.server.Athena.Fault(awstest.AthenaFaults{})
		a.stedi(0, "run", "--force", table, "--engine", "athena")
		if n := len(a.started()) - made; n != 1 {
			t.Errorf("%d queries were started", n)
		}
		a.wantNoStage()
		if !slices.Equal(a.content(table), content) {
			t.Error("the table has other rows")
		}
		if len(a.versions()) != len(before)+1 { // the previous version is kept for a rollback
			t.Errorf("versions are in %v, before it %v", a.versions(), before)
		}
		a.stedi(0, "rollback", table)
		if !slices.Equal(a.content(table), content) {
			t.Error("rolled back, the table has other rows")
		}
	})
	a.publishing(table, content)
	if out, _ := a.stedi(1, "check", "--engine", "athena"); !strings.Contains(out, "the table is stale: "+table+" has changed") {
		t.Errorf("what reads the table that was rebuilt alone is not stale:\n%s", out)
	}
	a.stedi(0, "run", "--engine", "athena")
	if out, _ := a.stedi(0, "check", "--engine", "athena"); !strings.Contains(out, "43,681") {
		t.Errorf("the check says\n%s", out)
	}
	for name, recorded := range map[string]bool{"killed after its query was recorded": true, "killed before its query was recorded": false} {
		t.Run(name+", which failed, the next run starts another one", func(t *testing.T) {
			release := make(chan struct{})
			a.server.Athena.Fault(awstest.AthenaFaults{
				Delay: func(sql string) <-chan struct{} {
					if isMade(sql) {
						return release
					}
					return nil
				},
				Fail: func(sql string) string {
					return map[bool]string{true: "GENERIC_INTERNAL_ERROR: no worker"}[isMade(sql)]
				},
			})
			if recorded {
				a.interrupted(syscall.SIGKILL, -1, table)
			} else {
				a.killedBeforeTheReply(table)
			}
			close(release)
			for slices.ContainsFunc(a.server.Athena.Executions(), func(e string) bool { return strings.HasPrefix(e, "QUEUED") || strings.HasPrefix(e, "RUNNING") }) {
				runtime.Gosched()
			}
			a.server.Athena.Fault(awstest.AthenaFaults{})
			a.stedi(0, "run", "--force", table, "--engine", "athena")
			a.wantNoStage()
			if !slices.Equal(a.content(table), content) {
				t.Error("the table has other rows")
			}
		})
	}
	t.Run("in workgroups that refuse a location the same rows are built", func(t *testing.T) {
		defer a.server.Athena.Enforce("")
		for _, set := range []func(){func() { a.server.Athena.Enforce("s3://elsewhere/") }, func() { a.server.Athena.Manage(true) }} {
			set()
			a.stedi(0, "run", "--engine", "athena", "--force", table)
			if !slices.Equal(a.content(table), content) {
				t.Error("the table has other rows")
			}
		}
		a.stedi(0, "run", "--engine", "athena")
	})
	t.Run("the doctor finds nothing, and then what is wrong", func(t *testing.T) {
		if out, _ := a.stedi(0, "doctor", "--engine", "athena"); strings.Contains(out, "WRONG") {
			t.Errorf("it says\n%s", out)
		}
		defer a.server.Athena.Enforce("")
		a.server.Athena.Enforce("s3://elsewhere/")
		if out, _ := a.stedi(0, "doctor", "--engine", "athena"); !strings.Contains(out, "it enforces query results in s3://elsewhere/") || !strings.Contains(out, "INSERT INTO") {
			t.Errorf("it says\n%s", out)
		}
		a.server.Athena.Manage(true)
		if out, _ := a.stedi(0, "doctor", "--engine", "athena"); !strings.Contains(out, "Athena keeps query results itself") {
			t.Errorf("it says\n%s", out)
		}
		if out, _ := a.stedi(2, "doctor", "--engine", "athena", "--workgroup", "none"); !strings.Contains(out, "WRONG  workgroup none") || !strings.Contains(out, "--workgroup") {
			t.Errorf("it says\n%s", out)
		}
	})
	a.wantNoSecret(landing)
}

// publishing injects faults into the call that publishes a version. It uses the
// embedded engine, which publishes in the same way as Athena.
func (a *onAWS) publishing(table string, content []string) {
	isMove := func(r *http.Request) bool { return strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".UpdateTable") }
	whole := func(t *testing.T) {
		t.Helper()
		a.server.Between(nil)
		if !slices.Equal(a.content(table), content) {
			t.Error("the table has other rows")
		}
		a.stedi(0, "run", "--force", table) // it cleans up unfinished work
		if !slices.Equal(a.content(table), content) {
			t.Error("after the next run the table has other rows")
		}
		a.stedi(0, "run", table) // and this one deletes the previous version
		folders := 0
		for _, folder := range a.versions() {
			if strings.Contains(folder, "customer/curated/") {
				folders++
			}
		}
		if folders != 1 {
			t.Errorf("%d versions of it lie in %v", folders, a.versions())
		}
	}
	for name, before := range map[string]bool{"killed before it is published": true, "killed after it is published": false} {
		a.Run(name, func(t *testing.T) {
			cmd := command(t, nil, a.args("run", "--force", table)...)
			began := make(chan *os.Process, 1)
			a.server.Between(func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
				if !isMove(r) {
					pass(w, r)
					return
				}
				if !before {
					pass(httptest.NewRecorder(), r)
				}
				_ = (<-began).Kill()
				awstest.Hangup()
			})
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			began <- cmd.Process
			if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != -1 {
				t.Fatalf("it ended with %v", err)
			}
			whole(t)
		})
	}
	a.Run("somebody else changes the table at that moment", func(t *testing.T) {
		a.server.Between(func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
			if isMove(r) {
				a.server.Glue.Touch(a.T, "stedi", table)
			}
			pass(w, r)
		})
		if _, said := a.stedi(5, "run", "--force", table); !strings.Contains(said, "modified outside stedi") {
			t.Errorf("it says %s", said)
		}
		whole(t)
	})
	a.Run("its reply is lost", func(t *testing.T) {
		var lost atomic.Bool
		a.server.Between(func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
			if isMove(r) && lost.CompareAndSwap(false, true) {
				awstest.Lose(r, pass)
			}
			pass(w, r)
		})
		a.stedi(0, "run", "--force", table)
		if !lost.Load() {
			t.Error("no reply was lost")
		}
		whole(t)
	})
}

// killedBeforeTheReply runs a step, and kills the program when it has started a
// query whose id it does not know.
func (a *onAWS) killedBeforeTheReply(table string) {
	a.Helper()
	defer a.server.Between(nil)
	cmd := command(a.T, nil, a.args("run", "--force", table, "--engine", "athena")...)
	began := make(chan *os.Process, 1)
	a.server.Between(func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".StartQueryExecution") {
			pass(w, r)
			return
		}
		pass(httptest.NewRecorder(), r)
		_ = (<-began).Kill()
		awstest.Hangup()
	})
	if err := cmd.Start(); err != nil {
		a.Fatal(err)
	}
	began <- cmd.Process
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != -1 {
		a.Fatalf("it ended with %v", err)
	}
}

// interrupted runs a step that stays in Athena's queue, and ends the run by a
// signal once the query is queued.
func (a *onAWS) interrupted(signal syscall.Signal, code int, table string) {
	a.Helper()
	waiting := len(a.started())
	cmd := command(a.T, nil, a.args("run", "--force", table, "--engine", "athena")...)
	if err := cmd.Start(); err != nil {
		a.Fatal(err)
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for len(a.started()) == waiting {
		select {
		case <-tick.C:
		case <-a.Context().Done():
			a.Fatal("the query was not started")
		}
	}
	if err := cmd.Process.Signal(signal); err != nil {
		a.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != code {
		a.Fatalf("it ended with %d (%v), not %d", cmd.ProcessState.ExitCode(), err, code)
	}
}
