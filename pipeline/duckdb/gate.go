package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"unsafe"

	driver "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"stedi/pipeline"
)

// Sealed is an engine for untrusted queries. It can read only the tables of
// SetTables, spills nothing, and its settings are locked. It should run in a
// separate process, because a query can still use much time and memory. Only
// one goroutine may use it at a time.
type Sealed struct {
	engine  *Engine
	parser  *sql.Conn                // parses while a query is open
	conn    mapping.Connection       // connection of the engine
	sources map[string]*sealedSource // by table, in lower case
	scans   map[string]bool          // registered names of ScanOf
}

type sealedSource struct {
	*source
	id     int64
	judged bool // the share of rejects was checked and is within the limit
}

// OpenSealed starts an engine with a limit of memory and threads.
func OpenSealed(ctx context.Context, memory int64, threads int) (*Sealed, error) {
	if errLayout != nil {
		return nil, errLayout
	}
	s := &Sealed{engine: &Engine{ready: make(chan struct{}), kept: map[string]int64{}, threads: threads}, sources: map[string]*sealedSource{}, scans: map[string]bool{}}
	settings := statement("gate_open.sql", map[string]any{"Threads": threads, "Memory": fmt.Sprintf("%dB", memory)})
	if err := s.open(ctx, settings); err != nil {
		return nil, errors.Join(fmt.Errorf("duckdb: %w", err), s.Close())
	}
	return s, nil
}

func (s *Sealed) open(ctx context.Context, settings string) (err error) {
	e := s.engine
	close(e.ready) // nothing waits for it
	if e.db, err = sql.Open("duckdb", ""); err != nil {
		return err
	}
	if e.conn, err = e.db.Conn(ctx); err != nil {
		return err
	}
	if s.parser, err = e.db.Conn(ctx); err != nil {
		return err
	}
	if err := e.exec(ctx, settings+statement("session.sql", sessionNames)); err != nil {
		return err
	}
	if err := e.registerScan(); err != nil {
		return err
	}
	return e.conn.Raw(func(c any) (err error) {
		s.conn, err = rawConnection(c)
		return err
	})
}

// rawConnection returns the C connection of the driver's connection. The driver
// returns only complete results, but queries here are read page by page.
func rawConnection(c any) (conn mapping.Connection, err error) {
	outer, ok := c.(*driver.Conn)
	if !ok {
		return conn, fmt.Errorf("a connection of another driver: %T", c)
	}
	field, ok := reflect.TypeFor[driver.Conn]().FieldByName("conn")
	if !ok || field.Type != reflect.TypeFor[mapping.Connection]() {
		return conn, errors.New("the DuckDB driver's Conn has another layout: build with the version in go.mod")
	}
	return *(*mapping.Connection)(unsafe.Add(unsafe.Pointer(outer), field.Offset)), nil
}

// Close ends the engine. No Cursor may be open.
func (s *Sealed) Close() error {
	s.release()
	if s.parser == nil {
		return s.engine.Close()
	}
	return errors.Join(s.parser.Close(), s.engine.Close())
}

// Parsed is a text with its syntax tree as json_serialize_sql makes it, or with
// what is wrong with the text in the same form.
type Parsed struct{ Text, Tree string }

// Parse parses a text. Nothing of it is run. A Cursor may be open meanwhile.
func (s *Sealed) Parse(ctx context.Context, text string) (*Parsed, error) {
	p := &Parsed{Text: text}
	return p, s.parser.QueryRowContext(ctx, statement("parse.sql", nil), text).Scan(&p.Tree)
}

// SetTables replaces all tables. No Cursor may be open.
func (s *Sealed) SetTables(ctx context.Context, tables []pipeline.Input) error {
	for name, old := range s.sources {
		if err := s.engine.exec(ctx, statement("drop.sql", named{Kind: "VIEW", Table: old.input.Table.Name})); err != nil {
			return err
		}
		s.engine.sources.remove(old.id)
		delete(s.sources, name)
	}
	for _, input := range tables {
		made := &sealedSource{source: &source{input: input, threads: s.engine.threads}}
		made.id = s.engine.sources.add(made.source)
		s.sources[strings.ToLower(input.Table.Name)] = made
		view := named{Table: input.Table.Name, ID: made.id, Columns: input.Table.Columns, Scan: ScanOf(input.Table.Name)}
		if !s.scans[view.Scan] { // a name per table, for plans to show
			if err := s.engine.registerScanAs(view.Scan); err != nil {
				return fmt.Errorf("%s: %w", input.Table.Name, err)
			}
			s.scans[view.Scan] = true
		}
		if err := s.engine.exec(ctx, statement("scan.sql", view)); err != nil {
			return fmt.Errorf("%s: %w", input.Table.Name, err)
		}
	}
	return nil
}

// release closes the readers of the last query. No thread of DuckDB may be
// running.
func (s *Sealed) release() {
	for _, source := range s.sources {
		source.close()
		source.mu.Lock()
		source.readings, source.err, source.allow, source.counted = nil, nil, nil, false
		source.mu.Unlock()
		source.judged = false
		source.unpin()
	}
}

// version is the state of files at the start of a query.
type version []fileVersion

type fileVersion struct {
	table, path, name string
	info              os.FileInfo
}

// look fixes the version of the named tables for a query. It records the state
// of the files of landing tables, and opens those of derived tables, which a
// run may replace at any time.
func (s *Sealed) look(tables []string, allow pipeline.Allowance) (version, error) {
	var v version
	var derived []*sealedSource
	for _, table := range tables {
		source, ok := s.sources[strings.ToLower(table)]
		if !ok {
			continue
		}
		source.allow = &allow
		if !source.input.Table.IsLanding() && len(source.input.Files) <= mostPinned {
			derived = append(derived, source)
			continue
		}
		var infos []os.FileInfo
		for _, f := range source.input.Files {
			info, err := os.Stat(f.Path)
			if err != nil {
				return nil, unreadable(source.input.Table.Name, f.Name, err)
			}
			infos = append(infos, info)
			v = append(v, fileVersion{source.input.Table.Name, f.Path, f.Name, info})
		}
		source.counted = isCounted(source.input, infos)
	}
	return v, pin(derived)
}

// isCounted reports whether the files of an input are still those that were
// counted.
func isCounted(input pipeline.Input, infos []os.FileInfo) bool {
	if input.Known == nil || len(input.Known.Times) != len(infos) {
		return false
	}
	for i, info := range infos {
		if info.Size() != input.Files[i].Size || !info.ModTime().Equal(input.Known.Times[i]) {
			return false
		}
	}
	return true
}

const (
	// mostPinned bounds the open files per table: a derived table that stedi
	// has published has one file.
	mostPinned = 64
	// pinTries bounds how often files are reopened because a run has replaced
	// one of them.
	pinTries = 20
)

// pin opens the files of tables in versions of the same moment: after the last
// one is open, every path still refers to its open file.
func pin(sources []*sealedSource) error {
	for range pinTries {
		for _, s := range sources {
			s.unpin()
			if err := s.pin(); err != nil {
				return err
			}
		}
		if !slices.ContainsFunc(sources, func(s *sealedSource) bool { return s.replaced() }) {
			return nil
		}
	}
	return pipeline.Fail(pipeline.Conflict, "", "Run the query again when the run has ended.", "the tables are replaced faster than they can be opened")
}

func (s *sealedSource) pin() error {
	var infos []os.FileInfo
	for i := range s.input.Files {
		f := &s.input.Files[i]
		info, err := os.Stat(f.Path)
		if err == nil && !info.Mode().IsRegular() {
			err = errors.New("not a regular file")
		}
		if err == nil {
			f.Handle, err = os.Open(f.Path)
		}
		if err != nil {
			return unreadable(s.input.Table.Name, f.Name, err)
		}
		if info, err = f.Handle.Stat(); err != nil {
			return unreadable(s.input.Table.Name, f.Name, err)
		}
		infos = append(infos, info)
	}
	s.counted = isCounted(s.input, infos)
	return nil
}

// replaced reports whether a path refers to another file than the open one.
func (s *sealedSource) replaced() bool {
	for _, f := range s.input.Files {
		opened, err := f.Handle.Stat()
		now, gone := os.Stat(f.Path)
		if err != nil || gone != nil || !os.SameFile(opened, now) {
			return true
		}
	}
	return false
}

func (s *sealedSource) unpin() {
	for i := range s.input.Files {
		if f := &s.input.Files[i]; f.Handle != nil {
			_ = f.Handle.Close() // it was opened for reading only
			f.Handle = nil
		}
	}
}

// judge returns what the query left out, or an error if that is not allowed.
// For a refused query it reads the rest of the tables, to report the total. No
// thread of DuckDB may be running.
func (s *Sealed) judge(ctx context.Context, refused bool) (left []pipeline.LeftOut, err error) {
	for _, name := range slices.Sorted(maps.Keys(s.sources)) {
		source := s.sources[name]
		if source.allow == nil {
			continue
		}
		report, err := source.soFar(ctx, refused || source.allow.Percent > 0)
		if err != nil {
			return nil, err
		}
		if err := source.allow.Accept(source.input.Table, report); err != nil {
			return nil, err
		}
		if l := pipeline.LeftOutOf(source.input.Table.Name, report, nil); l != nil {
			left = append(left, *l)
		}
	}
	return left, nil
}

// unchanged returns an error if the files have changed since the version.
func (v version) unchanged() error {
	for _, was := range v {
		is, err := os.Stat(was.path)
		if err != nil || !os.SameFile(was.info, is) || is.Size() != was.info.Size() || !is.ModTime().Equal(was.info.ModTime()) {
			return pipeline.Fail(pipeline.Conflict, was.table, "Run the query again.", "%s changed while the query read it", was.name)
		}
	}
	return nil
}

// unreadable describes an error about a file without its path.
func unreadable(table, name string, err error) error {
	if path, ok := errors.AsType[*os.PathError](err); ok {
		err = path.Err
	}
	return pipeline.Fail(pipeline.BadEngine, table, "A query reads regular files below the lake's folder only; list the tables again.", "%s cannot be read: %w", name, err)
}

// failed returns the original error of a reader; DuckDB passes on only its
// text.
func (s *Sealed) failed() error {
	for _, source := range s.sources {
		err := source.failed()
		if err == nil {
			continue
		}
		if errors.Is(err, errRefused) {
			return errRefused
		}
		table := source.input.Table.Name
		if path, ok := errors.AsType[*os.PathError](err); ok {
			return unreadable(table, "one of its files", path)
		}
		return pipeline.Fail(pipeline.BadEngine, table, "Run the query again.", "%w", err)
	}
	return nil
}
