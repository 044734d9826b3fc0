package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"stedi/pipeline/ndjson"
)

// Runner makes the tables of a lake.
type Runner struct {
	Lake   *Lake
	Store  Store
	Engine Engine
	// Publisher is the one that goes with the store; nil: ByFile.
	Publisher Publisher
	Tracer    Tracer           // for Trace and Conditions
	Root      string           // where the lake lies, as people wrote it
	Holder    Holder           // who runs: PID and host
	Now       func() time.Time // the clock
}

// RunOptions say what to run, and how strictly.
type RunOptions struct {
	Select     []string // as Lake.Select takes them
	Force      bool     // full refresh: also rebuild tables that are up to date
	Replace    bool     // move unmanaged and modified files in the zones aside
	AllowEmpty bool     // a landing table may have no row
	Allow      Allowance
	Check      bool // afterwards, evaluate the rules of the definition
	FailFast   bool // start nothing more after a step has failed
	// Cancel names tables whose steps are to stop, or not to begin. What does
	// not need them continues.
	Cancel <-chan string
}

// Run brings the selected tables up to date and returns the run's record, the
// same that lies in the lake as run.json. An error that is not nil says why
// the record's status is not ok; the record is nil only if the lake could not
// be taken at all. In a folder without any landing file, in which nothing has
// run before, nothing is written. Whatever happens, each table is what it was or what the
// transform makes of its inputs. Events arrive on the calling goroutine.
func (r *Runner) Run(ctx context.Context, options RunOptions, emit func(Event)) (*Record, error) {
	selected, err := r.Lake.Select(options.Select)
	if err != nil {
		return nil, err
	}
	if err := r.empty(ctx); err != nil {
		record := newRecord(r, r.Now())
		record.Selected = options.Select
		record.end(r.Now(), err)
		return record, err
	}
	job, err := r.start(ctx, options, emit)
	if err != nil {
		return nil, err
	}
	err = job.do(ctx, selected)
	err = errors.Join(err, job.conclude(ctx, err))
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = context.Cause(ctx) // it knows why, and what to do next
	}
	return job.finish(context.WithoutCancel(ctx), err)
}

// empty is an error if there is nothing to run: a folder that is no lake yet is
// left as it is.
func (r *Runner) empty(ctx context.Context) error {
	var lacking []*Table
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
			return nil //nolint:nilerr // a run meets the error again, and records it
		}
	}
	if found, err := readJSON(ctx, r.Store, historyName, &history{}); err != nil || found || len(lacking) == 0 {
		return nil //nolint:nilerr // as above
	}
	return missingLanding(ctx, r.Store, r.Lake, lacking)
}

// run is one run on its way.
type run struct {
	known
	id        string
	lake      *Lake
	store     Store
	engine    Engine
	publisher Publisher
	options   RunOptions
	now       func() time.Time
	emit      func(Event)
	unlock    func() error
	history   history
	record    *Record
	journal   journal
	readings  map[string]ndjson.Report // landing tables that this run has read
	kept      []string                 // tables that the engine kept for later steps
	held      []string                 // landing tables that it holds for guards
	unwanted  map[string]bool          // tables whose steps were cancelled by name
}

// start takes the lake, gives the run its id and brings into order what an
// earlier run left half done.
func (r *Runner) start(ctx context.Context, options RunOptions, emit func(Event)) (_ *run, err error) {
	began := r.Now()
	holder := r.Holder
	holder.Since = began
	holder.Run = runID(began)
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
		lake: r.Lake, store: r.Store, engine: r.Engine, publisher: r.publisher(), options: options, now: r.Now, emit: emit, unlock: unlock,
		known:    known{landing: map[string]landingState{}, manifests: map[string]*Manifest{}},
		readings: map[string]ndjson.Report{}, journal: newJournal(began), unwanted: map[string]bool{},
	}
	if _, err := readJSON(ctx, r.Store, historyName, &job.history); err != nil {
		return nil, err
	}
	job.id = runID(after(began, job.history.Last))
	if job.history.Runs, err = newestRuns(ctx, r.Store); err != nil {
		return nil, err
	}
	job.history.Last = job.id
	job.history.Runs = slices.Insert(job.history.Runs, 0, job.id)
	job.history.Runs = job.history.Runs[:min(len(job.history.Runs), ViewRuns)]
	job.record = newRecord(r, began)
	job.record.Run, job.record.Selected = job.id, options.Select
	if err := writeJSON(ctx, r.Store, historyName, job.history); err != nil {
		return nil, err
	}
	if err := job.write(ctx); err != nil {
		return nil, err
	}
	return job, errors.Join(recoverLake(ctx, r.Store, r.publisher(), r.Lake), job.abandon(ctx))
}

func (r *Runner) publisher() Publisher {
	if r.Publisher != nil {
		return r.Publisher
	}
	return ByFile(r.Store)
}

// runIDLayout sorts by time as text.
const runIDLayout = "20060102T150405.000Z"

func runID(t time.Time) string { return t.UTC().Format(runIDLayout) }

// after returns t, or the moment after the last run if the clock has gone
// back: run ids never do.
func after(t time.Time, last string) time.Time {
	if previous, err := time.Parse(runIDLayout, last); err == nil && !t.After(previous) {
		return previous.Add(time.Millisecond)
	}
	return t
}

// do checks first: nothing is built until all that could forbid it
// has been looked at.
func (r *run) do(ctx context.Context, selected []*Table) error {
	if err := r.clear(ctx); err != nil {
		return err
	}
	if err := r.options.Allow.verify(ctx, r.store, r.lake); err != nil {
		return err
	}
	var lacking []*Table
	for _, t := range r.lake.Tables {
		if !t.IsLanding() {
			continue
		}
		state, err := look(ctx, r.store, t, &r.options.Allow)
		if err != nil {
			return err
		}
		if r.landing[t.Name] = state; len(state.files) == 0 {
			lacking = append(lacking, t)
		}
	}
	if len(lacking) > 0 {
		return missingLanding(ctx, r.store, r.lake, lacking)
	}
	if err := r.forget(ctx); err != nil {
		return err
	}
	return r.steps(ctx, selected)
}

// conclude describes the lake as it is after the steps, and checks it unless
// something other than the data has failed: then its tables may not be what
// this run knows of them.
func (r *run) conclude(ctx context.Context, failed error) error {
	err := r.describe(ctx)
	kind := KindOf(failed)
	if r.options.Check && ctx.Err() == nil && (kind == Done || kind == BadData) && err == nil {
		err = r.check(ctx)
	} else {
		r.record.expect(r.lake)
	}
	for _, name := range append(r.kept, r.held...) {
		err = errors.Join(err, r.engine.Forget(context.WithoutCancel(ctx), name))
	}
	r.kept, r.held = nil, nil
	return err
}

// finish writes the record, on every way out.
func (r *run) finish(ctx context.Context, err error) (*Record, error) {
	r.record.end(r.now(), err)
	r.tell(ctx, Event{State: endState(err), Err: r.record.Error})
	err = errors.Join(err, r.store.Sweep(ctx), writeJSON(ctx, r.store, historyName, r.history), r.write(ctx), r.unlock())
	return r.record, err
}

func endState(err error) State {
	switch KindOf(err) {
	case Done:
		return Published
	case HungUp, Cancelled, Quit, Aborted, Terminated:
		return Stopped
	default:
		return Failed
	}
}

// write puts the events, the reports and the record into the lake. The record
// comes last: who reads there that the run has ended finds all the rest.
func (r *run) write(ctx context.Context) error {
	folder := runFolder(r.id)
	var err error
	if len(r.journal.text) > 0 {
		err = errors.Join(
			r.store.Put(ctx, eventsName(r.id), r.journal.text),
			r.store.Put(ctx, folder+"/junit.xml", JUnit(r.record)),
			r.store.Put(ctx, folder+"/summary.md", Summary(r.record)),
		)
	}
	if e := writeJSON(ctx, r.store, folder+"/run.json", r.record); e != nil {
		err = errors.Join(err, fmt.Errorf("writing the run's record: %w", e))
	}
	return err
}

// tell forwards an event and keeps it, also for those who follow the run from
// elsewhere. They can wait: if the lake cannot be written to, the run finds out
// by something that matters.
func (r *run) tell(ctx context.Context, e Event) {
	e.Time, e.Run = r.now().UTC(), r.id
	r.journal.add(e)
	if r.journal.due(e) {
		_ = r.store.Put(context.WithoutCancel(ctx), eventsName(r.id), r.journal.text)
	}
	r.emit(e)
}
