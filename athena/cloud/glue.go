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
		Estimate: func(work *registry.Work) registry.Estimator {
			// Spark's pace on the workers of a job, after they have started.
			return works{work, work.Pace(glue.Name, registry.Pace{Start: 60, PerSecond: 200e6}), s.jobPrice()}
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

// works estimates the time and the DPU-seconds of jobs.
type works struct {
	work  *registry.Work
	pace  registry.Pace
	price glue.Price
}

// Table returns the median DPU-seconds of a job's past runs, for the present
// size of the inputs. Without past runs it returns those of the estimated time
// after the start, at least those that a run is charged for.
func (w works) Table(t *pipeline.Table) registry.Estimate {
	bytes := w.work.Size(t.Transform.Inputs...)
	seconds := w.pace.Seconds(bytes)
	before := state.PastDPUSeconds(w.work.Past, t.Name)
	units, known := state.Median(before)
	if known {
		units *= seconds / w.pace.Seconds(int64(float64(bytes)/w.work.Factor))
	} else {
		units = max(w.price.LeastDPUSeconds(), glue.DPUSeconds(seconds-w.pace.Start))
	}
	return registry.Estimate{
		DPUSeconds: units, CostUSD: w.price.Cost(units), PastRuns: len(before),
		Seconds: seconds, PastSteps: w.pace.Steps,
	}
}

func (w works) Sum(steps []registry.Estimate) string {
	all := registry.Total(steps)
	word := "about"
	for _, s := range steps {
		if s.PastRuns == 0 {
			word = "at least" // some job has no past run
		}
	}
	return fmt.Sprintf("Glue would work for %s %s DPU-seconds (past runs): $%.4f, and Athena a little for counts and guards.",
		word, printable.Thousands(int64(all.DPUSeconds)), all.CostUSD)
}
