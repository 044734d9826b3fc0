// Package pipeline is the headless core: it defines what a lake is, decides
// what to run, in which order and why, and publishes results as tables that
// readers see.
//
// A caller loads a definition with Load, opens a Store (which holds the lake's
// files) and an Engine (which runs the SQL), and passes all three to a Runner:
//
//	lake, err := pipeline.Load(ctx, stedi.Definition, nil, engine)
//	runner := &pipeline.Runner{Lake: lake, Store: store, Engine: engine}
//	record, err := runner.Run(ctx, pipeline.RunOptions{}, func(pipeline.Event) {})
//
// It depends on no cloud and no user interface.
package pipeline

import (
	"slices"
	"strings"

	"stedi/pipeline/ndjson"
)

// Landing is the zone of the landing tables, which no transform builds.
const Landing = "landing"

// Column is one column of a table.
type Column = ndjson.Column

// Lake is a definition that was loaded and validated.
type Lake struct {
	// Tables holds the landing tables by name, then the tables that
	// transforms build, each after its upstream tables.
	Tables []*Table
	// Profiles are the active variants, sorted.
	Profiles []string
	// Checks are the checks, sorted by name.
	Checks []*Check
	// Presets are the prepared queries, sorted by name.
	Presets []Preset
	// Expectations are the known data sets.
	Expectations []Expectation
	// Notes list, with file and line, the parts of the definition that behave
	// differently here than on the system that they were written for.
	Notes []string
}

// Table is one table of the lake.
type Table struct {
	Name    string
	Zone    string
	Path    string   // folder below the lake's root
	Aliases []string // other folders where people keep the table
	Doc     string   // one paragraph for people
	Columns []Column
	File    string // the file of the definition that says all this
	DDL     string // landing tables: the statement, ${lake} unresolved
	// Subject says which columns identify a subject, such as a person, by the
	// kind of name that they hold: two columns of one kind hold the same names.
	Subject map[string]string
	// Personal are the columns of a landing table whose values are personal
	// data, and Anonymous is a derived table that must hold none of them.
	Personal  []string
	Anonymous bool
	Transform *Transform // nil for a landing table
}

// Transform is the SELECT that builds a table.
type Transform struct {
	Output string   // name of the table that it builds
	Inputs []string // names of the tables that it reads, in order of appearance
	Stages []string // names of its CTEs, in order
	Job    string   // name of the Glue job
	SQL    string   // the text of the file
	// Grows and Distinct say how the table grows with its inputs; see Statement.
	Grows    map[string]Growth
	Distinct bool
	// Reads are the columns that it reads of its inputs, where they are known; see
	// Statement.
	Reads map[string][]string
	// Split is the text in parts, if that is known; see Statement.
	Split *Split
}

// Table returns the table of that name, or nil.
func (l *Lake) Table(name string) *Table {
	for _, t := range l.Tables {
		if strings.EqualFold(t.Name, name) {
			return t
		}
	}
	return nil
}

// Zones returns the names of the zones in the order in which data reaches them.
func (l *Lake) Zones() []string {
	var zones []string
	for _, t := range l.Tables {
		if !slices.Contains(zones, t.Zone) {
			zones = append(zones, t.Zone)
		}
	}
	return zones
}

// Downstream returns the tables that read the named one directly.
func (l *Lake) Downstream(name string) []*Table {
	var readers []*Table
	for _, t := range l.Tables {
		if t.Transform != nil && slices.Contains(t.Transform.Inputs, name) {
			readers = append(readers, t)
		}
	}
	return readers
}

// SQL returns the statement that declares a landing table, or the SELECT that builds
// a derived one, as the definition has it.
func (t *Table) SQL() string {
	if t.Transform != nil {
		return t.Transform.SQL
	}
	return t.DDL
}

// IsLanding reports whether this is a landing table, which no transform builds.
func (t *Table) IsLanding() bool { return t.Transform == nil }

// Part returns the name of the one data file of a managed table.
func (t *Table) Part() string { return t.Path + "/part-00000.json" }

// Preset is a prepared query of a definition.
type Preset struct {
	Name string // the file's name with spaces
	Doc  string // what it answers, in one sentence
	SQL  string
}

// Everything returns the names of all tables. For an engine that ChecksInPlace,
// all of them count as held.
func (l *Lake) Everything() []string {
	var names []string
	for _, t := range l.Tables {
		names = append(names, t.Name)
	}
	return slices.Clip(names)
}
