// Package query answers read-only SQL over the tables of a lake, and means it:
// a query is read before it runs, and runs where it can do no harm.
//
// A caller opens a Querier on the available tables and the one folder that may
// be read, asks, and takes the rows page by page:
//
//	q := query.Open(lake, inputs, root, query.Options{})
//	defer q.Close()
//	rows, err := q.Query(ctx, "SELECT c.email FROM customer_trusted AS c")
//	if err != nil {
//		return err // a *pipeline.Failure: what, where, what next
//	}
//	defer rows.Close()
//	for {
//		page, err := rows.Next(ctx)
//		if errors.Is(err, io.EOF) {
//			break
//		}
//		…
//	}
//
// Two walls stand one behind the other, and tests try each of them alone. The
// gate (gate.go) takes the text apart with DuckDB's own parser, which runs
// nothing, and lets exactly one SELECT through that names tables of the lake
// and functions known to be pure. The child (child.go) is a process of the
// same binary that answers it: it may read below the folder and do nothing
// else, DuckDB's own access is off and locked, and the parent ends it at its
// limit of memory or time. The child stays for the next query.
//
// The program must become that process when it is called as one, before it
// reads its arguments, and leave with the status:
//
//	if query.IsChild(os.Args[1:]) {
//		os.Exit(query.ChildMain(context.Background(), os.Stdin, os.Stdout))
//	}
package query

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// Options limit what one query may take.
type Options struct {
	Memory  int64         // bytes of the whole child; 0: 1 GB
	Timeout time.Duration // of work for one query, pauses between pages left out; 0: 60 s
	Threads int           // 0: one for each core, four at most
	Nice    int           // of the child, where the system knows niceness; 0: as ours

	Also []string // folders besides the root that the child can read

	Allow pipeline.Allowance // what a query may leave out of landing tables; files are left out by Input.Skipped

	gateOff bool         // tests only: the second wall has to hold alone
	started func(*child) // tests only: sees every child
}

const (
	defaultMemory  = 1 << 30
	defaultTimeout = time.Minute
	defaultThreads = 4
	// leastMemory is what a child needs to answer anything.
	leastMemory = 128 << 20
)

func (o Options) withDefaults() Options {
	o.Memory = max(cmp.Or(o.Memory, defaultMemory), leastMemory)
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	o.Threads = cmp.Or(o.Threads, min(runtime.NumCPU(), defaultThreads))
	return o
}

// Querier answers queries one at a time: a new one ends the one before. Its
// methods may be called from several goroutines.
type Querier struct {
	lake    *pipeline.Lake
	root    string
	options Options

	turn chan struct{} // holds a value while a caller talks to the child

	mu      sync.Mutex
	tables  tables
	current *Rows                   // the query that is open, if any
	stop    context.CancelCauseFunc // of the query that has the turn
	closed  bool

	confined string

	child *child // belongs to the caller that has the turn
}

// tables are the inputs of one moment.
type tables struct {
	version int
	inputs  map[string]pipeline.Input // by name in lower case
}

// Open makes a Querier. Nothing starts before the first query.
//
// The inputs are the available tables, by name; a table of the lake that is not
// among them is not built yet. The child can read below root only.
func Open(lake *pipeline.Lake, inputs map[string]pipeline.Input, root string, options Options) *Querier {
	q := &Querier{lake: lake, root: absolute(root), options: options.withDefaults(), turn: make(chan struct{}, 1)}
	q.SetInputs(inputs)
	return q
}

// SetInputs replaces the available tables for the queries that begin from now on.
func (q *Querier) SetInputs(inputs map[string]pipeline.Input) {
	q.mu.Lock()
	defer q.mu.Unlock()
	next := tables{q.tables.version + 1, make(map[string]pipeline.Input, len(inputs))}
	for name, input := range inputs {
		files := make([]ndjson.File, len(input.Files))
		for i, f := range input.Files {
			f.Path = absolute(f.Path)
			files[i] = f
		}
		input.Files = files
		next.inputs[lower(name)] = input
	}
	q.tables = next
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// Reads returns the tables that a text reads, by name, without running it. What
// speaks against the text is a *pipeline.Failure of kind BadUsage.
func (q *Querier) Reads(ctx context.Context, sql string) (tables []string, err error) {
	err = q.withTurn(ctx, true, func(ctx context.Context) error {
		c, at, err := q.ready(ctx)
		if err != nil {
			return err
		}
		b := newBudget(q.options.Timeout)
		tables, err = q.admit(ctx, c, at, sql, &b)
		return err
	})
	return tables, err
}

// Query begins a query. The one before it, if it is still open, ends.
func (q *Querier) Query(ctx context.Context, sql string) (pipeline.Rows, error) {
	rows := &Rows{querier: q, sql: sql, budget: newBudget(q.options.Timeout)}
	q.interrupt()
	err := q.withTurn(ctx, true, func(ctx context.Context) error {
		q.endCurrent(ctx)
		c, at, err := q.ready(ctx)
		if err != nil {
			return err
		}
		if err := q.tell(ctx, c, at); err != nil {
			return err
		}
		rows.child = c
		rows.unwatch = c.watch(q.options.Memory)
		if err := q.begin(ctx, rows, at, sql); err != nil {
			rows.unwatch()
			q.relieve(c)
			return err
		}
		q.mu.Lock()
		q.current = rows
		q.mu.Unlock()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

func (q *Querier) begin(ctx context.Context, rows *Rows, at tables, sql string) error {
	used, err := q.admit(ctx, rows.child, at, sql, &rows.budget)
	if err != nil {
		return err
	}
	answer, err := rows.child.ask(ctx, kindQuery, queryMessage{sql, used, q.options.Timeout, pipeline.Allowance{Limit: q.options.Allow.Limit}}, &rows.budget)
	if err != nil {
		return q.explain(err, sql)
	}
	for _, name := range used {
		if input := at.inputs[lower(name)]; len(input.Skipped) > 0 {
			rows.skipped = append(rows.skipped, pipeline.LeftOut{Table: input.Table.Name, Files: input.Skipped})
		}
	}
	return answer.decode(kindColumns, &rows.columns)
}

// admit is the gate: the child parses, we decide. It returns the tables that
// the text reads.
func (q *Querier) admit(ctx context.Context, c *child, at tables, sql string, b *budget) ([]string, error) {
	if err := legible(sql); err != nil {
		return nil, err
	}
	if q.options.gateOff {
		var used []string
		for name := range at.inputs {
			used = append(used, name)
		}
		return used, nil
	}
	answer, err := c.ask(ctx, kindParse, parseMessage{sql}, b)
	if err != nil {
		return nil, q.explain(err, sql)
	}
	if answer.kind != kindTree {
		return nil, c.protocolError(fmt.Errorf("%q where a syntax tree was due", answer.kind))
	}
	g := gate{sql: sql, at: at, lake: q.lake, used: map[string]bool{}}
	if err := g.check(answer.payload); err != nil {
		return nil, err
	}
	return g.tablesUsed(), nil
}

// errEnded is what a query answers after another one has taken its place, and
// anything after Close.
var errEnded = &pipeline.Failure{Kind: pipeline.Cancelled, Err: errors.New("the query was replaced by another one")}

// withTurn calls f alone. A call that may be stopped is by the next query.
func (q *Querier) withTurn(ctx context.Context, stoppable bool, f func(context.Context) error) error {
	select {
	case q.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-q.turn }()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	q.mu.Lock()
	closed := q.closed
	if stoppable {
		q.stop = cancel
	}
	q.mu.Unlock()
	defer func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.stop = nil
	}()
	if closed {
		return errEnded
	}
	err := f(ctx)
	if err != nil && errors.Is(context.Cause(ctx), errEnded) {
		return errEnded
	}
	return err
}

// interrupt stops the query that is at work.
func (q *Querier) interrupt() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.stop != nil {
		q.stop(errEnded)
	}
}

// endCurrent closes the query that is open. The caller has the turn.
func (q *Querier) endCurrent(ctx context.Context) {
	q.mu.Lock()
	rows := q.current
	q.current = nil
	q.mu.Unlock()
	if rows != nil {
		rows.end(ctx)
	}
}

// ready returns a child and the available tables. The caller has the turn.
func (q *Querier) ready(ctx context.Context) (*child, tables, error) {
	q.mu.Lock()
	at := q.tables
	q.mu.Unlock()
	if q.child != nil && !q.child.alive() {
		q.child.end(nil)
		q.child = nil
	}
	if q.child == nil {
		c, err := start(ctx, q.root, q.options)
		if err != nil {
			return nil, at, err
		}
		q.child = c
		q.setConfinement(c)
	}
	return q.child, at, nil
}

// tell sends the tables to the child. No query may be open.
func (q *Querier) tell(ctx context.Context, c *child, at tables) error {
	if c.tables == at.version {
		return nil
	}
	b := newBudget(q.options.Timeout)
	if _, err := c.ask(ctx, kindTables, tablesMessage{wireTables(at)}, &b); err != nil {
		return err
	}
	c.tables = at.version
	return nil
}

// relieve ends a child that holds much memory of a query that is over: the
// next one starts with a new child.
func (q *Querier) relieve(c *child) {
	if used, ok := memoryOf(c.cmd.Process.Pid); ok && used > q.options.Memory/2 {
		c.end(nil)
	}
}

// Confined says what holds the child besides DuckDB's own locks, once there
// was a query; before that it is empty.
func (q *Querier) Confined() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.confined
}

// setConfinement remembers what confines the child.
func (q *Querier) setConfinement(c *child) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.confined = c.ready.Confined
}

// Close ends the child and the query that is open.
func (q *Querier) Close() error {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.interrupt()
	q.turn <- struct{}{}
	defer func() { <-q.turn }()
	q.endCurrent(context.Background())
	if q.child != nil {
		q.child.end(nil)
		q.child = nil
	}
	return nil
}

// available lists the names of tables that can be read.
func (at tables) available() []string {
	names := make([]string, 0, len(at.inputs))
	for _, name := range sortedKeys(at.inputs) {
		names = append(names, at.inputs[name].Table.Name)
	}
	return names
}
