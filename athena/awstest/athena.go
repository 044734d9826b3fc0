package awstest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Athena serves the API of Amazon Athena and runs statements on Trino or
// DuckDB. It implements this reading of the API reference:
//
//   - StartQueryExecution: "If another StartQueryExecution request is received,
//     the same response is returned and another query is not created. An error
//     is returned if a parameter, such as QueryString, has changed."
//   - GetQueryExecution: QUEUED, RUNNING, then SUCCEEDED, FAILED or CANCELLED,
//     which never change; a reason and an AthenaError with the last two.
//   - GetQueryResults: at most 1,000 rows per page; the first page of a SELECT
//     begins with a row of the column names; UpdateCount for statements that
//     write.
//   - StopQueryExecution: succeeds for a query that has ended, too.
//   - Files: ID.csv of a query, ID.txt of a DESCRIBE or SHOW, tables/ID of CREATE
//     TABLE AS and ID of INSERT INTO, although no file has that name; each
//     with .metadata, and the last two with a manifest.
type Athena struct {
	sql  sqlEngine
	s3   *S3 // has the files of results
	work sync.WaitGroup

	mu         sync.Mutex
	executions map[string]*execution
	order      []string
	byToken    map[string]*execution
	faults     AthenaFaults
	location   string // where the workgroup puts results
	enforced   bool
	managed    bool // Athena keeps results itself
}

// AthenaFaults are the faults to inject. The zero value injects none.
type AthenaFaults struct {
	Queue  func(sql string) bool   // the query stays QUEUED until it is stopped
	Fail   func(sql string) string // if it returns a reason, the query fails
	Cancel func(sql string) bool   // another user cancels it
	Refuse func(call string) string
	// Delay keeps a query QUEUED until the channel is closed.
	Delay func(sql string) <-chan struct{}
}

func newAthena(t *testing.T, sql sqlEngine, s3 *S3) *Athena {
	t.Helper()
	a := &Athena{sql: sql, s3: s3, executions: map[string]*execution{}, byToken: map[string]*execution{}}
	t.Cleanup(func() {
		a.mu.Lock()
		for _, e := range a.executions {
			e.stop()
		}
		a.mu.Unlock()
		a.work.Wait()
	})
	return a
}

// Fault sets the faults to inject from now on.
func (a *Athena) Fault(faults AthenaFaults) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults = faults
}

// Enforce sets a result location that the workgroup enforces.
func (a *Athena) Enforce(location string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.location, a.enforced, a.managed = location, location != "", false
}

// Results is where the workgroup puts results of clients that name no place.
func (a *Athena) Results(location string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.location, a.enforced, a.managed = location, false, false
}

// Manage lets Athena keep the results of queries itself, as a workgroup with
// managed query results does.
func (a *Athena) Manage(on bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.location, a.enforced, a.managed = "", false, on
}

// Executions returns the started statements, oldest first, each with its state
// as a prefix.
func (a *Athena) Executions() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []string
	for _, id := range a.order {
		e := a.executions[id]
		all = append(all, e.state+" "+e.sql)
	}
	return all
}

// refusal is an error of a call. Athena gives a reason besides the code.
type refusal struct{ code, message, reason string }

func invalidRequest(reason, message string) *refusal {
	return &refusal{"InvalidRequestException", message, reason}
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

func (a *Athena) serve(w http.ResponseWriter, r *http.Request) {
	call := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AmazonAthena.")
	a.mu.Lock()
	refuse := a.faults.Refuse
	a.mu.Unlock()
	var answer any
	err := error(nil)
	code := ""
	if refuse != nil {
		code = refuse(call)
	}
	if code != "" {
		err = &refusal{code: code, message: code + " was answered by the test"}
	} else {
		answer, err = a.answer(r.Context(), call, r.Body)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if err != nil {
		no, ok := err.(*refusal) //nolint:errorlint // created here, never wrapped
		if !ok {
			no = &refusal{code: "InternalServerException", message: err.Error()}
		}
		w.WriteHeader(http.StatusBadRequest)
		fields := map[string]string{"__type": no.code, "Message": no.message}
		if no.reason != "" {
			fields["AthenaErrorCode"], fields["ErrorCode"] = no.reason, no.reason
		}
		answer = fields
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// request holds the fields of all calls. The tags fix the exact names of the
// API.
type request struct {
	QueryString           string   `json:"QueryString"`
	ClientRequestToken    string   `json:"ClientRequestToken"`
	ID                    string   `json:"QueryExecutionId"`
	IDs                   []string `json:"QueryExecutionIds"`
	NextToken             string   `json:"NextToken"`
	WorkGroup             string   `json:"WorkGroup"`
	MaxResults            int      `json:"MaxResults"`
	QueryExecutionContext struct {
		Database string `json:"Database"`
	} `json:"QueryExecutionContext"`
	ResultConfiguration *struct {
		OutputLocation string `json:"OutputLocation"`
	} `json:"ResultConfiguration"`
	Configuration        workgroupChange `json:"Configuration"`
	ConfigurationUpdates workgroupChange `json:"ConfigurationUpdates"`
}

// The texts are those of the service.
const (
	bothResults = "ManagedQueryResultsConfiguration and ResultConfiguration cannot be set together."
	ownLocation = "The Create Table As Select query failed because it was submitted with an 'external_location' property to an Athena Workgroup that enforces a centralized output location for all queries. Please remove the 'external_location' property and resubmit the query."
)

func (a *Athena) answer(ctx context.Context, call string, body io.Reader) (any, error) {
	var in request
	if err := json.NewDecoder(body).Decode(&in); err != nil {
		return nil, err
	}
	switch call {
	case "StartQueryExecution":
		return a.startQuery(ctx, in)
	case "GetQueryResults":
		return a.results(in.ID, in.NextToken, in.MaxResults)
	case "GetWorkGroup":
		if in.WorkGroup == "none" {
			return nil, invalidRequest("INVALID_INPUT", "WorkGroup is not found.")
		}
		return a.workgroup(in.WorkGroup), nil
	case "CreateWorkGroup", "UpdateWorkGroup", "DeleteWorkGroup":
		a.changeWorkgroup(in.Configuration)
		a.changeWorkgroup(in.ConfigurationUpdates)
		return map[string]any{}, nil
	case "ListQueryExecutions":
		return a.history(), nil
	case "BatchGetQueryExecution":
		var all []any
		for _, id := range in.IDs {
			if e, err := a.find(id); err == nil {
				all = append(all, a.describe(e))
			}
		}
		return map[string]any{"QueryExecutions": all}, nil
	}
	e, err := a.find(in.ID)
	if err != nil {
		return nil, err
	}
	switch call {
	case "GetQueryExecution":
		return map[string]any{"QueryExecution": a.describe(e)}, nil
	case "StopQueryExecution":
		a.end(e, "CANCELLED", "Query cancelled by user")
		return map[string]any{}, nil
	}
	return nil, invalidRequest("INVALID_INPUT", "no such call: "+call)
}

func (a *Athena) history() any {
	a.mu.Lock()
	defer a.mu.Unlock()
	ids := []string{}
	for _, id := range slices.Backward(a.order) {
		ids = append(ids, id)
	}
	return map[string]any{"QueryExecutionIds": ids}
}

func (a *Athena) workgroup(name string) any {
	a.mu.Lock()
	defer a.mu.Unlock()
	configuration := map[string]any{
		"EnforceWorkGroupConfiguration": a.enforced, "ResultConfiguration": map[string]any{"OutputLocation": a.location},
		"EngineVersion": map[string]any{"EffectiveEngineVersion": "Athena engine version 3"},
	}
	if a.managed {
		delete(configuration, "ResultConfiguration")
		configuration["ManagedQueryResultsConfiguration"] = map[string]any{"Enabled": true}
	}
	return map[string]any{"WorkGroup": map[string]any{"Name": name, "State": "ENABLED", "Configuration": configuration}}
}

// forbidden returns the refusal of a workgroup's settings, or nil.
func (a *Athena) forbidden(in request) error {
	switch {
	case a.managed && in.ResultConfiguration != nil:
		return invalidRequest("INVALID_INPUT", bothResults)
	case a.enforced && createTable.MatchString(in.QueryString):
		return invalidRequest("INVALID_INPUT", ownLocation)
	}
	return nil
}
