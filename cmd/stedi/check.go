package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/check"
)

func (p *program) checkCommand() *cobra.Command {
	var allow allowFlags
	var allowMissing bool
	var ci ciFlags
	cmd := &cobra.Command{
		Use:   "check [TABLE…]",
		Short: "Check the tables of the lake",
		Long: "Hold the tables against the rules of the definition and against those of every lake: the lines can be\n" +
			"read, nothing was changed by someone else, nothing is older than what it is made from, and the counts\n" +
			"are those of a known data set if the landing counts are. A table that is missing or stale fails, unless\n" +
			"only other tables are named. It changes nothing, and needs no permission to.",
		Example: "stedi check --lake ./lake\nstedi check machine_learning_curated --lake ./lake --output json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.check(cmd.Context(), check.InspectOptions{Tables: args, Allow: allow.allowance(), AllowMissing: allowMissing}, ci)
		},
	}
	cmd.Flags().BoolVar(&allowMissing, "allow-missing", false, "skip tables without files, which fail otherwise; stale tables still fail")
	allow.add(cmd.Flags())
	ci.addReports(cmd.Flags())
	return cmd
}

func (p *program) check(ctx context.Context, options check.InspectOptions, ci ciFlags) (err error) {
	ctx, out, err := p.watch(ctx, ci)
	if err != nil {
		return err
	}
	defer func() { err = out.close(ctx, err) }()
	o, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	record, err := check.Evaluate(ctx, o.runner(p.config.demo), options)
	if record == nil {
		return err
	}
	if err := out.end(record); err != nil {
		return err
	}
	return outcome(record, err)
}

// outcome makes an error of checks that failed, which the output has shown
// already.
func outcome(record *pipeline.Record, err error) error {
	if err == nil && record.ExitCode != 0 {
		return &saidAlready{pipeline.Fail(pipeline.Kind(record.ExitCode), "", "", "%s", pipeline.TallyOf(record.Checks).Verdict())}
	}
	return err
}
