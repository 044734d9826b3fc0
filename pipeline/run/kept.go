package run

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/check"
)

// release removes from the engine the rows that no later step reads. Before
// that, the checks that read these rows are evaluated.
func (r *run) release(ctx context.Context, t *pipeline.Table, rest []PlanStep) error {
	if r.engine.Capabilities().Keeps && !r.unkept[t.Name] {
		r.kept = append(r.kept, t.Name)
	}
	leaving := slices.DeleteFunc(slices.Clone(r.kept), func(name string) bool { return r.readLater(name, rest) })
	var asked []*pipeline.Check
	if r.options.Check && !r.small() && r.engine.Capabilities().Keeps {
		if !slices.ContainsFunc(rest, func(s PlanStep) bool { return s.Run }) {
			leaving = append(leaving, r.held...) // no guard reads them any more
		}
		asked = r.asked(t, rest, leaving)
	}
	if r.narrow(ctx, asked, leaving) != nil {
		asked = nil
	}
	held, err := r.holdValues(ctx, asked)
	if err != nil {
		return err
	}
	leaving = append(leaving, held...)
	for n, c := range asked {
		if err := r.makeRoom(ctx, leaving, asked[n:]); err != nil {
			return err
		}
		// The end of the run evaluates a check that fails here, and returns the error.
		if found, err := r.askKept(ctx, c, r.watches(c, t)); err == nil {
			r.found[c.Name] = found
		}
	}
	if err := r.makeRoom(ctx, leaving, nil); err != nil {
		return err
	}
	return r.narrowKept(ctx, rest)
}

// holdValues makes the engine hold the values that it noted as it read landing
// tables, if one of the checks reads such a table. It returns these tables.
func (r *run) holdValues(ctx context.Context, asked []*pipeline.Check) (held []string, err error) {
	for _, name := range slices.Sorted(maps.Keys(r.noted)) {
		reads := func(c *pipeline.Check) bool { return slices.Contains(c.Inputs, name) }
		if !slices.ContainsFunc(asked, reads) || slices.Contains(r.held, name) {
			continue
		}
		t := r.lake.Table(name)
		input, err := r.stored(ctx, t, false)
		if err != nil {
			return held, err
		}
		at := slices.IndexFunc(t.Columns, func(c pipeline.Column) bool { return strings.EqualFold(c.Name, r.noted[name]) })
		input.Columns, input.Distinct = t.Columns[at:at+1], true
		if err := r.hold(ctx, input); err != nil {
			return held, err
		}
		r.held, held = append(r.held, name), append(held, name)
	}
	return held, nil
}

// narrowKept drops the columns that no later step and no check reads of the
// tables that stay in the engine.
func (r *run) narrowKept(ctx context.Context, rest []PlanStep) error {
	engine, ok := r.engine.(narrows)
	if !ok || r.small() {
		return nil
	}
	for _, name := range r.kept {
		if columns, known := r.columnsLater(name, rest); known && len(columns) > 0 {
			if err := engine.Narrow(ctx, r.lake.Table(name), columns); err != nil {
				return err
			}
		}
	}
	return nil
}

// columnsLater returns the columns that later steps and their guards, and the
// checks of the end of the run, read of a table.
func (r *run) columnsLater(name string, rest []PlanStep) (columns []string, known bool) {
	key, known := strings.ToLower(name), true
	add := func(read []string, ok bool) { columns, known = append(columns, read...), known && ok }
	for _, s := range rest {
		if t := r.lake.Table(s.Table).Transform; s.Run && slices.Contains(t.Inputs, name) {
			read, ok := t.Reads[key]
			add(read, ok)
		}
	}
	for _, c := range check.Asked(r.lake, true) {
		if _, found := r.found[c.Name]; !found && (c.Guard || r.options.Check) && slices.Contains(c.Inputs, name) {
			read, ok := c.Reads[key]
			add(read, ok)
		}
	}
	return columns, known
}

// asked returns the checks of the end of the run that read rows which leave the
// engine, or watched columns of the table that was just built. It leaves out
// those with a table that may still change. Those that read the most come last,
// when the engine has the most memory.
func (r *run) asked(t *pipeline.Table, rest []PlanStep, leaving []string) []*pipeline.Check {
	reads := func(c *pipeline.Check) (n int) {
		for _, name := range c.Inputs {
			if slices.Contains(leaving, name) {
				n++
			}
		}
		return n
	}
	checks := slices.DeleteFunc(check.Asked(r.lake, false), func(c *pipeline.Check) bool {
		_, found := r.found[c.Name]
		return found || reads(c) == 0 && !r.watches(c, t) || !r.isFinal(c, rest) || !r.isInPlace(c)
	})
	slices.SortStableFunc(checks, func(a, b *pipeline.Check) int { return cmp.Compare(reads(a), reads(b)) })
	return checks
}

// watches reports whether a check reads only watched columns of its table, which
// was just built.
func (r *run) watches(c *pipeline.Check, t *pipeline.Table) bool {
	return c.Table == t.Name && len(c.Watch) > 0 && !slices.ContainsFunc(c.Watch, func(name string) bool { return !slices.Contains(r.watched, name) })
}

// isFinal reports whether no later step builds a table that a check reads.
func (r *run) isFinal(c *pipeline.Check, rest []PlanStep) bool {
	return !slices.ContainsFunc(rest, func(s PlanStep) bool {
		return s.Run && (s.Table == c.Table || slices.Contains(c.Inputs, s.Table))
	})
}

// isInPlace reports whether the rows of all tables that a check reads are in the
// engine or in place: the file of a version that is being published may not be.
func (r *run) isInPlace(c *pipeline.Check) bool {
	if r.publishing == nil {
		return true
	}
	name := r.publishing.table.Name
	return slices.Contains(r.kept, name) || c.Table != name && !slices.Contains(c.Inputs, name)
}

// limited is an optional method of an engine that Keeps: it reports whether rows
// of that many bytes in files fit into its memory.
type limited interface {
	HasRoom(ctx context.Context, bytes int64) bool
}

// hasRoom reports whether the engine can keep the rows of a table in memory.
// Otherwise it is faster to read them again from the table's file.
func (r *run) hasRoom(ctx context.Context, t *pipeline.Table) bool {
	engine, ok := r.engine.(limited)
	if !ok {
		return true
	}
	bytes := int64(0) // of its inputs: how much the transform leaves out is not known
	for _, name := range t.Transform.Inputs {
		if input := r.lake.Table(name); input.IsLanding() || r.Manifests[name] != nil {
			bytes += r.sizeOf(input)
		}
	}
	return engine.HasRoom(ctx, bytes)
}

// narrows is an optional method of an engine that Keeps: it drops the other
// columns of a table that it keeps.
type narrows interface {
	Narrow(ctx context.Context, t *pipeline.Table, columns []string) error
}

// narrow drops the columns that no check reads of the tables that leave the
// engine, so that the checks need no more memory than the last job.
func (r *run) narrow(ctx context.Context, asked []*pipeline.Check, leaving []string) error {
	engine, ok := r.engine.(narrows)
	if !ok {
		return nil
	}
	for _, name := range leaving {
		var columns []string
		known := true
		for _, c := range asked {
			if slices.Contains(c.Inputs, name) {
				read, ok := c.Reads[strings.ToLower(name)]
				known = known && ok
				columns = append(columns, read...)
			}
		}
		if !known || len(columns) == 0 {
			continue
		}
		if err := engine.Narrow(ctx, r.lake.Table(name), columns); err != nil {
			return err
		}
	}
	return nil
}

// askKept evaluates a check on the watched columns of its table, if these make
// it pass, or on the rows.
func (r *run) askKept(ctx context.Context, c *pipeline.Check, watches bool) (pipeline.Findings, error) {
	t := r.lake.Table(c.Table)
	if watches {
		found, err := r.ask(ctx, c, pipeline.Input{Table: t, Watched: true})
		if err != nil || found.Rows == 0 {
			return found, err
		}
	}
	rows, err := r.input(ctx, t, false)
	if err != nil {
		return pipeline.Findings{}, err
	}
	return r.ask(ctx, c, rows)
}

// makeRoom removes the tables that leave the engine and that none of the remaining
// checks reads.
func (r *run) makeRoom(ctx context.Context, leaving []string, remaining []*pipeline.Check) error {
	for _, name := range leaving {
		if slices.ContainsFunc(remaining, func(c *pipeline.Check) bool { return slices.Contains(c.Inputs, name) }) {
			continue
		}
		is := func(kept string) bool { return kept == name }
		r.kept, r.held = slices.DeleteFunc(r.kept, is), slices.DeleteFunc(r.held, is)
		if err := r.engine.Forget(ctx, name); err != nil {
			return fmt.Errorf("%s: making room: %w", name, err)
		}
	}
	return nil
}
