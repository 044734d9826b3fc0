package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/run"
)

func (p *program) rollbackCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rollback TABLE",
		Short: "Restore the previous version of a table",
		Long: "Restore the version of a table that the last run replaced. The current version becomes the previous one,\n" +
			"so a second rollback undoes the first. If the last run moved files aside (--replace), they come back. Previous versions are kept until the next run, which also\n" +
			"rebuilds stale tables.",
		Example: "stedi rollback customer_trusted --lake ./lake",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE:    func(cmd *cobra.Command, args []string) error { return p.rollback(cmd.Context(), args[0]) },
	}
}

func (p *program) rollback(ctx context.Context, table string) (err error) {
	o, err := p.openToBuild(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	restored, err := run.Rollback(ctx, o.runner(p.config.demo), table)
	if err != nil {
		return err
	}
	if p.config.output != "text" {
		encoder := json.NewEncoder(p.stdout)
		if p.config.output == "json" {
			encoder.SetIndent("", "  ")
		}
		return encoder.Encode(restored)
	}
	return p.printRestored(restored)
}

func (p *program) printRestored(r *run.Restored) error {
	head := fmt.Sprintf("%s: rows %s → %s (built by run %s)", r.Table, thousands(r.RowsBefore), thousands(r.Rows), r.Run)
	switch {
	case r.MovedBack > 0:
		head = fmt.Sprintf("%s: rows %s → %s: %s that --replace had moved aside %s back", r.Table, thousands(r.RowsBefore), thousands(r.Rows), pipeline.Counted(int64(r.MovedBack), "file"), isAre(r.MovedBack))
	case r.Recovered:
		head = fmt.Sprintf("%s: an interrupted rollback is now complete: %s, built by run %s", r.Table, rowsText(r.Rows), r.Run)
	case r.Before == "":
		head = fmt.Sprintf("%s: restored, %s (built by run %s)", r.Table, rowsText(r.Rows), r.Run)
	}
	if _, err := fmt.Fprintln(p.out, head); err != nil {
		return err
	}
	for _, s := range r.Stale {
		if _, err := fmt.Fprintf(p.out, "stale: %s: %s\n", s.Table, s.Why); err != nil {
			return err
		}
	}
	next := "No table is stale."
	switch {
	case r.MovedBack > 0:
		next = "`stedi run --replace` moves them aside again."
	case len(r.Stale) > 0:
		next = "The next run rebuilds stale tables and deletes the previous versions; `stedi rollback " + r.Table + "` undoes this."
	}
	_, err := fmt.Fprintf(p.out, "\n%s\n", next)
	return err
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
