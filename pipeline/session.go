package pipeline

import (
	"time"
)

// Runner makes the tables of a lake.
type Runner struct {
	Lake   *Lake
	Store  Store
	Engine Engine
	// Publisher is the one that goes with the store; nil: ByFile.
	Publisher Publisher
	Tracer    Tracer           // for Trace and Conditions
	Root      string           // where the lake lies, as people wrote it
	Holder    Holder           // who runs: PID and host
	Now       func() time.Time // the clock
}

// RunOptions say what to run, and how strictly.
type RunOptions struct {
	Select     []string // as Lake.Select takes them
	Force      bool     // full refresh: also rebuild tables that are up to date
	Replace    bool     // move unmanaged and modified files in the zones aside
	AllowEmpty bool     // a landing table may have no row
	Allow      Allowance
	Check      bool // afterwards, evaluate the rules of the definition
	FailFast   bool // start nothing more after a step has failed
	// Cancel names tables whose steps are to stop, or not to begin. What does
	// not need them continues.
	Cancel <-chan string
}
