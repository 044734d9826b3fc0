// Package glue builds the tables of a lake with Spark jobs on AWS Glue.
//
//	jobs := glue.Open(config, lake, store, "s3://bucket/prefix", glue.Options{Role: arn})
//	engine := jobs.Engine(tables, queries)
//
// A job has at most one run of ours at a time. A run that is found writing to
// the same target is resumed, not started twice. The jobs run the scripts of
// package spark.
package glue

import (
	"context"
	"errors"
	"sync"

	"stedi/athena"
	"stedi/athena/catalog"
	"stedi/pipeline"
)

// Engine runs transforms as Glue jobs, and asks Athena about what they have
// made: it counts the rows again, and holds them against the rules.
type Engine struct {
	*athena.Engine

	jobs    *Jobs
	tables  *catalog.Catalog
	mu      sync.Mutex
	pending pipeline.Spending
}

var _ pipeline.Engine = (*Engine)(nil)

// Engine returns one for the lake of the jobs.
func (j *Jobs) Engine(tables *catalog.Catalog, queries *athena.Engine) *Engine {
	return &Engine{Engine: queries, jobs: j, tables: tables}
}

// Name is the engine's name.
const Name = "glue"

// Name is the engine's name.
func (e *Engine) Name() string { return Name }

// Spent returns what was asked for since the last call.
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

// Run makes the rows of a job in its target. Begun again after a kill, it finds
// the run that was under way.
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
			"audit: job run %s says that it has written %d rows, and %d are there; nothing is published", done.ID, written, found)
	}
	progress(pipeline.Progress{RowsRead: result.Funnel.Read(), RowsWritten: written})
	return pipeline.Result{Rows: written, Funnel: result.Funnel}, nil
}

// Release stops the run that is on its way to a target, waits for its end, and
// drops the name under which Athena knew its rows, but not the rows.
func (e *Engine) Release(ctx context.Context, table *pipeline.Table, target pipeline.Target) error {
	err := e.jobs.Stop(ctx, table, target)
	target.Query = "" // it is none of Athena's
	return errors.Join(err, e.Engine.Release(ctx, table, target))
}
