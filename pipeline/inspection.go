package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"stedi/pipeline/ndjson"
)

// InspectOptions say what to check, and how strictly.
type InspectOptions struct {
	Tables []string  // whose checks are evaluated; empty: all
	Allow  Allowance // what readings of landing tables may leave out
	// AllowMissing skips tables without files, which fail otherwise.
	AllowMissing bool
}

// Inspect says what is in a lake and whether it is right: the rules of the
// definition, and those that hold for every lake. It takes no lock and changes
// nothing, and it does not matter who made the tables. A table that is missing
// or stale fails. The error is that of the inspection, also if there was
// nothing to check; what the rules found stands in the record.
func (r *Runner) Inspect(ctx context.Context, options InspectOptions) (*Record, error) {
	about, err := r.Lake.Resolve(options.Tables)
	if err != nil {
		return nil, err
	}
	if err := options.Allow.verify(ctx, r.Store, r.Lake); err != nil {
		return nil, err
	}
	found, current, err := r.surveySteady(ctx, &options.Allow, !r.Engine.Capabilities().ChecksInPlace)
	if err != nil {
		return nil, err
	}
	defer current.close()
	record := newRecord(r, r.Now())
	i := inspection{
		lake: r.Lake, store: r.Store, engine: r.Engine, observation: observe(found, r.Lake), allow: options.Allow,
		about: about, allowMissing: options.AllowMissing, opened: current, reports: map[string]ndjson.Report{}, cache: checkCache{},
	}
	err = i.readAll(ctx)
	if err == nil {
		i.describe(record)
		err = i.rules(ctx, record)
	}
	if err == nil && record.tally().checked() == 0 {
		err = Fail(BadData, "", "Name another lake with --lake, or build the tables with `stedi run`.", "nothing was checked: no table has a file")
	}
	err = errors.Join(err, i.release(context.WithoutCancel(ctx)))
	record.end(r.Now(), err)
	return record, err
}

// observation is a lake as someone finds it who changes nothing.
type observation struct {
	known
	files   map[string][]File // of each table, managed or not
	strange []string          // those in the zones that are not as we left them
	made    map[string]string // by table: the run that built the version we left
}

// unmanaged reports whether the files of a derived table were not published by
// stedi: it knows no version of its own to compare them with.
func (o *observation) unmanaged(t *Table) bool {
	return !t.IsLanding() && len(o.files[t.Name]) > 0 && o.manifests[t.Name] == nil && o.made[t.Name] == ""
}

// observe turns a survey into an observation. Nothing is known of a table that
// another program changed.
func observe(found *survey, lake *Lake) *observation {
	o := &observation{known: found.known, strange: found.strange, files: found.files, made: found.made}
	for _, t := range lake.Tables {
		if len(o.strangers(t)) > 0 {
			o.manifests[t.Name] = nil
		}
	}
	return o
}

// strangers are the files of a table that are not as we left them.
func (o *observation) strangers(t *Table) []string {
	var names []string
	for _, name := range o.strange {
		if strings.HasPrefix(name, t.Path+"/") {
			names = append(names, name)
		}
	}
	return names
}

// Resolve finds tables by name, in any case. One that is
// not there is a Failure that says which one may be meant.
func (l *Lake) Resolve(names []string) ([]string, error) {
	var found []string
	for _, name := range names {
		t := l.Table(name)
		if t == nil {
			return nil, l.unknown(name)
		}
		found = append(found, t.Name)
	}
	return found, nil
}

// inspection is one evaluation of the rules.
type inspection struct {
	*observation
	lake   *Lake
	store  Store
	engine Engine
	allow  Allowance
	about  []string // tables whose rules are evaluated; empty: all
	opened opened   // tables as they were when the lake was surveyed

	allowMissing bool // tables without files are skipped

	mu      sync.Mutex // an engine far away is asked several things at the same time
	held    []string   // tables that the engine keeps for us
	reports map[string]ndjson.Report
	cache   checkCache
}

// holdLimit is how large a table may be to be kept for the checks. Larger ones
// are read again by each: slower, but in bounded memory.
const holdLimit = 64 << 20

// readAll reads every table once, so that all counts are those of the bytes
// that lie there.
func (i *inspection) readAll(ctx context.Context) error {
	var tables []*Table
	for _, t := range i.lake.Tables {
		if len(i.files[t.Name]) > 0 {
			tables = append(tables, t)
		}
	}
	return each(ctx, i.engine, tables, func(ctx context.Context, _ int, t *Table) error {
		input, err := i.input(ctx, t)
		if err != nil || i.holds(t) {
			return err // in being held it was read
		}
		report, err := i.engine.Scan(ctx, input, func(Progress) {})
		if err != nil {
			return named(t.Name, asDataFailure(ctx, Job{Table: t, Inputs: []Input{input}}, err))
		}
		i.learn(t, report, false)
		return nil
	})
}

// each does something for each of several things, for as many of them at the
// same time as the engine allows.
func each[T any](ctx context.Context, engine Engine, things []T, do func(ctx context.Context, n int, thing T) error) error {
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

// input makes a table ready for checks: one that is not large is read into the
// engine, once.
func (i *inspection) input(ctx context.Context, t *Table) (Input, error) {
	if i.holds(t) {
		return Input{Table: t}, nil
	}
	input, ok := i.opened.input(t)
	var err error
	if !ok {
		input, err = prepare(ctx, i.engine.Capabilities().ChecksInPlace, i.store, t, i.files[t.Name])
	}
	if err != nil || size(i.files[t.Name]) > holdLimit {
		return input, err
	}
	report, err := i.engine.Hold(ctx, input)
	if err != nil {
		return input, named(t.Name, asDataFailure(ctx, Job{Table: t, Inputs: []Input{input}}, err))
	}
	i.learn(t, report, true)
	return Input{Table: t}, nil
}

func (i *inspection) holds(t *Table) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Contains(i.held, t.Name)
}

// learn takes what was found in a table, which the engine keeps if it is held.
func (i *inspection) learn(t *Table, report ndjson.Report, held bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.reports[t.Name] = report
	if held {
		i.held = append(i.held, t.Name)
	}
}

func size(files []File) (n int64) {
	for _, f := range files {
		n += f.Size
	}
	return n
}

// release lets the engine forget what it kept.
func (i *inspection) release(ctx context.Context) error {
	var errs []error
	for _, name := range i.held {
		errs = append(errs, i.engine.Forget(ctx, name))
	}
	return errors.Join(errs...)
}

// describe lists the tables as they were read.
func (i *inspection) describe(record *Record) {
	stale := i.stale(i.lake)
	for _, t := range i.lake.Tables {
		table := TableRecord{Table: t.Name, Zone: t.Zone, Stale: stale[t.Name], Notes: []string{}}
		report, ok := i.reports[t.Name]
		if ok {
			table.fill(report)
			table.skip(i.landing[t.Name].skipped)
		}
		table.Missing = !i.present(t)
		record.Tables = append(record.Tables, table)
	}
}

// rules evaluates all that hold for the tables in question.
func (i *inspection) rules(ctx context.Context, record *Record) error {
	for _, t := range i.lake.Tables {
		if i.concerns(t.Name) {
			i.builtIn(t, record)
		}
	}
	checks := slices.DeleteFunc(slices.Clone(i.lake.Checks), func(c *Check) bool { return !i.concerns(c.Table) })
	found := make([]CheckRecord, len(checks))
	err := each(ctx, i.engine, checks, func(ctx context.Context, n int, c *Check) (err error) {
		found[n], err = i.evaluate(ctx, c)
		return err
	})
	if err != nil {
		return err
	}
	record.Checks = append(record.Checks, found...)
	record.expect(i.lake)
	record.Checks = slices.DeleteFunc(record.Checks, func(c CheckRecord) bool {
		return c.Check == expectedRows && !i.concerns(c.Table)
	})
	return nil
}

// present tells whether a table exists: it has files, or it was built and has
// no row, for which a remote engine writes no file.
func (i *inspection) present(t *Table) bool {
	return len(i.files[t.Name]) > 0 || !t.IsLanding() && i.manifests[t.Name] != nil
}

// absent is the result of the check that a table without files fails.
func (i *inspection) absent(t *Table) (state, message string) {
	state, message = "fail", fmt.Sprintf("the table has not been built; `stedi run +%s` builds it", t.Name)
	if t.IsLanding() {
		message = "no file in " + t.Path
	}
	if i.allowMissing {
		state = "skipped"
	}
	return state, message
}

func (i *inspection) concerns(table string) bool {
	return len(i.about) == 0 || slices.Contains(i.about, table)
}

// builtIn holds a table against the rules of every lake: it exists and its
// lines can be read, it is as we left it, and it is not older than what it is
// made from.
func (i *inspection) builtIn(t *Table, record *Record) {
	table := record.Table(t.Name)
	readable := i.readable(t, table)
	record.Checks = append(record.Checks, readable)
	if t.IsLanding() {
		return
	}
	unchanged := CheckRecord{Check: "unchanged", Table: t.Name, Severity: "error", State: "pass", Diagnosis: []string{}}
	strange := i.strangers(t)
	switch {
	case table.Missing:
		unchanged.State, unchanged.Message = "skipped", "the table has not been built"
	case i.unmanaged(t):
		unchanged.State, unchanged.Message = "skipped", "the table was built outside stedi, so there is no version to compare it with"
	case len(strange) > 0:
		unchanged.State, unchanged.Failing = "fail", int64(len(strange))
		unchanged.Message = fmt.Sprintf("%s was modified outside stedi", strange[0])
	}
	fresh := CheckRecord{Check: "fresh", Table: t.Name, Severity: "error", State: "pass", Diagnosis: []string{}}
	switch {
	case table.Missing || len(strange) > 0:
		fresh.State, fresh.Message = "skipped", "stedi has no record of how the table was built"
	case table.Stale != "":
		fresh.State = "fail"
		fresh.Message = fmt.Sprintf("the table is stale: %s; `stedi run +%s` rebuilds it", table.Stale, t.Name)
	}
	record.Checks = append(record.Checks, unchanged, fresh)
}

// readable is the rule that all of a table can be read. What may be left out is
// a warning.
func (i *inspection) readable(t *Table, table *TableRecord) CheckRecord {
	check := CheckRecord{Check: "readable", Table: t.Name, Severity: "error", State: "pass", Diagnosis: []string{}}
	report, left := i.reports[t.Name], table.LeftOut()
	err := i.allow.Accept(t, report)
	failure, refused := errors.AsType[*Failure](err)
	switch {
	case table.Missing:
		check.State, check.Message = i.absent(t)
	case refused:
		check.State, check.Failing = "fail", int64(len(report.Rejects))
		check.Message = inALine(failure.Err.Error())
		check.Diagnosis = append(check.Diagnosis, failure.Fix)
	case left != nil:
		check.State, check.Severity, check.Failing = "fail", "warning", left.Lines+int64(len(left.Files))
		check.Message = left.String() + " left out, as allowed"
		if lines := firstOf(report.Rejects); len(lines) > 0 {
			check.Message += ": " + strings.Join(lines, "; ")
		}
	}
	return check
}

// inALine writes an error with its list of places as one line.
func inALine(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, ":\n  ", ": "), "\n  ", "; ")
}

// evaluate runs one check, or says what it found when its tables were the
// same.
func (i *inspection) evaluate(ctx context.Context, c *Check) (CheckRecord, error) {
	for _, name := range c.Inputs {
		if len(i.files[name]) == 0 {
			record := c.judge(i.lake.Table(c.Table), Findings{})
			record.State, record.Message = "skipped", name+" has no file"
			return record, nil
		}
	}
	key, known := i.keyOf(c)
	if record, ok := i.remembered(c, key); known && ok {
		return record, nil
	}
	var inputs []Input
	for _, name := range c.Inputs {
		input, err := i.input(ctx, i.lake.Table(name))
		if err != nil {
			return CheckRecord{}, err
		}
		inputs = append(inputs, input)
	}
	found, err := i.engine.Check(ctx, c, inputs)
	if err != nil {
		return CheckRecord{}, fmt.Errorf("check %s: %w", c.Name, err)
	}
	record := c.judge(i.lake.Table(c.Table), found)
	if known {
		i.mu.Lock()
		i.cache[c.Name] = cachedCheck{Key: key, Record: record}
		i.mu.Unlock()
	}
	return record, nil
}

func (i *inspection) remembered(c *Check, key Hash) (CheckRecord, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.cache.get(c, key)
}
