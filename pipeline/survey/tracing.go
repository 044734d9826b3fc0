package survey

import (
	"context"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/state"
)

// Trace follows a subject through the zones: it counts the subject's rows in
// each table and after each stage of a transform, and states which stage drops
// them. It takes no lock and writes nothing. Unreadable lines and files that
// the allowance does not cover are an error.
func Trace(ctx context.Context, r *pipeline.Runner, subject string, allow pipeline.Allowance) (*pipeline.Trace, error) {
	if strings.TrimSpace(subject) == "" {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Give an e-mail or another value that identifies one person.", "the name is empty")
	}
	if !slices.ContainsFunc(r.Lake.Tables, func(t *pipeline.Table) bool { return len(t.Subject) > 0 }) {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Begin the DDL of a landing table with a line such as \"-- subject: email\".",
			"the definition does not say which columns identify a subject")
	}
	job := pipeline.TraceJob{Lake: r.Lake, Subject: subject, Allow: allow}
	var tables Opened
	err := pipeline.Again(ctx, func() (err error) {
		job.Inputs, tables, err = traceInputs(ctx, r, allow)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer tables.Close()
	trace, err := r.Tracer.Trace(ctx, job)
	if err != nil {
		return nil, err
	}
	trace.Schema = pipeline.TraceSchema
	for i := range trace.Tables {
		t := &trace.Tables[i]
		t.Ends, t.Skipped = pipeline.Ends(t.Stages), job.Inputs[t.Table].Skipped
	}
	return trace, nil
}

// traceInputs returns the tables that a trace reads.
func traceInputs(ctx context.Context, r *pipeline.Runner, allow pipeline.Allowance) (map[string]pipeline.Input, Opened, error) {
	listed, err := pipeline.ListTables(ctx, r.Store, r.Lake, allow)
	if err != nil {
		return nil, nil, err
	}
	files := map[string][]pipeline.File{}
	for name, l := range listed {
		files[name] = l.Files
	}
	tables, err := open(ctx, r.Store, r.Lake, files)
	if err != nil {
		return nil, nil, err
	}
	inputs := map[string]pipeline.Input{}
	for _, t := range r.Lake.Tables {
		input, ok := tables.Input(t)
		switch {
		case !t.IsLanding() && state.PublisherOf(r).OneFile() && !slices.ContainsFunc(files[t.Name], func(f pipeline.File) bool { return f.Name == t.Part() }):
			continue // not published by a run
		case !t.IsLanding() && state.PublisherOf(r).OneFile():
			input.Files = pipeline.Only(input.Files, t.Part())
		case !ok:
			input, err = pipeline.FetchInput(ctx, r.Store, t, files[t.Name])
		}
		if err != nil {
			tables.Close()
			return nil, nil, err
		}
		input.Skipped = pipeline.FileNames(listed[t.Name].Skipped)
		inputs[t.Name] = input
	}
	return inputs, tables, nil
}

// Conditions returns the predicates of a table's stages, which explain why
// other rows are not in it. It reads no data.
func Conditions(ctx context.Context, r *pipeline.Runner, t *pipeline.Table) (map[string]string, error) {
	if t.IsLanding() {
		return nil, nil
	}
	return r.Tracer.Conditions(ctx, t)
}
