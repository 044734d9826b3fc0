package pipeline

import (
	"context"
	"slices"

	"stedi/pipeline/ndjson"
)

// Tracer is the part of an engine that follows a subject through the zones. Its
// methods may be called from several goroutines.
type Tracer interface {
	// Trace counts the subject's rows. It writes nothing. For a table without
	// an input it computes the rows with the table's SQL.
	Trace(ctx context.Context, job TraceJob) (*Trace, error)
	// Conditions returns the predicates of a transform's stages and of its
	// final SELECT as SQL, by stage. A stage without a predicate is left out.
	Conditions(ctx context.Context, table *Table) (map[string]string, error)
}

// TraceJob states whose rows to count, and in which tables.
type TraceJob struct {
	Lake    *Lake
	Subject string
	Inputs  map[string]Input // by table
	Allow   Allowance        // what may be left out of landing tables
}

// Trace is what is known of a subject: counts only, and no rows of others.
type Trace struct {
	Schema string       `json:"schema"` // stedi.trace/1
	Name   string       `json:"name"`   // the kind of the subject's identifier; "" if it was not found
	Linked []Link       `json:"linked"`
	Tables []TableTrace `json:"tables"`
}

// Link counts the identifiers of another kind that belong to the subject.
type Link struct {
	Name   string `json:"name"`
	Values int64  `json:"values"`
}

// TableTrace counts the subject's rows in a table.
type TableTrace struct {
	Table    string       `json:"table"`
	Zone     string       `json:"zone"`
	Rows     int64        `json:"rows"`               // -1: no column identifies a subject
	Missing  bool         `json:"missing,omitempty"`  // never built: the counts are computed with its SQL
	Rejected int64        `json:"rejected,omitempty"` // unreadable lines of any subject
	Skipped  []string     `json:"skipped,omitempty"`  // files that were not read
	Stages   []StageTrace `json:"stages"`             // the first input, the stages and the result
	Ends     string       `json:"ends,omitempty"`     // the stage that drops the last of the rows
}

// StageTrace counts the subject's rows after a stage.
type StageTrace struct {
	StageRows // -1 rows: no column tells

	Condition string `json:"condition,omitempty"` // what it asks of a row
}

// TraceSchema is the version of the JSON that trace prints.
const TraceSchema = "stedi.trace/1"

// Only returns the files with the given name.
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

// Ends returns the stage that drops the last of the subject's rows; "" if some
// reach the table, or none came in.
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
