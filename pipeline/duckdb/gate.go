package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"unsafe"

	driver "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"stedi/pipeline"
)

// Sealed is an engine for queries that nobody has vouched for: it knows the
// tables that SetTables gives it and nothing else, spills nothing, and its
// settings are locked. It is meant for a process of its own, since a query can
// still eat time and memory. It is used by one goroutine at a time.
type Sealed struct {
	engine  *Engine
	parser  *sql.Conn                // parses while a query is open
	conn    mapping.Connection       // the engine's own
	sources map[string]*sealedSource // by table, in lower case
}

type sealedSource struct {
	*source
	id int64
}

// OpenSealed starts an engine that may use so many bytes and threads.
func OpenSealed(ctx context.Context, memory int64, threads int) (*Sealed, error) {
	if errLayout != nil {
		return nil, errLayout
	}
	s := &Sealed{engine: &Engine{kept: map[string]int64{}, threads: threads}, sources: map[string]*sealedSource{}}
	settings := statement("gate_open.sql", map[string]any{"Threads": threads, "Memory": fmt.Sprintf("%dB", memory)})
	if err := s.open(ctx, settings); err != nil {
		return nil, errors.Join(fmt.Errorf("duckdb: %w", err), s.Close())
	}
	return s, nil
}

func (s *Sealed) open(ctx context.Context, settings string) (err error) {
	e := s.engine
	if e.db, err = sql.Open("duckdb", ""); err != nil {
		return err
	}
	if e.conn, err = e.db.Conn(ctx); err != nil {
		return err
	}
	if s.parser, err = e.db.Conn(ctx); err != nil {
		return err
	}
	if err := e.exec(ctx, settings); err != nil {
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

// rawConnection reaches the connection behind the driver's, which can only
// give whole results: a query here is read page by page.
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

// Serialize gives the syntax tree of a text as json_serialize_sql makes it, or
// what is wrong with the text in the same form. Nothing of it is run. A Cursor
// may be open meanwhile.
func (s *Sealed) Serialize(ctx context.Context, text string) (string, error) {
	var tree string
	err := s.parser.QueryRowContext(ctx, statement("parse.sql", nil), text).Scan(&tree)
	return tree, err
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
		view := named{Table: input.Table.Name, ID: made.id, Columns: input.Table.Columns}
		if err := s.engine.exec(ctx, statement("scan.sql", view)); err != nil {
			return fmt.Errorf("%s: %w", input.Table.Name, err)
		}
	}
	return nil
}

// release gives back what the last query read with. No thread of DuckDB may
// be at work.
func (s *Sealed) release() {
	for _, source := range s.sources {
		source.close()
		source.mu.Lock()
		source.readings, source.err = nil, nil
		source.mu.Unlock()
	}
}

// version is what the files of some tables were when a query began.
type version []fileVersion

type fileVersion struct {
	table, path, name string
	info              os.FileInfo
}

// look notes what the files of the named tables are now.
func (s *Sealed) look(tables []string) (version, error) {
	var v version
	for _, table := range tables {
		source, ok := s.sources[strings.ToLower(table)]
		if !ok {
			continue
		}
		for _, f := range source.input.Files {
			info, err := os.Stat(f.Path)
			if err != nil {
				return nil, unreadable(source.input.Table.Name, f.Name, err)
			}
			v = append(v, fileVersion{source.input.Table.Name, f.Path, f.Name, info})
		}
	}
	return v, nil
}

// unchanged makes sure that the files still are what they were.
func (v version) unchanged() error {
	for _, was := range v {
		is, err := os.Stat(was.path)
		if err != nil || !os.SameFile(was.info, is) || is.Size() != was.info.Size() || !is.ModTime().Equal(was.info.ModTime()) {
			return pipeline.Fail(pipeline.Conflict, was.table, "Ask again.", "%s changed while the query read it", was.name)
		}
	}
	return nil
}

// unreadable says what is wrong with a file without saying where it lies.
func unreadable(table, name string, err error) error {
	if path, ok := errors.AsType[*os.PathError](err); ok {
		err = path.Err
	}
	return pipeline.Fail(pipeline.BadEngine, table, "A query reads regular files below the lake's folder only; list the tables again.", "%s cannot be read: %w", name, err)
}

// failed returns what stopped one of the readers, whose error DuckDB passes
// on as a text only.
func (s *Sealed) failed() error {
	for _, source := range s.sources {
		err := source.failed()
		if err == nil {
			continue
		}
		table := source.input.Table.Name
		if path, ok := errors.AsType[*os.PathError](err); ok {
			return unreadable(table, "one of its files", path)
		}
		return pipeline.Fail(pipeline.BadEngine, table, "Ask again.", "%w", err)
	}
	return nil
}
