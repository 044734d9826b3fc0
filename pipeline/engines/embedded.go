package engines

import (
	"context"

	"stedi/pipeline"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/query"
)

// embedded describes the engine inside this process. The program opens it for
// every lake, since it also reads what SQL says.
func embedded() registry.Entry {
	return registry.Entry{
		Name: duckdb.Name, Label: "DuckDB", Help: "inside this program", Capabilities: duckdb.Capabilities(),
		Open: func(_ context.Context, env *registry.Env) (pipeline.Engine, error) { return env.Embedded, nil },
		Querier: func(_ context.Context, env *registry.Env, limits registry.QueryLimits) (pipeline.Querier, error) {
			options := query.Options{Memory: limits.Memory, Threads: limits.Threads, Timeout: limits.Timeout, Nice: limits.Nice, Allow: limits.Allow}
			if env.Converted != "" {
				options.Also = []string{env.Converted}
			}
			return &fresh{query.Open(env.Lake, nil, env.Folder, options), env, limits.Allow}, nil
		},
	}
}

// fresh asks each query of the tables as they are when it is asked, and fetches
// none that it does not read.
type fresh struct {
	*query.Querier

	env   *registry.Env
	allow pipeline.Allowance
}

// Query begins a query. What a run has published between two looks at the lake
// is not an error: the lake is surveyed again.
func (f *fresh) Query(ctx context.Context, sql string) (rows pipeline.Rows, err error) {
	err = pipeline.Again(ctx, func() error {
		rows, err = f.ask(ctx, sql)
		return err
	})
	return rows, err
}

func (f *fresh) ask(ctx context.Context, sql string) (pipeline.Rows, error) {
	listed, err := pipeline.ListTables(ctx, f.env.Store, f.env.Lake, f.allow)
	if err != nil {
		return nil, err
	}
	known, err := pipeline.FetchTables(ctx, f.env.Store, f.env.Lake, listed)
	if err != nil {
		return nil, err
	}
	f.SetInputs(known)
	tables, err := f.Reads(ctx, sql)
	if err != nil {
		return nil, err
	}
	inputs, err := pipeline.FetchTables(ctx, f.env.Store, f.env.Lake, listed, tables...)
	if err != nil {
		return nil, err
	}
	f.SetInputs(inputs)
	return f.Querier.Query(ctx, sql)
}
