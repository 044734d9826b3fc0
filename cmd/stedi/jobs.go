package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"stedi/pipeline/engines/registry"
	"stedi/pipeline/printable"
)

func (p *program) jobsCommand() *cobra.Command {
	var most int
	cmd := &cobra.Command{
		Use:         "jobs [TABLE…]",
		Short:       "List the runs of the lake's Glue jobs",
		Long:        "List the newest runs of the Glue jobs that build the tables, newest first, including runs that were\nstarted outside stedi: state, duration and cost.",
		Example:     "stedi jobs --lake s3://bucket/prefix\nstedi jobs customer_trusted -n 3 --lake s3://bucket/prefix",
		Annotations: map[string]string{"examples": "needs an account"},
		RunE:        func(cmd *cobra.Command, args []string) error { return p.listJobRuns(cmd.Context(), args, most) },
	}
	cmd.Flags().IntVarP(&most, "number", "n", 5, "runs of each job")
	return cmd
}

func (p *program) listJobRuns(ctx context.Context, names []string, most int) (err error) {
	i := slices.IndexFunc(p.config.engines, func(e registry.Entry) bool { return e.Jobs != nil })
	p.config.engine = p.config.engines[i].Name // regardless of --engine
	o, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	selected, err := o.lake.Select(names)
	if err != nil {
		return err
	}
	all, err := p.selected().Jobs(ctx, o.env, selected, most)
	if err != nil {
		return err
	}
	if p.config.output != "text" {
		return p.encode(all)
	}
	rows := [][]string{{"TABLE", "STARTED", "STATE", "SECONDS", "COST", "ID", ""}}
	for _, r := range all {
		rows = append(rows, []string{
			r.Table, r.Started.Local().Format(time.DateTime), r.State, fmt.Sprintf("%.0f", r.Seconds), fmt.Sprintf("$%.4f", r.CostUSD), r.ID, printable.Text(r.Error),
		})
	}
	return printTable(p.out, rows, 3, 4)
}
