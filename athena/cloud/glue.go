package cloud

import (
	"context"
	"fmt"

	"stedi/athena"
	"stedi/athena/glue"
	"stedi/pipeline"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/printable"
	"stedi/pipeline/state"
)

// Glue describes the engine that runs transforms as Spark jobs. Queries on its
// tables run on Athena.
func (s *Settings) Glue() registry.Entry {
	supports := func(lake registry.Place) error {
		if err := deployed(glue.Name)(lake); err != nil {
			return err
		}
		if lake.Authority.Role == "" {
			return pipeline.Fail(pipeline.BadUsage, "", "`stedi deploy --lake "+lake.Root+"` creates them and their role.", "the lake has no Glue jobs")
		}
		return nil
	}
	return registry.Entry{
		Name: glue.Name, Label: "Glue", Help: "a deployed lake in S3, by Spark jobs", Capabilities: athena.Capabilities(), Deployed: true,
		Flags: s.jobFlags(), Supports: supports, QueriedBy: athena.Name, Jobs: s.jobRuns, Examine: s.examineJobs,
		Open: func(ctx context.Context, env *registry.Env) (pipeline.Engine, error) {
			queries, err := s.queries(ctx, env)
			if err != nil {
				return nil, err
			}
			tables, err := s.Catalog(ctx, env.Place)
			if err != nil {
				return nil, err
			}
			jobs, err := s.Jobs(ctx, env.Lake, env.Store, env.Place, tables.Database())
			if err != nil {
				return nil, err
			}
			return jobs.Engine(tables, queries), nil
		},
		Estimate: func(ctx context.Context, env *registry.Env) (registry.Estimator, error) {
			past, err := pastRuns(ctx, env.Store)
			return works{past, s.jobPrice(), scans{env, s.queryPrice(), s.stages}}, err
		},
	}
}

func (s *Settings) jobsOf(ctx context.Context, env *registry.Env) (*glue.Jobs, error) {
	tables, err := s.Catalog(ctx, env.Place)
	if err != nil {
		return nil, err
	}
	return s.Jobs(ctx, env.Lake, env.Store, env.Place, tables.Database())
}

func (s *Settings) examineJobs(ctx context.Context, env *registry.Env) []pipeline.Finding {
	jobs, err := s.jobsOf(ctx, env)
	if err != nil {
		return []pipeline.Finding{pipeline.Trouble("jobs", err)}
	}
	return jobs.Examine(ctx)
}

func (s *Settings) jobRuns(ctx context.Context, env *registry.Env, tables []*pipeline.Table, most int) ([]pipeline.JobRun, error) {
	jobs, err := s.jobsOf(ctx, env)
	if err != nil {
		return nil, err
	}
	all := []pipeline.JobRun{}
	for _, t := range tables {
		runs, err := jobs.History(ctx, t, most)
		if err != nil {
			return nil, err
		}
		for _, r := range runs {
			all = append(all, pipeline.JobRun{
				Table: t.Name, Job: jobs.Name(t), ID: r.ID, State: r.State, Started: r.Started,
				Seconds: r.Ran.Seconds(), DPUSeconds: r.DPUSeconds, CostUSD: r.Cost, Error: r.Error,
			})
		}
	}
	return all, nil
}

// manyPastRuns is the number of past runs that an estimate uses.
const manyPastRuns = 20

// pastRuns returns the records of the newest runs.
func pastRuns(ctx context.Context, store pipeline.Store) ([]*pipeline.Record, error) {
	ids, err := state.Runs(ctx, store)
	if err != nil {
		return nil, err
	}
	var records []*pipeline.Record
	for _, id := range ids[:min(len(ids), manyPastRuns)] {
		record, err := state.ReadRecord(ctx, store, id)
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, nil
}

// works estimates the DPU-seconds of jobs.
type works struct {
	past    []*pipeline.Record
	price   glue.Price
	queries scans
}

// Table returns the median DPU-seconds of a job's past runs, or the least that
// a run is charged for.
func (w works) Table(_ context.Context, t *pipeline.Table) (*pipeline.Estimate, error) {
	before := state.PastDPUSeconds(w.past, t.Name)
	units, known := state.Median(before)
	if !known {
		units = w.price.LeastDPUSeconds()
	}
	return &pipeline.Estimate{DPUSeconds: units, CostUSD: w.price.Cost(units), PastRuns: len(before)}, nil
}

// Queries estimates queries of Athena.
func (w works) Queries(ctx context.Context, reads [][]string) (*pipeline.Estimate, error) {
	return w.queries.Queries(ctx, reads)
}

func (w works) Sum(steps []*pipeline.Estimate, checks *pipeline.Estimate) string {
	all := registry.Total(steps)
	fewest := manyPastRuns
	for _, s := range steps {
		fewest = min(fewest, s.PastRuns)
	}
	word := "about"
	if fewest == 0 {
		word = "at least" // some job has no past run
	}
	return fmt.Sprintf("Glue would work for %s %s DPU-seconds (past runs): $%.4f, and Athena a little for counts and guards.%s",
		word, printable.Thousands(int64(all.DPUSeconds)), all.CostUSD, checksText(checks))
}
