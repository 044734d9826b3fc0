package cloud

import (
	"context"
	"fmt"

	"stedi/athena"
	"stedi/athena/catalog"
	"stedi/pipeline"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/printable"
)

// Athena describes the engine that runs transforms as queries.
func (s *Settings) Athena() registry.Entry {
	return registry.Entry{
		Name: athena.Name, Label: "Athena", Help: "a deployed lake in S3, or any database of the Glue catalog, by queries", Capabilities: athena.Capabilities(), Deployed: true,
		Flags: s.queryFlags(), Supports: catalogued, Builds: deployed(athena.Name), Examine: s.examineQueries,
		Discover: s.discover, Home: s.home,
		Open: func(ctx context.Context, env *registry.Env) (pipeline.Engine, error) {
			engine, err := s.reader(ctx, env)
			if err != nil {
				return nil, err // not engine: a nil *Engine is not a nil Engine
			}
			return engine, nil
		},
		Querier: func(ctx context.Context, env *registry.Env, _ registry.QueryLimits) (pipeline.Querier, error) {
			if tables, ok := discovered(env); ok {
				client, err := s.client(ctx, env, tables.Database)
				if err != nil {
					return nil, err
				}
				return client.QuerierOf(tables, reads(env)), nil
			}
			tables, err := s.Catalog(ctx, env.Place)
			if err != nil {
				return nil, err
			}
			client, err := s.client(ctx, env, tables.Database())
			if err != nil {
				return nil, err
			}
			return client.Querier(), nil
		},
		Estimate: func(work *registry.Work) registry.Estimator {
			// A query starts in seconds, and many machines share it.
			pace := work.Pace(athena.Name, registry.Pace{Start: 3, PerSecond: 1e9})
			return scans{work, pace, s.queryPrice(), s.stages}
		},
	}
}

// reader is the engine for tables that others built, if such tables were found,
// or else the one that builds tables, too.
func (s *Settings) reader(ctx context.Context, env *registry.Env) (*athena.Engine, error) {
	tables, ok := discovered(env)
	if !ok {
		return s.queries(ctx, env)
	}
	client, err := s.client(ctx, env, tables.Database)
	if err != nil {
		return nil, err
	}
	return client.Reader(tables, env.Lake), nil
}

func (s *Settings) queries(ctx context.Context, env *registry.Env) (*athena.Engine, error) {
	tables, err := s.Catalog(ctx, env.Place)
	if err != nil {
		return nil, err
	}
	client, err := s.client(ctx, env, tables.Database())
	if err != nil {
		return nil, err
	}
	return client.Engine(tables, env.Root, s.stages && !env.RowsOnly), nil
}

// examineQueries checks the catalog and the workgroup.
func (s *Settings) examineQueries(ctx context.Context, env *registry.Env) []pipeline.Finding {
	findings, database := s.examineTables(ctx, env)
	if database == "" {
		return findings
	}
	about := "workgroup " + s.Workgroup
	client, err := s.client(ctx, env, database)
	if err != nil {
		return append(findings, pipeline.Trouble(about, err))
	}
	return append(findings, pipeline.Fine(about, client.Workgroup().String()))
}

// examineTables checks the tables of the database that the lake is read from,
// and returns its name, or "" if it is unknown.
func (s *Settings) examineTables(ctx context.Context, env *registry.Env) (findings []pipeline.Finding, database string) {
	if tables, ok := discovered(env); ok {
		config, err := s.Account(ctx)
		if err == nil {
			findings, err = catalog.Open(config, tables.Database, env.Root).ExamineTables(ctx, env.Lake)
		}
		return append(findings, troubled("catalog", err)...), tables.Database
	}
	tables, err := s.Catalog(ctx, env.Place)
	if err != nil {
		return troubled("catalog", err), ""
	}
	findings, err = tables.Examine(ctx, env.Lake)
	return append(findings, troubled("catalog", err)...), tables.Database()
}

func troubled(about string, err error) []pipeline.Finding {
	if err == nil {
		return nil
	}
	return []pipeline.Finding{pipeline.Trouble(about, err)}
}

// scans estimates the scanned bytes of queries.
type scans struct {
	work   *registry.Work
	pace   registry.Pace
	price  athena.Price
	stages bool
}

// Table estimates the time, the scanned bytes and the cost to build a table: its
// transform, its guards and the stage counts. It assumes that rebuilt tables
// keep their size.
func (s scans) Table(t *pipeline.Table) registry.Estimate {
	reads := [][]string{t.Transform.Inputs}
	for _, c := range s.work.Lake.Checks {
		if c.Guard && c.Table == t.Name {
			reads = append(reads, c.Inputs)
		}
	}
	e := s.Queries(reads)
	// No run has counted the rows of a landing table.
	counts := s.Queries([][]string{athena.CountReads(t, s.stages, func(name string) bool {
		input := s.work.Lake.Table(name)
		return input == nil || !input.IsLanding()
	})})
	counts.CountBytes, counts.ScanBytes = counts.ScanBytes, 0
	e.Add(&counts)
	e.Seconds, e.PastSteps = s.pace.Seconds(s.work.Size(t.Transform.Inputs...)), s.pace.Steps
	return e
}

// Queries estimates queries by the tables that they read, each as often as it is
// named.
func (s scans) Queries(reads [][]string) registry.Estimate {
	all := registry.Estimate{Queries: len(reads)}
	for _, tables := range reads {
		scanned := s.work.Size(tables...)
		all.ScanBytes += scanned
		all.CostUSD += s.price.Cost(scanned)
	}
	return all
}

func (s scans) Sum(steps []registry.Estimate) string {
	all := registry.Total(steps)
	return fmt.Sprintf("Athena would scan about %s bytes to build the tables, and %s to count rows (fewer with --count-stages=false): %s, $%.4f.",
		printable.Thousands(all.ScanBytes), printable.Thousands(all.CountBytes), pipeline.Counted(all.Queries, "query"), all.CostUSD)
}
