package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"stedi/athena/awstest"
	"stedi/pipeline"
)

// onAWS is the program on what stands in for AWS.
type onAWS struct {
	*testing.T
	server *awstest.AWS
	cache  string
	log    string          // of the program, in all detail
	said   strings.Builder // on all its streams
}

func onServer(t *testing.T, server *awstest.AWS) *onAWS {
	t.Helper()
	return &onAWS{T: t, server: server, cache: filepath.Join(t.TempDir(), "cache"), log: filepath.Join(t.TempDir(), "log")}
}

func (a *onAWS) args(more ...string) []string {
	return append(more, "--lake", "s3://lake/a", "--endpoint", a.server.Endpoint, "--region", awstest.Region, "--cache", a.cache, "--log-file", a.log, "--log-level", "debug")
}

// wantNoSecret makes sure that neither a credential nor anybody's address is in
// what the program has said, logged, or written into the lake beside its
// tables.
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

// stedi runs the program, and wants it to end with a code.
func (a *onAWS) stedi(code int, more ...string) (stdout, stderr string) {
	a.Helper()
	cmd := command(a.T, nil, a.args(more...)...)
	var out, said strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); cmd.ProcessState == nil {
		a.Fatal(err)
	}
	a.said.WriteString(out.String() + said.String())
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

// content is what Athena's SQL engine reads of a table, in an order of its own.
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

// From an empty bucket to a lake that works: one deploy, then Athena's own SQL
// engine makes the tables, then the embedded one, and neither sees a
// difference.
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
	if again, _ := a.stedi(0, "deploy", "--from", landing); again != "" {
		a.Errorf("a second deploy does something:\n%s", again)
	}

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

	out, said := a.stedi(0, "preview", "machine_learning_curated", "-n", "2", "--engine", "athena")
	if !strings.Contains(out, "43,681") || !strings.Contains(said, "bytes scanned") {
		a.Errorf("the preview says %s%s", out, said)
	}
	a.wantNoSecret(landing)
	a.stedi(0, "destroy", "--yes", "--landing")
	if left := a.server.S3.Keys(a.T, "lake"); len(left) > 0 && slices.ContainsFunc(left, func(k string) bool { return !strings.HasPrefix(k, "a/.stedi/") }) {
		a.Errorf("left %v", left)
	}
}

// started returns the statements that make tables.
func (a *onAWS) started() (made []string) {
	for _, e := range a.server.Athena.Executions() {
		if strings.Contains(e, "CREATE TABLE") {
			made = append(made, e)
		}
	}
	return made
}

// versions are the folders in which versions of tables lie.
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

// wantNoStage makes sure that no table is known under the name that it has
// until it is published.
func (a *onAWS) wantNoStage() {
	a.Helper()
	if tables := a.server.Tables(a.T, "stedi"); len(tables) != 8 {
		a.Errorf("the database has the tables %v", tables)
	}
}

// One server is for all of these. Whatever goes wrong, the tables are what they
// were, nothing is on its way, and the next run is right.
func TestWhateverGoesWrongOnAthenaTheTablesStayWhole(t *testing.T) {
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
		"somebody cancels it": {awstest.AthenaFaults{Cancel: isMade}, 3, "somebody else"},
		"its count fails": {awstest.AthenaFaults{Fail: func(sql string) string {
			return map[bool]string{true: "GENERIC_INTERNAL_ERROR: no count"}[strings.Contains(sql, "place")]
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
		if len(a.versions()) != len(before)+1 { // the version before is kept for a rollback
			t.Errorf("versions are in %v, before it %v", a.versions(), before)
		}
		a.stedi(0, "rollback", table)
		if !slices.Equal(a.content(table), content) {
			t.Error("rolled back, the table has other rows")
		}
	})
	a.publishing(table, content)
	if out, _ := a.stedi(0, "check", "--engine", "athena"); !strings.Contains(out, "43,681") {
		t.Errorf("the check says\n%s", out)
	}
	t.Run("the doctor finds nothing, and then what is wrong", func(t *testing.T) {
		if out, _ := a.stedi(0, "doctor", "--engine", "athena"); strings.Contains(out, "WRONG") {
			t.Errorf("it says\n%s", out)
		}
		a.server.Athena.Enforce("s3://elsewhere/")
		defer a.server.Athena.Enforce("")
		if out, _ := a.stedi(2, "doctor", "--engine", "athena"); !strings.Contains(out, "WRONG  workgroup primary") || !strings.Contains(out, "--workgroup") {
			t.Errorf("it says\n%s", out)
		}
	})
	a.wantNoSecret(landing)
}

// publishing tries what may happen at the one call that makes a version the
// table, for the embedded engine, which publishes as Athena does.
func (a *onAWS) publishing(table string, content []string) {
	isMove := func(r *http.Request) bool { return strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".UpdateTable") }
	whole := func(t *testing.T) {
		t.Helper()
		a.server.Between(nil)
		if !slices.Equal(a.content(table), content) {
			t.Error("the table has other rows")
		}
		a.stedi(0, "run", "--force", table) // it brings into order what was left
		if !slices.Equal(a.content(table), content) {
			t.Error("after the next run the table has other rows")
		}
		a.stedi(0, "run", table) // and this one forgets the version before
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
		if _, said := a.stedi(5, "run", "--force", table); !strings.Contains(said, "changed by someone else") {
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

// interrupted runs a step that stays in Athena's queue, and ends it by a signal
// once it is there.
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
