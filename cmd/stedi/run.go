package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/run"
)

func (p *program) runCommand() *cobra.Command {
	var o runFlags
	cmd := &cobra.Command{
		Use:   "run [TABLE…]",
		Short: "Bring tables up to date",
		Long: "Bring tables up to date: NAME alone, +NAME with its upstream tables, NAME+ with its downstream tables,\n" +
			"zone:NAME for a whole zone; without names, all tables. --retry resumes the newest failed run: it\n" +
			"selects the tables that failed, were skipped or were cancelled, and their downstream tables.",
		Example: "stedi run --demo\nstedi run +customer_curated --demo\nstedi run --retry --lake ./lake\nstedi run zone:trusted --lake ./lake",
		RunE:    func(cmd *cobra.Command, args []string) error { return p.runLake(cmd.Context(), o, args) },
	}
	o.add(cmd.Flags())
	o.ci.add(cmd.Flags())
	p.addSteered(cmd.Flags())
	cmd.Flags().BoolVar(&o.retry, "retry", false, "resume the newest failed run")
	return cmd
}

// runLake runs the selected tables and prints the result.
func (p *program) runLake(ctx context.Context, flags runFlags, names []string) (err error) {
	if err := p.strictly(flags.allow.allowance()); err != nil {
		return err
	}
	ctx, out, err := p.watch(ctx, flags.ci)
	if err != nil {
		return err
	}
	defer func() { err = out.close(ctx, err) }()
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
	options := flags.options(names)
	options.Why = p.reference(ctx, o)
	if p.framed {
		yieldProcessors()
		var stop func()
		ctx, options.Cancel, stop = p.steered(ctx)
		defer stop()
	}
	record, err := run.Run(ctx, o.runner(p.config.demo), options, out.event)
	out.stop()
	if record == nil {
		return err
	}
	if e := out.end(record); e != nil {
		return errors.Join(err, e)
	}
	return outcome(record, err)
}

// printer prints a run.
type printer interface {
	event(pipeline.Event)
	stop() // called after the last event
	end(*pipeline.Record) error
}

func (p *program) printer() printer {
	switch {
	case p.framed:
		return &framePrinter{out: p.stdout}
	case p.config.output == "json":
		return &jsonPrinter{out: p.stdout, progress: p.progressLine()}
	case p.config.output == "ndjson":
		return &jsonPrinter{out: p.stdout, progress: p.progressLine(), lines: true}
	default:
		return &textPrinter{out: p.out, progress: p.progressLine(), color: p.colors(p.stdout)}
	}
}
