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
		Estimate: func(_ context.Context, env *registry.Env) (registry.Estimator, error) {
			return scans{env, s.queryPrice(), s.stages}, nil
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
	env    *registry.Env
	price  athena.Price
	stages bool
}

// Table estimates the queries that build a table, count its rows and evaluate
// its guards. It assumes that rebuilt tables keep their size.
func (s scans) Table(ctx context.Context, t *pipeline.Table) (*pipeline.Estimate, error) {
	reads := [][]string{t.Transform.Inputs}
	for _, c := range s.env.Lake.Checks {
		if c.Guard && c.Table == t.Name {
			reads = append(reads, c.Inputs)
		}
	}
	estimate, err := s.Queries(ctx, reads)
	if err != nil {
		return nil, err
	}
	// No run has counted the rows of a landing table.
	counted := athena.CountReads(t, s.stages, func(name string) bool {
		input := s.env.Lake.Table(name)
		return input == nil || !input.IsLanding()
	})
	counts, err := s.Queries(ctx, [][]string{counted})
	if err != nil {
		return nil, err
	}
	counts.CountBytes, counts.ScanBytes = counts.ScanBytes, 0
	estimate.Add(counts)
	return estimate, nil
}

// Queries estimates queries by the tables that they read, each as often as it is
// named.
func (s scans) Queries(ctx context.Context, reads [][]string) (*pipeline.Estimate, error) {
	sizes := map[string]int64{}
	all := &pipeline.Estimate{Queries: len(reads)}
	for _, tables := range reads {
		scanned := int64(0)
		for _, name := range tables {
			size, known := sizes[name]
			if !known {
				var err error
				if size, err = s.env.SizeOf(ctx, name); err != nil {
					return nil, err
				}
				sizes[name] = size
			}
			scanned += size
		}
		all.ScanBytes += scanned
		all.CostUSD += s.price.Cost(scanned)
	}
	return all, nil
}

func (s scans) Sum(steps []*pipeline.Estimate, checks *pipeline.Estimate) string {
	all := registry.Total(steps)
	return fmt.Sprintf("Athena would scan about %s bytes to build the tables, and %s to count rows (fewer with --count-stages=false): %s, $%.4f.%s",
		printable.Thousands(all.ScanBytes), printable.Thousands(all.CountBytes), pipeline.CountedQueries(all.Queries), all.CostUSD, checksText(checks))
}

// checksText is the part of a plan about checks, if their usage was estimated.
func checksText(checks *pipeline.Estimate) string {
	if checks == nil {
		return ""
	}
	return fmt.Sprintf("\nThe checks at the end of a run with --batch would scan about %s bytes more: %s, $%.4f.",
		printable.Thousands(checks.ScanBytes), pipeline.CountedQueries(checks.Queries), checks.CostUSD)
}
