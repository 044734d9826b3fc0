package replay

import (
	"context"
	"slices"

	"stedi/pipeline/review/script"
)

// funnels counts the rows after each step of each table that has a count, on
// the submission's own tables if those are built.
func (p *replaying) funnels(ctx context.Context, outcome *Outcome) error {
	for i := range outcome.Tables {
		t := &outcome.Tables[i]
		if t.Rows == nil && t.RowsOnRightInputs == nil {
			continue
		}
		w := t.Writers[0]
		s := p.scripts[w.index]
		steps := p.translator(w.index, t.Rows != nil)
		var all []pending
		var stages []Stage
		counts := make([]*int64, len(s.Nodes))
		for n, node := range s.Nodes {
			r, err := steps.done[n], steps.failed[n]
			if r == nil || err != nil || !p.dependsOn(s, s.Sinks[w.Sink].Input, n) || !changesRows(node.Kind) {
				continue
			}
			all = append(all, p.pending(&counts[n], t, r))
			stages = append(stages, Stage{Place: Place{s.Name, node.Line}, Name: node.Name, Kind: node.Kind, Rows: int64(n)})
		}
		if len(all) == 0 {
			continue
		}
		if err := p.run(ctx, all); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			continue // the count of the table stands without its steps
		}
		for k := range stages {
			stages[k].Rows = *counts[stages[k].Rows]
		}
		t.Funnel = stages
	}
	return nil
}

// changesRows tells whether a step can have other rows than its input.
func changesRows(k script.Kind) bool {
	return !slices.Contains([]script.Kind{
		script.DropFields, script.SelectFields, script.ApplyMapping, script.RenameField, script.RenameColumn, script.DropColumns, script.AddColumn,
		script.Alias, script.FromDF, script.ToDF, script.Same, script.Choice,
	}, k)
}
