package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"stedi/pipeline/ndjson"
)

// Parser analyses the SQL of a definition. It uses DuckDB's own parser, so that
// the tables, stages and columns of a transform are not declared a second time.
type Parser interface {
	// Parse parses exactly one SELECT. Any other text gives a *SQLError.
	Parse(ctx context.Context, sql string) (Statement, error)
	// Declare declares a table for Describe by its columns alone.
	Declare(ctx context.Context, table string, columns []Column) error
	// Describe returns the result columns of a SELECT over declared tables. A
	// text that does not fit these tables gives a *SQLError.
	Describe(ctx context.Context, sql string) ([]Column, error)
	// Undeclare removes all declared tables.
	Undeclare(ctx context.Context) error
}

// Statement describes a SELECT.
type Statement struct {
	Tables []string // tables that it reads, in order of appearance, without CTEs
	Stages []string // its CTEs, in order
	// Watch maps a table that the SELECT only filters and joins to the columns
	// that it reads of the table. Whether the result has a row depends only on
	// the distinct values of these columns.
	Watch map[string][]string
	// Reads maps a table to all columns that the SELECT reads of it, in lower
	// case. A table is missing if these are unknown.
	Reads map[string][]string
	// Sets are tables, in lower case, whose equal rows count as one: the SELECT
	// reads them only for distinct values.
	Sets []string `json:",omitempty"`
	// Passing is not nil if the result follows from the rows of one table as
	// they pass.
	Passing *Passing `json:",omitempty"`
	// Grows says, by table in lower case, how the result grows with a table. A
	// table is missing if rows that are added to it may do more than add rows to
	// the result.
	Grows map[string]Growth `json:",omitempty"`
	// Distinct: the SELECT removes equal rows from its result.
	Distinct bool `json:",omitempty"`
	// Split is the text of the SELECT in parts. It is nil unless it was stored
	// with the answer: an engine that needs it can split the text.
	Split *Split `json:",omitempty"`
}

// Split is the text of a SELECT in parts, in DuckDB's SQL.
type Split struct {
	Stages  []SplitStage `json:",omitempty"` // its CTEs, in order
	Final   string       // the outermost SELECT without the CTEs
	All     string       `json:",omitempty"` // Final without its DISTINCT, if it is Distinct
	Limited bool         `json:",omitempty"` // a LIMIT may end the reading of a stage early
}

// SplitStage is one CTE.
type SplitStage struct {
	Name    string
	Aliases []string `json:",omitempty"` // of its columns
	SQL     string
	Shared  bool `json:",omitempty"` // it is read more than once
}

// Growth says how the result of a SELECT grows with a table: the added rows of the
// table add to the result what the SELECT gives for them alone.
type Growth struct {
	// Stages are the CTEs that have rows of the table.
	Stages []string `json:",omitempty"`
	// Value is a column of the table, if the SELECT asks only whether a value is
	// in it. Then only added rows with a new value count.
	Value string `json:",omitempty"`
}

// Passing is a SELECT over one table that is evaluated while an engine reads or
// writes the rows for another purpose. One field is set.
type Passing struct {
	// Condition is a predicate in DuckDB's SQL over the columns of q. The SELECT
	// returns the rows for which it holds.
	Condition string `json:",omitempty"`
	// Unique are columns. The SELECT returns a row for each of their values that
	// several rows share.
	Unique []string `json:",omitempty"`
}

// SQLError is an error at a position in a SQL text.
type SQLError struct {
	Line    int // from 1; 0 if unknown
	Column  int // in characters, from 1; 0 if unknown
	Message string
}

func (e *SQLError) Error() string { return e.Message }

// Engine builds tables: it runs transforms and evaluates checks on the results.
// Callers branch on its Capabilities, never on its name or type. Package
// enginetest states the contract as a test suite.
type Engine interface {
	// Name is the value of --engine that selects the engine; records contain
	// it.
	Name() string
	// Capabilities returns the same value for the engine's whole life.
	Capabilities() Capabilities
	Builder
	Checker
}

// Capabilities are the properties that callers may branch on. The zero value
// describes an engine that reads local files, writes one stream, keeps no rows,
// costs nothing and serves one call at a time.
type Capabilities struct {
	// Rejects: the engine skips malformed landing lines and reports each of
	// them. Without it a malformed line fails the job, and callers refuse a
	// limit of rejects above 0.
	Rejects bool
	// Hashes: Result.Reports holds, for each input that was read from files,
	// its counts and the hash of each file. Without it the runner hashes
	// landing files itself and takes their row counts from the funnel.
	Hashes bool
	// Keeps: the engine keeps the rows of a job for later jobs and checks, as
	// requested by Job.Keep and Job.Watch, a job may read the tables that Hold
	// keeps, and a job may add rows to a version (Job.Before). Without it jobs
	// have none of these, and every input has Files or is read in place.
	Keeps bool
	// InPlace: Run reads its inputs where the lake is stored. The inputs of a
	// job have no Files.
	InPlace bool
	// ChecksInPlace: Scan, Hold and Check read tables where the lake is stored.
	// Their inputs have no Files, and every table counts as held.
	ChecksInPlace bool
	// Parts: a job writes a folder of part files (Output.Folder) instead of a
	// stream (Output.Stream).
	Parts bool
	// Resumes: Run continues a job that a killed process started if
	// Target.Token and the SQL text are the same.
	Resumes bool
	// Costs: a service charges for the work; Spent returns the cost.
	Costs bool
	// Counts: the engine is a Counter. The causes of wrong tables are searched by
	// counting where the lake is stored. Without it the rows are fetched.
	Counts bool
	// AtOnce is how many calls of Scan, Hold and Check may run at the same
	// time; 0 means one.
	AtOnce int
}

// Builder is the part of an engine that runs transforms. The jobs of one engine
// run one after the other. A later job may read rows that an earlier job kept.
type Builder interface {
	// Run writes the rows of job.Table to job.Output as JSON lines. In a stream
	// the keys are in lower case, and each line has every key. Run calls
	// progress at least ten times a second, or as often as it has news. It
	// returns within a second after ctx ends. After an error the output must be
	// discarded, and no rows are kept.
	Run(ctx context.Context, job Job, progress func(Progress)) (Result, error)
	// Release makes sure that no process still writes to a target, and removes
	// the engine's own files and services for it. The target's files remain. It
	// is called after each Run with an Output.Folder, and for a job of a killed
	// process. Without the capability Parts it does nothing.
	Release(ctx context.Context, table *Table, target Target) error
	// Spent returns what services charged since the last call. Without the
	// capability Costs it is zero.
	Spent() Spending
}

// Job is one transform to run.
type Job struct {
	Table  *Table  // what to build
	Inputs []Input // in the order of Table.Transform.Inputs
	Output Output
	Keep   bool // keep the rows for a later job
	// Proves: write the rows of a SELECT DISTINCT as they come, without memory for
	// all of them, if no two are equal. If some are, or if that cannot be said, Run
	// returns ErrEqualRows. An engine may ignore it.
	Proves bool
	// Log, if not nil, receives the log of the engine's own tools line by line.
	// It is called before Run returns, from one goroutine.
	Log func(line string)
	// Watch are the columns whose distinct values a guard reads. Run collects
	// them, so that the guard does not read the output again.
	Watch []string
	// Count are checks to evaluate on the rows as Run writes them; see
	// Check.Passing. An engine may ignore them.
	Count []*Check
	// Before, if not nil, is the version of the table to which Run adds rows, and
	// some inputs are Grown. Then Run writes only the rows that are added, and the
	// funnel counts only what the added rows of the inputs give. With Keep it
	// keeps the rows of Before too, unless it adds none. Count is empty.
	Before *Input
}

// Output is where the rows of a job go. Exactly one field is set, depending on
// the capability Parts.
type Output struct {
	Stream io.Writer // receives the table's one data file
	Folder *Target   // receives any number of part files
}

// Target is a folder in which an engine writes the rows of a job as part files:
// JSON lines, plain or compressed, keys in any case, null keys present or
// absent. Files whose names begin with "_" or "." are not data. Readers of the
// lake do not see the folder before it is published.
type Target struct {
	// Folder is a path below the lake's root. It does not exist before the job,
	// unless a killed process left it and the engine Resumes.
	Folder string
	// Token identifies the attempt: a job that is started again with the same
	// token and SQL text is the same attempt.
	Token string
	// Query is the engine's name for the running work, if known: the name of a
	// query, a job run, an application or a process.
	Query string
	// Resumed: a killed process began this attempt, so its work may have failed
	// already. An engine returns ErrLost with the failure of such work.
	Resumed bool
	// Begun records that name. The engine calls it as soon as the work has a
	// name and before it waits, so that the next process can release or resume
	// the work after a kill. It may be nil.
	Begun func(query string) error
}

// ErrEqualRows is an error of a job with Proves that must be run without it.
var ErrEqualRows = errors.New("equal rows were written, or may have been")

// ErrLost is an error of work that a killed process had started and that did not
// succeed. It is started again, as another attempt.
var ErrLost = errors.New("the work of a killed run did not succeed")

// LostWork is an optional method of an engine that Resumes: it reports whether the
// work that a killed process started for a target can no longer succeed. Such
// work is dropped and started again.
type LostWork interface {
	Lost(ctx context.Context, target Target) (bool, error)
}

// Spending is the work that a service charges for.
type Spending struct {
	QueryIDs     []string
	ScannedBytes int64
	DPUSeconds   float64 // Glue's data processing units, as billed
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
	// Files are the table's files on the local disk. If nil, the engine reads
	// the table in place or kept it from an earlier job.
	Files []ndjson.File
	// Grown: rows were added to the table since Job.Before was built from it. Of a
	// table with Files they are those of Added. Of a table that the engine kept
	// they are those that an earlier job added to its Before.
	Grown bool
	Added []ndjson.File
	// InOrder asks a workbench to keep the rows in the order of the files and of
	// their lines, which is slower.
	InOrder bool
	// Skipped are files of the table that are not read, for reports.
	Skipped []string
	// Columns are the columns that Hold keeps; nil means all.
	Columns []Column
	// Distinct: Hold keeps equal rows once.
	Distinct bool
	// Count are checks to evaluate on the rows as Hold or Run reads them; see
	// Check.Passing. An engine may ignore them.
	Count []*Check
	// Values is a text column whose distinct values a Hold of this column alone
	// will ask for, with Distinct. An engine may note them as Run reads the rows,
	// so that Hold need not read the files again.
	Values string
	// Watched: read only the distinct values of the columns that the last job
	// watched.
	Watched bool
	// Rows is the table's row count, if known; only for an engine that works
	// InPlace.
	Rows *int64
	// Known is the row count of exactly these files, if a run has recorded
	// it, for an engine that answers a count without reading the files.
	Known *KnownRows
	// Staged is a built target that is not published yet, to be read in place
	// of the table; only for an engine that ChecksInPlace.
	Staged *Target
}

// KnownRows is a row count with the times of the files that were counted.
type KnownRows struct {
	Rows  int64       `json:"rows"`
	Times []time.Time `json:"times"` // of Input.Files, in their order
}

// Progress is the state of a running job. Every number is exact, not an
// estimate.
//
// A display may show BytesRead of BytesTotal as a measured fraction: the total
// is known from the first call, and grows only if a transform reads a file
// again. The fraction covers reading only; rows may still be sorted, joined and
// written afterwards. A job whose inputs all come from earlier jobs reads no
// file. Then BytesTotal is 0 and RowsRead omits those inputs. RowsWritten
// relative to the rows of the last run, and the time relative to PastSeconds,
// are estimates and must be shown as such.
type Progress struct {
	RowsRead    int64 `json:"rows_read"` // from files
	RowsWritten int64 `json:"rows_written"`
	BytesRead   int64 `json:"bytes_read"`
	BytesTotal  int64 `json:"bytes_total"` // 0 if no file is read
	// Detail is the engine's own short text about its current work, such as
	// "stages done: 3, tasks: 2/8". Most engines leave it empty.
	Detail string `json:"detail,omitempty"`
}

// Result is the outcome of a job.
type Result struct {
	Rows   int64
	Funnel Funnel
	// Reports tells, by table, what was read from files.
	Reports map[string]ndjson.Report
	// Found are the findings, by name, of the checks that were evaluated as the
	// rows of the inputs passed. The others of Input.Count are missing. Made are
	// those of Job.Count on the rows that were written.
	Found, Made map[string]Findings
}
