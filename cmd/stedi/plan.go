package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/run"
)

func (p *program) planCommand() *cobra.Command {
	var o runFlags
	cmd := &cobra.Command{
		Use:   "plan [TABLE…]",
		Short: "Show what would run, in which order and why",
		Long: "Show what `stedi run` with the same tables and flags would build, in which order and why, and what would\n" +
			"stop it. Nothing is written and no lock is taken, so read access to the lake is enough.",
		Example: "stedi plan --demo\nstedi plan +customer_curated --profile strict --lake ./lake",
		RunE:    func(cmd *cobra.Command, args []string) error { return p.plan(cmd.Context(), o, args) },
	}
	o.add(cmd.Flags())
	cmd.Flags().BoolVar(&o.retry, "retry", false, "plan `stedi run --retry`")
	return cmd
}

// planDocument is the output of --output json; ndjson prints only its steps,
// one per line.
type planDocument struct {
	Schema string     `json:"schema"`
	Steps  []planStep `json:"steps"`
	// Checks is the estimated usage of the checks at the end of a run with --batch.
	Checks *pipeline.Estimate `json:"checks,omitempty"`
	Error  string             `json:"error,omitempty"` // the error that would stop the run or fail a step
}

type planStep struct {
	Order  int    `json:"order"`
	Table  string `json:"table"`
	Zone   string `json:"zone"`
	Action string `json:"action"` // run, none, fail
	Reason string `json:"reason"`

	*pipeline.Estimate
}

func (p *program) plan(ctx context.Context, flags runFlags, names []string) (err error) {
	if err := p.strictly(flags.allow.allowance()); err != nil {
		return err
	}
	o, err := p.openToBuild(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	if flags.retry {
		if names, err = p.retried(ctx, o, names); err != nil || len(names) == 0 {
			return err
		}
	}
	steps, err := run.Plan(ctx, o.runner(p.config.demo), flags.options(names))
	if err != nil && p.config.output == "text" && len(steps) == 0 {
		return err
	}
	document := planDocument{Schema: "stedi.plan/1", Steps: []planStep{}}
	for i, s := range steps {
		document.Steps = append(document.Steps, describePlan(i+1, s))
	}
	estimator, e := p.estimator(ctx, o)
	if e == nil && estimator != nil {
		e = document.estimate(ctx, o.lake, estimator)
	}
	if e != nil {
		return errors.Join(err, e)
	}
	if err != nil {
		document.Error = err.Error()
	}
	return errors.Join(err, p.printPlan(document, estimator))
}

// estimate adds what the steps, and the checks afterwards, would use.
func (d *planDocument) estimate(ctx context.Context, lake *pipeline.Lake, estimator registry.Estimator) (err error) {
	if !slices.ContainsFunc(d.Steps, func(s planStep) bool { return s.Action == "run" }) {
		return nil
	}
	for i := range d.Steps {
		if s := &d.Steps[i]; s.Action == "run" {
			if s.Estimate, err = estimator.Table(ctx, lake.Table(s.Table)); err != nil {
				return err
			}
		}
	}
	d.Checks, err = estimator.Queries(ctx, check.Reads(check.Asked(lake, false)))
	return err
}

// estimator returns the cost estimator of the selected engine, or nil if the
// engine is free.
func (p *program) estimator(ctx context.Context, o *opened) (registry.Estimator, error) {
	if p.selected().Estimate == nil {
		return nil, nil // the engine is free
	}
	return p.selected().Estimate(ctx, o.env)
}

// printEstimate prints the cost of a plan, if it has any.
func (p *program) printEstimate(document planDocument, estimator registry.Estimator) error {
	var costs []*pipeline.Estimate
	for _, s := range document.Steps {
		if s.Estimate != nil {
			costs = append(costs, s.Estimate)
		}
	}
	if len(costs) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(p.stdout, "\n%s\n", estimator.Sum(costs, document.Checks))
	return err
}

func describePlan(order int, s run.PlanStep) planStep {
	step := planStep{Order: order, Table: s.Table, Zone: s.Zone, Action: "none", Reason: s.Reason}
	switch {
	case s.Lacks != "":
		step.Action, step.Reason = "fail", s.Lacks+" is not there"
	case s.Run:
		step.Action = "run"
	}
	return step
}

func (p *program) printPlan(document planDocument, estimator registry.Estimator) error {
	encoder := json.NewEncoder(p.stdout)
	switch p.config.output {
	case "json":
		encoder.SetIndent("", "  ")
		return encoder.Encode(document)
	case "ndjson":
		for _, s := range document.Steps {
			if err := encoder.Encode(s); err != nil {
				return err
			}
		}
		return nil
	}
	rows := [][]string{{"ORDER", "TABLE", "ZONE", "ACTION", "REASON"}}
	run := 0
	for _, s := range document.Steps {
		if s.Action == "run" {
			run++
		}
		rows = append(rows, []string{fmt.Sprint(s.Order), s.Table, s.Zone, s.Action, s.Reason})
	}
	if err := printTable(p.out, rows, 0); err != nil {
		return err
	}
	if err := p.printEstimate(document, estimator); err != nil {
		return err
	}
	closing := fmt.Sprintf("%d of %d tables would be built; nothing was written.", run, len(document.Steps))
	if run == 0 && document.Error == "" {
		closing = "Everything is up to date; --force is a full refresh."
	}
	_, err := fmt.Fprintf(p.out, "\n%s\n", closing)
	return err
}
