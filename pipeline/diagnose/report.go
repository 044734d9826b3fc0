package diagnose

import (
	"slices"

	"stedi/pipeline"
)

// Schema is the version of the JSON that a report is written as.
const Schema = "stedi.why/1"

// Report says of each table whether it is right, and why not.
type Report struct {
	Schema string  `json:"schema"` // stedi.why/1
	Tables []Table `json:"tables"` // in the lake's order
}

// State is what a table is.
type State string

// The states.
const (
	Right      State = "right"
	Wrong      State = "wrong"      // not what its transform returns on its upstream tables
	Inherited  State = "inherited"  // right for its upstream tables, one of which is wrong
	Missing    State = "missing"    // it has no file
	Unreadable State = "unreadable" // lines cannot be read
)

// Table is what is known of one table.
type Table struct {
	Table string `json:"table"`
	State State  `json:"state"`
	Rows  int64  `json:"rows"`
	// ExpectedRows is how many rows the transform returns: on the upstream
	// tables as they are, and of an inherited table on correct ones.
	ExpectedRows int64 `json:"expected_rows"`
	ExtraRows    int64 `json:"extra_rows"`
	MissingRows  int64 `json:"missing_rows"`
	// InheritedFrom are the wrong tables upstream.
	InheritedFrom []string `json:"inherited_from"`
	Causes        []Cause  `json:"causes"` // best first
	Message       string   `json:"message"`
	// Counts says how many rows mistakes would give, if it was asked for.
	Counts []Count `json:"counts,omitempty"`

	landing bool
}

// Count is how many rows a table would have with a mistake.
type Count struct {
	ID   string `json:"id"`
	SQL  string `json:"sql"`
	Rows int64  `json:"rows"`
}

// Certainty says how sure a cause is.
type Certainty string

// The certainties, best first.
const (
	Certain   Certainty = "certain"   // the cause gives the rows of the table
	Likely    Certainty = "likely"    // it gives the count of the table
	Ambiguous Certainty = "ambiguous" // so do others
	Unknown   Certainty = "unknown"   // none does
)

// Cause is one explanation of a wrong table.
type Cause struct {
	ID        string    `json:"id"`
	Certainty Certainty `json:"certainty"`
	Title     string    `json:"title"`
	Cause     string    `json:"cause"`
	Fix       string    `json:"fix"`
	SQLDiff   string    `json:"sql_diff"` // unified: the correct transform, then the wrong one
	Witness   []Witness `json:"witness"`
	// ProofSQL is a query that shows the mistake on the rows of the witness, which
	// it gives itself; "": the mistake does not show on masked values, or is not
	// one of SQL.
	ProofSQL string `json:"proof_sql,omitempty"`
	// Fixture is the witness as a fixture of the transform, if it was asked for.
	Fixture string `json:"-"`
}

// Role is what the rows of a witness are.
type Role string

// The roles.
const (
	Given    Role = "given"    // rows of a landing table
	Correct  Role = "correct"  // what the transform returns on them
	Mistaken Role = "mistaken" // what the wrong SQL returns on them
)

// Witness is some rows that show that a mistake has an effect.
type Witness struct {
	Role  Role             `json:"role"`
	Table string           `json:"table"`
	Rows  []map[string]any `json:"rows"`
}

// Table returns what is known of a table, or nil.
func (r *Report) Table(name string) *Table {
	for i := range r.Tables {
		if r.Tables[i].Table == name {
			return &r.Tables[i]
		}
	}
	return nil
}

// Kind is how a report ends the program. Landing lines that cannot be read are
// reported, but make no table wrong.
func (r *Report) Kind() pipeline.Kind {
	if slices.ContainsFunc(r.Tables, func(t Table) bool {
		return t.State == Wrong || t.State == Inherited || t.State == Unreadable && !t.landing
	}) {
		return pipeline.BadData
	}
	return pipeline.Done
}

// Sentence says in a sentence what is wrong with a table, or "".
func (t *Table) Sentence() string {
	if len(t.Causes) == 0 {
		return t.Message
	}
	c := t.Causes[0]
	switch c.Certainty {
	case Likely:
		return "Likely cause: " + c.Title + ". " + c.Cause
	case Ambiguous:
		return "One of several possible causes: " + c.Title + ". " + c.Cause
	case Unknown:
		return c.Title + ". " + c.Cause
	default:
		return "Cause: " + c.Title + ". " + c.Cause
	}
}

// Explain adds to the checks of a record that failed why their tables are
// wrong.
func (r *Report) Explain(record *pipeline.Record) {
	for i := range record.Checks {
		c := &record.Checks[i]
		t := r.Table(c.Table)
		if c.State != "fail" || t == nil || t.State == Right {
			continue
		}
		c.Diagnosis = append(c.Diagnosis, t.Sentence())
		c.Why = append(c.Why, t)
	}
}
