// Package script reads the Glue and Spark scripts of a submission into graphs:
// which tables a script reads, what it does with their rows, and what it
// writes. It reads the text with tree-sitter's Python grammar. Nothing of a
// script is ever executed.
//
// What is not understood becomes a Problem with its line. It is never guessed.
package script

import (
	"strings"

	"stedi/pipeline/review/sparksql"
)

// Form is how the Python text is stored in the file.
type Form string

// The forms.
const (
	Python    Form = "python"     // the file is the script
	JobExport Form = "job export" // the JSON of a Glue job, with the script as its member "script"
	SQLFile   Form = "sql file"   // Python in a file that is named like SQL
	Notebook  Form = "notebook"   // the code cells of a Jupyter notebook
	NotPython Form = "not python" // nothing of the file is Python
)

// Script is the graph of one file.
type Script struct {
	Name    string // as it was given to Read
	Form    Form
	Studio  bool   // Glue Studio generated the text
	Job     string // name of the job in a job export
	Nodes   []Node // each after its inputs
	Sources []Source
	Sinks   []Sink
	// Problems are the parts that are not understood and that a sink may depend on.
	Problems []Problem
	// SyntaxErrors are the places where the text is not Python. The rest is read.
	SyntaxErrors []Problem
	// Undefined is a name without a value, at which the script stops; nil: none was
	// found.
	Undefined *Undefined
	// Source is the Python text, of which the lines are counted.
	Source []byte
}

// Understood reports whether the script reads and writes tables and no part of
// it has a problem.
func (s *Script) Understood() bool {
	return len(s.Problems) == 0 && len(s.Sinks) > 0
}

// Stops reports whether the script stops before a sink, because a name has no
// value.
func (s *Script) Stops(sink *Sink) bool { return s.Undefined != nil && sink.Line >= s.Undefined.From }

// Imports reports whether a line begins an import.
func (s *Script) Imports(line int) bool {
	text := string(s.Source)
	for range line - 1 {
		_, text, _ = strings.Cut(text, "\n")
	}
	text = strings.TrimSpace(text)
	return strings.HasPrefix(text, "from ") || strings.HasPrefix(text, "import ")
}

// Problem is a part of a script that is not understood or not right.
type Problem struct {
	File string
	Line int // from 1
	Text string
	// Node is the index of the node that is not understood, or -1.
	Node int
}

// Location is where a source reads or a sink writes.
type Location struct {
	Path     string // S3 location as the script has it; "" for a catalog table alone
	Database string
	Table    string // catalog table; "" if there is none
}

// Option is a named option of a source or a sink, such as updateBehavior. The
// value is the text of a literal, such as UPDATE_IN_DATABASE or True.
type Option struct {
	Name, Value string
	Line        int
	// Argument is the argument that holds the option, such as
	// connection_options; "" if the option is an argument itself.
	Argument string
}

// Source is a table that a script reads.
type Source struct {
	Location

	Line    int
	Node    int    // index of its node
	API     string // such as create_dynamic_frame.from_options or spark.read.json
	Format  string // json, parquet, csv, ""
	Options []Option
}

// Catalog reports whether the source is read through the catalog.
func (s *Source) Catalog() bool { return s.Table != "" }

// Sink is a table that a script writes.
type Sink struct {
	Location

	Line    int
	Name    string // of the Studio node, if it has one
	Input   int    // index of the node whose rows it writes; -1 if that is not understood
	API     string // such as getSink, write_dynamic_frame.from_options or df.write
	Format  string // json, glueparquet, parquet, ""
	Mode    string // of a DataFrame writer: append, overwrite, error, ignore; "" otherwise
	Options []Option
}

// Option returns the value of an option; the name ignores case.
func (s *Sink) Option(name string) (Option, bool) { return findOption(s.Options, name) }

// Option returns the value of an option; the name ignores case.
func (s *Source) Option(name string) (Option, bool) { return findOption(s.Options, name) }

// Kind is what a node does.
type Kind string

// The kinds of nodes.
const (
	SourceNode     Kind = "source"
	JoinNode       Kind = "join"        // Glue's Join: Keys
	FilterNode     Kind = "filter"      // Glue's Filter: Lambda
	DropFields     Kind = "drop fields" // Columns
	SelectFields   Kind = "select fields"
	ApplyMapping   Kind = "apply mapping"   // Mappings
	RenameField    Kind = "rename field"    // Mappings
	DropDuplicates Kind = "drop duplicates" // Columns; none means all
	SQLNode        Kind = "sql"             // SQL, Views
	FrameJoin      Kind = "frame join"      // DataFrame.join: How, Condition or Columns
	Project        Kind = "select"          // Items
	Where          Kind = "where"           // Condition
	DropColumns    Kind = "drop columns"    // Columns
	AddColumn      Kind = "with column"     // Items
	RenameColumn   Kind = "rename column"   // Mappings
	Union          Kind = "union"           // ByName
	Aggregate      Kind = "aggregate"       // Groups, Items
	Alias          Kind = "alias"           // Name
	Limit          Kind = "limit"           // Count
	DropNulls      Kind = "drop nulls"      // Columns, How
	FromDF         Kind = "to dynamic frame"
	ToDF           Kind = "to data frame"
	Same           Kind = "same rows" // a node that changes neither rows nor columns
	Choice         Kind = "choice"    // Tests: the first input if they all hold, else the second
	ForEach        Kind = "for each"  // Names, Body, Count: what a loop over the names of columns makes of a frame
	Broken         Kind = "fails"     // Name says why the script stops there
	Unknown        Kind = "not understood"
)

// Mapping renames a column.
type Mapping struct {
	From, FromType, To, ToType string
}

// View is a name that an SQL node gives to an input.
type View struct {
	Name  string
	Input int // index of the node; -1 if the name refers to nothing
}

// ColumnTest asks whether a frame has a column, as in "x" in df.columns, or, if
// there is a Type, whether a column has it. The case of the name counts.
type ColumnTest struct {
	Input  int // index of the node
	Column string
	Type   string
	Among  []string // the column is one of these; Input is -1
	Not    bool
}

// Node is one step of a script.
type Node struct {
	Kind   Kind
	Line   int
	Name   string // of the Studio node, or the variable
	API    string // the call as it is named, such as Join.apply
	Inputs []int  // indexes of nodes

	Source    int             // SourceNode: index in Sources
	Columns   []string        // without back-ticks
	Names     []sparksql.Star // DropColumns, DropDuplicates: names of frames' columns, added to Columns
	Keys      [][]string      // JoinNode: one list of columns per input
	Mappings  []Mapping
	Lambda    *Lambda // FilterNode
	SQL       string  // SQLNode: the text as the script has it
	SQLLine   int     // line at which the text begins
	Query     *sparksql.Query
	Views     []View // SQLNode
	How       string // FrameJoin: inner, left, right, full, left semi, left anti, cross
	Condition sparksql.Expr
	Items     []sparksql.Item
	Groups    []sparksql.Expr
	Count     int64
	ByName    bool
	Tests     []ColumnTest
	// Body are the nodes of a loop's body: from the first to before the second.
	// Their names hold marks of sparksql for the name of the column. Inputs are the
	// frames that the loop changes, each as it was and as one round makes it; Count
	// says which of them the node is.
	Body [2]int
}
