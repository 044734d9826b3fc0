package main

import (
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"stedi/athena/awstest"
	"stedi/pipeline"
)

// One deploy creates a working lake in an empty bucket. The five scripts on
// Spark then build the same tables as the embedded engine, and Trino and the
// embedded engine can read them.
func TestGlueMakesTheSameTables(t *testing.T) {
	awstest.Whole(t)
	a := onServer(t, awstest.StartAWS(t))
	a.server.NeedSpark(t)
	landing := landingFolder(t)
	dry, _ := a.stedi(0, "deploy", "--from", landing, "--dry-run")
	for _, want := range []string{"CreateRole", "PutRolePolicy", "CreateJob        machine_learning_curated", "iam:PassRole", "log-group:/aws-glue/"} {
		if !strings.Contains(dry, want) {
			t.Errorf("the dry run does not say %s:\n%s", want, dry)
		}
	}
	a.stedi(2, "run", "--engine", "glue") // before a job exists
	a.stedi(0, "deploy", "--from", landing)
	if again, _ := a.stedi(0, "deploy", "--from", landing); again != "" {
		t.Errorf("a second deploy does something:\n%s", again)
	}
	if findings, _ := a.stedi(0, "doctor", "--engine", "glue"); !strings.Contains(findings, "Glue can assume it") || strings.Count(findings, "its script is that of the definition") != 5 {
		t.Errorf("the doctor says\n%s", findings)
	}
	out, said := a.stedi(0, "--batch", "--engine", "glue", "--output", "json")
	first := parseRecord(t, out)
	a.wantRows(first, pipeline.Published)
	step := first.Step("accelerometer_trusted")
	if len(step.QueryIDs) < 2 || step.DPUSeconds < 120 || step.CostUSD == 0 || len(step.Funnel) < 4 {
		t.Errorf("the step took %v, %v DPU seconds, $%f, funnel %v", step.QueryIDs, step.DPUSeconds, step.CostUSD, step.Funnel)
	}
	if !strings.Contains(said, "is SUCCEEDED") || !strings.Contains(said, " -> accelerometer_trusted 40,981") {
		t.Errorf("it says %s", said)
	}
	if plan, _ := a.stedi(0, "plan", "--engine", "glue", "--force"); !strings.Contains(plan, "DPU") {
		t.Errorf("the plan does not say what it costs:\n%s", plan)
	}
	if jobs, _ := a.stedi(0, "jobs", "customer_trusted"); !strings.Contains(jobs, "SUCCEEDED") {
		t.Errorf("the job's history is %s", jobs)
	}
	a.wantRows(a.batch("duckdb"), pipeline.UpToDate)
	before := a.versions()
	proofs, _ := a.stedi(0, "prove", "--engines", "duckdb,athena,glue")
	if strings.Count(proofs, "same rows") != 5 || strings.Count(proofs, "43,681") != 3 {
		t.Errorf("the engines are not proved to be equal:\n%s", proofs)
	}
	a.wantNoStage()
	if now := a.versions(); !slices.Equal(now, before) || slices.ContainsFunc(a.server.S3.Keys(t, "lake"), func(k string) bool { return strings.HasPrefix(k, "a/stedi-proof") }) {
		t.Errorf("the proof has left something: %v", now)
	}
	a.wantNoSecret(landing)
	a.stedi(0, "destroy", "--yes", "--landing")
	if left := a.server.S3.Keys(t, "lake"); slices.ContainsFunc(left, func(k string) bool {
		return !strings.HasPrefix(k, "a/.stedi/") || strings.HasPrefix(k, "a/.stedi/glue")
	}) {
		t.Errorf("left %v", left)
	}
}

// After each fault of a job run, the tables are unchanged, and the next run
// succeeds.
func TestNoFaultOfGlueDamagesATable(t *testing.T) {
	awstest.Whole(t)
	a := onServer(t, awstest.StartAWS(t))
	a.server.NeedSpark(t)
	a.stedi(0, "deploy", "--from", landingFolder(t))
	const table, job = "customer_trusted", "customer_landing_to_trusted"
	a.stedi(0, "run", table, "--engine", "duckdb")
	content, before := a.content(table), a.versions()
	unharmed := func(t *testing.T) {
		t.Helper()
		a.server.Jobs.Fault(awstest.JobFaults{})
		a.wantNoStage()
		if !slices.Equal(a.content(table), content) {
			t.Error("the table has changed")
		}
		if now := a.versions(); !slices.Equal(now, before) {
			t.Errorf("versions are in %v, want %v", now, before)
		}
		for _, jobRun := range a.server.Jobs.Runs() {
			if strings.HasPrefix(jobRun, "RUNNING") || strings.HasPrefix(jobRun, "ST") && !strings.HasPrefix(jobRun, "STOPPED") {
				t.Errorf("still on its way: %s", jobRun)
			}
		}
	}
	for _, state := range []string{"FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED"} {
		t.Run(state, func(t *testing.T) {
			a.server.Jobs.Fault(awstest.JobFaults{Says: []string{"a line of the log"}, States: func(string) []string { return []string{"STARTING", "RUNNING", state} }})
			_, said := a.stedi(3, "run", "--force", table, "--engine", "glue")
			for _, want := range []string{"job run jr_", "ended as " + state, "| a line of the log"} {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q: %s", want, said)
				}
			}
			unharmed(t)
		})
	}
	t.Run("somebody else runs the job", func(t *testing.T) {
		a.server.Jobs.Fault(awstest.JobFaults{States: func(string) []string { return []string{"RUNNING"} }})
		theirs := glue.NewFromConfig(a.server.Config)
		started, err := theirs.StartJobRun(t.Context(), &glue.StartJobRunInput{JobName: aws.String(job)})
		if err != nil {
			t.Fatal(err)
		}
		_, said := a.stedi(5, "run", "--force", table, "--engine", "glue")
		if !strings.Contains(said, "ConcurrentRunsExceededException") || !strings.Contains(said, "--job-run-ids "+aws.ToString(started.JobRunId)) {
			t.Errorf("it says %s", said)
		}
		a.server.Jobs.Finish(aws.ToString(started.JobRunId))
		unharmed(t)
	})
	t.Run("there are other rows than its script says", func(t *testing.T) {
		a.server.Jobs.Fault(awstest.JobFaults{After: func(jobRun awstest.JobRun) error {
			key := strings.TrimPrefix(jobRun.Arguments["--out"], "s3://lake/") + "part-late.json"
			_, err := a.server.S3.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("lake"), Key: &key, Body: strings.NewReader("{}\n")})
			return err
		}})
		_, said := a.stedi(3, "run", "--force", table, "--engine", "glue")
		if !strings.Contains(said, "says that it has written 482 rows, and 483 are there") {
			t.Errorf("it says %s", said)
		}
		unharmed(t)
	})
	t.Run("it is cancelled here", func(t *testing.T) {
		a.server.Jobs.Fault(awstest.JobFaults{States: func(string) []string { return []string{"RUNNING"} }})
		a.interruptedJob(syscall.SIGTERM, 143, table)
		unharmed(t)
	})
	t.Run("the program is killed, and the next run goes on with the same job run", func(t *testing.T) {
		release := make(chan struct{})
		a.server.Jobs.Fault(awstest.JobFaults{Hold: func(string) <-chan struct{} { return release }})
		a.interruptedJob(syscall.SIGKILL, -1, table)
		if !slices.Equal(a.content(table), content) {
			t.Error("the table has changed")
		}
		runs := len(a.server.Jobs.Runs())
		close(release)
		a.server.Jobs.Fault(awstest.JobFaults{})
		_, said := a.stedi(0, "run", "--force", table, "--engine", "glue")
		if !strings.Contains(said, "resuming the job run jr_") {
			t.Errorf("it says %s", said)
		}
		if now := a.server.Jobs.Runs(); len(now) != runs || now[runs-1] != "SUCCEEDED "+job {
			t.Errorf("the runs are %v", now)
		}
		a.wantNoStage()
		if !slices.Equal(a.content(table), content) {
			t.Error("the table has other rows")
		}
		if len(a.versions()) != len(before)+1 { // the previous version is kept for a rollback
			t.Errorf("versions are in %v, before it %v", a.versions(), before)
		}
	})
}

// interruptedJob runs a step whose job stays active, and ends the run by a
// signal once the job is polled.
func (a *onAWS) interruptedJob(signal syscall.Signal, code int, table string) {
	a.Helper()
	before := len(a.server.Jobs.Runs())
	looks := func() (n int) {
		for _, call := range a.server.Jobs.Calls() {
			if call == "GetJobRun" {
				n++
			}
		}
		return n
	}
	seen := looks()
	cmd := command(a.T, nil, a.args("run", "--force", table, "--engine", "glue")...)
	if err := cmd.Start(); err != nil {
		a.Fatal(err)
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for len(a.server.Jobs.Runs()) == before || looks() == seen {
		select {
		case <-tick.C:
		case <-a.Context().Done():
			a.Fatal("the job was not started")
		}
	}
	if err := cmd.Process.Signal(signal); err != nil {
		a.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != code {
		a.Fatalf("it ended with %d (%v), not %d", cmd.ProcessState.ExitCode(), err, code)
	}
}
