package engines

import (
	"context"

	"stedi/pipeline"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/query"
	"stedi/pipeline/state"
)

// embedded describes the engine inside this process. The program opens it for
// every lake, because it also parses SQL.
func embedded() registry.Entry {
	return registry.Entry{
		Name: duckdb.Name, Label: "DuckDB", Help: "inside this program", Capabilities: duckdb.Capabilities(),
		// As the benchmark measured on two cores.
		Estimate: registry.Local(duckdb.Name, registry.Pace{Start: 0.03, PerSecond: 500e6}),
		Open:     func(_ context.Context, env *registry.Env) (pipeline.Engine, error) { return env.Embedded, nil },
		Querier: func(_ context.Context, env *registry.Env, limits registry.QueryLimits) (pipeline.Querier, error) {
			options := query.Options{Memory: limits.Memory, Threads: limits.Threads, Timeout: limits.Timeout, Nice: limits.Nice, Allow: limits.Allow}
			if env.Converted != "" {
				options.Also = []string{env.Converted}
			}
			return &fresh{query.Open(env.Lake, nil, env.Folder, options), env, limits.Allow}, nil
		},
	}
}

// fresh surveys the lake for each query, and fetches only the tables that the
// query reads.
type fresh struct {
	*query.Querier

	env   *registry.Env
	allow pipeline.Allowance
}

// Query starts a query. If a run publishes a table between two reads of the
// lake, Query surveys the lake again instead of failing.
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
	if !f.env.InS3() { // there, a file's copy here has a time of its own
		for _, name := range tables {
			if input, ok := inputs[name]; ok {
				input.Known = state.Counted(ctx, f.env.Store, input.Table, listed[name].Files)
				inputs[name] = input
			}
		}
	}
	f.SetInputs(inputs)
	return f.Querier.Query(ctx, sql)
}
