package athena

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path"
	"strings"
	"sync"

	"stedi/athena/catalog"
	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/sqlquote"
)

// Engine runs transforms on Athena. Each is one CREATE TABLE AS that writes to
// its own folder, under its own table name, until it is published.
type Engine struct {
	client  *Client
	tables  *catalog.Catalog
	lake    string // location, without a slash at the end
	stages  bool   // count the rows of every stage
	mu      sync.Mutex
	pending pipeline.Spending
}

var _ pipeline.Engine = (*Engine)(nil)

// Engine returns an engine for the lake at a location. With stages it counts
// the rows of every stage of a transform; Athena scans the inputs a second time
// for that.
func (c *Client) Engine(tables *catalog.Catalog, location string, stages bool) *Engine {
	return &Engine{client: c, tables: tables, lake: strings.TrimSuffix(location, "/"), stages: stages}
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
	return pipeline.Capabilities{InPlace: true, ChecksInPlace: true, Parts: true, Resumes: true, Costs: true, AtOnce: atOnce}
}

// Spent returns what was spent since the last call.
func (e *Engine) Spent() pipeline.Spending {
	e.mu.Lock()
	defer e.mu.Unlock()
	spent := e.pending
	e.pending = pipeline.Spending{}
	return spent
}

// execute runs a statement and adds its usage to pending.
func (e *Engine) execute(ctx context.Context, sql, token string, begun func(string) error) (*Execution, error) {
	done, err := e.client.execute(ctx, sql, token, begun)
	if done != nil {
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
	sql, err := sqlText(file, values)
	if err != nil {
		return nil, err
	}
	done, err := e.execute(ctx, sql, newToken(), nil)
	if err != nil {
		return nil, err
	}
	result := &rows{client: e.client, id: done.ID, header: true}
	return result.all(ctx)
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
	progress(pipeline.Progress{})
	stage := stageOf(job.Table, *job.Output.Folder)
	sql, err := sqlText("make.sql", map[string]any{
		"Database": e.tables.Database(), "Stage": stage, "Location": e.lake + "/" + job.Output.Folder.Folder + "/", "SQL": bare(job.Table.Transform.SQL),
	})
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
		return pipeline.Result{}, about(job.Table, err)
	}
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

// count runs one query that counts the rows of the inputs without a known
// count, of every stage and of the result.
func (e *Engine) count(ctx context.Context, job pipeline.Job, stage string) (pipeline.Result, error) {
	database := sqlquote.ANSI.Name(e.tables.Database())
	result := pipeline.Result{}
	var from []string // the relations to count
	var into []int    // the index of each count in the funnel
	ask := func(name, table string) {
		result.Funnel = append(result.Funnel, pipeline.StageRows{Name: name})
		from, into = append(from, table), append(into, len(result.Funnel)-1)
	}
	for _, input := range job.Inputs {
		if input.Rows != nil {
			result.Funnel = append(result.Funnel, pipeline.StageRows{Name: input.Table.Name, Rows: *input.Rows})
			continue
		}
		ask(input.Table.Name, database+"."+sqlquote.ANSI.Name(input.Table.Name))
	}
	with, _, ok := definition.Parts(job.Table.Transform)
	if !e.stages || !ok {
		with = ""
	} else {
		for _, s := range job.Table.Transform.Stages {
			ask(s, sqlquote.ANSI.Name(s))
		}
	}
	ask(job.Table.Name, database+"."+sqlquote.ANSI.Name(stage))
	found, err := e.ask(ctx, "counts.sql", map[string]any{"With": with, "From": from})
	if err != nil {
		return pipeline.Result{}, about(job.Table, err)
	}
	if len(found) != len(from) {
		return pipeline.Result{}, fmt.Errorf("%s: %d counts came back for %d", job.Table.Name, len(found), len(from))
	}
	for i, row := range found {
		rows, ok := row[1].(int64)
		if !ok {
			return pipeline.Result{}, fmt.Errorf("%s: the count of %s is not a number", job.Table.Name, from[i])
		}
		result.Funnel[into[i]].Rows, result.Rows = rows, rows
	}
	return result, nil
}

// Release stops the query that is on its way to a target, and drops the name
// under which its rows were known, but not the rows.
func (e *Engine) Release(ctx context.Context, table *pipeline.Table, target pipeline.Target) error {
	if target.Query != "" {
		if err := e.client.stop(ctx, target.Query); err != nil {
			return err
		}
	}
	return e.tables.Drop(ctx, stageOf(table, target))
}

// Scan counts a table's rows; Athena reads the whole table for that.
func (e *Engine) Scan(ctx context.Context, input pipeline.Input, _ func(pipeline.Progress)) (ndjson.Report, error) {
	found, err := e.ask(ctx, "counts.sql", map[string]any{"With": "", "From": []string{sqlquote.ANSI.Name(input.Table.Name)}})
	if err != nil {
		return ndjson.Report{}, about(input.Table, err)
	}
	rows, _ := found[0][1].(int64)
	return ndjson.Report{Rows: rows}, nil
}

// Hold counts a table's rows. All tables are available on Athena.
func (e *Engine) Hold(ctx context.Context, input pipeline.Input) (ndjson.Report, error) {
	return e.Scan(ctx, input, nil)
}

// Columns cannot tell: the tables that this engine knows have the columns that
// their definition gave them.
func (e *Engine) Columns(context.Context, pipeline.Input) ([]ndjson.FoundColumn, error) {
	return nil, nil
}

// Forget does nothing, for nothing is kept.
func (e *Engine) Forget(context.Context, string) error { return nil }

// Check counts the failing rows of a check.
func (e *Engine) Check(ctx context.Context, rule *pipeline.Check, inputs []pipeline.Input) (pipeline.Findings, error) {
	values := map[string]any{"Database": e.tables.Database(), "SQL": bare(rule.SQL), "Messages": rule.Messages, "Most": pipeline.MostMessages, "Stage": "", "Table": ""}
	for _, input := range inputs {
		if input.Staged != nil {
			values["Stage"], values["Table"] = stageOf(input.Table, *input.Staged), input.Table.Name
		}
	}
	found, err := e.ask(ctx, "check.sql", values)
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
