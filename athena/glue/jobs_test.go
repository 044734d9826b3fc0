package glue_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"stedi/athena/awstest"
	"stedi/athena/catalog"
	"stedi/athena/glue"
	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/dir"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/spark"
	"stedi/pipeline/stedi"
)

const (
	location = "s3://lake/a"
	role     = "arn:aws:iam::000000000000:role/given"
)

// bench is a jobs server with a lake in a local folder, and the jobs of that
// lake. The rows are fake; the order of calls and states is real.
type bench struct {
	*testing.T
	root   string
	lake   *pipeline.Lake
	server *awstest.Jobs
	jobs   *glue.Jobs
	said   []string
}

func newBench(t *testing.T, options glue.Options) *bench {
	t.Helper()
	b := &bench{T: t, root: t.TempDir()}
	engine, err := duckdb.Open(t.Context(), duckdb.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	}()
	if b.lake, err = definition.Load(t.Context(), stedi.Definition, nil, engine); err != nil {
		t.Fatal(err)
	}
	store, err := dir.Open(b.root, dir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b.server = awstest.NewJobs(t, b.work)
	options.Poll, options.Database = time.Millisecond, "stedi"
	if options.Role == "" {
		options.Role = role
	}
	b.jobs = glue.Open(awstest.Config(t, b.server.Serve(t)), b.lake, store, location, options)
	return b
}

// local maps a URI of the lake to a local path.
func (b *bench) local(uri string) string {
	return filepath.Join(b.root, filepath.FromSlash(strings.TrimPrefix(uri, location)))
}

// work writes a row and a result, like the script of a job.
func (b *bench) work(_ context.Context, run awstest.JobRun) error {
	if _, err := os.Stat(b.local(run.Script)); err != nil {
		return err
	}
	out := b.local(run.Arguments["--out"])
	if left, _ := os.ReadDir(out); len(left) > 0 {
		return errors.New("--out is not empty")
	}
	t := b.lake.Table("customer_trusted")
	result := spark.Result{Table: t.Name}
	for _, name := range append(append(slices.Clone(t.Transform.Inputs), t.Transform.Stages...), t.Name) {
		result.Funnel = append(result.Funnel, pipeline.StageRows{Name: name, Rows: 1})
	}
	for _, c := range t.Columns {
		result.Columns = append(result.Columns, pipeline.ColumnRecord{Name: c.Name, Type: c.Type.String()})
	}
	run.Log("customer_landing 1 -> 1")
	return errors.Join(write(filepath.Join(out, "part-0.json"), map[string]string{"email": "a@example.com"}), write(b.local(run.Arguments["--result"]), result))
}

func write(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, text, 0o600))
}

const target = "customer/trusted/run=1"

func (b *bench) run(ctx context.Context, query string, begun func(string) error) (*spark.Result, *glue.Done, error) {
	return b.jobs.Run(ctx, glue.Work{
		Table: b.lake.Table("customer_trusted"), Target: pipeline.Target{Folder: target, Query: query, Begun: begun},
		Log: func(line string) { b.said = append(b.said, line) }, Look: func() {},
	})
}

func (b *bench) wantRuns(want ...string) {
	b.Helper()
	got := b.server.Runs()
	for i := range got {
		got[i], _, _ = strings.Cut(got[i], " ")
	}
	if !slices.Equal(got, want) {
		b.Errorf("the runs are %v, want %v", got, want)
	}
}

func TestAJobIsMadeAndRunOnceAndItsLogPassedOn(t *testing.T) {
	b := newBench(t, glue.Options{})
	var id string
	result, done, err := b.run(t.Context(), "", func(query string) error { id = query; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if result.Table != "customer_trusted" || done.ID != id || id == "" {
		t.Errorf("got %+v and %+v, begun as %s", result, done, id)
	}
	if done.DPUSeconds != 120 || done.Cost < 0.0146 || done.Cost > 0.0147 { // two workers, at least a minute each
		t.Errorf("it took %v DPU seconds, $%v", done.DPUSeconds, done.Cost)
	}
	if !slices.Contains(b.said, "customer_landing 1 -> 1") || !slices.Contains(b.said, "job run "+id+" is SUCCEEDED") {
		t.Errorf("it said %q", b.said)
	}
	// A second run for the same target finds the first one.
	if _, again, err := b.run(t.Context(), "", nil); err != nil || again.ID != id {
		t.Errorf("again: %+v, %v", again, err)
	}
	b.wantRuns("SUCCEEDED")
	if n := len(slices.DeleteFunc(b.server.Calls(), func(c string) bool { return c != "CreateJob" && c != "UpdateJob" })); n != 1 {
		t.Errorf("the job was made %d times", n)
	}
}

func TestEveryEndOfARunIsReportedWithItsLog(t *testing.T) {
	for state, c := range map[string]struct {
		says string
		kind pipeline.Kind
		want string
	}{
		"FAILED":   {"customer_trusted: Spark says OUT_OF_MEMORY", pipeline.BadEngine, "/aws-glue/jobs/error"},
		"TIMEOUT":  {"still sorting", pipeline.BadEngine, "15 minutes"},
		"STOPPED":  {"stopped", pipeline.BadEngine, "cancelled outside stedi"},
		"ERROR":    {"no capacity", pipeline.BadEngine, "Run again"},
		"EXPIRED":  {"nothing", pipeline.BadEngine, "Run again"},
		"FAILED ":  {"x.json cannot be read: a line is not a JSON object with values of the right types", pipeline.BadData, "stedi check --engine duckdb"},
		"FAILED  ": {"An error occurred: Access Denied (Service: Amazon S3)", pipeline.Denied, "--dry-run"},
	} {
		t.Run(c.says, func(t *testing.T) {
			b := newBench(t, glue.Options{})
			state := strings.TrimSpace(state)
			b.server.Fault(awstest.JobFaults{Says: []string{c.says}, Error: "Command failed", States: func(string) []string { return []string{"WAITING", "STARTING", "RUNNING", "STOPPING", state} }})
			_, done, err := b.run(t.Context(), "", nil)
			if pipeline.KindOf(err) != c.kind {
				t.Fatalf("error of kind %d: %v", pipeline.KindOf(err), err)
			}
			for _, want := range []string{done.ID, state, c.says, c.want, "Command failed", "customer_landing_to_trusted"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error does not say %q: %v", want, err)
				}
			}
			// The next run starts a new job run.
			b.server.Fault(awstest.JobFaults{})
			if _, _, err := b.run(t.Context(), done.ID, nil); err != nil {
				t.Error(err)
			}
			b.wantRuns(state, "SUCCEEDED")
		})
	}
}

func TestARunThatIsUnderWayIsGoneOnWith(t *testing.T) {
	for name, recorded := range map[string]bool{"its id was recorded": true, "its id was lost": false} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, glue.Options{})
			release := make(chan struct{})
			b.server.Fault(awstest.JobFaults{Hold: func(string) <-chan struct{} { return release }})
			ctx, kill := context.WithCancel(t.Context())
			var id string
			if _, _, err := b.run(ctx, "", func(query string) error { id = query; kill(); return nil }); err == nil {
				t.Fatal("it has not ended")
			}
			if runs := b.server.Runs(); len(runs) != 1 || !strings.HasPrefix(runs[0], "STARTING") && !strings.HasPrefix(runs[0], "RUNNING") {
				t.Errorf("the runs are %v, want one that is under way", runs)
			}
			close(release)
			query := ""
			if recorded {
				query = id
			}
			if _, done, err := b.run(t.Context(), query, nil); err != nil || done.ID != id {
				t.Errorf("%+v, %v", done, err)
			}
			b.wantRuns("SUCCEEDED")
		})
	}
}

func TestALostReplyStartsNoSecondRun(t *testing.T) {
	b := newBench(t, glue.Options{})
	var lost atomic.Int32
	b.server.Fault(awstest.JobFaults{Lose: func(call string) bool { return call == "StartJobRun" && lost.Add(1) == 1 }})
	if _, _, err := b.run(t.Context(), "", nil); err != nil {
		t.Fatal(err)
	}
	b.wantRuns("SUCCEEDED")
}

func TestAJobThatAnotherProcessRunsIsLeftAlone(t *testing.T) {
	b := newBench(t, glue.Options{})
	if _, _, err := b.run(t.Context(), "", nil); err != nil {
		t.Fatal(err)
	}
	b.server.Fault(awstest.JobFaults{States: func(string) []string { return []string{"RUNNING"} }})
	other := glue.Work{Table: b.lake.Table("customer_trusted"), Target: pipeline.Target{Folder: "customer/trusted/run=2"}, Log: func(string) {}, Look: func() {}}
	ctx, cancel := context.WithCancel(t.Context())
	other.Target.Begun = func(string) error { cancel(); return nil }
	if _, _, err := b.jobs.Run(ctx, other); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	other.Target = pipeline.Target{Folder: "customer/trusted/run=3"}
	_, _, err := b.jobs.Run(t.Context(), other)
	if pipeline.KindOf(err) != pipeline.Conflict || !strings.Contains(err.Error(), "aws glue batch-stop-job-run --job-name customer_landing_to_trusted --job-run-ids jr_") {
		t.Errorf("error of kind %d: %v", pipeline.KindOf(err), err)
	}
	b.wantRuns("SUCCEEDED", "RUNNING")
	// After a release the job is free.
	if err := b.jobs.Stop(t.Context(), other.Table, pipeline.Target{Folder: "customer/trusted/run=2"}); err != nil {
		t.Fatal(err)
	}
	b.wantRuns("SUCCEEDED", "STOPPED")
	b.server.Fault(awstest.JobFaults{})
	if _, _, err := b.jobs.Run(t.Context(), other); err != nil {
		t.Error(err)
	}
}

func part(t *testing.T, job map[string]any, name string) map[string]any {
	t.Helper()
	found, ok := job[name].(map[string]any)
	if !ok {
		t.Fatalf("the job has no %s", name)
	}
	return found
}

func TestAJobThatWasChangedIsMended(t *testing.T) {
	b := newBench(t, glue.Options{})
	if _, _, err := b.run(t.Context(), "", nil); err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(map[string]any){
		"script":  func(job map[string]any) { part(t, job, "Command")["ScriptLocation"] = "s3://elsewhere/x.py" },
		"version": func(job map[string]any) { job["GlueVersion"] = "4.0" },
		"bookmark": func(job map[string]any) {
			part(t, job, "DefaultArguments")["--job-bookmark-option"] = "job-bookmark-enable"
		},
		"role":     func(job map[string]any) { job["Role"] = "arn:aws:iam::1:role/other" },
		"workers":  func(job map[string]any) { job["NumberOfWorkers"] = 10 },
		"retries":  func(job map[string]any) { job["MaxRetries"] = 3 },
		"argument": func(job map[string]any) { part(t, job, "DefaultArguments")["--conf"] = "x" },
	} {
		b.server.Change(t, "customer_landing_to_trusted", edit)
		changes, err := b.jobs.Changes(t.Context())
		i := slices.IndexFunc(changes, func(c catalog.Change) bool { return c.About == "customer_landing_to_trusted" })
		if err != nil || i < 0 || changes[i].Call != "UpdateJob" || !strings.Contains(changes[i].Why, name) {
			t.Errorf("%s: %v, %+v", name, err, changes)
			continue
		}
		if err := changes[i].Do(t.Context()); err != nil {
			t.Error(err)
		}
	}
	changes, err := b.jobs.Changes(t.Context())
	if err != nil || len(changes) != 4 { // the four jobs that do not exist yet
		t.Errorf("%v, %d changes are left", err, len(changes))
	}
	b.server.Change(t, "customer_landing_to_trusted", func(job map[string]any) {
		job["GlueVersion"] = "5.1" // its Spark runs the scripts, too
		if args := part(t, job, "DefaultArguments"); args["--lake"] == nil || args["--lake"] != args["--stedi-lake"] {
			t.Errorf("the console cannot run it: %v", args)
		}
	})
	if changes, err := b.jobs.Changes(t.Context()); err != nil || len(changes) != 4 {
		t.Errorf("%v, %d changes are left", err, len(changes))
	}
	b.server.Change(t, "customer_landing_to_trusted", func(job map[string]any) { delete(job, "DefaultArguments") })
	if _, _, err := b.run(t.Context(), "", nil); pipeline.KindOf(err) != pipeline.Conflict || !strings.Contains(err.Error(), "--job-prefix") {
		t.Errorf("a job of others: %v", err)
	}
}

func TestARunThatIsNotAllowedOrNotRightSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		faults awstest.JobFaults
		kind   pipeline.Kind
		want   string
	}{
		"no permission": {awstest.JobFaults{Refuse: func(call string) string { return map[string]string{"StartJobRun": "AccessDeniedException"}[call] }}, pipeline.Denied, "--dry-run"},
		"throttled":     {awstest.JobFaults{Refuse: func(call string) string { return map[string]string{"StartJobRun": "ThrottlingException"}[call] }}, pipeline.BadEngine, "ThrottlingException"},
		"no result":     {awstest.JobFaults{States: func(string) []string { return []string{"SUCCEEDED"} }}, pipeline.BadEngine, "without a result"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, glue.Options{})
			b.server.Fault(c.faults)
			_, _, err := b.run(t.Context(), "", nil)
			if pipeline.KindOf(err) != c.kind || !strings.Contains(fmt.Sprint(err), c.want) {
				t.Errorf("error of kind %d: %v", pipeline.KindOf(err), err)
			}
		})
	}
}

func TestALogThatCannotBeReadStopsNothing(t *testing.T) {
	for _, missing := range []string{"GetLogEvents", "DescribeLogStreams"} {
		t.Run(missing, func(t *testing.T) {
			b := newBench(t, glue.Options{})
			b.server.Fault(awstest.JobFaults{Refuse: func(call string) string { return map[string]string{missing: "AccessDeniedException"}[call] }})
			if _, _, err := b.run(t.Context(), "", nil); err != nil {
				t.Fatal(err)
			}
			said := 0
			for _, line := range b.said {
				if strings.Contains(line, "the log cannot be read") {
					said++
				}
			}
			if said != 1 {
				t.Errorf("it said %q", b.said)
			}
		})
	}
}

// Glue may add to the id of a run in the names of its log streams.
func TestALogIsFoundByThePrefixOfItsStream(t *testing.T) {
	for _, suffix := range []string{"", "-driver", "_g-1a2b3c"} {
		b := newBench(t, glue.Options{})
		b.server.Fault(awstest.JobFaults{Suffix: suffix})
		if _, _, err := b.run(t.Context(), "", nil); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(b.said, "customer_landing 1 -> 1") {
			t.Errorf("with the suffix %q it said %q", suffix, b.said)
		}
	}
}

func TestARunIsStoppedAtItsDeadline(t *testing.T) {
	b := newBench(t, glue.Options{Deadline: time.Nanosecond})
	b.server.Fault(awstest.JobFaults{States: func(string) []string { return []string{"STARTING", "WAITING"} }})
	_, _, err := b.run(t.Context(), "", nil)
	if pipeline.KindOf(err) != pipeline.BadEngine || !strings.Contains(fmt.Sprint(err), "WAITING") {
		t.Errorf("error of kind %d: %v", pipeline.KindOf(err), err)
	}
	if err := b.jobs.Stop(t.Context(), b.lake.Table("customer_trusted"), pipeline.Target{Folder: target}); err != nil {
		t.Fatal(err)
	}
	b.wantRuns("STOPPED")
	history, err := b.jobs.History(t.Context(), b.lake.Table("customer_trusted"), 5)
	if err != nil || len(history) != 1 || history[0].State != "STOPPED" {
		t.Errorf("%v, %+v", err, history)
	}
}
