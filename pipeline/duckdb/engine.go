// Package duckdb is the embedded engine. It runs transforms in DuckDB over
// tables that the strict reader of this program provides, and writes the rows
// with this program's writer. It also analyses SQL with DuckDB's own parser.
// All cgo of the program is in this package.
package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	driver "github.com/duckdb/duckdb-go/v2"

	"stedi/pipeline"
)

// Options limit the resources of the engine.
type Options struct {
	Memory  int64  // in bytes; 0: 80 % of the machine's memory
	Threads int    // 0: one for small tables, and one per core from the first large table
	Temp    string // private directory for rows that do not fit into memory
}

// Engine is an embedded DuckDB. Only one goroutine may use it at a time, except
// for Trace and Conditions, whose concurrent calls wait for each other.
type Engine struct {
	ready    chan struct{} // closed once the database is open, or once failed is set
	failed   error
	asking   chan struct{} // holds a value while a caller uses the engine
	db       *sql.DB
	conn     *sql.Conn
	memory   int64       // its limit in bytes, known once it is ready
	threads  int         // that it may use
	wide     atomic.Bool // it uses all of them
	sources  registry[*source]
	sinks    registry[*sink]
	hashes   registry[*hashSet]
	tallies  registry[*tally]
	givens   registry[*given]
	counters atomic.Int64
	kept     map[string]int64             // number of rows in the tables that jobs kept, by name
	grown    map[string]int64             // by table that is kept: its first rows, to which a job has added the others
	values   map[string][]string          // by table that is kept: tables of the distinct values of some columns
	noted    map[string]*noted            // by table: values that were noted as its rows passed
	watched  string                       // the table whose watched columns are kept
	declared map[string][]pipeline.Column // tables known to Describe, in lower case
	parsed   map[string]bool              // texts that were parsed as one SELECT
}

// registry maps numbers to the objects that callbacks need.
type registry[T any] struct {
	last atomic.Int64
	m    sync.Map
}

func (r *registry[T]) add(v T) int64 {
	id := r.last.Add(1)
	r.m.Store(id, v)
	return id
}

func (r *registry[T]) get(id int64) (v T, ok bool) {
	x, ok := r.m.Load(id)
	if !ok {
		return v, false
	}
	v, ok = x.(T)
	return v, ok
}

func (r *registry[T]) remove(id int64) { r.m.Delete(id) }

// Open starts an engine in the background. What needs it first waits for it, and
// returns the error if it could not be started. Close removes its spilled files.
func Open(ctx context.Context, options Options) (*Engine, error) {
	if errLayout != nil {
		return nil, errLayout
	}
	e := &Engine{ready: make(chan struct{}), asking: make(chan struct{}, 1), kept: map[string]int64{}, grown: map[string]int64{}, values: map[string][]string{}, noted: map[string]*noted{}, declared: map[string][]pipeline.Column{}, parsed: map[string]bool{}}
	first := options.Threads
	if e.threads = first; first <= 0 {
		first, e.threads = 1, runtime.NumCPU()
	}
	e.wide.Store(first == e.threads)
	settings := statement("open.sql", map[string]any{
		"Threads": first, "Memory": options.Memory, "Temp": spillFolder(options.Temp),
	})
	go func() {
		defer close(e.ready)
		e.failed = e.open(ctx, settings)
	}()
	return e, nil
}

func (e *Engine) open(ctx context.Context, settings string) (err error) {
	if e.db, err = sql.Open("duckdb", ""); err != nil {
		return fmt.Errorf("duckdb: %w", err)
	}
	if e.conn, err = e.db.Conn(ctx); err != nil {
		return fmt.Errorf("duckdb: %w", err)
	}
	if _, err := e.conn.ExecContext(ctx, settings); err != nil {
		return &pipeline.Failure{Kind: pipeline.BadUsage, Err: fmt.Errorf("duckdb's settings: %w", err), Fix: "Give the engine more with --memory, such as 512MB or 2GB."}
	}
	if _, err := e.conn.ExecContext(ctx, statement("session.sql", sessionNames)); err != nil {
		return fmt.Errorf("duckdb: %w", err)
	}
	if err := e.conn.QueryRowContext(ctx, statement("memory.sql", nil)).Scan(&e.memory); err != nil {
		return fmt.Errorf("duckdb: %w", err)
	}
	if err := e.registerScan(); err != nil {
		return err
	}
	return errors.Join(e.registerGiven(), e.registerSink(), e.registerHash(), e.registerTally())
}

// spillFolder returns the folder for rows that do not fit into memory. DuckDB
// creates it when it needs it.
func spillFolder(temp string) string { return filepath.Join(temp, "duckdb") }

// HasSpilled reports whether an engine with this private directory has files in
// it, which Close removes.
func HasSpilled(temp string) bool {
	_, err := os.Lstat(spillFolder(temp))
	return !errors.Is(err, fs.ErrNotExist)
}

var _ pipeline.Engine = (*Engine)(nil)

// Name is the name of the engine.
const Name = "duckdb"

// Name returns the name of the engine.
func (e *Engine) Name() string { return Name }

// Capabilities returns the capabilities of the engine.
func (e *Engine) Capabilities() pipeline.Capabilities { return Capabilities() }

// Capabilities returns the capabilities of an in-process engine.
func Capabilities() pipeline.Capabilities {
	return pipeline.Capabilities{Rejects: true, Hashes: true, Keeps: true}
}

// Release does nothing: this engine writes through a stream.
func (e *Engine) Release(context.Context, *pipeline.Table, pipeline.Target) error { return nil }

// Spent returns zero: this engine has no costs.
func (e *Engine) Spent() pipeline.Spending { return pipeline.Spending{} }

// session returns the connection as soon as the database is open.
func (e *Engine) session(ctx context.Context) (*sql.Conn, error) {
	select {
	case <-e.ready:
		return e.conn, e.failed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Close ends the engine.
func (e *Engine) Close() error {
	<-e.ready
	var errs []error
	if e.conn != nil {
		errs = append(errs, e.conn.Close())
	}
	if e.db != nil {
		errs = append(errs, e.db.Close())
	}
	return errors.Join(errs...)
}

// Forget drops a kept table.
func (e *Engine) Forget(ctx context.Context, table string) error {
	if _, ok := e.kept[table]; !ok {
		return nil
	}
	delete(e.kept, table)
	delete(e.grown, table)
	if err := e.forgetValues(ctx, table); err != nil {
		return err
	}
	return e.exec(ctx, statement("drop.sql", named{Kind: "TABLE", Table: table}))
}

// Narrow drops the columns of a kept table that are not among those with these
// names, in lower case.
func (e *Engine) Narrow(ctx context.Context, t *pipeline.Table, columns []string) error {
	if !e.isKept(t.Name) || len(columns) == 0 {
		return nil
	}
	for _, c := range t.Columns {
		if slices.Contains(columns, strings.ToLower(c.Name)) {
			continue
		}
		if err := e.exec(ctx, statement("narrow.sql", named{Table: t.Name, As: c.Name})); err != nil {
			return err
		}
	}
	return nil
}

// HasRoom reports whether rows that have this many bytes in files fit into the
// engine's memory. More rows can be kept too, but they go through the disk.
func (e *Engine) HasRoom(ctx context.Context, bytes int64) bool {
	_, err := e.session(ctx)
	return err != nil || bytes <= e.memory // what needs the engine first returns the error
}

// unwatch drops the watched columns that the last job kept.
func (e *Engine) unwatch(ctx context.Context) error {
	if e.watched == "" {
		return nil
	}
	table := watchedName(e.watched)
	e.watched = ""
	return e.exec(ctx, statement("drop.sql", named{Kind: "TABLE", Table: table}))
}

// turn waits until no other goroutine uses the engine.
func (e *Engine) turn(ctx context.Context) (over func(), err error) {
	select {
	case e.asking <- struct{}{}:
		return func() { <-e.asking }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (e *Engine) isKept(table string) bool {
	_, ok := e.kept[strings.ToLower(table)]
	return ok
}

func (e *Engine) exec(ctx context.Context, query string, args ...any) error {
	conn, err := e.session(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, query, args...)
	}
	return outOfMemory(err)
}

// row runs a statement that returns one row, and stores its values.
func (e *Engine) row(ctx context.Context, query string, values ...any) error {
	conn, err := e.session(ctx)
	if err == nil {
		err = conn.QueryRowContext(ctx, query).Scan(values...)
	}
	return outOfMemory(err)
}

// memoryError means that the engine has too little memory.
type memoryError struct{ what string }

func (e *memoryError) Error() string {
	return "duckdb: " + e.what + "\n  Give the engine more memory with --memory, or fewer threads with --threads 1, and room for temporary files on the disk"
}

func lacksMemory(err error) bool {
	_, ok := errors.AsType[*memoryError](err)
	return ok
}

// outOfMemory replaces DuckDB's advice about its settings, which a user cannot
// change, by one about the program's.
func outOfMemory(err error) error {
	fault, ok := errors.AsType[*driver.Error](err)
	if !ok || fault.Type != driver.ErrorTypeOutOfMemory {
		return err
	}
	what, _, _ := strings.Cut(fault.Msg, "\n")
	return &memoryError{what}
}

// number runs a statement that returns one number: CREATE TABLE … AS returns that
// of the rows.
func (e *Engine) number(ctx context.Context, query string) (int64, error) {
	var n sql.NullInt64
	err := e.row(ctx, query, &n)
	return n.Int64, err
}
