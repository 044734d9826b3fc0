package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/diagnose"
)

func (p *program) checkCommand() *cobra.Command {
	var allow allowFlags
	var allowMissing, force bool
	var why whyFlags
	var ci ciFlags
	var many lakesFlags
	cmd := &cobra.Command{
		Use:   "check [TABLE…]",
		Short: "Check the tables of the lake",
		Long: "Run the checks of the definition and the checks of every lake: all lines can be read, no file was\n" +
			"modified outside stedi, no table is older than its upstream, and the counts are the expected ones if\n" +
			"the landing data is a known data set. A missing or stale table fails, unless only other tables are\n" +
			"named. The lake is not changed, and read access is enough. It does not matter who built the tables.\n\n" +
			"A table that has not changed since stedi built or read it is not read again, and a check whose tables have\n" +
			"not changed since a run evaluated it is not evaluated again. --force does both.\n\n" +
			"--lakes checks many lakes, and prints a line for each: its verdict, the first wrong table and the rows of\n" +
			"the derived tables; -v adds the details. A lake that cannot be read fails alone.",
		Example: "stedi check --lake ./lake\nstedi check --lakes lake --allow-missing\nstedi check machine_learning_curated --lake ./lake --output json",
		RunE: func(cmd *cobra.Command, args []string) error {
			options := check.InspectOptions{Allow: allow.allowance(), AllowMissing: allowMissing, Force: force}
			if len(many.lakes) > 0 {
				names, err := many.names(args)
				if err != nil {
					return err
				}
				return p.checkLakes(cmd.Context(), names, options, many.verbose, ci)
			}
			if why.asked {
				p.boundMemory()
			}
			options.Tables = args
			return p.check(cmd.Context(), options, ci, why)
		},
	}
	cmd.Flags().BoolVar(&allowMissing, "allow-missing", false, "skip tables without files, which fail otherwise; stale tables still fail")
	cmd.Flags().BoolVar(&force, "force", false, "read all tables and evaluate all checks, also those whose results are known from unchanged files")
	cmd.Flags().BoolVar(&why.asked, "diagnose", false, "if a check fails, say why its table is wrong, as `stedi why` does")
	cmd.Flags().BoolVar(&why.yes, "yes", false, "with --diagnose: do not ask before queries that cost something")
	cmd.Flags().StringArrayVar(&many.lakes, "lakes", nil, "check many lakes: this one and those that follow; @FILE lists them, one a line")
	cmd.Flags().BoolVarP(&many.verbose, "verbose", "v", false, "with --lakes: the details of each lake")
	allow.add(cmd.Flags())
	ci.addReports(cmd.Flags())
	p.addSteered(cmd.Flags())
	return cmd
}

// whyFlags say whether the causes of failed checks are searched.
type whyFlags struct{ asked, yes bool }

func (p *program) check(ctx context.Context, options check.InspectOptions, ci ciFlags, why whyFlags) (err error) {
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
	if p.framed {
		var stop func()
		ctx, _, stop = p.steered(ctx)
		defer stop()
	}
	searched := diagnose.Options{Definition: p.definition(), Allow: options.Allow}
	if why.asked {
		if err := p.countIn(o, &searched, why.yes); err != nil {
			return err
		}
		if searched.Counter != nil && !why.yes && !p.isTerminal(p.stderr) {
			return unasked("--diagnose counts rows with the engine " + o.engine.Name() + ", which costs something")
		}
	}
	record, err := check.Evaluate(ctx, o.runner(p.config.demo), options)
	if record == nil {
		return err
	}
	if why.asked && record.ExitCode != 0 && err == nil {
		if err := p.diagnose(ctx, o, record, searched); err != nil {
			return err
		}
	}
	if err := out.end(record); err != nil {
		return err
	}
	return outcome(record, err)
}

// diagnose adds to the checks that failed why their tables are wrong.
func (p *program) diagnose(ctx context.Context, o *opened, record *pipeline.Record, options diagnose.Options) error {
	report, err := diagnose.Run(ctx, o.runner(p.config.demo), o.embedded, options)
	if err == nil {
		report.Explain(record)
	}
	record.Spend(o.engine.Spent(), nil) // the estimate was of the checks alone
	return err
}

// outcome returns an error for failed checks, which the output has already
// shown.
func outcome(record *pipeline.Record, err error) error {
	if err == nil && record.ExitCode != 0 {
		return &explainedError{pipeline.Fail(pipeline.Kind(record.ExitCode), "", "", "%s", pipeline.TallyOf(record.Checks).Verdict())}
	}
	return err
}
