package pipeline

import (
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
	// Cancel names tables whose steps are to stop, or not to begin. What does
	// not need them continues.
	Cancel <-chan string
}
