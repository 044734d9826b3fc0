package duckdb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// grownInput is an input to which rows were added. Its rows of before, the added
// ones, all of them, and those of the added ones that count have a name each.
type grownInput struct {
	pipeline.Growth
	Table  string
	Before string
	Added  string
	Whole  string
	New    string
	Files  bool  // it is read from files, not kept
	rows   int64 // added to a kept table
}

type grownInputs []grownInput

// names returns the tables to read in place of the inputs for the added rows of
// input i.
func (g grownInputs) names(i int) map[string]string {
	names := map[string]string{}
	for j, input := range g {
		name := input.New
		if j < i {
			name = input.Before
		} else if j > i {
			name = input.Whole
		}
		names[strings.ToLower(input.Table)] = name
	}
	return names
}

// views returns the names of the views that are not read from files.
func (g grownInputs) views() (names []string) {
	for _, input := range g {
		if input.Files {
			names = append(names, input.Whole)
		} else {
			names = append(names, input.Before, input.Added)
		}
		if input.New != input.Added {
			names = append(names, input.New)
		}
	}
	return names
}

// grow writes the rows that the added rows of some inputs give and that the
// version of before does not have. What several inputs give is what the added rows
// of the first one give with the others as they are now, then what its rows of
// before give with the added rows of the second one, and so on.
func (r *run) grow(ctx context.Context) (result pipeline.Result, err error) {
	grown, err := r.openGrown(ctx)
	if err != nil {
		return result, err
	}
	rows := named{Table: r.job.Table.Name + "_rows", Columns: r.job.Table.Columns}
	given := rows
	if r.job.Table.Transform.Distinct {
		given.Table = r.job.Table.Name + "_given"
	}
	defer func() {
		clean := context.WithoutCancel(ctx)
		err = errors.Join(err, r.drop(clean, "VIEW", grown.views()...), r.drop(clean, "TABLE", given.Table, rows.Table))
	}()
	stages, n, err := r.give(ctx, grown, given.Table)
	if err == nil && r.job.Table.Transform.Distinct {
		n, err = r.distinct(ctx, given, rows, n)
	}
	if err != nil {
		return result, err
	}
	before, err := r.leaveKnown(ctx, rows, n)
	if err != nil {
		return result, err
	}
	if result.Rows, err = r.write(ctx, statement("all.sql", rows)); err != nil {
		return result, err
	}
	if err := r.keepGrown(ctx, rows, before, result.Rows); err != nil {
		return result, err
	}
	return result, r.accountGrown(ctx, grown, stages, &result)
}

// openGrown makes the rows of the grown inputs available under their names.
func (r *run) openGrown(ctx context.Context) (grown grownInputs, err error) {
	several := 0
	for _, input := range r.job.Inputs {
		if input.Grown {
			several++
		}
	}
	for _, input := range r.job.Inputs {
		if !input.Grown {
			continue
		}
		name := input.Table.Name
		g := grownInput{
			Growth: r.job.Table.Transform.Grows[strings.ToLower(name)], Files: input.Files != nil,
			Table: name, Before: name + "_before", Added: name + "_added", Whole: name + "_whole", New: name + "_added",
		}
		err := r.openRows(ctx, &g, input, several > 1)
		grown = append(grown, g)
		if err != nil {
			return nil, errors.Join(err, r.drop(context.WithoutCancel(ctx), "VIEW", grown.views()...))
		}
	}
	return grown, nil
}

// openRows makes the rows of a grown input available. The files of before are
// read only if others is true or if the values in them matter.
func (r *run) openRows(ctx context.Context, g *grownInput, input pipeline.Input, others bool) (err error) {
	e := r.engine
	switch {
	case !g.Files && !e.isKept(g.Table):
		return fmt.Errorf("%s is not available", g.Table)
	case !g.Files:
		g.Whole = g.Table
		first := e.grown[g.Table]
		for as, added := range map[string]bool{g.Before: false, g.Added: true} {
			if err := e.exec(ctx, statement("grown_rows.sql", map[string]any{"Table": g.Table, "As": as, "First": first, "Added": added})); err != nil {
				return err
			}
		}
		g.rows = e.kept[g.Table] - first
	default:
		files := map[string][]ndjson.File{g.Added: input.Added}
		if others || g.Value != "" {
			files[g.Before] = input.Files
		}
		for name, some := range files {
			if r.views[name], err = e.view(ctx, pipeline.Input{Table: input.Table, Files: some}, name); err != nil {
				return err
			}
		}
		if len(files) > 1 {
			err = e.exec(ctx, statement("grown_whole.sql", g))
		}
	}
	if err == nil && g.Value != "" {
		g.New = g.Table + "_new"
		err = e.exec(ctx, statement("grown_values.sql", g))
	}
	return err
}

// give stores in a new table what the added rows of the grown inputs give, and
// returns how many rows that is in each stage and in all.
func (r *run) give(ctx context.Context, grown grownInputs, table string) (stages []pipeline.StageRows, rows int64, err error) {
	stages = make([]pipeline.StageRows, len(r.job.Table.Transform.Stages))
	store := "keep.sql"
	for i, g := range grown {
		made, err := r.engine.count(ctx, r.job.Table.Transform, true, grown.names(i))
		if err != nil {
			return nil, 0, err
		}
		if err := r.fits(ctx, made.sql); err != nil {
			return nil, 0, err
		}
		stored, err := r.engine.number(ctx, statement(store, named{Table: table, SQL: made.sql}))
		if err != nil {
			return nil, 0, err
		}
		store, rows = "insert.sql", rows+stored
		counts, err := r.engine.stageRows(ctx, made)
		if err != nil {
			return nil, 0, err
		}
		for s, count := range counts {
			stages[s].Name = count.Name
			if slices.ContainsFunc(g.Stages, func(name string) bool { return strings.EqualFold(name, count.Name) }) {
				stages[s].Rows += count.Rows
			}
		}
	}
	return stages, rows, nil
}

// leaveKnown removes from the n rows those that the version of before has, if the
// rows must be distinct, and keeps the rows of before if a later job reads them. It
// returns the number of the rows of before.
func (r *run) leaveKnown(ctx context.Context, rows named, n int64) (before int64, err error) {
	e, table := r.engine, r.job.Table
	if n == 0 || !r.job.Keep && !table.Transform.Distinct {
		return 0, nil
	}
	known := table.Name + "_before"
	v, err := e.view(ctx, *r.job.Before, known)
	if err != nil {
		return 0, err
	}
	r.views[known] = v
	if r.job.Keep {
		all := statement("all.sql", named{Table: known, Columns: table.Columns})
		if known = table.Name; e.isKept(known) {
			return 0, fmt.Errorf("%s is already kept", known)
		}
		if before, err = e.number(ctx, statement("keep.sql", named{Table: known, SQL: all})); err != nil {
			return 0, err
		}
		e.kept[known] = before
	}
	if table.Transform.Distinct {
		err = e.exec(ctx, statement("known.sql", named{Table: rows.Table, As: known, Columns: table.Columns}))
	}
	return before, err
}

// keepGrown adds the added rows to the kept rows of before. If there are none, it
// keeps nothing.
func (r *run) keepGrown(ctx context.Context, rows named, before, added int64) error {
	e, name := r.engine, r.job.Table.Name
	if !r.job.Keep {
		return nil
	}
	if added == 0 {
		return e.Forget(ctx, name)
	}
	e.kept[name], e.grown[name] = before+added, before
	return e.exec(ctx, statement("insert.sql", named{Table: name, SQL: statement("all.sql", rows)}))
}

// accountGrown adds to the result what was read, and how many rows were added.
func (r *run) accountGrown(ctx context.Context, grown grownInputs, stages []pipeline.StageRows, result *pipeline.Result) error {
	result.Reports = map[string]ndjson.Report{}
	var inputs []pipeline.StageRows
	for _, input := range r.job.Inputs {
		added, name := int64(0), input.Table.Name
		i := slices.IndexFunc(grown, func(g grownInput) bool { return g.Table == name })
		v := r.views[name]
		if i >= 0 {
			added, v = grown[i].rows, r.views[grown[i].Added]
		}
		if v != nil {
			report, err := v.source.report(ctx)
			if err != nil {
				return err
			}
			result.Reports[name] = report
			if i >= 0 {
				added = report.Rows
			}
		}
		inputs = append(inputs, pipeline.StageRows{Name: name, Rows: added})
	}
	result.Funnel = pipeline.FunnelOf(r.job.Table.Name, inputs, stages, result.Rows)
	return nil
}

// drop removes what growing has created.
func (r *run) drop(ctx context.Context, kind string, names ...string) error {
	var errs []error
	for _, name := range names {
		errs = append(errs, r.engine.exec(ctx, statement("drop.sql", named{Kind: kind, Table: name})))
	}
	return errors.Join(errs...)
}
