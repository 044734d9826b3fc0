package run

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/state"
)

// steps runs the plan in order. If a step fails, its downstream steps are
// skipped and all others run.
func (r *run) steps(ctx context.Context, selected []*pipeline.Table) error {
	plan := planSteps(r.Known, r.lake, selected, r.options.Force, r.options.Allow.Limit)
	for _, s := range plan {
		if s.Run {
			r.tell(ctx, pipeline.Event{Step: s.Table, State: pipeline.Waiting, Reason: s.Reason})
		}
	}
	for i, s := range plan {
		t := r.lake.Table(s.Table)
		record := &pipeline.StepRecord{Table: t.Name, Reason: s.Reason, Funnel: pipeline.Funnel{}, QueryIDs: []string{}}
		var err error
		r.hearCancels()
		switch cause := cmp.Or(rootCause(t, r.broken), r.unreadableInput(t)); {
		case ctx.Err() != nil:
			record.State = pipeline.Stopped
		case cause != "":
			r.skip(t, cause, record)
		case s.Run && r.unwanted[t.Name]:
			record.State, err = pipeline.Stopped, unwanted(t.Name)
		case r.isSpared(s, t):
			r.leaveOut(s, record)
		case r.options.FailFast && len(r.errs) > 0:
			record.State, record.Reason = pipeline.Skipped, "not started after a failure (--fail-fast)"
		default:
			err = r.step(ctx, t, plan[i+1:], record)
		}
		if r.publishing == nil || r.publishing.record != record {
			r.settle(ctx)
			r.ended(ctx, t, record, err)
		}
	}
	r.settle(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return errors.Join(r.errs...)
}

// ended records the end of a step.
func (r *run) ended(ctx context.Context, t *pipeline.Table, record *pipeline.StepRecord, err error) {
	if err != nil {
		r.broken[t.Name] = t.Name
		r.errs = append(r.errs, err)
	}
	r.record.Steps = append(r.record.Steps, *record)
	r.tell(ctx, pipeline.Event{Step: t.Name, State: record.State, Reason: record.Reason, Result: record, Err: record.Error})
}

// skip records a step that is not run, because the step that is its root cause
// has failed.
func (r *run) skip(t *pipeline.Table, cause string, record *pipeline.StepRecord) {
	record.State, record.Reason = pipeline.Skipped, r.became(cause)
	r.broken[t.Name] = cause
}

func rootCause(t *pipeline.Table, broken map[string]string) string {
	for _, input := range t.Transform.Inputs {
		if cause, ok := broken[input]; ok {
			return cause
		}
	}
	return ""
}

// isSpared reports whether a step does not run: its table is up to date, or it
// would be rebuilt only because of upstream tables, and these were left as they
// were.
func (r *run) isSpared(s PlanStep, t *pipeline.Table) bool {
	if !s.Run || !s.Follows || r.options.Force {
		return !s.Run
	}
	for _, name := range t.Transform.Inputs {
		if m := r.Manifests[name]; m != nil && m.Run == r.id {
			return false
		}
	}
	return r.Outdated(r.lake, t) == ""
}

// leaveOut records a step that is not run, because its table is up to date.
func (r *run) leaveOut(s PlanStep, record *pipeline.StepRecord) {
	m := r.Manifests[s.Table]
	record.State, record.Rows, record.Bytes, record.Funnel = pipeline.UpToDate, m.Rows, m.Bytes, m.Funnel
	if s.Run {
		record.Reason = "the rows of its upstream tables are the same as before"
	}
}

// step builds one table, publishes it and records the result. The step may still
// be publishing when it returns; then settle records the result.
func (r *run) step(ctx context.Context, t *pipeline.Table, rest []PlanStep, record *pipeline.StepRecord) error {
	began := r.now()
	r.tellNext(ctx, pipeline.Event{Step: t.Name, State: pipeline.Running, Reason: record.Reason})
	record.Estimate = r.estimate(ctx, t)
	old := r.Manifests[t.Name]
	manifest, err := r.build(ctx, t, rest)
	record.Seconds = r.now().Sub(began).Seconds()
	if r.engine.Capabilities().Costs {
		record.AddSpending(r.engine.Spent())
	}
	if cause := rootCause(t, r.broken); err != nil && cause != "" && ctx.Err() == nil {
		r.skip(t, cause, record) // its upstream step has failed to publish meanwhile
		return nil
	}
	if err != nil {
		return r.failed(ctx, t, record, err)
	}
	r.Manifests[t.Name] = manifest
	err = r.note(ctx, t, rest, record)
	if p := r.publishing; p != nil && p.table == t {
		p.record, p.began, p.old, p.recorded = record, began, old, err
		return nil
	}
	return err
}

// note records the version that a step has built, and frees what no later step
// reads.
func (r *run) note(ctx context.Context, t *pipeline.Table, rest []PlanStep, record *pipeline.StepRecord) error {
	manifest := r.Manifests[t.Name]
	r.passed(t)
	compiled := state.RunFolder(r.id) + "/compiled/" + r.engine.Name() + "/" + t.Name + ".sql"
	if err := r.store.Put(ctx, compiled, []byte(t.Transform.SQL)); err != nil {
		return pipeline.Named(t.Name, err)
	}
	record.State = pipeline.Published
	if manifest.Run != r.id {
		record.State, record.Reason = pipeline.UpToDate, record.Reason+"; its rows are the same as before"
	}
	record.Rows, record.Bytes, record.Funnel = manifest.Rows, manifest.Bytes, manifest.Funnel
	return r.release(ctx, t, rest)
}

// failed records a step that has failed, or was cancelled.
func (r *run) failed(ctx context.Context, t *pipeline.Table, record *pipeline.StepRecord, err error) error {
	switch {
	case ctx.Err() != nil:
		record.State = pipeline.Stopped
		return context.Cause(ctx)
	case r.unwanted[t.Name]:
		record.State = pipeline.Stopped
		return err
	default:
		record.State, record.Error = pipeline.Failed, err.Error()
		return pipeline.Named(t.Name, err)
	}
}

// estimate returns what the build of a table is expected to use; nil if that is
// not known.
func (r *run) estimate(ctx context.Context, t *pipeline.Table) *pipeline.Estimate {
	if r.estimator == nil {
		return nil
	}
	estimate, err := r.estimator.Table(ctx, t)
	if err != nil {
		return nil // the build meets the error again
	}
	return estimate
}

// hearCancels reads the names of cancelled steps.
func (r *run) hearCancels() {
	for {
		select {
		case name := <-r.options.Cancel:
			r.unwanted[name] = true
		default:
			return
		}
	}
}

// became describes the outcome of a step for its downstream steps.
func (r *run) became(table string) string {
	if r.unwanted[table] {
		return table + " was cancelled"
	}
	if r.unreadable[table] {
		return table + " cannot be read"
	}
	return table + " failed"
}

func unwanted(table string) error {
	return pipeline.Fail(pipeline.Cancelled, table, "The previous version is unchanged. Run it again to build it.", "cancelled")
}

// work runs the engine and emits its progress and its log on this goroutine.
func (r *run) work(ctx context.Context, job pipeline.Job) (pipeline.Result, error) {
	type outcome struct {
		result pipeline.Result
		err    error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	updates, lines, done := make(chan pipeline.Progress, 1), make(chan string), make(chan outcome, 1)
	job.Log = func(line string) { lines <- line }
	go func() {
		result, err := r.engine.Run(ctx, job, func(p pipeline.Progress) {
			select {
			case updates <- p:
			case <-updates: // a newer one replaces it
				updates <- p
			}
		})
		done <- outcome{result, err}
	}()
	for {
		select {
		case p := <-updates:
			r.tellNext(ctx, pipeline.Event{Step: job.Table.Name, State: pipeline.Running, Progress: &p})
		case line := <-lines:
			r.tellNext(ctx, pipeline.Event{Step: job.Table.Name, State: pipeline.Running, Log: line})
		case name := <-r.options.Cancel:
			r.unwanted[name] = true
			if name == job.Table.Name {
				cancel()
			}
		case <-r.published():
			r.settle(ctx)
		case o := <-done:
			r.hearCancels() // nothing is published yet, so that a cancel in time still counts
			if r.unwanted[job.Table.Name] {
				return o.result, unwanted(job.Table.Name)
			}
			return o.result, o.err
		}
	}
}

// input returns the rows of a table: those that the engine kept, or its files,
// unless the engine reads them in place.
func (r *run) input(ctx context.Context, t *pipeline.Table, inPlace bool) (pipeline.Input, error) {
	if slices.Contains(r.kept, t.Name) || slices.Contains(r.held, t.Name) {
		return pipeline.Input{Table: t}, nil
	}
	return r.stored(ctx, t, inPlace)
}

// stored returns a table with its files as an input.
func (r *run) stored(ctx context.Context, t *pipeline.Table, inPlace bool) (pipeline.Input, error) {
	var files []pipeline.File
	if t.IsLanding() {
		files = r.Landing[t.Name].Files
	} else {
		if r.publishing != nil && r.publishing.table == t {
			r.settle(ctx) // its file may not be in place yet
		}
		m := r.Manifests[t.Name]
		if m == nil {
			return pipeline.Input{}, neverBuilt(t.Name)
		}
		files = m.DataFiles()
	}
	input, err := pipeline.Prepare(ctx, inPlace, r.store, t, files)
	if err != nil && t.IsLanding() {
		err = r.cannotRead(ctx, t, err)
	}
	return input, err
}

func neverBuilt(table string) error {
	return pipeline.Fail(pipeline.BadUsage, table, "Run it first, or run +TABLE to build its upstream tables.", "the table has not been built")
}

// readLater reports whether a later step, or a check of a small lake, reads a
// table.
func (r *run) readLater(table string, rest []PlanStep) bool {
	return r.reads(rest, table) || r.options.Check && r.small()
}

// reads reports whether one of the remaining steps reads a table.
func (r *run) reads(rest []PlanStep, table string) bool {
	return slices.ContainsFunc(rest, func(s PlanStep) bool {
		return s.Run && slices.Contains(r.lake.Table(s.Table).Transform.Inputs, table)
	})
}

// small reports whether the landing tables are so small that the engine can keep
// all derived tables until the checks have read them.
func (r *run) small() bool {
	total := int64(0)
	for _, state := range r.Landing {
		total += pipeline.Size(state.Files)
	}
	return total <= r.holdLimit()
}

func (r *run) holdLimit() int64 {
	if r.options.HoldLimit > 0 {
		return r.options.HoldLimit
	}
	return check.HoldLimit
}
