package athena

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/athena/types"

	"stedi/athena/account"
	"stedi/athena/catalog"
	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// Engine runs transforms on Athena. Each is one CREATE TABLE AS that writes to
// its own folder, under its own table name, until it is published.
type Engine struct {
	client  *Client
	tables  *catalog.Catalog
	lake    string            // its location, without a slash at the end
	stages  bool              // count the rows of every stage
	names   names             // of tables that others built
	checks  []*pipeline.Check // that may be answered together with a table's count
	mu      sync.Mutex
	pending pipeline.Spending
	answers map[*pipeline.Check]pipeline.Findings // of the last scans, until they are asked for
	asked   int64                                 // bytes of questions since the last Spent, also of those under way
}

var _ pipeline.Engine = (*Engine)(nil)

// Engine returns an engine for the lake at a location. With stages it counts
// the rows of every stage of a transform; Athena scans the inputs a second time
// for that.
func (c *Client) Engine(tables *catalog.Catalog, location string, stages bool) *Engine {
	return &Engine{client: c, tables: tables, lake: strings.TrimSuffix(location, "/"), stages: stages}
}

// Reader returns an engine that counts and checks the tables that others built,
// and builds none. Those of the lake's checks that only filter one table are
// answered by the query that counts its rows.
func (c *Client) Reader(found *catalog.Found, lake *pipeline.Lake) *Engine {
	return &Engine{client: c, names: names{found}, checks: lake.Checks, answers: map[*pipeline.Check]pipeline.Findings{}}
}

// Name is the engine's name.
const Name = "athena"

// Name is the engine's name.
func (e *Engine) Name() string { return Name }

// atOnce is the number of concurrent queries, a fraction of the 20 that
// Athena's smallest quota allows.
const atOnce = 6

// Capabilities returns the capabilities of the engine.
func (e *Engine) Capabilities() pipeline.Capabilities { return Capabilities() }

// Capabilities returns the capabilities of an engine that finds tables by their
// names in the catalog.
func Capabilities() pipeline.Capabilities {
	return pipeline.Capabilities{InPlace: true, ChecksInPlace: true, Parts: true, Resumes: true, Costs: true, Counts: true, AtOnce: atOnce}
}

// Spent returns what was spent since the last call.
func (e *Engine) Spent() pipeline.Spending {
	e.mu.Lock()
	defer e.mu.Unlock()
	spent := e.pending
	e.pending, e.asked = pipeline.Spending{}, 0
	return spent
}

// execute runs a statement and adds its usage to pending.
func (e *Engine) execute(ctx context.Context, sql, token string, begun func(string) error) (*Execution, error) {
	done, err := e.client.execute(ctx, sql, token, begun)
	if done != nil {
		e.client.options.Ledger.add(done, nil)
		e.mu.Lock()
		e.pending.QueryIDs = append(e.pending.QueryIDs, done.ID)
		e.pending.ScannedBytes += done.Scanned
		e.pending.CostUSD += done.Cost
		e.mu.Unlock()
	}
	return done, err
}

// ask runs one of the package's own queries and returns its rows.
func (e *Engine) ask(ctx context.Context, file string, values map[string]any) ([][]any, error) {
	sql, err := sqlFiles.Text(file, values)
	if err != nil {
		return nil, err
	}
	bytes, err := e.client.estimated(ctx, sql)
	if err != nil {
		return nil, err
	}
	if err := e.reserve(bytes); err != nil {
		return nil, err
	}
	rows, err := e.answered(ctx, sql, bytes)
	if part, ok := values["SQL"].(string); ok && err != nil {
		err = relocated(err, sql, part, false)
	}
	return rows, err
}

// answered runs a question for which bytes were reserved, and returns its rows.
func (e *Engine) answered(ctx context.Context, sql string, reserved int64) ([][]any, error) {
	done, err := e.execute(ctx, sql, newToken(), nil)
	if done != nil {
		e.mu.Lock()
		e.asked += done.Scanned - reserved
		e.mu.Unlock()
	}
	if err != nil {
		return nil, err
	}
	result := &rows{client: e.client, id: done.ID, took: *done, header: true}
	defer e.client.discard(ctx, done)
	return result.all(ctx)
}

// estimated is how many bytes a question reads at most; 0: that cannot be told,
// or there is no limit.
func (c *Client) estimated(ctx context.Context, sql string) (int64, error) {
	if c.together == 0 || c.options.Estimate == nil {
		return 0, nil
	}
	bytes, err := c.options.Estimate(ctx, sql)
	if err != nil {
		return 0, ctx.Err() // not known
	}
	return bytes, nil
}

// reserve takes bytes from what counts and checks may read together, and
// refuses what exceeds it. Of a question whose size is not known it takes
// nothing, and what was read counts afterwards.
func (e *Engine) reserve(bytes int64) error {
	limit := e.client.together
	if limit == 0 {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.asked+bytes > limit {
		return pipeline.Fail(pipeline.BadUsage, "", "Allow more with --max-scan, or name the tables to check.",
			"the counts and checks read %d bytes so far, the next one up to %d, and %d are allowed for all of them", e.asked, bytes, limit)
	}
	e.asked += bytes
	return nil
}

func newToken() string { return rand.Text() + rand.Text() }

// stageOf returns the table name of a target until it is published.
func stageOf(table *pipeline.Table, target pipeline.Target) string {
	id := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(path.Base(target.Folder)))
	return "stedi_" + table.Name + "_" + id
}

// Run writes the rows of a job to its target. After a kill, it resumes the
// query that is still running.
func (e *Engine) Run(ctx context.Context, job pipeline.Job, progress func(pipeline.Progress)) (pipeline.Result, error) {
	if e.names.Found != nil {
		return pipeline.Result{}, catalog.Refusal(e.names.Database)
	}
	progress(pipeline.Progress{})
	stage := stageOf(job.Table, *job.Output.Folder)
	sql, err := e.build(ctx, job, stage)
	if err != nil {
		return pipeline.Result{}, err
	}
	if err := e.client.affordable(ctx, bare(job.Table.Transform.SQL)); err != nil {
		return pipeline.Result{}, about(job.Table, err)
	}
	done, err := e.execute(ctx, sql, job.Output.Folder.Token, func(id string) error {
		job.Say("query %s builds the rows", id)
		return job.Output.Folder.Begun(id)
	})
	if err != nil {
		err = relocated(err, sql, bare(job.Table.Transform.SQL), done != nil && !e.client.group.Inserts())
	}
	if err != nil && job.Output.Folder.Resumed && (done != nil || differs(err)) {
		return pipeline.Result{}, errors.Join(pipeline.ErrLost, about(job.Table, err))
	}
	if err != nil {
		return pipeline.Result{}, about(job.Table, err)
	}
	e.client.discard(ctx, done)
	job.Say("query %s was queued %.1f s, ran %.1f s and scanned %.1f MB", done.ID, done.Queued.Seconds(), done.Ran.Seconds(), float64(done.Scanned)/1e6)
	if err := e.tables.Fits(ctx, job.Table, stage); err != nil {
		return pipeline.Result{}, err
	}
	result, err := e.count(ctx, job, stage)
	if err == nil {
		progress(pipeline.Progress{RowsRead: result.Funnel.Read(), RowsWritten: result.Rows})
	}
	return result, err
}

// build returns the statement that writes the rows of a job. A workgroup that
// forbids CREATE TABLE AS with a location of its own gets an INSERT INTO the
// staging table, which is created here.
func (e *Engine) build(ctx context.Context, job pipeline.Job, stage string) (string, error) {
	file := "make.sql"
	if e.client.group.Inserts() {
		file = "insert.sql"
		if err := e.tables.StageEmpty(ctx, job.Table, stage, job.Output.Folder.Folder); err != nil {
			return "", err
		}
	}
	return sqlFiles.Text(file, map[string]any{
		"Database": e.tables.Database(), "Stage": stage, "Location": e.lake + "/" + job.Output.Folder.Folder + "/",
		"SQL": bare(job.Table.Transform.SQL), "Columns": job.Table.Columns,
	})
}

// differs reports whether Athena refused a statement because its token belongs to
// another one.
func differs(err error) bool {
	return account.Is(err, "InvalidRequestException") && strings.Contains(strings.ToLower(err.Error()), "idempotent parameters")
}

// bare removes semicolons and white space from the end of a SELECT.
func bare(sql string) string { return strings.TrimRight(sql, "; \t\r\n") }

// about adds the table to a failure that has none.
func about(table *pipeline.Table, err error) error {
	if failure, ok := errors.AsType[*pipeline.Failure](err); ok && failure.Table == "" {
		named := *failure
		named.Table = table.Name
		return &named
	}
	return err
}

// Lost reports whether the query that a killed run started for a target can no
// longer succeed.
func (e *Engine) Lost(ctx context.Context, target pipeline.Target) (bool, error) {
	if target.Query == "" {
		return false, nil
	}
	found, _, err := e.client.look(ctx, target.Query)
	if account.Is(err, "InvalidRequestException") {
		return true, nil // Athena no longer lists it
	}
	return err == nil && found.hasEnded() && found.State != string(types.QueryExecutionStateSucceeded), err
}

// Release stops the query that is on its way to a target, and drops the name
// under which its rows were known, but not the rows.
func (e *Engine) Release(ctx context.Context, table *pipeline.Table, target pipeline.Target) error {
	if e.names.Found != nil {
		return catalog.Refusal(e.names.Database)
	}
	if target.Query != "" {
		if err := e.client.stop(ctx, target.Query); err != nil {
			return err
		}
	}
	return e.tables.Drop(ctx, stageOf(table, target))
}

// Scan counts a table's rows; Athena reads the whole table for that.
func (e *Engine) Scan(ctx context.Context, input pipeline.Input, _ func(pipeline.Progress)) (ndjson.Report, error) {
	if filters := e.filters(input.Table); len(filters) > 0 {
		return e.scanTogether(ctx, input.Table, filters)
	}
	rows, err := e.countOf(ctx, e.names.table(input.Table))
	if err != nil {
		return ndjson.Report{}, about(input.Table, err)
	}
	return ndjson.Report{Rows: rows}, nil
}

// Hold counts a table's rows. All tables are available on Athena.
func (e *Engine) Hold(ctx context.Context, input pipeline.Input) (pipeline.Held, error) {
	report, err := e.Scan(ctx, input, nil)
	return pipeline.Held{Report: report}, err
}

// Columns are those that the catalog has of a table that others built. The
// tables of a lake that was deployed have the columns of their definition.
func (e *Engine) Columns(_ context.Context, input pipeline.Input) ([]ndjson.FoundColumn, error) {
	return e.names.columns(input.Table), nil
}

// Forget does nothing, for nothing is kept.
func (e *Engine) Forget(context.Context, string) error { return nil }

// Check counts the failing rows of a check.
func (e *Engine) Check(ctx context.Context, rule *pipeline.Check, inputs []pipeline.Input) (pipeline.Findings, error) {
	if found, ok := e.remembered(rule); ok {
		return found, nil
	}
	var aliases []alias
	for _, input := range inputs {
		if input.Staged != nil {
			aliases = append(aliases, alias{Name: input.Table.Name, Database: e.tables.Database(), Table: stageOf(input.Table, *input.Staged)})
		} else if a, ok := e.names.alias(input.Table, true); ok {
			aliases = append(aliases, a)
		}
	}
	list, err := with(aliases)
	if err != nil {
		return pipeline.Findings{}, err
	}
	found, err := e.ask(ctx, "check.sql", map[string]any{"Names": list, "SQL": bare(rule.SQL), "Messages": rule.Messages, "Most": pipeline.MostMessages})
	if err != nil {
		return pipeline.Findings{}, err
	}
	findings := pipeline.Findings{}
	if len(found) != 1 {
		return findings, fmt.Errorf("check %s: %d rows came back for a count", rule.Name, len(found))
	}
	findings.Rows, _ = found[0][0].(int64)
	if rule.Messages {
		text, _ := found[0][1].(string)
		findings.Messages = pipeline.SplitMessages(text)
	}
	return findings, nil
}
