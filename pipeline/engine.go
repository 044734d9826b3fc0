package pipeline

import (
	"context"
	"fmt"
	"io"

	"stedi/pipeline/ndjson"
)

// Parser reads what the SQL of a definition says. DuckDB's own parser does
// it, so that nothing about a transform is written down a second time.
type Parser interface {
	// Parse reads exactly one SELECT. A text that is none gives a *SQLError.
	Parse(ctx context.Context, sql string) (Statement, error)
	// Declare makes a table known to Describe by its columns alone.
	Declare(ctx context.Context, table string, columns []Column) error
	// Describe returns the columns that the SELECT gives over declared tables.
	// A text that does not fit them gives a *SQLError.
	Describe(ctx context.Context, sql string) ([]Column, error)
	// Undeclare forgets the declared tables.
	Undeclare(ctx context.Context) error
}

// Statement is what a parser found in a SELECT.
type Statement struct {
	Tables []string // tables that it reads, in order of appearance, CTEs left out
	Stages []string // its CTEs, in order
	// Watch holds, for a table that the SELECT only filters and joins, the
	// columns that it reads of it: whether there is a row in the result depends
	// on their different values alone.
	Watch map[string][]string
}

// SQLError is a fault at a place of a SQL text.
type SQLError struct {
	Line    int // from 1; 0 when the parser does not say
	Column  int // in characters, from 1; 0 likewise
	Message string
}

func (e *SQLError) Error() string { return e.Message }

// Engine builds tables: it runs transforms, and evaluates checks over what they
// made. Callers branch on its Capabilities, never on its name or type. Package
// enginetest states the contract as a test suite.
type Engine interface {
	// Name is the value of --engine that selects it, and what records name.
	Name() string
	// Capabilities are the same for the engine's whole life.
	Capabilities() Capabilities
	Builder
	Checker
}

// Capabilities are what callers may branch on. The zero value is an engine that
// reads files of this machine, writes one stream, keeps nothing, costs nothing
// and is asked one thing at a time.
type Capabilities struct {
	// Rejects: the engine leaves malformed landing lines out and reports each
	// of them. Without it a malformed line fails the job, and callers refuse
	// a limit of rejects above 0.
	Rejects bool
	// Hashes: Result.Reports says of each input that was read from files what
	// its files held, with a hash of each. Without it the runner hashes
	// landing files itself, and takes their rows from the funnel.
	Hashes bool
	// Keeps: the rows of a job stay in the engine for later jobs and checks, as
	// Job.Keep and Job.Watch say, and a job may read what Hold holds. Without
	// it jobs have neither Keep nor Watch, and every input has its Files or is
	// read in place.
	Keeps bool
	// InPlace: Run reads its inputs where the lake is stored, so that the
	// inputs of a job have no Files.
	InPlace bool
	// ChecksInPlace: Scan, Hold and Check read tables where the lake is
	// stored, so that their inputs have no Files. Every table counts as held.
	ChecksInPlace bool
	// Parts: a job's output is a folder of part files (Output.Folder) instead
	// of a stream (Output.Stream).
	Parts bool
	// Resumes: Run continues a job that a killed process started, if it has
	// the same Target.Token and text.
	Resumes bool
	// Costs: a service charges for the work, and Spent says how much.
	Costs bool
	// AtOnce is how many calls of Scan, Hold and Check may be made at the
	// same time; 0 means one.
	AtOnce int
}

// Builder is the part of an engine that runs transforms. Runs of one engine
// follow one another, and a later one may read what an earlier one was told to
// keep.
type Builder interface {
	// Run writes the rows of job.Table to job.Output as JSON lines. Into a
	// stream it writes lower-case keys, every key in each line. It calls
	// progress at least ten times a second, or as often as it learns of any.
	// It returns within a second after ctx ends. After an error the output is
	// worthless, and nothing is kept.
	Run(ctx context.Context, job Job, progress func(Progress)) (Result, error)
	// Release makes sure that nothing writes to a target any more, and removes
	// what the engine needed for it. The target's files stay. It is called
	// after each Run with an Output.Folder, and for one that a killed process
	// left. Without the capability Parts it does nothing.
	Release(ctx context.Context, table *Table, target Target) error
	// Spent returns what a service charged for since the last call. Without
	// the capability Costs it is zero.
	Spent() Spending
}

// Job is one transform to run.
type Job struct {
	Table  *Table  // what to build
	Inputs []Input // in the order of Table.Made.Inputs
	Output Output
	Keep   bool // a later job reads the rows: hold them
	// Log, if not nil, takes what the engine's own machinery says on the way,
	// line by line. It is called before Run returns, from one goroutine.
	Log func(line string)
	// Watch are columns whose different values a guard will ask for. They are
	// collected on the way, so that what was written need not be read again.
	Watch []string
}

// Output is where the rows of a job go: exactly one of both is set, as the
// capability Parts says.
type Output struct {
	Stream io.Writer // takes the table's one data file
	Folder *Target   // takes any number of part files
}

// Target is a folder where an engine leaves the rows of a job as part files:
// JSON lines, plain or compressed, keys in any case, null keys present or
// absent. Files whose names begin with "_" or "." are not data. Readers of the
// lake do not see the folder before it is published.
type Target struct {
	// Folder is a path below the lake's root. It does not exist before the
	// job, unless a killed process left it and the engine Resumes.
	Folder string
	// Token identifies the attempt: a job that is started again with the same
	// token and text is the same one.
	Token string
	// Query is the engine's name for the running work, if that is known: of a
	// query, a job run, an application or a process.
	Query string
	// Begun records that name. The engine calls it as soon as the work has a
	// name, before it waits for anything, so that the next process can
	// Release or resume it after a kill. It may be nil.
	Begun func(query string) error
}

// Spending is what a service was asked for.
type Spending struct {
	QueryIDs     []string
	ScannedBytes int64
	DPUSeconds   float64 // of Glue's data processing units, as they are billed
	CostUSD      float64
}

// Say passes a line on to the listener.
func (j Job) Say(format string, args ...any) {
	if j.Log != nil {
		j.Log(fmt.Sprintf(format, args...))
	}
}

// Input is a table that a job or a check reads.
type Input struct {
	Table *Table
	// Files are the table's files on the local disk. Nil: the engine reads
	// the table in place, or kept it from an earlier job.
	Files []ndjson.File
	// Skipped are files of the table that are not read, for who reports on it.
	Skipped []string
	// Watched: only the different values of the columns that the last job was
	// told to watch.
	Watched bool
	// Rows is how many rows the table has, if that is known; only for an
	// engine that works InPlace.
	Rows *int64
	// Staged is a target that was built and is not published yet, in place of
	// the table; only for an engine that ChecksInPlace.
	Staged *Target
}

// Progress is how far a job is. Every number is exact, not an estimate.
//
// BytesRead of BytesTotal is what may be shown as measured: the total is there
// from the first call, and grows only if a transform reads a file again. It is
// of reading alone, after which rows may still be sorted, joined and written.
// A job whose inputs the engine has kept from earlier ones reads no file: then
// BytesTotal is 0, RowsRead leaves those inputs out, and RowsWritten against
// the rows of the last run, or the time against PastSeconds, is an estimate
// and should look like one.
type Progress struct {
	RowsRead    int64 `json:"rows_read"` // from files
	RowsWritten int64 `json:"rows_written"`
	BytesRead   int64 `json:"bytes_read"`
	BytesTotal  int64 `json:"bytes_total"` // 0 when nothing is read from files
	// Detail is what the engine does now, in a few words of its own, such as
	// "stages done: 3, tasks: 2/8". Most engines have none.
	Detail string `json:"detail,omitempty"`
}

// Result is what a job did.
type Result struct {
	Rows   int64
	Funnel Funnel
	// Reports tells, by table, what was read from files.
	Reports map[string]ndjson.Report
}
