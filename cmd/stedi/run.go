package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"stedi/pipeline"
)

func (p *program) runCommand() *cobra.Command {
	var o runFlags
	cmd := &cobra.Command{
		Use:   "run [TABLE…]",
		Short: "Bring tables up to date",
		Long: "Bring tables up to date: NAME alone, +NAME with all that it needs, NAME+ with all that needs it,\n" +
			"zone:NAME for a whole zone; nothing named means all.",
		Example: "stedi run --demo\nstedi run +customer_curated --demo\nstedi run zone:trusted --demo",
		RunE:    func(cmd *cobra.Command, args []string) error { return p.runLake(cmd.Context(), o, args) },
	}
	o.add(cmd.Flags())
	return cmd
}

// runLake runs what is selected and prints what came of it.
func (p *program) runLake(ctx context.Context, flags runFlags, names []string) (err error) {
	o, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	out := p.printer()
	record, err := o.runner(p.config.demo).Run(ctx, pipeline.RunOptions{
		Select: names, Force: flags.force, Replace: flags.replace, AllowEmpty: flags.allowEmpty, MaxRejects: flags.maxRejects.Limit,
	}, out.event)
	out.stop()
	if record == nil {
		return err
	}
	if e := out.end(record); e != nil {
		return errors.Join(err, e)
	}
	if err == nil && record.ExitCode != 0 {
		return &saidAlready{pipeline.Fail(pipeline.Kind(record.ExitCode), "", "", "the data is not as it should be")}
	}
	return err
}

// printer is how a run is shown.
type printer interface {
	event(pipeline.Event)
	stop() // no event comes any more
	end(*pipeline.Record) error
}

func (p *program) printer() printer {
	switch p.config.output {
	case "json":
		return &jsonPrinter{out: p.stdout, story: p.story()}
	case "ndjson":
		return &jsonPrinter{out: p.stdout, story: p.story(), lines: true}
	default:
		return &textPrinter{out: p.stdout, story: p.story()}
	}
}
