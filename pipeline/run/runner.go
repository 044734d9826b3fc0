package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/report"
	"stedi/pipeline/state"
)

// Run brings the selected tables up to date and returns the run's record, which
// it also stores in the lake as run.json. A non-nil error explains why the
// record's status is not ok; the record is nil only if the lake could not be
// locked. In a folder without landing files and without earlier runs, Run
// writes nothing. In every case each table is either unchanged or what the
// transform builds from its inputs. Events arrive on the calling goroutine.
func Run(ctx context.Context, r *pipeline.Runner, options pipeline.RunOptions, emit func(pipeline.Event)) (*pipeline.Record, error) {
	selected, err := r.Lake.Select(options.Select)
	if err != nil {
		return nil, err
	}
	if err := isEmpty(ctx, r); err != nil {
		record := pipeline.NewRecord(r, r.Now())
		record.Selected = options.Select
		record.End(r.Now(), err)
		return record, err
	}
	job, err := startRun(ctx, r, options, emit)
	if err != nil {
		return nil, err
	}
	err = job.do(ctx, selected)
	err = errors.Join(err, job.conclude(ctx, err))
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = context.Cause(ctx) // the cause states the reason and what to do next
	}
	return job.finish(context.WithoutCancel(ctx), err)
}

// isEmpty returns an error if there is nothing to run, so that a folder that is
// not a lake yet stays unchanged.
func isEmpty(ctx context.Context, r *pipeline.Runner) error {
	var lacking []*pipeline.Table
	for _, t := range r.Lake.Tables {
		if !t.IsLanding() {
			continue
		}
		if len(r.Store.Nearby(ctx, 0, t.Path).Files) > 0 {
			return nil
		}
		lacking = append(lacking, t)
	}
	for _, t := range lacking {
		if files, err := r.Store.List(ctx, t.Path); err != nil || len(files) > 0 {
			return nil //nolint:nilerr // the run gets the error again, and records it
		}
	}
	if found, err := state.ReadJSON(ctx, r.Store, state.HistoryName, &state.History{}); err != nil || found || len(lacking) == 0 {
		return nil //nolint:nilerr // as above
	}
	return pipeline.MissingLanding(ctx, r.Store, r.Lake, lacking)
}

// run is a run in progress.
type run struct {
	state.Known
	id         string
	lake       *pipeline.Lake
	store      pipeline.Store
	engine     pipeline.Engine
	publisher  pipeline.Publisher
	estimator  pipeline.Estimator // nil: the engine is free
	options    pipeline.RunOptions
	now        func() time.Time
	emit       func(pipeline.Event)
	unlock     func() error
	history    state.History
	record     *pipeline.Record
	journal    state.Journal
	found      map[string]pipeline.Findings // of checks that were evaluated during the steps
	made       map[string]pipeline.Findings // of checks that were evaluated on the rows of the last job
	readings   map[string]ndjson.Report     // reports on landing tables that this run has read
	kept       []string                     // tables that the engine keeps for later steps
	held       []string                     // landing tables that the engine holds for guards and checks
	noted      map[string]string            // by landing table: the column whose values the engine noted as it read the rows
	publishing *publishing                  // the version that is being published; nil: none
	untold     []pipeline.Event             // of the step that is built meanwhile
	broken     map[string]string            // by table: the step whose failure is the root cause
	unreadable map[string]bool              // landing tables that could not be read: the step that tried reports it
	errs       []error                      // of the steps
	unwanted   map[string]bool              // tables whose steps were cancelled by name
	grown      map[string]*growth           // tables that have only grown, by name
	watched    []string                     // columns of the last table whose values, in all of its rows, the engine has
	unkept     map[string]bool              // tables of which the engine keeps no rows
	surveyed   bool                         // all tables were looked at
}

// startRun locks the lake, assigns the run's id and recovers what an earlier
// run left unfinished.
func startRun(ctx context.Context, r *pipeline.Runner, options pipeline.RunOptions, emit func(pipeline.Event)) (_ *run, err error) {
	began := r.Now()
	holder := r.Holder
	holder.Since = began
	holder.Run = state.RunID(began)
	unlock, err := r.Store.Lock(ctx, holder)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, unlock())
		}
	}()
	job := &run{
		lake: r.Lake, store: r.Store, engine: r.Engine, publisher: state.PublisherOf(r), estimator: r.Estimator, options: options, now: r.Now, emit: emit, unlock: unlock,
		Known: state.Known{Landing: map[string]state.LandingState{}, Manifests: map[string]*pipeline.Manifest{}},
		found: map[string]pipeline.Findings{}, readings: map[string]ndjson.Report{}, journal: state.NewJournal(began), unwanted: map[string]bool{}, broken: map[string]string{}, unreadable: map[string]bool{},
		grown: map[string]*growth{}, unkept: map[string]bool{}, noted: map[string]string{},
	}
	if job.history, err = state.ReadHistory(ctx, r.Store); err != nil {
		return nil, err
	}
	job.id = state.RunID(state.After(began, job.history.Last))
	if job.history.Runs, err = state.NewestRuns(ctx, r.Store); err != nil {
		return nil, err
	}
	job.history.Last = job.id
	job.history.Runs = slices.Insert(job.history.Runs, 0, job.id)
	job.history.Runs = job.history.Runs[:min(len(job.history.Runs), state.ViewRuns)]
	job.record = pipeline.NewRecord(r, began)
	job.record.Run, job.record.Selected = job.id, options.Select
	if err := state.WriteJSON(ctx, r.Store, state.HistoryName, job.history); err != nil {
		return nil, err
	}
	if err := job.write(ctx); err != nil {
		return nil, err
	}
	return job, errors.Join(state.RecoverLake(ctx, r.Store, state.PublisherOf(r), r.Lake), job.abandon(ctx))
}

// do builds the selected tables. Everything that could stop the run is checked
// before anything is built.
func (r *run) do(ctx context.Context, selected []*pipeline.Table) error {
	if err := r.clear(ctx); err != nil {
		return err
	}
	if err := r.options.Allow.Verify(ctx, r.store, r.lake); err != nil {
		return err
	}
	var lacking []*pipeline.Table
	for _, t := range r.lake.Tables {
		if !t.IsLanding() {
			continue
		}
		state, err := state.Look(ctx, r.store, t, &r.options.Allow)
		if err != nil {
			return err
		}
		if r.Landing[t.Name] = state; len(state.Files) == 0 {
			lacking = append(lacking, t)
		}
	}
	r.surveyed = true
	if len(lacking) > 0 {
		return pipeline.MissingLanding(ctx, r.store, r.lake, lacking)
	}
	if err := r.forget(ctx); err != nil {
		return err
	}
	if err := r.findGrowth(ctx); err != nil {
		return err
	}
	return r.steps(ctx, selected)
}

// conclude records the state of the lake after the steps. It also evaluates the
// checks, unless something other than the data has failed: then the tables may
// differ from what this run has recorded of them. A run that stopped before it
// looked at all tables records none: it does not know their state.
func (r *run) conclude(ctx context.Context, failed error) error {
	if !r.surveyed {
		return nil
	}
	err := r.describe(ctx)
	kind := pipeline.KindOf(failed)
	if r.options.Check && ctx.Err() == nil && (kind == pipeline.Done || kind == pipeline.BadData) && err == nil {
		err = r.check(ctx)
	} else {
		r.record.Expect(r.lake)
	}
	for _, name := range append(r.kept, r.held...) {
		err = errors.Join(err, r.engine.Forget(context.WithoutCancel(ctx), name))
	}
	r.kept, r.held = nil, nil
	return err
}

// finish writes the record, however the run ended.
func (r *run) finish(ctx context.Context, err error) (*pipeline.Record, error) {
	r.record.End(r.now(), err)
	last := pipeline.Event{State: endState(err), Err: r.record.Error}
	failed := r.record.CountChecks().Failed
	if err != nil && last.State == pipeline.Failed && r.anyFailed() { // its tables downstream were not built
		failed = r.record.FailedOnTables()
	}
	if failed > 0 {
		last.Reason = pipeline.Counted(failed, "check") + " failed"
	}
	r.tell(ctx, last)
	err = errors.Join(err, r.store.Sweep(ctx), state.WriteJSON(ctx, r.store, state.HistoryName, r.history), r.write(ctx), r.unlock())
	return r.record, err
}

// anyFailed reports whether a step failed.
func (r *run) anyFailed() bool {
	return slices.ContainsFunc(r.record.Steps, func(s pipeline.StepRecord) bool { return s.State == pipeline.Failed })
}

func endState(err error) pipeline.State {
	switch pipeline.KindOf(err) {
	case pipeline.Done:
		return pipeline.Published
	case pipeline.HungUp, pipeline.Cancelled, pipeline.Quit, pipeline.Aborted, pipeline.Terminated:
		return pipeline.Stopped
	default:
		return pipeline.Failed
	}
}

// write stores the events, the reports and the record in the lake. The record
// comes last, so that a reader who finds a finished run also finds the rest.
func (r *run) write(ctx context.Context) error {
	folder := state.RunFolder(r.id)
	var err error
	if len(r.journal.Text) > 0 {
		err = errors.Join(
			r.store.Put(ctx, state.EventsName(r.id), r.journal.Text),
			r.store.Put(ctx, folder+"/junit.xml", report.JUnit(r.record)),
			r.store.Put(ctx, folder+"/summary.md", report.Summary(r.record)),
		)
	}
	if e := state.WriteJSON(ctx, r.store, folder+"/run.json", r.record); e != nil {
		err = errors.Join(err, fmt.Errorf("writing the run's record: %w", e))
	}
	return err
}

// tell forwards an event and stores it for other processes that follow the run. It
// ignores an error of the store: if the lake cannot be written, another write
// reports it.
func (r *run) tell(ctx context.Context, e pipeline.Event) {
	e.Time, e.Run = r.now().UTC(), r.id
	r.journal.Add(e)
	if r.journal.Due(e) {
		_ = r.store.Put(context.WithoutCancel(ctx), state.EventsName(r.id), r.journal.Text)
	}
	r.emit(e)
}
