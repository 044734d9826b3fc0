package awstest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Jobs serves the jobs API of AWS Glue, and the part of CloudWatch Logs that
// returns their logs. It implements this reading of the API reference:
//
//   - StartJobRun: ConcurrentRunsExceededException if MaxConcurrentRuns runs
//     are active; it takes no token, so each call starts a run.
//   - GetJobRun: STARTING, RUNNING, STOPPING and WAITING may change, STOPPED,
//     SUCCEEDED, FAILED, TIMEOUT, ERROR and EXPIRED do not.
//   - GetJobRuns: newest first.
//   - BatchStopJobRun: the run is STOPPING, and STOPPED a while later; runs that
//     cannot be stopped are in Errors of a successful response.
//   - DescribeLogStreams: the streams whose names begin with a prefix.
//   - GetLogEvents: at the end of a stream the returned token equals the given
//     one.
type Jobs struct {
	work    func(ctx context.Context, run JobRun) error
	working sync.WaitGroup

	mu     sync.Mutex
	jobs   map[string]json.RawMessage
	runs   []*jobRun
	faults JobFaults
	calls  []string
}

// JobRun is the input of a job's work.
type JobRun struct {
	ID        string
	Script    string // its location
	Arguments map[string]string
	Log       func(line string)
}

// JobFaults are the faults to inject. The zero value injects none.
type JobFaults struct {
	// States are the states that polls of a run return, one after the other;
	// the last one repeats, and the run does no work.
	States func(job string) []string
	Says   []string // the log of such a run
	Error  string   // the ErrorMessage of such a run
	Suffix string   // what follows the id of a run in the name of its log stream
	// Hold keeps a run RUNNING, before its work starts, until the channel is
	// closed.
	Hold func(job string) <-chan struct{}
	// After is called after the work of a run, before it is SUCCEEDED.
	After  func(run JobRun) error
	Refuse func(call string) string // error code of the response
	Lose   func(call string) bool   // the call succeeds, but its response is lost
}

type jobRun struct {
	id, job, state, message string
	arguments               map[string]string
	script                  string
	coming                  []string
	log                     []string
	began                   time.Time
	seconds                 int // duration, set once its end was reported
	stop                    context.CancelFunc
}

var ended = []string{"STOPPED", "SUCCEEDED", "FAILED", "TIMEOUT", "ERROR", "EXPIRED"}

// NewJobs returns a server without jobs; each run calls work.
func NewJobs(t *testing.T, work func(ctx context.Context, run JobRun) error) *Jobs {
	t.Helper()
	j := &Jobs{work: work, jobs: map[string]json.RawMessage{}}
	t.Cleanup(func() {
		j.mu.Lock()
		for _, r := range j.runs {
			r.stop()
		}
		j.mu.Unlock()
		j.working.Wait()
	})
	return j
}

// Serve starts the server at its own address.
func (j *Jobs) Serve(t *testing.T) (endpoint string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !j.serve(w, r) {
			http.Error(w, "no such call", http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// Fault sets the faults to inject from now on.
func (j *Jobs) Fault(faults JobFaults) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.faults = faults
}

// Calls returns the calls that were served.
func (j *Jobs) Calls() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.calls)
}

// Runs returns the runs of all jobs, oldest first, each as its state and job.
func (j *Jobs) Runs() (all []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range j.runs {
		all = append(all, r.state+" "+r.job)
	}
	return all
}

// Finish ends a run that does no work.
func (j *Jobs) Finish(id string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if run := j.find(id); run != nil {
		run.state, run.coming = "SUCCEEDED", nil
	}
}

// Change edits a job directly, as another user would.
func (j *Jobs) Change(t *testing.T, name string, edit func(job map[string]any)) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	job := map[string]any{}
	if err := json.Unmarshal(j.jobs[name], &job); err != nil {
		t.Fatal(err)
	}
	edit(job)
	text, err := json.Marshal(job)
	if err != nil {
		t.Fatal(err)
	}
	j.jobs[name] = text
}

// jobsRequest holds the fields of all calls.
type jobsRequest struct {
	Name      string            `json:"Name"`
	JobName   string            `json:"JobName"`
	RunID     string            `json:"RunId"`
	RunIDs    []string          `json:"JobRunIds"`
	Arguments map[string]string `json:"Arguments"`
	JobUpdate json.RawMessage   `json:"JobUpdate"`
	Group     string            `json:"logGroupName"`
	Stream    string            `json:"logStreamName"`
	Prefix    string            `json:"logStreamNamePrefix"`
	NextToken string            `json:"nextToken"`
}

// serve handles a request and returns true if it belongs to the jobs API.
func (j *Jobs) serve(w http.ResponseWriter, r *http.Request) bool {
	_, call, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if !strings.Contains(call, "Job") && call != "GetLogEvents" && call != "DescribeLogStreams" {
		return false
	}
	j.mu.Lock()
	faults := j.faults
	j.calls = append(j.calls, call)
	j.mu.Unlock()
	var answer any
	err := error(nil)
	if faults.Refuse != nil && faults.Refuse(call) != "" {
		err = &refusal{code: faults.Refuse(call), message: "the test says so"}
	} else {
		answer, err = j.answer(r, call, faults)
	}
	if faults.Lose != nil && faults.Lose(call) {
		Hangup()
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if err != nil {
		no, ok := err.(*refusal) //nolint:errorlint // created here, never wrapped
		if !ok {
			no = &refusal{code: "InvalidInputException", message: err.Error()}
		}
		w.WriteHeader(http.StatusBadRequest)
		answer = map[string]string{"__type": no.code, "message": no.message}
	}
	_ = json.NewEncoder(w).Encode(answer)
	return true
}

func (j *Jobs) answer(r *http.Request, call string, faults JobFaults) (any, error) {
	var raw json.RawMessage
	var in jobsRequest
	if err := json.NewDecoder(r.Body).Decode(&raw); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	name := in.JobName
	if call == "CreateJob" {
		if j.jobs[in.Name] != nil {
			return nil, &refusal{code: "AlreadyExistsException", message: "Job already exists"}
		}
		j.jobs[in.Name] = raw
		return map[string]string{"Name": in.Name}, nil
	}
	if call == "DescribeLogStreams" {
		return j.streams(in)
	}
	if call == "GetLogEvents" {
		return j.events(in)
	}
	job := j.jobs[name]
	if job == nil {
		return nil, &refusal{code: "EntityNotFoundException", message: "Job " + name + " not found"}
	}
	if call == "StartJobRun" {
		return j.start(r.Context(), name, job, in.Arguments, faults)
	}
	return j.answerOf(call, name, job, in)
}

// answerOf handles calls about an existing job.
func (j *Jobs) answerOf(call, name string, job json.RawMessage, in jobsRequest) (any, error) {
	switch call {
	case "UpdateJob":
		j.jobs[name] = in.JobUpdate
		return map[string]string{"JobName": name}, nil
	case "DeleteJob":
		delete(j.jobs, name)
		return map[string]string{"JobName": name}, nil
	case "GetJob":
		return map[string]any{"Job": job}, nil
	case "GetJobRuns":
		all := []any{}
		for _, run := range slices.Backward(j.runs) {
			if run.job == name {
				all = append(all, run.describe())
			}
		}
		return map[string]any{"JobRuns": all}, nil
	case "BatchStopJobRun":
		return j.halt(in.RunIDs), nil
	case "GetJobRun":
		run := j.find(in.RunID)
		if run == nil {
			return nil, &refusal{code: "EntityNotFoundException", message: "JobRun " + in.RunID + " not found"}
		}
		if len(run.coming) > 0 {
			run.state, run.coming = run.coming[0], run.coming[1:]
		}
		return map[string]any{"JobRun": run.describe()}, nil
	}
	return nil, fmt.Errorf("no such call: %s", call)
}

func (j *Jobs) find(id string) *jobRun {
	for _, run := range j.runs {
		if run.id == id {
			return run
		}
	}
	return nil
}

func (r *jobRun) describe() map[string]any {
	d := map[string]any{
		"Id": r.id, "JobName": r.job, "JobRunState": r.state, "Arguments": r.arguments, "StartedOn": float64(r.began.UnixMilli()) / 1000,
		"MaxCapacity": 2.0, "GlueVersion": "5.0",
	}
	if r.message != "" {
		d["ErrorMessage"] = r.message
	}
	if slices.Contains(ended, r.state) {
		r.seconds = cmp.Or(r.seconds, int(time.Since(r.began).Seconds())+1)
		d["ExecutionTime"] = r.seconds
	}
	return d
}
