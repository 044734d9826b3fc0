package pipeline

import (
	"context"
	"slices"
	"strings"

	"stedi/pipeline/ndjson"
)

// Check is a SELECT of failing rows.
type Check struct {
	Name    string
	Table   string // the table that it checks
	Warning bool   // failing rows are a warning, not an error
	Guard   bool   // the check must pass before the table is published
	Doc     string // the check in words
	// Forbidden are columns that the table must not have.
	Forbidden []string
	SQL       string
	Messages  bool     // the SELECT has a column "message" that describes a failing row
	Inputs    []string // tables that it reads
	Watch     []string // the columns that it reads of its own table, see Statement
	// Reads are the columns that it reads of each table, Sets are the tables that
	// it reads for distinct values, and Passing is what it asks of the rows of its
	// one table as they pass; see Statement.
	Reads   map[string][]string
	Sets    []string
	Passing *Passing
	File    string
}

// Checker is the part of an engine that reads tables and evaluates checks. An
// engine may delegate all of it to another engine.
type Checker interface {
	// Scan reads a table as strictly as Run does, but only reports on it.
	Scan(ctx context.Context, input Input, progress func(Progress)) (ndjson.Report, error)
	// Hold reads a table and keeps it for later checks until Forget. An engine
	// with the capability ChecksInPlace only reports on the table.
	Hold(ctx context.Context, input Input) (Held, error)
	// Check counts the failing rows of a check and collects the first
	// MostMessages of its distinct messages in sorted order, if it has any.
	Check(ctx context.Context, rule *Check, inputs []Input) (Findings, error)
	// Columns finds out which columns a table has, whatever its definition
	// says. Nil: the engine cannot tell, or the table has no rows.
	Columns(ctx context.Context, input Input) ([]ndjson.FoundColumn, error)
	// Forget drops the named table if it was kept.
	Forget(ctx context.Context, table string) error
}

// Held is the report on a table, and the findings, by name, of those checks of
// Input.Count that were evaluated as its rows passed.
type Held struct {
	ndjson.Report
	Found map[string]Findings
}

// Findings are the failing rows and messages of a check.
type Findings struct {
	Rows     int64
	Messages []string
}

// MostMessages is how many distinct messages a check collects: the first ones
// in sorted order.
const MostMessages = 5

// SplitMessages splits messages that a query has joined with the unit
// separator, chr(31). No message contains it.
func SplitMessages(joined string) []string {
	if joined == "" {
		return nil
	}
	return strings.Split(joined, "\x1f")
}

// forbidden returns the columns of a table that the check forbids.
func (c *Check) forbidden(t *Table) []string {
	var found []string
	for _, column := range t.Columns {
		if slices.ContainsFunc(c.Forbidden, func(name string) bool { return strings.EqualFold(name, column.Name) }) {
			found = append(found, column.Name)
		}
	}
	return found
}

// Judge returns the record of a check from its findings.
func (c *Check) Judge(t *Table, found Findings) CheckRecord {
	record := CheckRecord{Check: c.Name, Table: c.Table, Severity: "error", State: "pass", Diagnosis: []string{}}
	if c.Warning {
		record.Severity = "warning"
	}
	columns := c.forbidden(t)
	if found.Rows == 0 && len(columns) == 0 {
		return record
	}
	record.State, record.Failing, record.Message = "fail", found.Rows, c.Doc
	if len(columns) > 0 {
		record.Message += " It has the columns " + strings.Join(columns, ", ") + "."
	}
	if len(found.Messages) > 0 {
		record.Message += " " + strings.Join(found.Messages, "; ")
	}
	return record
}
