package main

import (
	"context"
	"fmt"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/engines/registry"
)

// openToDiagnose is open for commands that search causes. A lake that is a
// database of a catalog is found by an engine that has one; the selected engine
// reads the files.
func (p *program) openToDiagnose(ctx context.Context) (*opened, error) {
	if !inCatalog(p.config.lake) || p.selected().Discover != nil {
		return p.open(ctx)
	}
	selected := *p.selected()
	for i := range p.config.engines {
		if e := &p.config.engines[i]; e.Discover != nil && e.SupportsLake(registry.Place{Root: p.config.lake}) == nil {
			selected.Discover = e.Discover
			break
		}
	}
	return p.openAs(ctx, &selected, selected.SupportsLake)
}

// countIn lets a diagnosis count where the lake is stored, if the engine does.
func (p *program) countIn(o *opened, options *diagnose.Options, yes bool) error {
	if !o.engine.Capabilities().Counts {
		return nil
	}
	var isCounter bool
	if options.Counter, isCounter = o.engine.(pipeline.Counter); !isCounter {
		return fmt.Errorf("the engine %s does not count", o.engine.Name())
	}
	if err := p.strictly(options.Allow); err != nil {
		return err
	}
	for flag, set := range map[string]bool{"--fixture": options.Fixtures, "--counts": options.Counts} {
		if set {
			return pipeline.Fail(pipeline.BadUsage, "", "Leave --engine out, if the files are JSON or Parquet.",
				"the engine %s counts rows and fetches none: %s is not supported", o.engine.Name(), flag)
		}
	}
	options.Spend = func(_ context.Context, what string, most pipeline.Forecast) (bool, error) {
		text := fmt.Sprintf("to %s, up to %s bytes are scanned in %s: about $%.6f",
			what, thousands(most.ScannedBytes), pipeline.Counted(most.Statements, "query"), most.CostUSD)
		if len(most.Unknown) > 0 {
			text += "; the size of " + strings.Join(most.Unknown, ", ") + " is not known and not included"
		}
		return p.agreed(text, yes)
	}
	return nil
}

// agreed asks whether something may be paid for.
func (p *program) agreed(what string, yes bool) (bool, error) {
	switch {
	case yes:
		tryWrite(p.stderr, what+"\n")
		return true, nil
	case !p.isTerminal(p.stderr):
		return false, unasked(what)
	default:
		return p.answersYes(strings.ToUpper(what[:1]) + what[1:] + ". Go on?"), nil
	}
}

// unasked is the error of what costs something and cannot be asked about.
func unasked(what string) error {
	return pipeline.Fail(pipeline.BadUsage, "", "Pass --yes to agree, or run it on a terminal.", "%s, and there is no terminal to ask on", what)
}

// tellSpent prints what a diagnosis has cost.
func (p *program) tellSpent(spent pipeline.Spending) {
	if len(spent.QueryIDs) > 0 {
		tryWrite(p.stderr, fmt.Sprintf("%s: %s bytes scanned, $%.6f\n", pipeline.Counted(len(spent.QueryIDs), "query"), thousands(spent.ScannedBytes), spent.CostUSD))
	}
}
