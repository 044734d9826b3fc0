package pipeline

import (
	"context"
	"slices"

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
	StageRows // -1 rows: no column tells

	Condition string `json:"condition,omitempty"` // what it asks of a row
}

// TraceSchema is the version of the JSON that trace prints.
const TraceSchema = "stedi.trace/1"

// Only returns the files without those that have another name.
func Only(files []ndjson.File, name string) []ndjson.File {
	return slices.DeleteFunc(slices.Clone(files), func(f ndjson.File) bool { return f.Name != name })
}

// Levels are those of the subject's funnel, which has only the first input.
func (t TableTrace) Levels() Levels {
	var funnel Funnel
	for _, s := range t.Stages {
		funnel = append(funnel, s.StageRows)
	}
	levels, _ := funnel.Levels(1)
	return levels
}

// Ends finds the stage behind which none of the rows is left that came in.
func Ends(stages []StageTrace) string {
	if len(stages) == 0 || stages[len(stages)-1].Rows != 0 {
		return ""
	}
	before := int64(0)
	for _, s := range stages {
		if s.Rows == 0 && before > 0 {
			return s.Name
		}
		if s.Rows >= 0 {
			before = s.Rows
		}
	}
	return ""
}
