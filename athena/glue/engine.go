// Package glue builds the tables of a lake with Spark jobs on AWS Glue.
//
//	jobs := glue.Open(config, lake, store, "s3://bucket/prefix", glue.Options{Role: arn})
//	engine := jobs.Engine(tables, queries)
//
// A job has at most one run at a time. If a run already writes to the same
// target, it is resumed, not started twice. The jobs run the scripts of package
// spark.
package glue

import (
	"context"
	"errors"
	"sync"

	"stedi/athena"
	"stedi/athena/catalog"
	"stedi/pipeline"
)

// Engine runs transforms as Glue jobs. It uses Athena to count their rows again
// and to run checks.
type Engine struct {
	*athena.Engine

	jobs    *Jobs
	tables  *catalog.Catalog
	mu      sync.Mutex
	pending pipeline.Spending
}

var _ pipeline.Engine = (*Engine)(nil)

// Engine returns an engine for the lake of the jobs.
func (j *Jobs) Engine(tables *catalog.Catalog, queries *athena.Engine) *Engine {
	return &Engine{Engine: queries, jobs: j, tables: tables}
}

// Name is the engine's name.
const Name = "glue"

// Name is the engine's name.
func (e *Engine) Name() string { return Name }

// Spent returns what was spent since the last call.
func (e *Engine) Spent() pipeline.Spending {
	queries := e.Engine.Spent()
	e.mu.Lock()
	defer e.mu.Unlock()
	spent := e.pending
	e.pending = pipeline.Spending{}
	spent.QueryIDs = append(spent.QueryIDs, queries.QueryIDs...)
	spent.ScannedBytes += queries.ScannedBytes
	spent.CostUSD += queries.CostUSD
	return spent
}

// Run writes the rows of a job to its target. After a kill, it resumes the job
// run that is still active.
func (e *Engine) Run(ctx context.Context, job pipeline.Job, progress func(pipeline.Progress)) (pipeline.Result, error) {
	progress(pipeline.Progress{})
	work := Work{Table: job.Table, Target: *job.Output.Folder, Log: func(line string) { job.Say("%s", line) }, Look: func() { progress(pipeline.Progress{}) }}
	for _, input := range job.Inputs {
		if input.Table.IsLanding() {
			continue
		}
		place, err := e.tables.Place(ctx, input.Table)
		if err != nil {
			return pipeline.Result{}, err
		}
		work.Inputs = append(work.Inputs, input.Table.Name+"="+e.jobs.location+"/"+place.Folder+"/")
	}
	result, done, err := e.jobs.Run(ctx, work)
	if done != nil {
		e.mu.Lock()
		e.pending.QueryIDs = append(e.pending.QueryIDs, done.ID)
		e.pending.DPUSeconds += done.DPUSeconds
		e.pending.CostUSD += done.Cost
		e.mu.Unlock()
	}
	if err != nil {
		return pipeline.Result{}, err
	}
	written := result.Funnel.Written()
	found, err := e.Adopt(ctx, job.Table, *job.Output.Folder)
	if err != nil {
		return pipeline.Result{}, err
	}
	if found != written {
		return pipeline.Result{}, pipeline.Fail(pipeline.BadEngine, job.Table.Name, "Run again.",
			"audit: job run %s reported %d rows but wrote %d; not published", done.ID, written, found)
	}
	progress(pipeline.Progress{RowsRead: result.Funnel.Read(), RowsWritten: written})
	return pipeline.Result{Rows: written, Funnel: result.Funnel}, nil
}

// Lost reports false: Run itself replaces a job run that can no longer succeed.
func (e *Engine) Lost(context.Context, pipeline.Target) (bool, error) { return false, nil }

// Release stops the job run that writes to a target, waits for its end, and
// drops its table from the catalog. It does not delete the rows.
func (e *Engine) Release(ctx context.Context, table *pipeline.Table, target pipeline.Target) error {
	err := e.jobs.Stop(ctx, table, target)
	target.Query = "" // the id belongs to Glue, not to Athena
	return errors.Join(err, e.Engine.Release(ctx, table, target))
}
