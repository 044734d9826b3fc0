package pipeline

import (
	"context"
	"time"
)

// Runner builds the tables of a lake.
type Runner struct {
	Lake   *Lake
	Store  Store
	Engine Engine
	// Publisher belongs to the store; nil means ByFile.
	Publisher Publisher
	Tracer    Tracer           // for Trace and Conditions
	Estimator Estimator        // of what the engine will use; nil: it is free
	Root      string           // where the lake is, as the user wrote it
	Holder    Holder           // the process that runs: PID and host
	Now       func() time.Time // the clock
}

// RunOptions state what to run, and how strictly.
type RunOptions struct {
	Select     []string // as Lake.Select takes them
	Force      bool     // full refresh: also rebuild tables that are up to date
	Replace    bool     // move unmanaged and modified files in the zones aside
	AllowEmpty bool     // a landing table may be empty
	Allow      Allowance
	Check      bool // afterwards, evaluate the rules of the definition
	FailFast   bool // start nothing more after a step has failed
	// HoldLimit replaces the default size in bytes of the landing data up to which
	// the derived tables are kept until the checks have read them; 0: the default.
	HoldLimit int64
	// Cancel names tables whose steps are to stop, or not to begin. What does
	// not need them continues.
	Cancel <-chan string
	// Why says in a sentence why the rows of a table that a guard forbids are
	// wrong, or "". Nil: nothing is known that they could be compared with.
	Why func(ctx context.Context, built Unpublished) (string, error)
}

// Unpublished is what a run has built for a table and a guard forbids.
type Unpublished struct {
	Lake  *Lake
	Table *Table
	Rows  Input
	// Input returns the rows of another table as the run has read them; false if
	// the table has not been built.
	Input func(ctx context.Context, table string) (Input, bool, error)
}
