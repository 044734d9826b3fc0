package athena

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"

	"stedi/athena/account"
	"stedi/pipeline"
)

// Execution is the state of a query that is running or has ended.
type Execution struct {
	ID      string
	State   string // QUEUED, RUNNING, SUCCEEDED, FAILED or CANCELLED
	Scanned int64  // bytes
	Queued  time.Duration
	Ran     time.Duration
	Cost    float64 // US dollars
	Started time.Time
	SQL     string
	Result  string // URL of its result file; empty: none is known
}

const (
	maxQueryBytes = 262_144
	longestPoll   = 3 * time.Second
	stopTime      = 20 * time.Second
	discardTime   = 5 * time.Second
)

// execute runs a statement to its end. If the token was used before with the
// same statement, it follows that query instead of starting another one. When
// ctx ends or the deadline passes, it stops the query in Athena. If begun is
// not nil, it is called with the query's id before the wait.
func (c *Client) execute(ctx context.Context, sql, token string, begun func(id string) error) (*Execution, error) {
	if len(sql) > maxQueryBytes {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Make it shorter.", "the query has %d bytes, and Athena takes %d", len(sql), maxQueryBytes)
	}
	if err := c.affordable(ctx, sql); err != nil {
		return nil, err
	}
	input := &athena.StartQueryExecutionInput{
		QueryString: &sql, ClientRequestToken: &token, WorkGroup: &c.options.Workgroup,
		QueryExecutionContext:    &types.QueryExecutionContext{Database: &c.options.Database, Catalog: aws.String("AwsDataCatalog")},
		ResultReuseConfiguration: &types.ResultReuseConfiguration{ResultReuseByAgeConfiguration: &types.ResultReuseByAgeConfiguration{Enabled: false}},
	}
	if c.options.Output != "" {
		input.ResultConfiguration = &types.ResultConfiguration{OutputLocation: &c.options.Output}
	}
	reply, release := account.Reply(ctx)
	out, err := c.api.StartQueryExecution(reply, input)
	release()
	if err != nil {
		return nil, refused(err)
	}
	id := aws.ToString(out.QueryExecutionId)
	if begun != nil {
		err = begun(id)
	}
	var done *Execution
	if err == nil {
		done, err = c.wait(ctx, id)
	}
	if err != nil && done == nil {
		return nil, errors.Join(err, c.stop(ctx, id))
	}
	if err != nil {
		c.discard(ctx, done)
	}
	return done, err
}

// affordable returns an error if the estimated scan exceeds the limit. It
// returns nil if there is no estimate.
func (c *Client) affordable(ctx context.Context, sql string) error {
	if c.options.MaxScan == 0 || c.options.Estimate == nil {
		return nil
	}
	bytes, err := c.options.Estimate(ctx, sql)
	if err != nil || bytes <= c.options.MaxScan {
		return nil //nolint:nilerr // without an estimate, Athena's own limit applies
	}
	return tooMuch(bytes, c.options.MaxScan)
}

func tooMuch(bytes, limit int64) error {
	return pipeline.Fail(pipeline.BadUsage, "", fmt.Sprintf("Allow more with --max-scan %d, or read less.", bytes),
		"the query reads up to %d bytes, and %d are allowed", bytes, limit)
}

// wait polls a query until it ends. It returns nil only if the query has not
// ended.
func (c *Client) wait(ctx context.Context, id string) (*Execution, error) {
	deadline := time.NewTimer(c.options.Deadline)
	defer deadline.Stop()
	pause := c.options.Poll
	for {
		found, ended, err := c.look(ctx, id)
		if err != nil {
			return nil, err
		}
		state := found.State
		switch types.QueryExecutionState(state) {
		case types.QueryExecutionStateSucceeded:
			return found, nil
		case types.QueryExecutionStateFailed:
			return found, failed(id, ended)
		case types.QueryExecutionStateCancelled:
			if explains(ended.reason) {
				return found, failed(id, ended)
			}
			return found, pipeline.Fail(pipeline.BadEngine, "", "Run again.", "query %s was cancelled outside stedi: %s", id, ended.reason)
		default:
			if c.options.MaxScan > 0 && found.Scanned > c.options.MaxScan {
				return nil, tooMuch(found.Scanned, c.options.MaxScan)
			}
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-deadline.C:
			return nil, pipeline.Fail(pipeline.BadEngine, "", "Check the queue of the workgroup, or raise the timeout.", "query %s was %s for %s and was cancelled", id, state, c.options.Deadline)
		case <-time.After(pause/2 + rand.N(pause)): // no secret
			pause = min(pause*3/2, longestPoll)
		}
	}
}

// ending is the reason that Athena gives for the end of a query.
type ending struct {
	reason string
	number int  // the type of the error; noType: Athena gives none
	again  bool // a retry may succeed
}

const noType = -1

func (c *Client) look(ctx context.Context, id string) (found *Execution, ended ending, err error) {
	out, err := c.api.GetQueryExecution(ctx, &athena.GetQueryExecutionInput{QueryExecutionId: &id})
	if err != nil {
		return nil, ending{number: noType}, account.Explain(err, "look at query "+id)
	}
	found, ended = c.described(out.QueryExecution)
	return found, ended, nil
}

func (c *Client) described(q *types.QueryExecution) (*Execution, ending) {
	e := &Execution{ID: aws.ToString(q.QueryExecutionId), SQL: aws.ToString(q.Query)}
	ended := ending{number: noType}
	if r := q.ResultConfiguration; r != nil {
		e.Result = aws.ToString(r.OutputLocation)
	}
	if s := q.Status; s != nil {
		e.State, e.Started, ended.reason = string(s.State), aws.ToTime(s.SubmissionDateTime), aws.ToString(s.StateChangeReason)
		if s.AthenaError != nil {
			ended.again = s.AthenaError.Retryable
			if number := s.AthenaError.ErrorType; number != nil {
				ended.number = int(*number)
			}
			ended.reason = cmp.Or(ended.reason, aws.ToString(s.AthenaError.ErrorMessage))
		}
	}
	if s := q.Statistics; s != nil {
		e.Scanned = aws.ToInt64(s.DataScannedInBytes)
		e.Queued = time.Duration(aws.ToInt64(s.QueryQueueTimeInMillis)) * time.Millisecond
		e.Ran = time.Duration(aws.ToInt64(s.EngineExecutionTimeInMillis)) * time.Millisecond
	}
	// Athena reports CREATE TABLE AS as DDL, but charges for what it scans. Other
	// DDL scans nothing, and failed queries are free.
	free := q.StatementType == types.StatementTypeDdl && e.Scanned == 0
	if e.State == string(types.QueryExecutionStateSucceeded) && !free || e.Scanned > 0 && e.State == string(types.QueryExecutionStateCancelled) {
		e.Cost = c.options.Price.Cost(e.Scanned)
	}
	return e, ended
}

// discard deletes the files that Athena writes about a query, if this client chose
// their location, even after ctx has ended: files elsewhere belong to the
// workgroup. If they cannot be deleted, a later sweep removes them.
func (c *Client) discard(ctx context.Context, e *Execution) {
	below := strings.TrimSuffix(c.options.Output, "/") + "/"
	if c.options.Discard == nil || c.options.Output == "" || !strings.HasPrefix(e.Result, below) {
		return
	}
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTime)
	defer cancel()
	_ = c.options.Discard(after, e.files()...) // as the comment says
}

// files are the files that Athena writes about a query that has ended. One that
// reads has a result; if it failed, only a DESCRIBE or SHOW has one. One that
// builds a table has none under the name that Athena gives, but a list of the files
// of the table.
func (e *Execution) files() []string {
	about := []string{e.Result + ".metadata"}
	switch {
	case path.Ext(e.Result) == "":
		about = append(about, e.Result+"-manifest.csv")
	case e.State != string(types.QueryExecutionStateSucceeded) && path.Ext(e.Result) == ".csv":
		return nil
	default:
		about = append(about, e.Result)
	}
	return about
}

// hasEnded reports whether a query is in a state that never changes.
func (e *Execution) hasEnded() bool {
	switch types.QueryExecutionState(e.State) {
	case types.QueryExecutionStateSucceeded, types.QueryExecutionStateFailed, types.QueryExecutionStateCancelled:
		return true
	default:
		return false
	}
}

// stop stops a query in Athena, even after ctx has ended, and waits until it
// writes nothing more. A query that has ended, or that Athena no longer lists,
// is stopped. Athena may refuse to stop a query that has just ended, so a
// refusal counts only if the query still runs.
func (c *Client) stop(ctx context.Context, id string) error {
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	over, err := c.over(after, id)
	if err != nil || over {
		return err
	}
	_, refusal := c.api.StopQueryExecution(after, &athena.StopQueryExecutionInput{QueryExecutionId: &id})
	for pause := c.options.Poll; ; pause = min(pause*3/2, longestPoll) {
		over, err := c.over(after, id)
		if err != nil || over {
			return err
		}
		if refusal != nil {
			return account.Explain(refusal, "stop query "+id)
		}
		select {
		case <-after.Done():
			return pipeline.Fail(pipeline.BadEngine, "", "Run again: the next run waits for its end and cleans up.", "query %s did not stop within %s", id, stopTime)
		case <-time.After(pause):
		}
	}
}

// over reports whether a query has ended. Athena lists a query for 45 days.
func (c *Client) over(ctx context.Context, id string) (bool, error) {
	found, _, err := c.look(ctx, id)
	if account.Is(err, "InvalidRequestException") {
		return true, nil
	}
	return err == nil && found.hasEnded(), err
}

// History returns the newest queries of the workgroup, newest first.
func (c *Client) History(ctx context.Context, most int) ([]Execution, error) {
	most = min(max(most, 1), 50)                                                                                                                      // the limit of one BatchGetQueryExecution call
	ids, err := c.api.ListQueryExecutions(ctx, &athena.ListQueryExecutionsInput{WorkGroup: &c.options.Workgroup, MaxResults: aws.Int32(int32(most))}) // at most 50
	if err != nil {
		return nil, account.Explain(err, "list the queries of the workgroup "+c.options.Workgroup)
	}
	if len(ids.QueryExecutionIds) == 0 {
		return nil, nil
	}
	found, err := c.api.BatchGetQueryExecution(ctx, &athena.BatchGetQueryExecutionInput{QueryExecutionIds: ids.QueryExecutionIds})
	if err != nil {
		return nil, account.Explain(err, "look at the queries of the workgroup "+c.options.Workgroup)
	}
	var all []Execution
	for _, q := range found.QueryExecutions {
		e, _ := c.described(&q)
		all = append(all, *e)
	}
	return all, nil
}
