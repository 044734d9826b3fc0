package glue

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"stedi/athena/account"
	"stedi/pipeline"
	"stedi/pipeline/spark"
)

// Work is the input of a job run.
type Work struct {
	Table  *pipeline.Table
	Target pipeline.Target
	// Inputs are the locations of tables that are not at their path below the
	// lake, as NAME=URI.
	Inputs []string
	// Log receives each line of the job's log, and each change of its state.
	Log func(line string)
	// Look is called after each poll of the run.
	Look func()
}

// Done is the state of a job run that is running or has ended.
type Done struct {
	ID         string
	State      string
	Started    time.Time
	Ran        time.Duration // without the wait for machines
	DPUSeconds float64       // as billed
	Cost       float64       // US dollars
	Error      string
}

const longestPoll = 8 * time.Second

// Run runs the job of a table and returns the result that its script writes. If
// a run already writes to the target, it resumes that run, because Glue has no
// token that prevents a second start. When ctx ends, the run continues in Glue
// until Stop.
func (j *Jobs) Run(ctx context.Context, work Work) (*spark.Result, *Done, error) {
	if err := j.ensure(ctx, work.Table); err != nil {
		return nil, nil, err
	}
	id, err := j.take(ctx, work)
	if err != nil {
		return nil, nil, err
	}
	if work.Target.Begun != nil {
		if err := work.Target.Begun(id); err != nil {
			return nil, nil, err
		}
	}
	done, err := j.follow(ctx, work, id)
	if err != nil {
		return nil, done, err
	}
	result, err := j.result(ctx, work)
	return result, done, err
}

func (j *Jobs) out(target pipeline.Target) string { return j.location + "/" + target.Folder + "/" }

func resultFile(target pipeline.Target) string { return folder + "/results/" + target.Folder + ".json" }

// take returns the run that writes to the target, or starts one.
func (j *Jobs) take(ctx context.Context, work Work) (string, error) {
	known, err := j.find(ctx, work.Table, work.Target)
	if err != nil {
		return "", err
	}
	var gone string
	if known != nil {
		if !slices.Contains(lost, known.JobRunState) {
			work.Log("resuming the job run " + aws.ToString(known.Id))
			return aws.ToString(known.Id), nil
		}
		// The script requires an empty folder, so the rows of the failed run
		// are deleted.
		gone = aws.ToString(known.Id)
		if known.JobRunState == types.JobRunStateStopping {
			work.Log("waiting for the job run " + gone + " to stop, which may take minutes")
		}
		if err := errors.Join(j.end(ctx, work.Table, gone), j.files.Delete(ctx, work.Target.Folder)); err != nil {
			return "", err
		}
	}
	return j.start(ctx, work, gone)
}

// lost are the states of runs that can no longer succeed.
var lost = []types.JobRunState{
	types.JobRunStateStopping, types.JobRunStateStopped, types.JobRunStateFailed, types.JobRunStateTimeout, types.JobRunStateError, types.JobRunStateExpired,
}

// startTries is the number of attempts to start a run.
const startTries = 5

// start begins a run. The SDK must not try again by itself: before that we look
// whether the first try has started one.
func (j *Jobs) start(ctx context.Context, work Work, gone string) (string, error) {
	name := j.Name(work.Table)
	arguments := map[string]string{
		bookmark: bookmarkOff, ours: j.location, "--lake": j.location, "--out": j.out(work.Target), "--result": j.location + "/" + resultFile(work.Target),
	}
	if len(work.Inputs) > 0 {
		arguments["--input"] = strings.Join(work.Inputs, ",") // Glue accepts each key only once
	}
	for try := 1; ; try++ {
		reply, release := account.Reply(ctx)
		out, err := j.api.StartJobRun(reply, &glue.StartJobRunInput{JobName: &name, Arguments: arguments}, func(o *glue.Options) { o.Retryer = aws.NopRetryer{} })
		release()
		if err == nil {
			return aws.ToString(out.JobRunId), nil
		}
		if err := ctx.Err(); err != nil {
			return "", context.Cause(ctx)
		}
		known, e := j.find(ctx, work.Table, pipeline.Target{Folder: work.Target.Folder})
		if e != nil {
			return "", errors.Join(account.Explain(err, "start the job "+name), e)
		}
		if known != nil && aws.ToString(known.Id) != gone {
			return aws.ToString(known.Id), nil
		}
		if account.Is(err, "ConcurrentRunsExceededException") {
			if e := j.occupied(ctx, work.Table); e != nil {
				return "", e
			}
		} else if _, answered := errors.AsType[*account.Error](account.Explain(err, "")); answered && !passes(err) {
			return "", account.Explain(err, "start the job "+name)
		}
		if try == startTries {
			return "", account.Explain(err, "start the job "+name)
		}
		if err := pause(ctx, j.options.Poll<<try); err != nil {
			return "", err
		}
	}
}

// passes reports whether an error is temporary.
func passes(err error) bool {
	return account.Is(err, "ThrottlingException", "InternalServiceException", "OperationTimeoutException", "ServiceUnavailableException", "ResourceNumberLimitExceededException")
}

// occupied returns an error if another run of the job is active.
func (j *Jobs) occupied(ctx context.Context, t *pipeline.Table) error {
	name := j.Name(t)
	out, err := j.api.GetJobRuns(ctx, &glue.GetJobRunsInput{JobName: &name})
	if err != nil {
		return account.Explain(err, "list the runs of the job "+name)
	}
	for _, run := range out.JobRuns {
		switch run.JobRunState {
		case types.JobRunStateStarting, types.JobRunStateRunning, types.JobRunStateWaiting:
			id := aws.ToString(run.Id)
			return pipeline.Fail(pipeline.Conflict, t.Name, fmt.Sprintf("Wait for its end, or stop it: aws glue batch-stop-job-run --job-name %s --job-run-ids %s", name, id),
				"the job %s is running already, as job run %s (%s), which this lake did not start (ConcurrentRunsExceededException)", name, id, run.JobRunState)
		default:
		}
	}
	return nil
}

// find returns the newest run that writes to a target, or nil. It finds the run
// by its id, or without an id by its arguments.
func (j *Jobs) find(ctx context.Context, t *pipeline.Table, target pipeline.Target) (*types.JobRun, error) {
	name := j.Name(t)
	if target.Query != "" {
		return j.look(ctx, name, target.Query)
	}
	pages := glue.NewGetJobRunsPaginator(j.api, &glue.GetJobRunsInput{JobName: &name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if account.Is(err, missing) {
			return nil, nil // a missing job has no runs
		}
		if err != nil {
			return nil, account.Explain(err, "list the runs of the job "+name)
		}
		for _, run := range page.JobRuns {
			if run.Arguments["--out"] == j.out(target) {
				return &run, nil
			}
		}
	}
	return nil, nil // no run is not an error
}

func (j *Jobs) look(ctx context.Context, name, id string) (*types.JobRun, error) {
	out, err := j.api.GetJobRun(ctx, &glue.GetJobRunInput{JobName: &name, RunId: &id})
	if account.Is(err, missing) {
		return nil, nil // Glue has already removed it
	}
	if err != nil {
		return nil, account.Explain(err, "look at the job run "+id)
	}
	return out.JobRun, nil
}

// follow polls a run until it ends, and forwards its log.
func (j *Jobs) follow(ctx context.Context, work Work, id string) (*Done, error) {
	began := time.Now()
	wait, state := j.options.Poll, ""
	log := &tail{logs: j.logs, run: id, say: work.Log}
	for {
		run, err := j.look(ctx, j.Name(work.Table), id)
		if err != nil {
			return nil, err
		}
		if run == nil {
			return nil, pipeline.Fail(pipeline.BadEngine, work.Table.Name, "Run again.", "the job run %s no longer exists in Glue", id)
		}
		log.fetch(ctx)
		work.Look()
		done := j.described(run)
		if done.State != state {
			state = done.State
			work.Log(fmt.Sprintf("job run %s is %s", id, state))
		}
		switch run.JobRunState {
		case types.JobRunStateSucceeded:
			return done, nil
		case types.JobRunStateFailed, types.JobRunStateTimeout, types.JobRunStateStopped, types.JobRunStateError, types.JobRunStateExpired:
			return done, j.failed(work.Table, done, log.last)
		case types.JobRunStateStarting, types.JobRunStateRunning, types.JobRunStateStopping, types.JobRunStateWaiting:
		default: // an unknown state is not an end
		}
		if time.Since(began) > j.options.Deadline {
			return nil, pipeline.Fail(pipeline.BadEngine, work.Table.Name, "Check the job in the Glue console, then run again.", "job run %s was %s for %s and was cancelled", id, state, j.options.Deadline)
		}
		if err := pause(ctx, wait/2+rand.N(wait)); err != nil { // jitter needs no secure random numbers
			return nil, err
		}
		wait = min(wait*3/2, max(longestPoll, j.options.Poll))
	}
}

func (j *Jobs) described(run *types.JobRun) *Done {
	d := &Done{
		ID: aws.ToString(run.Id), State: string(run.JobRunState), Started: aws.ToTime(run.StartedOn), Error: account.Redact(aws.ToString(run.ErrorMessage)),
		Ran: time.Duration(run.ExecutionTime) * time.Second,
	}
	if d.Ran > 0 {
		capacity := aws.ToFloat64(run.MaxCapacity)
		if capacity == 0 {
			capacity = workers
		}
		d.DPUSeconds = max(d.Ran, j.options.Price.Least).Seconds() * capacity
		d.Cost = j.options.Price.Cost(d.DPUSeconds)
	}
	return d
}

// failed returns the error for a failed run, with the last lines of its log.
func (j *Jobs) failed(t *pipeline.Table, d *Done, last []string) error {
	kind, fix := pipeline.BadEngine, "Run again; its whole log is in CloudWatch, in /aws-glue/jobs/error and /aws-glue/jobs/output under "+d.ID+"."
	said := d.Error + "\n" + strings.Join(last, "\n")
	switch {
	case strings.Contains(said, "a line is not a JSON object"):
		kind, fix = pipeline.BadData, "`stedi check --engine duckdb` says which lines of which files are malformed."
	case strings.Contains(said, "AccessDenied"), strings.Contains(said, "Access Denied"):
		kind, fix = pipeline.Denied, "Let the role of the jobs read and write the lake; `stedi deploy --dry-run` prints its policy."
	case d.State == string(types.JobRunStateStopped):
		fix = "Run again; the job was cancelled outside stedi."
	case d.State == string(types.JobRunStateTimeout):
		fix = fmt.Sprintf("A run may take %d minutes: run again, and look at its log if it takes as long once more.", minutes)
	}
	text := fmt.Sprintf("job run %s of %s ended as %s", d.ID, j.Name(t), d.State)
	if d.Error != "" {
		text += ": " + d.Error
	}
	if len(last) > 0 {
		text += "\n  | " + strings.Join(last, "\n  | ")
	}
	return pipeline.Fail(kind, t.Name, fix, "%s", text)
}

// result reads the result of the script and checks that it belongs to the
// table.
func (j *Jobs) result(ctx context.Context, work Work) (*spark.Result, error) {
	t := work.Table
	text, err := j.read(ctx, resultFile(work.Target))
	if err != nil {
		return nil, err
	}
	result, err := spark.ParseResult(text, t)
	if errors.Is(err, spark.ErrNoResult) {
		return nil, pipeline.Fail(pipeline.BadEngine, t.Name, "Run again.", "the job succeeded without a result in %s", resultFile(work.Target))
	}
	return result, err
}

// Stop stops the run that writes to a target, waits for its end, and deletes
// its result file.
func (j *Jobs) Stop(ctx context.Context, t *pipeline.Table, target pipeline.Target) error {
	run, err := j.find(ctx, t, target)
	if err != nil {
		return err
	}
	if run != nil && run.JobRunState != types.JobRunStateSucceeded {
		if err := j.end(ctx, t, aws.ToString(run.Id)); err != nil {
			return err
		}
	}
	return j.files.Delete(ctx, resultFile(target))
}

// end stops a run and waits until it has ended and writes nothing more.
func (j *Jobs) end(ctx context.Context, t *pipeline.Table, id string) error {
	name := j.Name(t)
	for asked := false; ; {
		run, err := j.look(ctx, name, id)
		if err != nil || run == nil {
			return err
		}
		switch run.JobRunState {
		case types.JobRunStateSucceeded, types.JobRunStateFailed, types.JobRunStateTimeout, types.JobRunStateStopped, types.JobRunStateError, types.JobRunStateExpired:
			return nil
		case types.JobRunStateStopping:
			asked = true
		default:
		}
		if !asked {
			asked = true
			out, err := j.api.BatchStopJobRun(ctx, &glue.BatchStopJobRunInput{JobName: &name, JobRunIds: []string{id}})
			if err != nil {
				return account.Explain(err, "stop the job run "+id)
			}
			for _, e := range out.Errors {
				// The run may have just ended; the next poll returns its state.
				if e.ErrorDetail != nil && aws.ToString(e.ErrorDetail.ErrorCode) == "AccessDeniedException" {
					return pipeline.Fail(pipeline.Denied, t.Name, "Let this identity do glue:BatchStopJobRun.", "the job run %s cannot be stopped: %s", id, aws.ToString(e.ErrorDetail.ErrorMessage))
				}
			}
		}
		if err := pause(ctx, j.options.Poll); err != nil {
			return pipeline.Fail(pipeline.BadEngine, t.Name, "Run again in a few minutes: the next run waits for its end and cleans up.",
				"the job run %s is still STOPPING, which may take Glue minutes: %w", id, err)
		}
	}
}

// History returns the newest runs of a table's job, newest first.
func (j *Jobs) History(ctx context.Context, t *pipeline.Table, most int) ([]Done, error) {
	name := j.Name(t)
	out, err := j.api.GetJobRuns(ctx, &glue.GetJobRunsInput{JobName: &name, MaxResults: aws.Int32(int32(min(max(most, 1), 200)))}) // at most 200
	if account.Is(err, missing) {
		return nil, nil
	}
	if err != nil {
		return nil, account.Explain(err, "list the runs of the job "+name)
	}
	var all []Done
	for _, run := range out.JobRuns {
		all = append(all, *j.described(&run))
	}
	return all, nil
}
