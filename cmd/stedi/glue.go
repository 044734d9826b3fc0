package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"stedi/athena"
	"stedi/athena/glue"
	"stedi/pipeline"
	"stedi/pipeline/printable"
)

// openJobs opens the Glue jobs of a lake, as it was deployed with them.
func (p *program) openJobs(ctx context.Context, lake *pipeline.Lake, files pipeline.Files, root, database string, authority pipeline.Authority) (*glue.Jobs, error) {
	config, err := p.config.amazon.open(ctx)
	if err != nil {
		return nil, err
	}
	return glue.Open(config, lake, files, root, glue.Options{Prefix: authority.JobPrefix, Role: authority.Role, Database: database, Price: p.config.athena.jobPrice()}), nil
}

func (p *program) glueEngine(ctx context.Context, o *opened, authority pipeline.Authority, queries *athena.Engine) (pipeline.Engine, error) {
	if authority.Role == "" {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "`stedi deploy --lake "+o.root+"` makes them, and a role that they run as.", "the lake has no Glue jobs")
	}
	var err error
	if o.jobs, err = p.openJobs(ctx, o.lake, o.store, o.root, o.tables.Database(), authority); err != nil {
		return nil, err
	}
	return o.jobs.Engine(o.tables, queries), nil
}

// examineJobs looks at the Glue jobs of a deployed lake.
func (p *program) examineJobs(ctx context.Context, lake *pipeline.Lake, database string, authority pipeline.Authority) []pipeline.Finding {
	store, _, err := p.openBucket(ctx, p.config.lake)
	if err != nil {
		return []pipeline.Finding{pipeline.Trouble("bucket", err)}
	}
	jobs, err := p.openJobs(ctx, lake, store, p.config.lake, database, authority)
	if err != nil {
		return []pipeline.Finding{pipeline.Trouble("jobs", err)}
	}
	return jobs.Examine(ctx)
}

// manyPastRuns is how far back an estimate looks.
const manyPastRuns = 20

// pastRuns returns the records of the newest runs.
func (o *opened) pastRuns(ctx context.Context) ([]*pipeline.Record, error) {
	ids, err := pipeline.Runs(ctx, o.store)
	if err != nil {
		return nil, err
	}
	var records []*pipeline.Record
	for _, id := range ids[:min(len(ids), manyPastRuns)] {
		record, err := pipeline.ReadRecord(ctx, o.store, id)
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, nil
}

// wouldWork says what a job would take, from what it took before, or what the
// shortest one does.
func wouldWork(past []*pipeline.Record, t *pipeline.Table, price glue.Price) *scan {
	before := pipeline.PastDPUSeconds(past, t.Name)
	units, known := pipeline.Median(before)
	if !known {
		units = price.LeastDPUSeconds()
	}
	return &scan{DPUSeconds: units, CostUSD: price.Cost(units), pastRuns: len(before)}
}

// printWork says what a plan on Glue would cost.
func (p *program) printWork(steps []planStep, all scan) error {
	fewest := manyPastRuns
	for _, s := range steps {
		if s.scan != nil {
			fewest = min(fewest, s.pastRuns)
		}
	}
	word := "about"
	if fewest == 0 {
		word = "at least" // of some job nothing is known
	}
	_, err := fmt.Fprintf(p.out, "\nGlue would work for %s %s DPU-seconds (past runs): $%.4f, and Athena a little for counts and guards.\n", word, thousands(int64(all.DPUSeconds)), all.CostUSD)
	return err
}

func (p *program) jobsCommand() *cobra.Command {
	var most int
	cmd := &cobra.Command{
		Use:         "jobs [TABLE…]",
		Short:       "List the runs of the lake's Glue jobs",
		Long:        "List the newest runs of the Glue jobs that make the tables, the newest first, whoever has started them:\ntheir state, how long they ran, and what that costs.",
		Example:     "stedi jobs --lake s3://bucket/prefix\nstedi jobs customer_trusted -n 3 --lake s3://bucket/prefix",
		Annotations: map[string]string{"examples": "needs an account"},
		RunE:        func(cmd *cobra.Command, args []string) error { return p.listJobRuns(cmd.Context(), args, most) },
	}
	cmd.Flags().IntVarP(&most, "number", "n", 5, "runs of each job")
	return cmd
}

// jobRuns returns the newest runs of the jobs of tables, those of each table
// the newest first.
func (o *opened) jobRuns(ctx context.Context, tables []*pipeline.Table, most int) ([]pipeline.JobRun, error) {
	all := []pipeline.JobRun{}
	for _, t := range tables {
		runs, err := o.jobs.History(ctx, t, most)
		if err != nil {
			return nil, err
		}
		for _, r := range runs {
			all = append(all, pipeline.JobRun{
				Table: t.Name, Job: o.jobs.Name(t), ID: r.ID, State: r.State, Started: r.Started,
				Seconds: r.Ran.Seconds(), DPUSeconds: r.DPUSeconds, CostUSD: r.Cost, Error: r.Error,
			})
		}
	}
	return all, nil
}

func (p *program) listJobRuns(ctx context.Context, names []string, most int) (err error) {
	p.config.engine = "glue" // whatever runs the lake otherwise
	o, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	selected, err := o.lake.Select(names)
	if err != nil {
		return err
	}
	all, err := o.jobRuns(ctx, selected, most)
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
