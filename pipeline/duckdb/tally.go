package duckdb

import (
	"fmt"
	"strings"
	"sync/atomic"
	"unsafe"

	driver "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// tally evaluates checks on the rows of a table while a query reads or writes
// them. The query has the tally's predicate, which is true for every row.
type tally struct {
	engine *Engine
	id     int64
	rows   atomic.Int64
	filter []counting // checks with a condition
	unique []counting // checks for equal rows
}

// counting is one check of a tally.
type counting struct {
	check   *pipeline.Check
	failing atomic.Int64
	errors  atomic.Int64 // rows on which the condition cannot be evaluated
	set     *hashSet
	id      int64 // of the set
	columns []string
}

// tallyAlias qualifies the columns of the rows that pass.
const tallyAlias = "q"

// memoryPerHash is the memory of the engine in bytes for each hash of a set of more
// than manyRows. A hash takes 8 bytes, and up to 16 while the set grows.
const memoryPerHash = 32

// tally returns nil if no check can be evaluated on the columns alone.
func (e *Engine) tally(checks []*pipeline.Check, columns []ndjson.Column) *tally {
	t := &tally{engine: e}
	for _, c := range checks {
		switch {
		case c.Passing == nil:
		case c.Passing.Condition != "":
			t.filter = append(t.filter, counting{check: c})
		case hasAll(columns, c.Passing.Unique):
			set := &hashSet{most: max(manyRows, e.memory/memoryPerHash)}
			t.unique = append(t.unique, counting{check: c, set: set, id: e.hashes.add(set), columns: c.Passing.Unique})
		}
	}
	if len(t.filter)+len(t.unique) == 0 {
		return nil
	}
	t.id = e.tallies.add(t)
	return t
}

func hasAll(columns []ndjson.Column, names []string) bool {
	for _, name := range names {
		found := false
		for _, c := range columns {
			found = found || strings.EqualFold(c.Name, name)
		}
		if !found {
			return false
		}
	}
	return true
}

// predicate returns the condition that a query over q needs; it is "" without a
// tally.
func (t *tally) predicate() string {
	if t == nil {
		return ""
	}
	var conditions []string
	for i := range t.filter {
		conditions = append(conditions, t.filter[i].check.Passing.Condition)
	}
	var sets []map[string]any
	for i := range t.unique {
		sets = append(sets, map[string]any{"ID": t.unique[i].id, "Columns": t.unique[i].columns})
	}
	return statement("tallied.sql", map[string]any{"ID": t.id, "Conditions": conditions, "Sets": sets, "Alias": tallyAlias})
}

// found returns the findings of the checks by name, after the query has passed
// that many rows. A check is missing if the query did not pass each row once, or
// if only the check's own SELECT tells what it finds.
func (t *tally) found(rows int64) map[string]pipeline.Findings {
	found := map[string]pipeline.Findings{}
	if t == nil || t.rows.Load() != rows {
		return found
	}
	for i := range t.filter {
		c := &t.filter[i]
		if failing := c.failing.Load(); c.errors.Load() == 0 && (failing == 0 || !c.check.Messages) {
			found[c.check.Name] = pipeline.Findings{Rows: failing}
		}
	}
	for i := range t.unique {
		if c := &t.unique[i]; c.set.len() == rows && c.set.unique() {
			found[c.check.Name] = pipeline.Findings{}
		}
	}
	return found
}

func (t *tally) close() {
	if t == nil {
		return
	}
	for i := range t.unique {
		t.engine.hashes.remove(t.unique[i].id)
	}
	t.engine.tallies.remove(t.id)
}

// tallyFunction is stedi_tally(ID, conditions…). It counts the rows for which
// each condition holds and returns 1 for each row.
type tallyFunction struct{ engine *Engine }

func (e *Engine) registerTally() error {
	return driver.RegisterScalarUDF(e.conn, "stedi_tally", tallyFunction{e})
}

// Config declares that the function must be called for every row.
func (f tallyFunction) Config() driver.ScalarFuncConfig {
	number, _ := driver.NewTypeInfo(driver.TYPE_BIGINT)
	condition, _ := driver.NewTypeInfo(driver.TYPE_BOOLEAN)
	return driver.ScalarFuncConfig{
		InputTypeInfos: []driver.TypeInfo{number}, ResultTypeInfo: number, VariadicTypeInfo: condition,
		Volatile: true, SpecialNullHandling: true,
	}
}

// Executor counts one chunk of rows at a time.
func (f tallyFunction) Executor() driver.ScalarFuncExecutor { return onChunks("counting", f.count) }

func (f tallyFunction) count(chunk mapping.DataChunk, rows int, result mapping.Vector) error {
	if rows == 0 {
		return nil
	}
	id := numbers[int64](chunkVector(chunk, 0), 1)[0]
	t, ok := f.engine.tallies.get(id)
	if !ok {
		return fmt.Errorf("stedi_tally(%d): no such tally", id)
	}
	t.rows.Add(int64(rows))
	for i := range t.filter {
		failing, errs := trues(chunkVector(chunk, i+1), rows)
		t.filter[i].failing.Add(failing)
		t.filter[i].errors.Add(errs)
	}
	setOnes(result, rows)
	return nil
}

// trues counts the values that are true, and those that are null.
func trues(v mapping.Vector, rows int) (yes, null int64) {
	values := unsafe.Slice((*uint8)(mapping.VectorGetData(v)), rows)
	valid := mapping.VectorGetValidity(v)
	for i, value := range values {
		if valid != nil && !mapping.ValidityRowIsValid(valid, mapping.IdxT(i)) { // an index is not negative
			null++
		} else if value != 0 {
			yes++
		}
	}
	return yes, null
}
