// Package replay computes how many rows the tables of a lake would have if the
// scripts of a submission ran. It translates the graphs of package script to
// SQL with the semantics of Glue and of Spark, and runs that SQL on landing
// tables in the confined process of package query. The scripts themselves never
// run.
//
// A table that is not understood has no count. A count is never guessed.
package replay

import (
	"cmp"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/query"
	"stedi/pipeline/review/script"
)

// Outcome is what the scripts of one submission would give.
type Outcome struct {
	// Tables has each derived table of the lake, in the lake's order.
	Tables []Table
	// Roles has each script, in the order in which they were given.
	Roles []Role
}

// Table returns the outcome of a table, or nil.
func (o *Outcome) Table(name string) *Table {
	for i := range o.Tables {
		if o.Tables[i].Name == name {
			return &o.Tables[i]
		}
	}
	return nil
}

// Role says what a script reads and writes.
type Role struct {
	Script string
	// Reads and Writes are tables of the lake, by the paths and names that the
	// script has.
	Reads, Writes []Access
	// CopyOf is an earlier script with the same text; its writes count once.
	CopyOf string
	// InsteadOf is the script that writes a table which this one writes, too, and
	// that is replayed for it.
	InsteadOf string
	// Beside says why this script does not count, if its name or its text says so.
	Beside string
	// Exercise: the script reads or writes none of the lake's tables, such as
	// an exercise of the course beside the project.
	Exercise bool
}

// Access is one use of a table by a script.
type Access struct {
	Table   string // of the lake; "" if it is none of them
	Where   string // the path or the catalog table as the script has it
	Catalog bool
	Line    int
	Index   int // in the script's Sources or Sinks
	// Guessed: the table follows from the name of the script, because the
	// location does not say it.
	Guessed bool
	// Aside: another script writes the table; this one is not replayed.
	Aside bool
}

// Place is a line of a file.
type Place struct {
	File string
	Line int
}

// Writer is a script that writes a table.
type Writer struct {
	Script string
	Sink   int // index in its Sinks
	Line   int
	index  int
}

// Join is one join of a script with its keys.
type Join struct {
	Place

	Kind string // inner, left, right, full, left semi, left anti, cross, in, exists
	// Left and Right are the tables of the lake whose columns the keys are; ""
	// if that cannot be told.
	Left, Right string
	// On are the pairs of columns that are compared for equality.
	On [][2]string
}

// Stage is one step of the funnel of a table.
type Stage struct {
	Place

	Name string
	Kind script.Kind
	Rows int64
}

// Table is what the submission gives for one derived table.
type Table struct {
	Name    string
	Writers []Writer // more than one: see WouldFail
	// Understood: every step between the sources and the sink is translated.
	// Otherwise Problems says why not, and Rows is nil.
	Understood bool
	Problems   []script.Problem
	// Rows is the count on what the submission's own earlier scripts build;
	// nil if there is none.
	Rows *int64
	// Uncounted is why the rows of code that is understood were not counted, or "".
	Uncounted string
	// RowsOnRightInputs is the count on correct upstream tables.
	RowsOnRightInputs *int64
	// WouldFail says why the job would fail or the table would not be built,
	// and WouldFailAt where; "" if neither is the case.
	WouldFail   string
	WouldFailAt Place
	// Inherited: the cause of WouldFail is an earlier table.
	Inherited bool
	Columns   []Column // of the table that the sink writes
	Reads     []Access // of the script that writes it
	Joins     []Join
	// Distinct: some step between the join and the sink removes duplicates.
	Distinct bool
	Funnel   []Stage
	SQL      string // the SELECT that was run, on correct inputs
	Notes    []script.Problem
	// OnCorrect says why the job would fail on correct inputs, while it runs on
	// those that the submission builds.
	OnCorrect []script.Problem
	// Agreed: several scripts write the table, and all give the same.
	Agreed bool
}

// Column is a column that results.
type Column struct {
	Name string
	Type string // string, bigint, double, ...
	// From is the table of the lake whose column it is, "" if it is computed,
	// and FromName the name there.
	From, FromName string
}

// defaultTimeout is how long one query may take. A submission takes one query,
// unless that fails.
const defaultTimeout = 10 * time.Second

// Options limit the work.
type Options struct {
	Query query.Options
	// Funnel asks for the rows after each step, which takes as long again.
	Funnel bool
}

// Replayer replays submissions on the same landing tables. It is used by one
// goroutine at a time.
type Replayer struct {
	lake    *pipeline.Lake
	querier *query.Querier
	funnel  bool
}

// Open returns a Replayer. Close it after use. The main function must start the
// child process as package query says.
func Open(lake *pipeline.Lake, landing Landing, options Options) *Replayer {
	options.Query.Timeout = cmp.Or(options.Query.Timeout, defaultTimeout)
	return &Replayer{lake: lake, funnel: options.Funnel, querier: query.Open(lake, landing.Inputs, landing.Root, options.Query)}
}

// Close ends the confined process.
func (r *Replayer) Close() error { return r.querier.Close() }
