package run

import (
	"context"
	"errors"
	"slices"

	"stedi/pipeline"
	"stedi/pipeline/state"
	"stedi/pipeline/survey"
)

// Plan returns what Run would do with the same options, and why. It takes no
// lock and writes nothing. Its error is what would fail the run before its
// first step, or a step whose input is missing; in the second case the steps
// are returned too.
func Plan(ctx context.Context, r *pipeline.Runner, options pipeline.RunOptions) ([]PlanStep, error) {
	selected, err := r.Lake.Select(options.Select)
	if err != nil {
		return nil, err
	}
	if err := options.Allow.Verify(ctx, r.Store, r.Lake); err != nil {
		return nil, err
	}
	found, _, err := survey.Steady(ctx, r, &options.Allow, false)
	if err != nil {
		return nil, err
	}
	var stops []error
	if len(found.Blocking) > 0 && !options.Replace {
		stops = append(stops, blocked(found.Blocking))
	}
	if len(found.Lacking) > 0 {
		stops = append(stops, pipeline.MissingLanding(ctx, r.Store, r.Lake, found.Lacking))
	}
	if len(stops) > 0 {
		return nil, errors.Join(stops...)
	}
	steps := planSteps(found.Known, r.Lake, selected, options.Force, options.Allow.Limit)
	return steps, lacks(found.Known, r.Lake, steps)
}

// lacks marks the steps that would fail because an input was never built and no
// earlier step builds it.
func lacks(k state.Known, lake *pipeline.Lake, steps []PlanStep) error {
	var errs []error
	var made, broken []string
	for i := range steps {
		s := &steps[i]
		s.Zone = lake.Table(s.Table).Zone
		if !s.Run {
			continue
		}
		for _, name := range lake.Table(s.Table).Transform.Inputs {
			if slices.Contains(broken, name) {
				s.Lacks = name
			} else if !lake.Table(name).IsLanding() && k.Manifests[name] == nil && !slices.Contains(made, name) {
				s.Lacks = name
				errs = append(errs, neverBuilt(name))
			}
		}
		if s.Lacks != "" {
			broken = append(broken, s.Table)
			continue
		}
		made = append(made, s.Table)
	}
	return errors.Join(errs...)
}
