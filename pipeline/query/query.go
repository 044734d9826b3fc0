package query

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/frames"
	"stedi/pipeline/ndjson"
)

// Options limit the resources of one query.
type Options struct {
	Memory  int64         // bytes of the whole child process; 0: 1 GB
	Timeout time.Duration // working time of one query, without pauses between pages; 0: 60 s
	Threads int           // 0: one per core, at most four
	Nice    int           // of the child, if the system supports it; 0: same as the parent

	Also []string // folders besides the root that the child can read

	Allow pipeline.Allowance // what a query may leave out of landing tables; files are left out by Input.Skipped

	gateOff bool              // tests only: the second wall has to hold alone
	started func(*child)      // tests only: sees every child
	asks    func(frames.Kind) // tests only: sees every question to a child
}

const (
	defaultMemory  = 1 << 30
	defaultTimeout = time.Minute
	defaultThreads = 4
	// leastMemory is the minimum for a child to answer any query.
	leastMemory = 128 << 20
)

func (o Options) withDefaults() Options {
	o.Memory = max(cmp.Or(o.Memory, defaultMemory), leastMemory)
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	o.Threads = cmp.Or(o.Threads, min(runtime.NumCPU(), defaultThreads))
	return o
}

// Querier answers one query at a time: a new query ends the previous one. Its
// methods are safe for concurrent use.
type Querier struct {
	lake    *pipeline.Lake
	root    string
	options Options

	turn chan struct{} // holds a value while a caller uses the child

	mu      sync.Mutex
	tables  tables
	current *Rows                   // the open query, or nil
	stop    context.CancelCauseFunc // cancels the query that has the turn
	closed  bool

	confined string

	child  *child  // belongs to the caller that has the turn
	parsed *parsed // too: the text that was parsed last, until it runs
}

// tables are the inputs at one moment.
type tables struct {
	version int
	inputs  map[string]pipeline.Input // by name in lower case
}

// Open returns a Querier. It starts no process before the first query.
//
// inputs are the available tables by name; a table of the lake that is missing
// from inputs is not built yet. The child can read only below root.
func Open(lake *pipeline.Lake, inputs map[string]pipeline.Input, root string, options Options) *Querier {
	q := &Querier{lake: lake, root: absolute(root), options: options.withDefaults(), turn: make(chan struct{}, 1)}
	q.SetInputs(inputs)
	return q
}

// SetInputs replaces the available tables for later queries.
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

// Reads returns the names of the tables that a query reads, without running it.
// If the query is not allowed, the error is a *pipeline.Failure of kind
// BadUsage.
func (q *Querier) Reads(ctx context.Context, sql string) (tables []string, err error) {
	err = q.withTurn(ctx, true, func(ctx context.Context) error {
		c, at, err := q.ready(ctx)
		if err != nil {
			return err
		}
		b := newBudget(q.options.Timeout)
		sql, as := wantedOf(sql)
		if err := withOptions(sql, as); err != nil {
			return err
		}
		tables, err = q.admit(ctx, c, at, sql, &b)
		return err
	})
	return tables, err
}

// Query starts a query. It ends the previous one if that is still open.
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
	sql, as := wantedOf(sql)
	if err := withOptions(sql, as); err != nil {
		return err
	}
	used, err := q.admit(ctx, rows.child, at, sql, &rows.budget)
	if err != nil {
		return err
	}
	q.parsed = nil
	answer, err := rows.child.ask(ctx, kindQuery, queryMessage{used, q.options.Timeout, as, pipeline.Allowance{Limit: q.options.Allow.Limit}}, &rows.budget)
	if err != nil {
		return q.explain(err, sql)
	}
	for _, name := range used {
		if input := at.inputs[lower(name)]; len(input.Skipped) > 0 {
			rows.skipped = append(rows.skipped, pipeline.LeftOut{Table: input.Table.Name, Files: input.Skipped})
		}
	}
	if err := answer.Decode(kindColumns, &rows.columns); err != nil || as == wantRows {
		return err
	}
	names := make([]string, len(used))
	for i, name := range used {
		names[i] = at.inputs[name].Table.Name
	}
	return rows.readWhole(ctx, as, names)
}

// admit applies the gate: the child parses the text, and this process decides.
// It returns the tables that the text reads.
func (q *Querier) admit(ctx context.Context, c *child, at tables, sql string, b *budget) ([]string, error) {
	if err := legible(sql); err != nil {
		return nil, err
	}
	tree, err := q.parse(ctx, c, sql, b)
	if err != nil {
		return nil, err
	}
	if q.options.gateOff {
		return slices.Collect(maps.Keys(at.inputs)), nil
	}
	g := gate{sql: sql, at: at, lake: q.lake, used: map[string]bool{}}
	if err := g.check(tree); err != nil {
		return nil, err
	}
	return g.tablesUsed(), nil
}

// parsed is a text that a child has parsed, and keeps for the next query.
type parsed struct {
	sql   string
	child *child
	tree  syntaxTree
}

// parse parses a text once: for Reads, for the gate and for the query that
// follows. What runs is what the gate has judged.
func (q *Querier) parse(ctx context.Context, c *child, sql string, b *budget) (syntaxTree, error) {
	if p := q.parsed; p != nil && p.sql == sql && p.child == c {
		return p.tree, nil
	}
	q.parsed = nil
	answer, err := c.ask(ctx, kindParse, parseMessage{withoutEnd(sql)}, b)
	if err != nil {
		return syntaxTree{}, q.explain(err, sql)
	}
	if answer.Kind != kindTree {
		return syntaxTree{}, c.protocolError(fmt.Errorf("%q where a syntax tree was due", answer.Kind))
	}
	tree, err := readTree(answer.Payload)
	if err != nil {
		return syntaxTree{}, c.protocolError(err)
	}
	q.parsed = &parsed{sql, c, tree}
	return tree, nil
}

// withoutEnd takes the last semicolons off a text. The parser would have to be
// asked where the statement ends, if it is to stand inside another one.
func withoutEnd(sql string) string { return strings.TrimRight(sql, "; \t\r\n") }

// errEnded is what a query answers after another one has taken its place, and
// anything after Close.
var errEnded = &pipeline.Failure{Kind: pipeline.Cancelled, Err: errors.New("the query was replaced by another one")}

// withTurn calls f exclusively. The next query cancels f if stoppable is true.
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

// interrupt cancels the running query.
func (q *Querier) interrupt() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.stop != nil {
		q.stop(errEnded)
	}
}

// endCurrent closes the open query. The caller has the turn.
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

// relieve ends a child that still uses much memory after a query. The next
// query starts a new child.
func (q *Querier) relieve(c *child) {
	if used, ok := memoryOf(c.cmd.Process.Pid); ok && used > q.options.Memory/2 {
		c.end(nil)
	}
}

// Confined describes the restrictions of the child in addition to DuckDB's own
// locks. It is empty before the first query.
func (q *Querier) Confined() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.confined
}

// setConfinement stores the description of the child's restrictions.
func (q *Querier) setConfinement(c *child) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.confined = c.ready.Confined
}

// Close ends the child and the open query.
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

// available returns the names of the tables that can be read.
func (at tables) available() []string {
	names := make([]string, 0, len(at.inputs))
	for _, name := range sortedKeys(at.inputs) {
		names = append(names, at.inputs[name].Table.Name)
	}
	return names
}
