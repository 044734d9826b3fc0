package glue

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"stedi/athena/account"
	"stedi/athena/catalog"
	"stedi/pipeline"
	"stedi/pipeline/spark"
)

// Options configure the jobs.
type Options struct {
	Prefix   string // prefix of all job names, so that two lakes can share an account
	Role     string // ARN of the role of the jobs; if empty, Changes creates one
	Database string // database of the catalog; part of the role's name
	// Deadline is the longest time of a run, including its wait for machines; 0
	// means half an hour. Glue itself ends a run after a quarter of an hour.
	Deadline time.Duration
	// Poll is the first and shortest wait between two polls of a run; 0 means a
	// second.
	Poll  time.Duration
	Price Price
}

// Price is the price of job runs. The zero value means DefaultPrice.
type Price struct {
	PerDPUHour float64       // US dollars
	Least      time.Duration // shortest time that a run is charged for
}

// DefaultPrice is the price in us-east-1 in November 2026, billed by the
// second.
var DefaultPrice = Price{PerDPUHour: 0.44, Least: time.Minute}

// Cost returns the price of DPU-seconds in US dollars.
func (p Price) Cost(dpuSeconds float64) float64 { return dpuSeconds / 3600 * p.PerDPUHour }

// DPUSeconds returns the DPU-seconds of a job that runs for that many seconds.
func DPUSeconds(seconds float64) float64 { return seconds * workers }

// LeastDPUSeconds returns the DPU-seconds that the shortest run is charged for.
func (p Price) LeastDPUSeconds() float64 { return DPUSeconds(p.Least.Seconds()) }

// Jobs are the Glue jobs of a lake, one for each derived table.
type Jobs struct {
	api      *glue.Client
	logs     *cloudwatchlogs.Client
	roles    *iam.Client
	lake     *pipeline.Lake
	files    pipeline.Files
	location string // of the lake, without a slash at its end
	options  Options
	config   aws.Config
	boundary string // of a role that is created
}

// Open returns the jobs of the lake at a location, without checking that they
// exist. files are the files of that lake.
func Open(config aws.Config, lake *pipeline.Lake, files pipeline.Files, location string, options Options) *Jobs {
	options.Deadline = cmp.Or(options.Deadline, 30*time.Minute)
	options.Poll = cmp.Or(options.Poll, time.Second)
	if options.Price == (Price{}) {
		options.Price = DefaultPrice
	}
	return &Jobs{
		api: glue.NewFromConfig(config), logs: cloudwatchlogs.NewFromConfig(config), roles: iam.NewFromConfig(config),
		lake: lake, files: files, location: strings.TrimSuffix(location, "/"), options: options, config: config,
	}
}

// Name returns the name of a table's job.
func (j *Jobs) Name(t *pipeline.Table) string { return j.options.Prefix + spark.JobName(t) }

// Role returns the ARN of the role of the jobs, or "" if it is not known yet.
func (j *Jobs) Role() string { return j.options.Role }

// folder holds the scripts and results of jobs, but no rows.
const folder = ".stedi/glue"

// Folder returns the folder of the lake that holds scripts and results.
func (j *Jobs) Folder() string { return folder }

const (
	missing     = "EntityNotFoundException"
	workers     = 2
	minutes     = 15
	ours        = "--stedi-lake" // scripts ignore it
	bookmark    = "--job-bookmark-option"
	bookmarkOff = "job-bookmark-disable"
)

// versions are the Glue versions whose Spark the scripts run on. The first one is
// that of a new job; a job of another one keeps it.
var versions = []string{"5.0", "5.1"}

// scriptFile returns the name and the text of a table's script. The name
// contains a hash of the text, so that the script of a running job never
// changes.
func (j *Jobs) scriptFile(t *pipeline.Table) (name, text string, err error) {
	if text, err = spark.Script(j.lake, t); err != nil {
		return "", "", err
	}
	sum := sha256.Sum256([]byte(text))
	return folder + "/scripts/" + spark.JobName(t) + "-" + hex.EncodeToString(sum[:8]) + ".py", text, nil
}

// define returns the definition of a job.
func (j *Jobs) define(script string) *types.JobUpdate {
	return &types.JobUpdate{
		Description: aws.String("Builds a table of a stedi lake"), Role: &j.options.Role, GlueVersion: &versions[0],
		Command:    &types.JobCommand{Name: aws.String("glueetl"), PythonVersion: aws.String("3"), ScriptLocation: aws.String(j.location + "/" + script)},
		WorkerType: types.WorkerTypeG1x, NumberOfWorkers: aws.Int32(workers), Timeout: aws.Int32(minutes), MaxRetries: 0,
		ExecutionProperty: &types.ExecutionProperty{MaxConcurrentRuns: 1},
		DefaultArguments:  map[string]string{bookmark: bookmarkOff, ours: j.location, "--lake": j.location},
	}
}

// drift describes how a job differs from its definition, or returns "".
func drift(have *types.Job, want *types.JobUpdate) string {
	command, property := have.Command, have.ExecutionProperty
	switch {
	case command == nil || aws.ToString(command.ScriptLocation) != *want.Command.ScriptLocation:
		return "its script differs"
	case aws.ToString(command.Name) != *want.Command.Name:
		return "it is not a Spark job"
	case !slices.Contains(versions, aws.ToString(have.GlueVersion)):
		return "its Glue version is " + aws.ToString(have.GlueVersion) + ", not " + strings.Join(versions, " or ")
	case have.DefaultArguments[bookmark] != bookmarkOff:
		return "its bookmark is not off, so it would skip data that it has read before"
	case *want.Role != "" && aws.ToString(have.Role) != *want.Role:
		return "it runs as another role, " + aws.ToString(have.Role)
	case have.WorkerType != want.WorkerType || aws.ToInt32(have.NumberOfWorkers) != workers:
		return fmt.Sprintf("it has %d workers %s", aws.ToInt32(have.NumberOfWorkers), have.WorkerType)
	case aws.ToInt32(have.Timeout) != minutes || have.MaxRetries != 0 || property == nil || property.MaxConcurrentRuns != 1:
		return "its timeout, retries or concurrent runs differ"
	case !maps.Equal(have.DefaultArguments, want.DefaultArguments):
		return "its arguments differ"
	}
	return ""
}

// get returns a table's job, or nil if it does not exist. It fails if the job
// belongs to another lake.
func (j *Jobs) get(ctx context.Context, t *pipeline.Table) (*types.Job, error) {
	name := j.Name(t)
	out, err := j.api.GetJob(ctx, &glue.GetJobInput{JobName: &name})
	if account.Is(err, missing) {
		return nil, nil // no job is not an error
	}
	if err != nil {
		return nil, account.Explain(err, "look at the job "+name)
	}
	if of := out.Job.DefaultArguments[ours]; of != j.location {
		return nil, pipeline.Fail(pipeline.Conflict, t.Name, "Give the jobs of this lake names of their own with --job-prefix, or delete that job.",
			"the Glue job %s belongs to %s", name, cmp.Or(of, "another owner"))
	}
	return out.Job, nil
}

// change returns the change for a table's job, or nil if it matches the
// definition.
func (j *Jobs) change(ctx context.Context, t *pipeline.Table) (*catalog.Change, error) {
	file, text, err := j.scriptFile(t)
	if err != nil {
		return nil, err
	}
	have, err := j.get(ctx, t)
	if err != nil {
		return nil, err
	}
	name := j.Name(t)
	change := &catalog.Change{Call: "CreateJob", About: name, Why: "it is not there"}
	if have != nil {
		change.Call, change.Why = "UpdateJob", drift(have, j.define(file))
		if change.Why == "" && j.holds(ctx, file, text) {
			return nil, nil // nothing to do is not an error
		}
		change.Why = cmp.Or(change.Why, "its script is missing or was changed")
	}
	change.Do = func(ctx context.Context) error {
		if j.options.Role == "" {
			return pipeline.Fail(pipeline.BadUsage, t.Name, "Run `stedi deploy` to create a role, or `stedi deploy --role ARN` to use an existing one.", "the lake has no role for its Glue jobs")
		}
		if err := j.files.Put(ctx, file, []byte(text)); err != nil {
			return err
		}
		definition := j.define(file)
		if have != nil && slices.Contains(versions, aws.ToString(have.GlueVersion)) {
			definition.GlueVersion = have.GlueVersion
		}
		return j.put(ctx, name, definition, have == nil)
	}
	return change, nil
}

// holds reports whether the file contains exactly the text.
func (j *Jobs) holds(ctx context.Context, file, text string) bool {
	r, err := j.files.Open(ctx, file)
	if err != nil {
		return false
	}
	got, err := io.ReadAll(r)
	return errors.Join(err, r.Close()) == nil && bytes.Equal(got, []byte(text))
}

// roleTries is the number of attempts to create a job if Glue rejects its role,
// because a new role takes a while to become visible.
const roleTries = 10

func (j *Jobs) put(ctx context.Context, name string, d *types.JobUpdate, fresh bool) error {
	for try := 1; ; try++ {
		var err error
		if fresh {
			_, err = j.api.CreateJob(ctx, &glue.CreateJobInput{
				Name: &name, Description: d.Description, Role: d.Role, GlueVersion: d.GlueVersion, Command: d.Command, WorkerType: d.WorkerType,
				NumberOfWorkers: d.NumberOfWorkers, Timeout: d.Timeout, MaxRetries: d.MaxRetries, ExecutionProperty: d.ExecutionProperty, DefaultArguments: d.DefaultArguments,
			})
		} else {
			_, err = j.api.UpdateJob(ctx, &glue.UpdateJobInput{JobName: &name, JobUpdate: d})
		}
		early := account.Is(err, "InvalidInputException") && strings.Contains(err.Error(), "role")
		if !early || try == roleTries {
			return account.Explain(err, "create the job "+name)
		}
		if err := pause(ctx, 3*j.options.Poll); err != nil {
			return err
		}
	}
}

// ensure creates or updates the job of a table to match the definition.
func (j *Jobs) ensure(ctx context.Context, t *pipeline.Table) error {
	change, err := j.change(ctx, t)
	if err != nil || change == nil {
		return err
	}
	return change.Do(ctx)
}

// Changes returns the calls that create or update the role and the jobs to
// match the definition.
func (j *Jobs) Changes(ctx context.Context) ([]catalog.Change, error) {
	changes, err := j.roleChanges(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range j.lake.Tables {
		if t.IsLanding() {
			continue
		}
		change, err := j.change(ctx, t)
		if err != nil {
			return nil, err
		}
		if change != nil {
			changes = append(changes, *change)
		}
	}
	return changes, nil
}

// Undeploy returns the calls that delete the lake's jobs and their managed
// role. It skips jobs of other lakes.
func (j *Jobs) Undeploy(ctx context.Context) ([]catalog.Change, error) {
	var changes []catalog.Change
	for _, t := range j.lake.Tables {
		if t.IsLanding() {
			continue
		}
		have, err := j.get(ctx, t)
		if pipeline.KindOf(err) == pipeline.Conflict {
			continue
		}
		if err != nil {
			return nil, err
		}
		if have != nil {
			name := j.Name(t)
			changes = append(changes, catalog.Change{Call: "DeleteJob", About: name, Why: "it was deployed", Do: func(ctx context.Context) error {
				_, err := j.api.DeleteJob(ctx, &glue.DeleteJobInput{JobName: &name})
				return account.Explain(err, "delete the job "+name)
			}})
		}
	}
	removal, err := j.roleRemoval(ctx)
	return append(changes, removal...), err
}

// Examine compares the jobs and their role with the definition.
func (j *Jobs) Examine(ctx context.Context) []pipeline.Finding {
	findings := []pipeline.Finding{j.examineRole(ctx)}
	for _, t := range j.lake.Tables {
		if t.IsLanding() {
			continue
		}
		about := "job " + j.Name(t)
		change, err := j.change(ctx, t)
		switch {
		case err != nil:
			findings = append(findings, pipeline.Trouble(about, err))
		case change != nil:
			findings = append(findings, pipeline.Finding{About: about, Wrong: true, Says: change.Why, Fix: "Run `stedi deploy` to fix it.", Kind: pipeline.BadUsage})
		default:
			findings = append(findings, pipeline.Fine(about, "its script is that of the definition, its version Glue "+strings.Join(versions, " or ")+", its bookmark off"))
		}
	}
	return findings
}

// read returns the content of a file of the lake, or nil if it does not exist.
func (j *Jobs) read(ctx context.Context, name string) (text []byte, err error) {
	r, err := j.files.Open(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	text, err = io.ReadAll(r)
	return text, errors.Join(err, r.Close())
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
