package duckdb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// Run computes the rows of a table and writes them.
func (e *Engine) Run(ctx context.Context, job pipeline.Job, progress func(pipeline.Progress)) (pipeline.Result, error) {
	if err := e.unwatch(ctx); err != nil {
		return pipeline.Result{}, err
	}
	r := &run{engine: e, job: job, views: map[string]*view{}}
	r.sink = &sink{writer: ndjson.NewWriter(job.Output.Stream, job.Table.Columns), columns: len(job.Table.Columns)}
	result, err := r.watched(ctx, progress)
	err = withCleanup(r.cause(ctx, err), r.close(context.WithoutCancel(ctx)))
	if err != nil {
		return pipeline.Result{}, withCleanup(err, e.Forget(context.WithoutCancel(ctx), job.Table.Name))
	}
	return result, nil
}

// withCleanup joins the error of a job with that of its clean-up. A job that lacks
// memory leaves none for its clean-up, which then fails for the same reason.
func withCleanup(err, cleanup error) error {
	if lacksMemory(err) && lacksMemory(cleanup) {
		return err
	}
	return errors.Join(err, cleanup)
}

// Scan reads a table without a transform.
func (e *Engine) Scan(ctx context.Context, input pipeline.Input, progress func(pipeline.Progress)) (ndjson.Report, error) {
	s := &source{input: input}
	stop := every(progressInterval, func() {
		var p pipeline.Progress
		s.progress(&p)
		progress(p)
	})
	defer stop()
	defer s.close()
	return s.report(ctx)
}

const progressInterval = 80 * time.Millisecond

// every calls f periodically until stop is called. stop waits for the last
// call.
func every(interval time.Duration, f func()) (stop func()) {
	ticker := time.NewTicker(interval)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ticker.C:
				f()
			case <-quit:
				return
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(quit)
		<-done
	}
}

// run is one running job.
type run struct {
	engine *Engine
	job    pipeline.Job
	views  map[string]*view // by table
	sink   *sink
	tally  *tally          // of the rows that are written; nil if no check is evaluated on them
	equal  *pipeline.Check // finds equal rows among those that are written; nil: it need not
}

// watched makes the inputs available to the transform's SQL by name, and runs
// it. It periodically calls progress.
func (r *run) watched(ctx context.Context, progress func(pipeline.Progress)) (result pipeline.Result, err error) {
	for _, input := range r.job.Inputs {
		if input.Grown {
			continue
		}
		if err := r.open(ctx, input); err != nil {
			return result, err
		}
	}
	stop := every(progressInterval, func() { progress(r.progress()) })
	defer func() {
		stop()
		progress(r.progress())
	}()
	if r.job.Before != nil {
		return r.grow(ctx)
	}
	return r.run(ctx)
}

func (r *run) run(ctx context.Context) (result pipeline.Result, err error) {
	made, err := r.engine.count(ctx, r.job.Table.Transform, r.job.Keep || r.job.Proves, nil)
	if err != nil {
		return result, err
	}
	if r.job.Proves && made.distinct {
		r.equal = equalRows(r.job.Table)
	}
	query := made.sql
	if r.job.Keep {
		if query, err = r.keep(ctx, made); err != nil {
			return result, err
		}
	}
	if err := r.fits(ctx, query); err != nil {
		return result, err
	}
	if result.Rows, err = r.write(ctx, query); err != nil {
		return result, err
	}
	return result, r.account(ctx, made, &result)
}

// equalRows returns a check that finds equal rows of a table.
func equalRows(t *pipeline.Table) *pipeline.Check {
	c := &pipeline.Check{Table: t.Name, Passing: &pipeline.Passing{}}
	for _, column := range t.Columns {
		c.Passing.Unique = append(c.Passing.Unique, column.Name)
	}
	return c
}

func (r *run) open(ctx context.Context, input pipeline.Input) error {
	name := input.Table.Name
	if input.Files != nil {
		v, err := r.engine.view(ctx, input, name)
		if err == nil {
			r.views[name] = v
		}
		return err
	}
	if !r.engine.isKept(name) {
		return fmt.Errorf("%s is not available", name)
	}
	return nil
}

// fits checks that the query returns the columns that the writer expects. The
// writer reads columns by position and type.
func (r *run) fits(ctx context.Context, query string) error {
	got, err := r.engine.prepare(ctx, query)
	if err != nil {
		return err
	}
	want := r.job.Table.Columns
	for i, c := range got {
		if i >= len(want) || !strings.EqualFold(c.Name, want[i].Name) || !holds(c.T, want[i].Type) {
			return fmt.Errorf("the query does not give the columns of %s", r.job.Table.Name)
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("the query does not give the columns of %s", r.job.Table.Name)
	}
	return nil
}

// keep stores the rows as a table for later jobs, and returns the query that
// reads it.
func (r *run) keep(ctx context.Context, made *counted) (string, error) {
	e, table := r.engine, named{Table: r.job.Table.Name, Columns: r.job.Table.Columns}
	rows := table
	rows.Table += "_rows"
	target := table.Table
	if made.distinct {
		target = rows.Table
	}
	n, err := e.number(ctx, statement("keep.sql", named{Table: target, SQL: made.sql}))
	if err == nil && made.distinct {
		n, err = r.distinct(ctx, rows, table, n)
	}
	e.kept[table.Table] = n
	return statement("stage.sql", table), err
}

// distinct creates table with the distinct ones of n rows, and returns their
// number.
func (r *run) distinct(ctx context.Context, rows, table named, n int64) (int64, error) {
	e := r.engine
	rows.As = table.Table
	unique, err := e.isUnique(ctx, rows, n)
	if err == nil && unique {
		return n, e.exec(ctx, statement("rename.sql", rows))
	}
	if err == nil {
		n, err = e.number(ctx, statement("distinct.sql", rows))
	}
	return n, errors.Join(err, e.exec(context.WithoutCancel(ctx), statement("drop.sql", named{Kind: "TABLE", Table: rows.Table})))
}

// write writes the rows of a query to the sink.
func (r *run) write(ctx context.Context, query string) (int64, error) {
	e := r.engine
	id := e.sinks.add(r.sink)
	defer e.sinks.remove(id)
	checks := slices.DeleteFunc(slices.Clone(r.job.Count), r.proves)
	if r.equal != nil {
		checks = append(checks, r.equal)
	}
	r.tally = e.tally(checks, r.job.Table.Columns)
	made, err := r.send(ctx, named{ID: id, SQL: query, Columns: r.job.Table.Columns, Watch: r.job.Watch, Where: r.tally.predicate()})
	if err != nil {
		return 0, err
	}
	if err := r.sink.writer.Close(); err != nil {
		return 0, err
	}
	if written := r.sink.writer.Rows(); written != made {
		return 0, fmt.Errorf("the query returned %d rows and %d were written", made, written)
	}
	return made, nil
}

// send runs a query that calls the sink with its rows, and returns their
// number.
func (r *run) send(ctx context.Context, q named) (int64, error) {
	e := r.engine
	if len(q.Watch) == 0 {
		return e.number(ctx, statement("write.sql", q))
	}
	q.As = watchedName(r.job.Table.Name)
	if err := e.exec(ctx, statement("watch.sql", q)); err != nil {
		return 0, err
	}
	e.watched = r.job.Table.Name
	return e.number(ctx, statement("written.sql", named{Table: q.As}))
}

func watchedName(table string) string { return table + "_watched" }

// account adds to the result what was read, and the rows of each stage.
func (r *run) account(ctx context.Context, made *counted, result *pipeline.Result) error {
	result.Reports, result.Found = map[string]ndjson.Report{}, map[string]pipeline.Findings{}
	var inputs []pipeline.StageRows
	for _, input := range r.job.Inputs {
		name := input.Table.Name
		rows := r.engine.kept[name]
		if v, ok := r.views[name]; ok {
			report, err := v.source.report(ctx)
			if err != nil {
				return err
			}
			result.Reports[name] = report
			r.engine.note(v, report)
			maps.Copy(result.Found, v.tally.found(report.Rows))
			rows = report.Rows
		}
		inputs = append(inputs, pipeline.StageRows{Name: name, Rows: rows})
	}
	result.Made = r.tally.found(result.Rows)
	if r.equal != nil {
		if _, none := result.Made[r.equal.Name]; !none {
			return pipeline.ErrEqualRows
		}
		delete(result.Made, r.equal.Name)
	}
	for _, c := range r.job.Count {
		if r.proves(c) {
			result.Made[c.Name] = pipeline.Findings{}
		}
	}
	stages, err := r.engine.stageRows(ctx, made)
	if err != nil {
		return err
	}
	result.Funnel = pipeline.FunnelOf(r.job.Table.Name, inputs, stages, result.Rows)
	return nil
}

// proves reports whether the transform itself makes a check for equal rows pass:
// it is a SELECT DISTINCT, the check compares all columns, and different values
// of these types are written as different texts.
func (r *run) proves(c *pipeline.Check) bool {
	if c.Passing == nil || !r.job.Table.Transform.Distinct {
		return false
	}
	for _, column := range r.job.Table.Columns {
		kind := column.Type.Shape().Kind
		if kind > ndjson.KindDouble && kind != ndjson.KindVarchar {
			return false
		}
		if !slices.ContainsFunc(c.Passing.Unique, func(name string) bool { return strings.EqualFold(name, column.Name) }) {
			return false
		}
	}
	return true
}

func (r *run) progress() pipeline.Progress {
	var p pipeline.Progress
	for _, v := range r.views {
		v.source.progress(&p)
	}
	p.RowsWritten = r.sink.writer.Rows()
	return p
}

// cause returns the original error; DuckDB passes on only its text.
func (r *run) cause(ctx context.Context, err error) error {
	for _, v := range r.views {
		err = v.cause(ctx, err)
	}
	if failed := r.sink.failed(); failed != nil && err != nil && ctx.Err() == nil {
		return failed
	}
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func (r *run) close(ctx context.Context) error {
	r.tally.close()
	var errs []error
	for _, v := range r.views {
		errs = append(errs, v.close(ctx))
	}
	return errors.Join(errs...)
}
