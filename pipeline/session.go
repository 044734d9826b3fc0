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
	Check      bool // evaluate the checks of the definition afterwards
	FailFast   bool // start no further step after a failure
	// Cancel receives names of tables whose steps are cancelled, running or
	// not. Steps that do not depend on them continue.
	Cancel <-chan string
}
