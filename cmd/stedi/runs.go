package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/state"
)

func (p *program) runsCommand() *cobra.Command {
	var diff, rows bool
	cmd := &cobra.Command{
		Use:   "runs [ID]",
		Short: "List past runs, show one, or compare two",
		Long: "List past runs, the newest first, or show the one whose id begins with ID. \"last\" is the newest,\n" +
			"\"last~1\" the one before it. --diff A B compares two runs: rows, columns, SQL, stages, times.\n" +
			"--rows also compares the rows of tables of which both versions still exist, and prints some of them,\n" +
			"which are personal data.",
		Example: "stedi runs --lake ./lake\nstedi runs last --lake ./lake --output json\nstedi runs --diff last~1 last --lake ./lake",
		Args: func(cmd *cobra.Command, args []string) error {
			if rows && !diff {
				return pipeline.Fail(pipeline.BadUsage, "", "Pass --diff A B --rows.", "--rows needs --diff")
			}
			if diff && len(args) != 2 {
				return miswritten(cmd, " --diff A B")
			}
			if diff {
				return nil
			}
			return usageArgs(cobra.MaximumNArgs(1))(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if rows {
				return p.diffRows(cmd.Context(), args[0], args[1])
			}
			store, _, err := p.openStore(cmd.Context(), p.config.lake)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return p.listRuns(cmd.Context(), store)
			}
			if diff {
				return p.diffRuns(cmd.Context(), store, args[0], args[1])
			}
			record, err := state.FindRun(cmd.Context(), store, args[0])
			if err != nil {
				return err
			}
			if err := p.printer().end(record); err != nil || p.config.output != "text" || record.Error == "" {
				return err
			}
			_, err = fmt.Fprintf(p.out, "\n%s\n", record.Error)
			return err
		},
	}
	cmd.Flags().BoolVar(&diff, "diff", false, "show how the runs A and B differ")
	cmd.Flags().BoolVar(&rows, "rows", false, "with --diff, also compare the rows and print some of them")
	return cmd
}

func (p *program) listRuns(ctx context.Context, store pipeline.Store) error {
	records, err := state.Records(ctx, store)
	if err != nil {
		return err
	}
	switch p.config.output {
	case "json":
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(records)
	case "ndjson":
		return printLines(p.stdout, records)
	default:
		return p.runsTable(records)
	}
}

func printLines(w io.Writer, records []*pipeline.Record) error {
	encoder := json.NewEncoder(w)
	for _, r := range records {
		if err := encoder.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) runsTable(records []*pipeline.Record) error {
	rows := [][]string{{"RUN", "STARTED", "STATUS", "BUILT", "SECONDS"}}
	for _, r := range records {
		built := 0
		for _, s := range r.Steps {
			if s.State == pipeline.Published {
				built++
			}
		}
		rows = append(rows, []string{r.Run, r.Started.Format(time.DateTime) + " UTC", r.Status, fmt.Sprint(built), fmt.Sprintf("%.2f", r.Seconds)})
	}
	return printTable(p.out, rows, 3, 4)
}
