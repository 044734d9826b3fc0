package athena

import (
	"context"
	"fmt"
	"maps"

	"stedi/pipeline"
	"stedi/pipeline/sqlquote"
)

// count runs one query that counts the rows of the inputs without a known
// count, of every stage and of the result. If Athena cannot plan it with the
// stages as flags, which is free, each stage is counted on its own.
func (e *Engine) count(ctx context.Context, job pipeline.Job, stage string) (pipeline.Result, error) {
	inDatabase := func(table string) string {
		return sqlquote.ANSI.Name(e.tables.Database()) + "." + sqlquote.ANSI.Name(table)
	}
	known := map[string]int64{}
	for _, input := range job.Inputs {
		if input.Rows != nil {
			known[inputKey(input.Table.Name)] = *input.Rows
		}
	}
	s := scope{
		stages: e.stages, chained: true, name: inDatabase, result: inDatabase(stage),
		counted: func(input string) bool { _, ok := known[inputKey(input)]; return ok },
	}
	c := countingOf(job.Table, s)
	rows, err := e.counts(ctx, c)
	if pipeline.KindOf(err) == pipeline.BadUsage && c.onlyFilters() && ctx.Err() == nil {
		s.chained = false
		c = countingOf(job.Table, s)
		rows, err = e.counts(ctx, c)
	}
	if err != nil {
		return pipeline.Result{}, about(job.Table, err)
	}
	maps.Copy(rows, known)
	result := pipeline.Result{Rows: rows[""]}
	for _, input := range job.Inputs {
		result.Funnel = append(result.Funnel, pipeline.StageRows{Name: input.Table.Name, Rows: rows[inputKey(input.Table.Name)]})
	}
	if c.With != "" {
		for _, name := range job.Table.Transform.Stages {
			result.Funnel = append(result.Funnel, pipeline.StageRows{Name: name, Rows: rows[stageKey(name)]})
		}
	}
	result.Funnel = append(result.Funnel, pipeline.StageRows{Name: job.Table.Name, Rows: result.Rows})
	return result, nil
}

// counts runs a counting query and returns what it found, by the names of the
// counts.
func (e *Engine) counts(ctx context.Context, c counting) (map[string]int64, error) {
	found, err := e.ask(ctx, "counts.sql", map[string]any{"With": c.With, "Groups": c.Groups})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, g := range c.Groups {
		names = append(names, g.Names...)
	}
	if len(found) != 1 || len(found[0]) != len(names) {
		return nil, fmt.Errorf("the counts that came back are not the %d that were asked for", len(names))
	}
	rows := map[string]int64{}
	for i, name := range names {
		n, ok := found[0][i].(int64)
		if !ok {
			return nil, fmt.Errorf("the count of %q is not a number", name)
		}
		rows[name] = n
	}
	return rows, nil
}

// countOf counts the rows of one relation, given as SQL text.
func (e *Engine) countOf(ctx context.Context, relation string) (int64, error) {
	one := group{From: relation, Names: []string{""}}
	one.flag(0)
	rows, err := e.counts(ctx, counting{Groups: []group{one}})
	return rows[""], err
}
