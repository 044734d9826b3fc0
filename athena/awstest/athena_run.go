package awstest

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"
)

type execution struct {
	id, sql, database, group string
	state, reason            string
	submitted, completed     time.Time
	columns                  []Column
	rows                     [][]any
	header                   bool
	output                   string // URL of its result; empty: Athena keeps it
	update                   *int64
	scanned, queued, ran     int64
	stop                     context.CancelFunc
}

func (a *Athena) startQuery(ctx context.Context, in request) (any, error) {
	sql, token := in.QueryString, in.ClientRequestToken
	if len(token) < 32 {
		return nil, invalidRequest("INVALID_INPUT", "clientRequestToken is too short")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.forbidden(in); err != nil {
		return nil, err
	}
	if known := a.byToken[token]; known != nil {
		if known.sql != sql {
			return nil, invalidRequest("IDEMPOTENT_PARAMETER_MISMATCH", "Idempotent parameters do not match")
		}
		return map[string]string{"QueryExecutionId": known.id}, nil
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // it outlives the call
	e := &execution{
		id: rand.Text(), sql: sql, database: in.QueryExecutionContext.Database, group: in.WorkGroup, state: "QUEUED", submitted: time.Now(), stop: stop,
		header: !strings.HasPrefix(strings.ToUpper(strings.TrimSpace(sql)), "CREATE"),
	}
	e.output = a.outputOf(e, in)
	a.executions[e.id], a.byToken[token] = e, e
	a.order = append(a.order, e.id)
	faults := a.faults
	a.work.Go(func() { a.run(ctx, e, faults) })
	return map[string]string{"QueryExecutionId": e.id}, nil
}

func (a *Athena) find(id string) (*execution, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if e := a.executions[id]; e != nil {
		return e, nil
	}
	return nil, invalidRequest("QUERY_EXECUTION_NOT_FOUND", "QueryExecution "+id+" was not found")
}

// end sets the final state of an execution, once.
func (a *Athena) end(e *execution, state, reason string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if e.completed.IsZero() {
		e.state, e.reason, e.completed = state, reason, time.Now()
	}
	e.stop()
}

func (a *Athena) run(ctx context.Context, e *execution, faults AthenaFaults) {
	if !a.begins(ctx, e, faults) {
		return
	}
	err := a.sql.run(ctx, e.database, e.sql, func(page *Answer) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if len(page.Columns) > 0 {
			e.columns = page.Columns
		}
		e.rows = append(e.rows, page.Data...)
		if page.UpdateType != "" {
			e.update, e.header = page.UpdateCount, false
		}
		e.scanned, e.queued, e.ran = page.Stats.PhysicalInputBytes, page.Stats.QueuedTimeMillis, page.Stats.ElapsedTimeMillis
	})
	if err == nil {
		a.write(ctx, e)
		a.end(e, "SUCCEEDED", "")
		return
	}
	failed, ok := errors.AsType[*sqlError](err)
	if !ok {
		failed = &sqlError{ErrorName: "GENERIC_INTERNAL_ERROR", Message: err.Error()}
	}
	a.end(e, "FAILED", failed.Error()+e.advice())
}

// begins waits until a query leaves the queue. It returns false if a fault ends
// the query.
func (a *Athena) begins(ctx context.Context, e *execution, faults AthenaFaults) bool {
	if faults.Queue != nil && faults.Queue(e.sql) {
		<-ctx.Done()
		return false
	}
	if faults.Delay != nil {
		if wait := faults.Delay(e.sql); wait != nil {
			select {
			case <-wait:
			case <-ctx.Done():
				return false
			}
		}
	}
	a.mu.Lock()
	if e.state == "QUEUED" {
		e.state = "RUNNING"
	}
	a.mu.Unlock()
	if faults.Cancel != nil && faults.Cancel(e.sql) {
		a.end(e, "CANCELLED", "Query cancelled by user")
		return false
	}
	if faults.Fail != nil {
		if reason := faults.Fail(e.sql); reason != "" {
			a.end(e, "FAILED", reason)
			return false
		}
	}
	return true
}

func (a *Athena) describe(e *execution) map[string]any {
	a.mu.Lock()
	defer a.mu.Unlock()
	status := map[string]any{"State": e.state, "SubmissionDateTime": float64(e.submitted.UnixMilli()) / 1000}
	if e.reason != "" {
		status["StateChangeReason"] = e.reason
	}
	statistics := map[string]any{}
	if !e.completed.IsZero() {
		status["CompletionDateTime"] = float64(e.completed.UnixMilli()) / 1000
		statistics = map[string]any{"DataScannedInBytes": e.scanned, "QueryQueueTimeInMillis": e.queued, "EngineExecutionTimeInMillis": e.ran, "TotalExecutionTimeInMillis": e.queued + e.ran}
		if e.state == "FAILED" {
			category := map[bool]int{true: 1, false: 2}[strings.HasPrefix(e.reason, "GENERIC_INTERNAL_ERROR")] // 1: system error, 2: user error
			status["AthenaError"] = map[string]any{"ErrorCategory": category, "ErrorMessage": e.reason, "Retryable": category == 1}
		}
	}
	output := map[string]string{}
	if e.output != "" {
		output["OutputLocation"] = e.output
	}
	return map[string]any{
		"ResultConfiguration": output,
		"QueryExecutionId":    e.id, "Query": e.sql, "WorkGroup": e.group, "Status": status, "Statistics": statistics,
		"StatementType": map[bool]string{true: "DML", false: "DDL"}[e.header], "QueryExecutionContext": map[string]string{"Database": e.database},
	}
}
