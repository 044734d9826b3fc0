package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/state"
	"stedi/pipeline/survey"
)

// InspectOptions state what to check, and how strictly.
type InspectOptions struct {
	Tables []string           // tables whose checks are evaluated; empty: all
	Allow  pipeline.Allowance // what may be left out of landing tables
	// AllowMissing skips tables without files, which otherwise fail.
	AllowMissing bool
	// HoldLimit replaces the default size in bytes up to which a table is kept
	// with all its columns; 0: HoldLimit.
	HoldLimit int64
	// Force reads all tables again and evaluates all checks. Without it, tables
	// and checks whose results are known from unchanged files are not.
	Force bool
}

// Evaluate surveys a lake and evaluates the checks of the definition and the
// built-in checks of every lake. It takes no lock and changes nothing. It
// treats managed and unmanaged tables alike. A missing or stale table fails.
// The error means that the evaluation itself failed, or that there was nothing
// to check; the results of the checks are in the record.
func Evaluate(ctx context.Context, r *pipeline.Runner, options InspectOptions) (*pipeline.Record, error) {
	about, err := r.Lake.Resolve(options.Tables)
	if err != nil {
		return nil, err
	}
	if err := options.Allow.Verify(ctx, r.Store, r.Lake); err != nil {
		return nil, err
	}
	found, current, err := survey.Steady(ctx, r, &options.Allow, !r.Engine.Capabilities().ChecksInPlace)
	if err != nil {
		return nil, err
	}
	defer current.Close()
	record := pipeline.NewRecord(r, r.Now())
	i := Inspection{
		Lake: r.Lake, Store: r.Store, Engine: r.Engine, Observation: survey.Observe(found, r.Lake), Allow: options.Allow,
		about: about, allowMissing: options.AllowMissing, opened: current, columns: map[string][]ndjson.FoundColumn{}, Reports: map[string]ndjson.Report{}, Cache: Cache{}, limit: options.HoldLimit,
	}
	i.prepare()
	if !options.Force {
		if _, err := state.ReadCache(ctx, r.Store, CacheName, &i.Cache); err != nil {
			return nil, err
		}
	}
	expected := i.Expected(ctx, r.Estimator, true)
	err = i.readAll(ctx, options.Force)
	if err == nil {
		err = i.findColumns(ctx)
	}
	if err == nil {
		i.describe(record)
		err = i.Rules(ctx, record)
	}
	if pipeline.Moved(err) && ctx.Err() == nil {
		err = pipeline.Fail(pipeline.KindOf(err), "", "Check again when no other program writes there.", "files changed while the checks read them: %w", err)
	}
	if err == nil && record.CountChecks().Checked() == 0 {
		err = pipeline.Fail(pipeline.BadData, "", "Name another lake with --lake, or build the tables with `stedi run`.", "nothing was checked: no table has a file")
	}
	err = errors.Join(err, i.Release(context.WithoutCancel(ctx)))
	record.Spend(r.Engine.Spent(), expected)
	record.End(r.Now(), err)
	return record, err
}

// Inspection is one evaluation of the checks.
type Inspection struct {
	*survey.Observation
	Lake   *pipeline.Lake
	Store  pipeline.Store
	Engine pipeline.Engine
	Allow  pipeline.Allowance
	about  []string      // tables whose checks are evaluated; empty: all
	opened survey.Opened // tables as they were when the lake was surveyed

	columns map[string][]ndjson.FoundColumn // of the files of tables that others built

	allowMissing bool // tables without files are skipped

	mu      sync.Mutex // a remote engine serves several calls at the same time
	Held    []string   // tables that the engine holds for the checks
	Reports map[string]ndjson.Report
	Cache   Cache
	// Found are the findings, by name, of checks that were evaluated as the rows
	// of their tables passed.
	Found map[string]pipeline.Findings
	kept  map[string]reading // tables that were read for the checks
	limit int64              // HoldLimit, unless the options say otherwise
}

// prepare makes an inspection ready for use.
func (i *Inspection) prepare() {
	if i.Found == nil {
		i.Found = map[string]pipeline.Findings{}
	}
	if i.limit == 0 {
		i.limit = HoldLimit
	}
	if i.kept == nil {
		i.kept = map[string]reading{}
	}
}

// HoldLimit is the size in bytes up to which a table is kept with all its
// columns. Of a larger one only the columns that the checks read are kept. If
// these are unknown, each check reads its files again: slower, but in bounded
// memory.
const HoldLimit = 64 << 20

// readAll reads every table once, so that all counts come from the bytes that
// are stored now. Unless forced, it leaves out the tables that have not changed
// since stedi read or wrote them and whose checks have cached results.
func (i *Inspection) readAll(ctx context.Context, force bool) error {
	var tables []*pipeline.Table
	for _, t := range i.Lake.Tables {
		if len(i.Files[t.Name]) == 0 || !force && i.trust(t) && len(i.pending(t)) == 0 {
			continue
		}
		tables = append(tables, t)
	}
	return each(ctx, i.Engine, tables, func(ctx context.Context, _ int, t *pipeline.Table) error {
		input, err := i.input(ctx, t, true)
		if err != nil || i.wasRead(t) {
			return err
		}
		report, err := i.Engine.Scan(ctx, input, func(pipeline.Progress) {})
		if err != nil {
			return pipeline.Named(t.Name, pipeline.AsDataFailure(ctx, pipeline.Job{Table: t, Inputs: []pipeline.Input{input}}, err))
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		i.Reports[t.Name] = report
		return nil
	})
}

// each calls do for each of several things, for as many of them at the same
// time as the engine allows.
func each[T any](ctx context.Context, engine pipeline.Engine, things []T, do func(ctx context.Context, n int, thing T) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, engine.Capabilities().AtOnce))
	for n, thing := range things {
		group.Go(func() error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return do(ctx, n, thing)
		})
	}
	return group.Wait()
}

// input returns a table as an input of a check. The engine reads it once and
// keeps what the checks need of it. With all it reads the table in any case, for
// its report.
func (i *Inspection) input(ctx context.Context, t *pipeline.Table, all bool) (pipeline.Input, error) {
	if i.holds(t) {
		return pipeline.Input{Table: t}, nil
	}
	input, err := i.files(ctx, t)
	if err != nil || i.wasRead(t) {
		return input, err
	}
	reading := input
	if !i.plan(t, &reading, all) {
		return input, nil
	}
	held, err := i.Engine.Hold(ctx, reading)
	if err != nil {
		return input, pipeline.Named(t.Name, pipeline.AsDataFailure(ctx, pipeline.Job{Table: t, Inputs: []pipeline.Input{input}}, err))
	}
	i.learn(reading, held)
	if i.holds(t) {
		return pipeline.Input{Table: t}, nil
	}
	return input, nil
}

// wasRead reports whether a table was read for the checks, which is done once.
func (i *Inspection) wasRead(t *pipeline.Table) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	_, ok := i.kept[t.Name]
	return ok
}

func (i *Inspection) holds(t *pipeline.Table) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Contains(i.Held, t.Name)
}

// Release removes the held tables from the engine.
func (i *Inspection) Release(ctx context.Context) error {
	var errs []error
	for _, name := range i.Held {
		errs = append(errs, i.Engine.Forget(ctx, name))
	}
	return errors.Join(errs...)
}

// describe adds the tables to the record as they were read.
func (i *Inspection) describe(record *pipeline.Record) {
	stale := i.Stale(i.Lake)
	for _, t := range i.Lake.Tables {
		table := pipeline.TableRecord{Table: t.Name, Zone: t.Zone, Stale: stale[t.Name], Origin: i.Origin(t), Notes: []string{}}
		report, ok := i.Reports[t.Name]
		if ok {
			table.Fill(report)
			table.Skip(i.Landing[t.Name].Skipped)
		}
		table.Missing = !i.present(t)
		record.Tables = append(record.Tables, table)
	}
}

// Rules evaluates all checks of the selected tables.
func (i *Inspection) Rules(ctx context.Context, record *pipeline.Record) error {
	i.prepare()
	for _, t := range i.Lake.Tables {
		if !i.concerns(t.Name) {
			continue
		}
		if err := i.builtIn(ctx, t, record); err != nil {
			return err
		}
	}
	found, err := i.evaluateAll(ctx, slices.DeleteFunc(slices.Clone(i.Lake.Checks), func(c *pipeline.Check) bool { return !i.concerns(c.Table) }))
	if err != nil {
		return err
	}
	record.Checks = append(record.Checks, found...)
	record.Expect(i.Lake)
	record.Checks = slices.DeleteFunc(record.Checks, func(c pipeline.CheckRecord) bool {
		return c.Check == pipeline.ExpectedRows && !i.concerns(c.Table)
	})
	return nil
}

// present reports whether a table exists: it has files, or it was built and is
// empty, in which case a remote engine writes no file.
func (i *Inspection) present(t *pipeline.Table) bool {
	return len(i.Files[t.Name]) > 0 || !t.IsLanding() && i.Manifests[t.Name] != nil
}

// absent returns the result of the check that fails for a table without files.
func (i *Inspection) absent(t *pipeline.Table) (state, message string) {
	state, message = "fail", fmt.Sprintf("the table has not been built; `stedi run +%s` builds it", t.Name)
	if t.IsLanding() {
		message = "no file in " + t.Path
	}
	if why := pipeline.WhyAbsent(i.Store, t); why != "" {
		message = why
	}
	if i.allowMissing {
		state = "skipped"
	}
	return state, message
}

func (i *Inspection) concerns(table string) bool {
	return len(i.about) == 0 || slices.Contains(i.about, table)
}
