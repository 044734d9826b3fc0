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

// Engine runs transforms. Runs of one engine follow one another, and a later
// one may read what an earlier one was told to keep.
type Engine interface {
	// Name is how people call the engine: duckdb, athena, glue.
	Name() string
	// Run writes the rows of job.Table to job.Out as JSON lines with
	// lower-case keys. It calls progress at least ten times a second. It
	// returns within a second after ctx ends. After an error what was
	// written to job.Out is worthless, and nothing is kept.
	Run(ctx context.Context, job Job, progress func(Progress)) (Result, error)
	// Scan reads a table as strictly as Run does, only to report on it.
	Scan(ctx context.Context, input Input, progress func(Progress)) (ndjson.Report, error)
	// Forget drops the named table if it was kept.
	Forget(ctx context.Context, table string) error
	Checker
}

// Job is one transform to run.
type Job struct {
	Table  *Table  // what to make
	Inputs []Input // in the order of Table.Made.Inputs
	Out    io.Writer
	To     *Target // for a remote engine, in place of Out
	Keep   bool    // a later job reads the rows: hold them
	// Log, if not nil, takes what the engine's own machinery says on the way,
	// line by line. It is called before Run returns, from one goroutine.
	Log func(line string)
	// Watch are columns whose different values a guard will ask for. They are
	// collected on the way, so that what was written need not be read again.
	Watch []string
}

// Say passes a line on to whoever listens.
func (j Job) Say(format string, args ...any) {
	if j.Log != nil {
		j.Log(fmt.Sprintf(format, args...))
	}
}

// Input is a table that a job reads.
type Input struct {
	Table *Table
	// Files are the table's files on the local disk. Nil: the engine kept
	// the table from an earlier job.
	Files []ndjson.File
	// Skipped are files of the table that are not read, for who reports on it.
	Skipped []string
	// Watched: only the different values of the columns that the last job was
	// told to watch.
	Watched bool
	// Rows is how many there are, for a remote engine, if that is known.
	Rows *int64
	// Staged: what a remote engine has left in a target and nobody has
	// published.
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
}

// Result is what a job did.
type Result struct {
	Rows int64
	// Funnel holds the rows of each input in order, then of each stage, then
	// the rows written.
	Funnel []StageRows
	// Reports tells, by table, what was read from files.
	Reports map[string]ndjson.Report
}

// StageRows is a point on the way of the rows through a transform.
type StageRows struct {
	Name string `json:"stage"`
	Rows int64  `json:"rows"`
}
