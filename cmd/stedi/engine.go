package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"stedi/pipeline"
	"stedi/pipeline/convert"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/state"
)

// selected returns the engine that --engine names.
func (p *program) selected() *registry.Entry { return p.config.engines.Find(p.config.engine) }

// placeOf reads the authority file of a lake. A local lake has none.
func placeOf(ctx context.Context, files pipeline.Files, root string) (registry.Place, error) {
	lake := registry.Place{Root: root}
	if !lake.InS3() { // a database of a catalog was not deployed either
		return lake, nil
	}
	var err error
	lake.Authority, err = state.AuthorityOf(ctx, files)
	return lake, err
}

// openRuns chooses how tables of the lake are published, and opens the engine
// that builds or reads them. Suits returns why the engine cannot.
func (p *program) openRuns(ctx context.Context, o *opened, engine *registry.Entry, suits func(registry.Place) error) (err error) {
	if o.env.Place, err = placeOf(ctx, o.store, o.root); err != nil {
		return err
	}
	if err := suits(o.env.Place); err != nil {
		return err
	}
	o.env.Lake = o.lake
	switch {
	case o.env.Authority.Catalog != "":
		tables, err := p.config.account.Catalog(ctx, o.env.Place)
		if err != nil {
			return err
		}
		o.store, o.publisher = state.ByCatalog(o.store, tables, o.lake)
		o.browse = func(ctx context.Context) ([]pipeline.CatalogTable, error) { return tables.Browse(ctx, o.lake) }
	case engine.Discover != nil:
		if o.env.Discovered, err = engine.Discover(ctx, o.env); err != nil {
			return err
		}
		o.base, o.browse = o.env.Discovered.Store, o.env.Discovered.Browse
		o.store = convert.NewStore(o.base, o.lake, o.env.Converted, duckdb.Convert).WithLanding()
	}
	o.env.Store = o.store
	if engine.Capabilities.Costs {
		o.estimator = &lateEstimator{env: o.env, estimate: engine.Estimate}
	}
	o.engine, err = engine.Open(ctx, o.env)
	return err
}

// lateEstimator estimates with the sizes that the tables have when it is asked,
// and reads the records of past runs once.
type lateEstimator struct {
	env      *registry.Env
	estimate func(*registry.Work) registry.Estimator
	mu       sync.Mutex
	work     *registry.Work
}

func (l *lateEstimator) now(ctx context.Context) (_ registry.Estimator, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.work == nil {
		l.work, err = registry.NewWork(ctx, l.env, 0)
	} else {
		l.work, err = l.work.Now(ctx, l.env)
	}
	if err != nil {
		l.work = nil
		return nil, err
	}
	return l.estimate(l.work), nil
}

// Table estimates the build of one table.
func (l *lateEstimator) Table(ctx context.Context, table *pipeline.Table) (*pipeline.Estimate, error) {
	estimator, err := l.now(ctx)
	if err != nil {
		return nil, err
	}
	estimate := estimator.Table(table)
	return &estimate, nil
}

// Queries estimates queries.
func (l *lateEstimator) Queries(ctx context.Context, reads [][]string) (*pipeline.Estimate, error) {
	estimator, err := l.now(ctx)
	if err != nil {
		return nil, err
	}
	estimate := estimator.Queries(reads)
	return &estimate, nil
}

// querier returns a querier for the current tables. An empty engine means that
// of --engine, or its substitute if it cannot answer queries.
func (p *program) querier(ctx context.Context, o *opened, engine string, limits registry.QueryLimits) (pipeline.Querier, error) {
	if engine == "" {
		engine = p.config.engine
	}
	entry := p.config.engines.Answering(engine)
	if entry == nil {
		return nil, p.unknownEngine(engine)
	}
	if err := entry.SupportsLake(o.env.Place); err != nil {
		return nil, err
	}
	return entry.Querier(ctx, o.env, limits)
}

func (p *program) unknownEngine(name string) error {
	return pipeline.Fail(pipeline.BadUsage, "", "Engines: "+strings.Join(p.config.engines.Names(), ", ")+".", "unknown engine %q", name)
}

// strictly rejects allowances that the engine does not support, because it
// fails at malformed lines.
func (p *program) strictly(allow pipeline.Allowance) error {
	if p.selected().Capabilities.Rejects {
		return nil
	}
	able := ""
	for _, e := range p.config.engines {
		if e.Capabilities.Rejects {
			able = e.Name
			break
		}
	}
	switch {
	case allow.Limit != (pipeline.Limit{}):
		return pipeline.Fail(pipeline.BadUsage, "", "Run with --engine "+able+", or fix the lines.", "the engine %s cannot skip malformed lines: --max-rejects must be 0", p.config.engine)
	case len(allow.SkipFiles) > 0:
		return pipeline.Fail(pipeline.BadUsage, "", "Run with --engine "+able+", or move the files out of the lake.", "the engine %s reads every file of a table: --skip-file is not supported", p.config.engine)
	}
	return nil
}

// tellUsage prints the time and cost of a query, if it has any.
func (p *program) tellUsage(rows pipeline.Rows) {
	u := pipeline.UsageOf(rows)
	if u.QueryID == "" {
		return
	}
	tryWrite(p.stderr, fmt.Sprintf("query %s: %.1f s in the queue, %.1f s to run, %s bytes scanned, $%.6f%s\n",
		u.QueryID, u.Queued.Seconds(), u.Ran.Seconds(), thousands(u.ScannedBytes), u.CostUSD, expectedText(u.Estimate)))
	if t := u.Session; t != nil && t.Queries > 1 {
		tryWrite(p.stderr, t.String()+"\n")
	}
}

// helpOf lists the engines for --help.
func helpOf(engines registry.List) string {
	var all []string
	for _, e := range engines {
		all = append(all, fmt.Sprintf("%s (%s)", e.Name, e.Help))
	}
	return "engine that runs the transforms: " + strings.Join(all, ", ")
}
