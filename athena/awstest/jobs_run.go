package awstest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

func (j *Jobs) start(ctx context.Context, name string, job json.RawMessage, arguments map[string]string, faults JobFaults) (any, error) {
	for _, run := range j.runs {
		if run.job == name && !slices.Contains(ended, run.state) {
			return nil, &refusal{code: "ConcurrentRunsExceededException", message: "Concurrent runs exceeded for " + name}
		}
	}
	var definition struct {
		Command          struct{ ScriptLocation string }
		DefaultArguments map[string]string
	}
	if err := json.Unmarshal(job, &definition); err != nil {
		return nil, err
	}
	all := maps.Clone(definition.DefaultArguments)
	maps.Copy(all, arguments)
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // it outlives the call
	run := &jobRun{id: "jr_" + strings.ToLower(rand.Text()), job: name, state: "STARTING", arguments: all, script: definition.Command.ScriptLocation, began: time.Now(), stop: stop}
	j.runs = append(j.runs, run)
	if faults.States != nil {
		if states := faults.States(name); states != nil {
			run.state, run.coming, run.log, run.message = states[0], states[1:], faults.Says, faults.Error
			return map[string]string{"JobRunId": run.id}, nil
		}
	}
	var hold <-chan struct{}
	if faults.Hold != nil {
		hold = faults.Hold(name)
	}
	j.working.Go(func() { j.run(ctx, run, hold, faults.After) })
	return map[string]string{"JobRunId": run.id}, nil
}

func (j *Jobs) run(ctx context.Context, run *jobRun, hold <-chan struct{}, after func(JobRun) error) {
	j.mu.Lock()
	run.state = "RUNNING"
	j.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
		}
	}
	err := ctx.Err()
	if err == nil {
		work := JobRun{ID: run.id, Script: run.script, Arguments: run.arguments, Log: func(line string) {
			j.mu.Lock()
			defer j.mu.Unlock()
			run.log = append(run.log, line)
		}}
		if err = j.work(ctx, work); err == nil && after != nil {
			err = after(work)
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case run.state == "STOPPING" || slices.Contains(ended, run.state): // BatchStopJobRun reports that end
	case err != nil:
		run.state, run.message = "FAILED", err.Error()
	default:
		run.state = "SUCCEEDED"
	}
}

// halt stops runs. Each reports STOPPED only after one more poll.
func (j *Jobs) halt(ids []string) any {
	refused := []any{}
	for _, id := range ids {
		run := j.find(id)
		if run == nil || slices.Contains(ended, run.state) {
			refused = append(refused, map[string]any{"JobRunId": id, "ErrorDetail": map[string]string{"ErrorCode": "InvalidInputException", "ErrorMessage": "JobRun is not running"}})
			continue
		}
		run.state, run.coming = "STOPPING", []string{"STOPPING", "STOPPED"}
		run.stop()
	}
	return map[string]any{"SuccessfulSubmissions": []any{}, "Errors": refused}
}

// streams returns the log streams of a run, whose names may have a suffix. The
// groups exist after the first run of an account.
func (j *Jobs) streams(in jobsRequest) (any, error) {
	if len(j.runs) == 0 {
		return nil, &refusal{code: "ResourceNotFoundException", message: "The specified log group does not exist."}
	}
	found := []any{}
	if run := j.find(in.Prefix); run != nil && in.Group == "/aws-glue/jobs/output" && len(run.log) > 0 {
		found = append(found, map[string]any{"logStreamName": run.id + j.faults.Suffix})
	}
	return map[string]any{"logStreams": found}, nil
}

func (j *Jobs) events(in jobsRequest) (any, error) {
	id, whole := strings.CutSuffix(in.Stream, j.faults.Suffix)
	run := j.find(id)
	if run == nil || !whole || in.Group != "/aws-glue/jobs/output" {
		return nil, &refusal{code: "ResourceNotFoundException", message: "The specified log stream does not exist."}
	}
	from := 0
	if in.NextToken != "" {
		if _, err := fmt.Sscanf(in.NextToken, "f/%d", &from); err != nil {
			return nil, err
		}
	}
	to := min(len(run.log), from+100)
	events := []any{}
	for _, line := range run.log[from:to] {
		events = append(events, map[string]any{"timestamp": run.began.UnixMilli(), "message": line})
	}
	return map[string]any{"events": events, "nextForwardToken": fmt.Sprintf("f/%d", to)}, nil
}
