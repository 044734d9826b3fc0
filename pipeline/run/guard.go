package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/state"
	"stedi/pipeline/survey"
)

// check evaluates the checks at the end of a run, and caches their results.
func (r *run) check(ctx context.Context) error {
	o := &survey.Observation{Known: r.Known, Files: map[string][]pipeline.File{}}
	for _, t := range r.lake.Tables {
		if t.IsLanding() {
			o.Files[t.Name] = r.Landing[t.Name].Files
		} else if m := r.Manifests[t.Name]; m != nil {
			o.Files[t.Name] = m.DataFiles()
		}
	}
	i := check.Inspection{
		Lake: r.lake, Store: r.store, Engine: r.engine, Observation: o, Allow: r.options.Allow,
		Reports: r.readings, Cache: check.Cache{}, Found: r.found, Held: append(slices.Clone(r.kept), r.held...),
	}
	if r.engine.Capabilities().ChecksInPlace {
		i.Held = r.lake.Everything()
	}
	if !r.options.Force {
		if _, err := state.ReadCache(ctx, r.store, check.CacheName, &i.Cache); err != nil {
			return err
		}
	}
	expected := i.Expected(ctx, r.estimator, false)
	before := maps.Clone(i.Cache)
	err := errors.Join(r.cannotCheck(ctx, i.Rules(ctx, r.record)), i.Release(ctx))
	r.record.Spend(r.engine.Spent(), expected)
	if maps.EqualFunc(before, i.Cache, func(a, b check.Cached) bool { return a.Key == b.Key }) {
		return err
	}
	if still, e := r.still(ctx); e != nil || !still {
		return errors.Join(err, e) // the results may be those of other rows
	}
	return errors.Join(err, state.WriteJSON(ctx, r.store, check.CacheName, i.Cache))
}

// still reports whether the landing files are those that the run began with.
func (r *run) still(ctx context.Context) (bool, error) {
	for _, t := range r.lake.Tables {
		if !t.IsLanding() {
			continue
		}
		listed, err := r.store.List(ctx, t.Path)
		if err != nil {
			return false, err
		}
		if now, _ := r.options.Allow.Split(listed); !slices.EqualFunc(r.Landing[t.Name].Files, now, pipeline.File.Same) {
			return false, nil
		}
	}
	return true, nil
}

// countable returns the checks that the engine may count while it reads a table.
func (r *run) countable(t *pipeline.Table) (checks []*pipeline.Check) {
	if !r.options.Check {
		return nil
	}
	for _, c := range r.lake.Checks {
		if _, found := r.found[c.Name]; !found && check.Counts(c, t) {
			checks = append(checks, c)
		}
	}
	return checks
}

// valuesLater returns the column of a landing table whose distinct values are all
// that the checks at the end of the run will read of it; "" if they read more.
func (r *run) valuesLater(t *pipeline.Table) string {
	if !r.options.Check || !t.IsLanding() || slices.Contains(r.held, t.Name) {
		return ""
	}
	return check.OneSet(slices.DeleteFunc(check.Asked(r.lake, true), func(c *pipeline.Check) bool {
		_, found := r.found[c.Name]
		return found
	}), t)
}

// passed stores what checks have found in the rows of a table that are now
// published, and that its guards have passed. A guard reads only landing tables
// and upstream tables, which this run does not change any more.
func (r *run) passed(t *pipeline.Table) {
	maps.Copy(r.found, r.made)
	for _, c := range r.guards(t) {
		r.found[c.Name] = pipeline.Findings{}
	}
}

// guards returns the checks that must pass before a table is published.
func (r *run) guards(t *pipeline.Table) []*pipeline.Check {
	var guards []*pipeline.Check
	for _, c := range r.lake.Checks {
		if c.Guard && c.Table == t.Name {
			guards = append(guards, c)
		}
	}
	return guards
}

// watch returns the columns whose distinct values are sufficient for all guards
// of a table; nil if some guard requires more.
func (r *run) watch(t *pipeline.Table) []string {
	var columns []string
	for _, c := range r.guards(t) {
		if len(c.Watch) == 0 {
			return nil
		}
		columns = append(columns, c.Watch...)
	}
	slices.Sort(columns)
	return slices.Compact(columns)
}

// guard evaluates the guards of a table on its new rows. If one fails, nothing
// is published.
func (r *run) guard(ctx context.Context, job pipeline.Job, rows pipeline.Input, rest []PlanStep) (*pipeline.Failure, error) {
	t := job.Table
	if !r.engine.Capabilities().ChecksInPlace {
		if err := r.holdLanding(ctx, t, rest); err != nil {
			return nil, err
		}
	}
	for _, c := range r.guards(t) {
		own := rows
		if len(job.Watch) > 0 {
			own = pipeline.Input{Table: t, Watched: true}
		}
		found, err := r.ask(ctx, c, own)
		if err == nil && found.Rows > 0 && own.Watched {
			found, err = r.ask(ctx, c, rows) // for the exact number
		}
		if err != nil {
			return nil, fmt.Errorf("guard %s: %w", c.Name, err)
		}
		if record := c.Judge(t, found); record.State == "fail" {
			return forbids(c, t, record), nil
		}
	}
	return nil, nil //nolint:nilnil // no guard forbids the rows, and none failed to be evaluated
}

// holdLanding reads a landing table that guards read into memory, if it is
// small and no later step reads its files. Otherwise each guard of each table
// would read it again.
func (r *run) holdLanding(ctx context.Context, t *pipeline.Table, rest []PlanStep) error {
	for _, c := range r.guards(t) {
		for _, name := range c.Inputs {
			input := r.lake.Table(name)
			if !input.IsLanding() || slices.Contains(r.held, name) || r.reads(rest, name) || pipeline.Size(r.Landing[name].Files) > r.holdLimit() {
				continue
			}
			found, err := r.stored(ctx, input, false)
			if err != nil {
				return err
			}
			if err := r.hold(ctx, found); err != nil {
				return err
			}
			r.held = append(r.held, name)
		}
	}
	return nil
}

// ask evaluates a check on the given rows of its own table.
func (r *run) ask(ctx context.Context, c *pipeline.Check, own pipeline.Input) (pipeline.Findings, error) {
	var inputs []pipeline.Input
	for _, name := range c.Inputs {
		if name == own.Table.Name {
			inputs = append(inputs, own)
			continue
		}
		input, err := r.input(ctx, r.lake.Table(name), r.engine.Capabilities().ChecksInPlace)
		if err != nil {
			return pipeline.Findings{}, err
		}
		inputs = append(inputs, input)
	}
	return r.engine.Check(ctx, c, inputs)
}

// explain adds to the failure of a guard why the rows are wrong, or if that is
// unknown which stages let them pass.
func (r *run) explain(ctx context.Context, failure *pipeline.Failure, version pipeline.Version, out output) error {
	t, why := version.Table, ""
	if r.options.Why != nil && !r.engine.Capabilities().ChecksInPlace {
		rows, err := out.rows(ctx, version)
		if err == nil {
			why, err = r.options.Why(ctx, pipeline.Unpublished{Lake: r.lake, Table: t, Rows: rows, Input: r.upstream})
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			why = "" // the guard has failed whether or not the cause can be searched
		}
	}
	if way := stages(t, version.Manifest.Funnel); why == "" && way != "" {
		why = "The failing rows pass all stages: " + way + "."
	}
	if why == "" {
		return failure
	}
	failure.Err = fmt.Errorf("%w %s", failure.Err, why)
	return failure
}

// upstream returns the rows of a table that the run reads, from its files.
func (r *run) upstream(ctx context.Context, name string) (pipeline.Input, bool, error) {
	t := r.lake.Table(name)
	if !t.IsLanding() && r.Manifests[t.Name] == nil {
		return pipeline.Input{Table: t}, false, nil
	}
	input, err := r.stored(ctx, t, false)
	return input, true, err
}

// stages writes a funnel in a line: the first input, the stages and the result.
func stages(t *pipeline.Table, funnel pipeline.Funnel) string {
	var parts []string
	for i, s := range funnel {
		if i == 0 || i >= len(t.Transform.Inputs) {
			parts = append(parts, fmt.Sprintf("%s %d", s.Name, s.Rows))
		}
	}
	return strings.Join(parts, " → ")
}

func forbids(c *pipeline.Check, t *pipeline.Table, record pipeline.CheckRecord) *pipeline.Failure {
	return pipeline.Fail(pipeline.BadData, t.Name, "Not published. Fix the transform, or the check in "+c.File+" if the check is wrong. `stedi why "+t.Name+"` compares the tables.",
		"guard %s failed: %d rows. %s", c.Name, record.Failing, record.Message)
}
