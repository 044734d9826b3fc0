package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/run"
)

func (p *program) planCommand() *cobra.Command {
	var o runFlags
	perHour := 0.0
	cmd := &cobra.Command{
		Use:   "plan [TABLE…]",
		Short: "Show what would run, in which order and why",
		Long: "Show what `stedi run` with the same tables and flags would build, in which order and why, and what would\n" +
			"stop it. Nothing is written and no lock is taken, so read access to the lake is enough.\n\n" +
			"For each engine, the time and the cost of the run are estimated: from the speed of the last runs, or an\n" +
			"assumed one, the sizes of the tables, and the prices. FASTER FROM and CHEAPER FROM are the sizes of the\n" +
			"landing tables from which an engine is better than the selected one.",
		Example: "stedi plan --demo\nstedi plan +customer_curated --profile strict --lake ./lake\nstedi plan --force --price-per-hour 0.20 --lake ./lake",
		RunE:    func(cmd *cobra.Command, args []string) error { return p.plan(cmd.Context(), o, perHour, args) },
	}
	o.add(cmd.Flags())
	cmd.Flags().Float64Var(&perHour, "price-per-hour", 0, "price of an hour of your own machine or Spark cluster, in US dollars")
	cmd.Flags().BoolVar(&o.retry, "retry", false, "plan `stedi run --retry`")
	return cmd
}

// planDocument is the output of --output json; ndjson prints only its steps,
// one per line.
type planDocument struct {
	Schema string     `json:"schema"`
	Steps  []planStep `json:"steps"`
	// Of the tables to build, on each engine; empty if there are none.
	Engines      []registry.Forecast `json:"engines"`
	LandingBytes int64               `json:"landing_bytes"`
	// Checks is the estimated usage of the checks at the end of a run with --batch,
	// if the engine charges for them.
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

func (p *program) plan(ctx context.Context, flags runFlags, perHour float64, names []string) (err error) {
	if err := p.strictly(flags.allow.allowance()); err != nil {
		return err
	}
	if !(perHour >= 0 && perHour < 1e6) {
		return pipeline.Fail(pipeline.BadUsage, "", "Pass an amount of US dollars, such as 0.20.", "--price-per-hour %g is not a price", perHour)
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
	document := planDocument{Schema: "stedi.plan/1", Steps: []planStep{}, Engines: []registry.Forecast{}}
	for i, s := range steps {
		document.Steps = append(document.Steps, describePlan(i+1, s))
	}
	if err != nil {
		document.Error = err.Error()
	}
	bill, e := p.estimate(ctx, o, &document, perHour)
	if e != nil {
		return errors.Join(err, e)
	}
	return errors.Join(err, p.printPlan(document, bill))
}

// estimate adds to a plan what its steps would take on the selected engine, and
// all together on each engine. It returns a sentence about the bill, or "".
func (p *program) estimate(ctx context.Context, o *opened, document *planDocument, perHour float64) (bill string, err error) {
	var tables []*pipeline.Table
	for _, s := range document.Steps {
		if s.Action == "run" {
			tables = append(tables, o.lake.Table(s.Table))
		}
	}
	if len(tables) == 0 {
		return "", nil
	}
	work, err := registry.NewWork(ctx, o.env, perHour)
	if err != nil {
		return "", err
	}
	estimator := p.selected().Estimate(work)
	var costs []registry.Estimate
	for i := range document.Steps {
		if s := &document.Steps[i]; s.Action == "run" {
			e := estimator.Table(o.lake.Table(s.Table))
			s.Estimate, costs = &e, append(costs, e)
		}
	}
	document.LandingBytes = work.Landing()
	document.Engines = p.config.engines.Forecasts(p.selected(), o.env.Place, work, tables)
	bill = estimator.Sum(costs)
	if checks := estimator.Queries(check.Reads(check.Asked(o.lake, false))); checks.Queries > 0 {
		document.Checks = &checks
		bill += fmt.Sprintf("\nThe checks at the end of a run with --batch would scan about %s bytes more: %s, $%.4f.",
			thousands(checks.ScanBytes), pipeline.Counted(checks.Queries, "query"), checks.CostUSD)
	}
	return bill, nil
}

// printForecasts prints the plan on each engine.
func (p *program) printForecasts(document planDocument) error {
	if len(document.Engines) == 0 {
		return nil
	}
	rows := [][]string{{"ENGINE", "TIME", "COST", "SPEED", "FASTER FROM", "CHEAPER FROM", "THIS LAKE"}}
	for _, f := range document.Engines {
		speed, works := "assumed", "no"
		if f.PastSteps > 0 {
			speed = fmt.Sprintf("of %d past builds", f.PastSteps)
		}
		if f.Works {
			works = "yes"
		}
		from := func(size *int64) string {
			switch {
			case f.Selected:
				return "(selected)"
			case size == nil:
				return "never"
			case *size <= document.LandingBytes:
				return "now"
			}
			return bytesText(*size)
		}
		rows = append(rows, []string{
			f.Engine, secondsText(f.Seconds), fmt.Sprintf("$%.4f", f.CostUSD), speed, from(f.FasterFrom), from(f.CheaperFrom), works,
		})
	}
	if _, err := fmt.Fprintf(p.out, "\nEstimated for landing tables of %s in all:\n", bytesText(document.LandingBytes)); err != nil {
		return err
	}
	return printTable(p.out, rows, 1, 2)
}

// secondsText formats an estimated time to two digits.
func secondsText(seconds float64) string {
	switch {
	case seconds < 10:
		return fmt.Sprintf("%.2g s", seconds)
	case seconds < 600:
		return fmt.Sprintf("%.0f s", seconds)
	case seconds < 36000:
		return fmt.Sprintf("%.0f min", seconds/60)
	}
	return fmt.Sprintf("%.0f h", seconds/3600)
}

// bytesText formats an estimated size to two or three digits.
func bytesText(bytes int64) string {
	size, units := float64(bytes), []string{"bytes", "kB", "MB", "GB", "TB", "PB", "EB"}
	for size >= 999.5 && len(units) > 1 {
		size, units = size/1000, units[1:]
	}
	if size < 9.95 && units[0] != "bytes" {
		return fmt.Sprintf("%.1f %s", size, units[0])
	}
	return fmt.Sprintf("%.0f %s", size, units[0])
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

func (p *program) printPlan(document planDocument, bill string) error {
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
	if err := p.printForecasts(document); err != nil {
		return err
	}
	if bill != "" {
		if _, err := fmt.Fprintf(p.stdout, "\n%s\n", bill); err != nil {
			return err
		}
	}
	closing := fmt.Sprintf("%d of %d tables would be built; nothing was written.", run, len(document.Steps))
	if run == 0 && document.Error == "" {
		closing = "Everything is up to date; --force is a full refresh."
	}
	_, err := fmt.Fprintf(p.out, "\n%s\n", closing)
	return err
}
