package report

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"stedi/pipeline"
)

// Diff lists the differences between two runs. It omits what is equal, except
// the times of steps, which always differ.
type Diff struct {
	Schema  string       `json:"schema"` // stedi.diff/1
	A       string       `json:"a"`
	B       string       `json:"b"`
	Status  Pair[string] `json:"status"`
	Engine  Pair[string] `json:"engine"`
	Profile Pair[string] `json:"profile"`
	Tables  []TableDiff  `json:"tables"`
	Steps   []StepDiff   `json:"steps"`
}

const diffSchema = "stedi.diff/1"

// Pair is a value of both runs.
type Pair[T comparable] struct {
	A T `json:"a"`
	B T `json:"b"`
}

// Same reports whether both values are equal.
func (p Pair[T]) Same() bool { return p.A == p.B }

// Count is a number of both runs; a run without it has -1.
type Count = Pair[int64]

// TableDiff is the difference of a table at the ends of two runs.
type TableDiff struct {
	Table   string   `json:"table"`
	Rows    Count    `json:"rows"`
	Bytes   Count    `json:"bytes"`
	Added   []string `json:"added_columns"`
	Removed []string `json:"removed_columns"`
}

// StepDiff is the difference of a step between two runs.
type StepDiff struct {
	Table   string        `json:"table"`
	State   Pair[string]  `json:"state"`
	Seconds Pair[float64] `json:"seconds"`
	Funnel  []StageDiff   `json:"funnel"` // the stages with different row counts
	SQL     string        `json:"sql"`    // unified diff
}

// StageDiff is a stage with different row counts.
type StageDiff struct {
	Stage string `json:"stage"`
	Rows  Count  `json:"rows"`
}

// Compare compares two runs of a lake. For a step that one of them has not run,
// it uses the SQL of the run that last built the table.
func Compare(ctx context.Context, store pipeline.Store, a, b *pipeline.Record) (*Diff, error) {
	d := &Diff{
		Schema: diffSchema, A: a.Run, B: b.Run, Tables: []TableDiff{}, Steps: []StepDiff{},
		Status: Pair[string]{a.Status, b.Status}, Engine: Pair[string]{a.Engine, b.Engine},
		Profile: Pair[string]{strings.Join(a.Profile, ","), strings.Join(b.Profile, ",")},
	}
	for _, name := range union(a.Tables, b.Tables, func(t pipeline.TableRecord) string { return t.Table }) {
		if t := diffTable(name, a.Table(name), b.Table(name)); !t.same() {
			d.Tables = append(d.Tables, t)
		}
	}
	past, err := made(ctx, store)
	if err != nil {
		return nil, err
	}
	for _, name := range union(a.Steps, b.Steps, func(s pipeline.StepRecord) string { return s.Table }) {
		s := diffStep(name, a.Step(name), b.Step(name))
		before, err := past.sql(ctx, store, name, a.Run)
		if err != nil {
			return nil, err
		}
		after, err := past.sql(ctx, store, name, b.Run)
		if err != nil {
			return nil, err
		}
		if before != nil && after != nil {
			s.SQL = string(diff.Diff(a.Run+"/"+name+".sql", before, b.Run+"/"+name+".sql", after))
		}
		d.Steps = append(d.Steps, s)
	}
	return d, nil
}

// union returns the names in both lists: those of b in order, then the
// remaining ones of a.
func union[T any](a, b []T, name func(T) string) []string {
	var names []string
	for _, x := range slices.Concat(b, a) {
		if !slices.Contains(names, name(x)) {
			names = append(names, name(x))
		}
	}
	return names
}

func diffTable(name string, a, b *pipeline.TableRecord) TableDiff {
	t := TableDiff{Table: name, Rows: Count{-1, -1}, Bytes: Count{-1, -1}, Added: []string{}, Removed: []string{}}
	if a != nil && !a.Missing {
		t.Rows.A, t.Bytes.A = a.Rows, a.Bytes
	}
	if b != nil && !b.Missing {
		t.Rows.B, t.Bytes.B = b.Rows, b.Bytes
	}
	if a == nil || b == nil || a.Columns == nil || b.Columns == nil {
		return t
	}
	t.Added, t.Removed = without(b.Columns, a.Columns), without(a.Columns, b.Columns)
	return t
}

func (t TableDiff) same() bool {
	return t.Rows.Same() && t.Bytes.Same() && len(t.Added) == 0 && len(t.Removed) == 0
}

// without returns the columns that others lack, as name and type.
func without(columns, others []pipeline.ColumnRecord) []string {
	names := []string{}
	for _, c := range columns {
		if !slices.Contains(others, c) {
			names = append(names, c.Name+" "+c.Type)
		}
	}
	return names
}

func diffStep(name string, a, b *pipeline.StepRecord) StepDiff {
	const none = "not selected"
	s := StepDiff{Table: name, State: Pair[string]{none, none}, Funnel: []StageDiff{}}
	var before, after pipeline.Funnel
	if a != nil {
		s.State.A, s.Seconds.A, before = a.State.String(), a.Seconds, a.Funnel
	}
	if b != nil {
		s.State.B, s.Seconds.B, after = b.State.String(), b.Seconds, b.Funnel
	}
	if len(before) == 0 || len(after) == 0 {
		return s
	}
	for _, stage := range union(before, after, func(r pipeline.StageRows) string { return r.Name }) {
		if rows := (Count{rowsAt(before, stage), rowsAt(after, stage)}); !rows.Same() {
			s.Funnel = append(s.Funnel, StageDiff{stage, rows})
		}
	}
	return s
}

func rowsAt(funnel pipeline.Funnel, stage string) int64 {
	if rows, ok := funnel.At(stage); ok {
		return rows
	}
	return -1
}

// compiled are the names of the SQL texts that runs have stored, the newest
// first.
type compiled []string

func made(ctx context.Context, store pipeline.Store) (compiled, error) {
	files, err := store.List(ctx, pipeline.StateFolder+"/runs")
	if err != nil {
		return nil, err
	}
	var texts compiled
	for _, f := range slices.Backward(files) {
		if strings.Contains(f.Name, "/compiled/") {
			texts = append(texts, f.Name)
		}
	}
	return texts, nil
}

// sql returns the text with which the table was last built, up to that run; nil
// if there is no such text.
func (c compiled) sql(ctx context.Context, store pipeline.Store, table, run string) (_ []byte, err error) {
	for _, name := range c {
		id, _, _ := strings.Cut(strings.TrimPrefix(name, pipeline.StateFolder+"/runs/"), "/")
		if id > run || !strings.HasSuffix(name, "/"+table+".sql") {
			continue
		}
		in, err := store.Open(ctx, name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(in)
		return text, errors.Join(err, in.Close())
	}
	return nil, nil
}
