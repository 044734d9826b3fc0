package pipeline

import (
	"context"
	"slices"
	"strings"

	"stedi/pipeline/ndjson"
)

// Tracer is the part of an engine that follows a subject through the zones. It
// may be asked from several goroutines.
type Tracer interface {
	// Trace counts the subject's rows. It writes nothing. A table that has no
	// input is what its SQL makes of the others.
	Trace(ctx context.Context, job TraceJob) (*Trace, error)
	// Conditions returns, by stage, what a transform's stages and at last the
	// table itself ask of a row, as SQL. A stage that asks nothing is left out.
	Conditions(ctx context.Context, table *Table) (map[string]string, error)
}

// TraceJob says whose rows are counted, and in what.
type TraceJob struct {
	Lake    *Lake
	Subject string
	Inputs  map[string]Input // by table
	Allow   Allowance        // what may be left out of landing tables
}

// Trace is what is known of a subject: counts only, and no rows of others.
type Trace struct {
	Schema string       `json:"schema"` // stedi.trace/1
	Name   string       `json:"name"`   // the kind of name that the subject goes by; "": found nowhere
	Linked []Link       `json:"linked"`
	Tables []TableTrace `json:"tables"`
}

// Link says how many names of another kind go with the subject.
type Link struct {
	Name   string `json:"name"`
	Values int64  `json:"values"`
}

// TableTrace is how many of a table's rows are the subject's.
type TableTrace struct {
	Table    string       `json:"table"`
	Zone     string       `json:"zone"`
	Rows     int64        `json:"rows"`               // -1: no column tells
	Missing  bool         `json:"missing,omitempty"`  // never made: what its SQL would make
	Rejected int64        `json:"rejected,omitempty"` // lines of anybody that could not be read
	Skipped  []string     `json:"skipped,omitempty"`  // files that were not read
	Stages   []StageTrace `json:"stages"`             // the first input, the stages and the result
	Ends     string       `json:"ends,omitempty"`     // the stage that lets none of the rows through
}

// StageTrace is how many of the subject's rows come out of a stage.
type StageTrace struct {
	Stage     string `json:"stage"`
	Rows      int64  `json:"rows"`                // -1: no column tells
	Condition string `json:"condition,omitempty"` // what it asks of a row
}

const traceSchema = "stedi.trace/1"

// Trace follows a subject through the zones: how many rows it has in each
// table and behind each stage of a transform, and where they end. It takes no
// lock and writes nothing. What cannot be read and may not be left out is an
// error.
func (r *Runner) Trace(ctx context.Context, subject string, allow Allowance) (*Trace, error) {
	if strings.TrimSpace(subject) == "" {
		return nil, Fail(BadUsage, "", "Give an e-mail or another value that identifies one person.", "the name is empty")
	}
	if !slices.ContainsFunc(r.Lake.Tables, func(t *Table) bool { return len(t.Subject) > 0 }) {
		return nil, Fail(BadUsage, "", "Begin the DDL of a landing table with a line such as \"-- subject: email\".",
			"the definition does not say which columns identify a subject")
	}
	job := TraceJob{Lake: r.Lake, Subject: subject, Allow: allow}
	var tables opened
	err := Again(ctx, func() (err error) {
		job.Inputs, tables, err = r.traceInputs(ctx, allow)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer tables.close()
	trace, err := r.Tracer.Trace(ctx, job)
	if err != nil {
		return nil, err
	}
	trace.Schema = traceSchema
	for i := range trace.Tables {
		t := &trace.Tables[i]
		t.Ends, t.Skipped = ends(t.Stages), job.Inputs[t.Table].Skipped
	}
	return trace, nil
}

// traceInputs finds the tables that a trace reads.
func (r *Runner) traceInputs(ctx context.Context, allow Allowance) (map[string]Input, opened, error) {
	listed, err := ListTables(ctx, r.Store, r.Lake, allow)
	if err != nil {
		return nil, nil, err
	}
	files := map[string][]File{}
	for name, l := range listed {
		files[name] = l.Files
	}
	tables, err := open(ctx, r.Store, r.Lake, files)
	if err != nil {
		return nil, nil, err
	}
	inputs := map[string]Input{}
	for _, t := range r.Lake.Tables {
		input, ok := tables.input(t)
		switch {
		case !t.IsLanding() && r.publisher().OneFile() && !slices.ContainsFunc(files[t.Name], func(f File) bool { return f.Name == t.Part() }):
			continue // nothing that a run has published
		case !t.IsLanding() && r.publisher().OneFile():
			input.Files = only(input.Files, t.Part())
		case !ok:
			input, err = fetchInput(ctx, r.Store, t, files[t.Name])
		}
		if err != nil {
			tables.close()
			return nil, nil, err
		}
		input.Skipped = fileNames(listed[t.Name].Skipped)
		inputs[t.Name] = input
	}
	return inputs, tables, nil
}

// Conditions says what the stages of a table's transform ask of a row: why the
// others are not in it. It reads no data.
func (r *Runner) Conditions(ctx context.Context, t *Table) (map[string]string, error) {
	if t.IsLanding() {
		return nil, nil
	}
	return r.Tracer.Conditions(ctx, t)
}

func only(files []ndjson.File, name string) []ndjson.File {
	return slices.DeleteFunc(slices.Clone(files), func(f ndjson.File) bool { return f.Name != name })
}

// ends finds the stage behind which none of the rows is left that came in.
func ends(stages []StageTrace) string {
	if len(stages) == 0 || stages[len(stages)-1].Rows != 0 {
		return ""
	}
	before := int64(0)
	for _, s := range stages {
		if s.Rows == 0 && before > 0 {
			return s.Stage
		}
		if s.Rows >= 0 {
			before = s.Rows
		}
	}
	return ""
}
