package pipeline

import (
	"context"
	"slices"
	"strings"

	"stedi/pipeline/ndjson"
)

// Check is a rule: a SELECT that gives the rows that break it.
type Check struct {
	Name    string
	Table   string // the table that it is about
	Warning bool   // rows that break it are worth knowing, not wrong
	Guard   bool   // it must hold before the table is published
	Doc     string // the rule in words
	// Forbidden are columns that the table must not have.
	Forbidden []string
	SQL       string
	Messages  bool     // it has a column "message", which says more of a row
	Inputs    []string // tables that it reads
	Watch     []string // of its own table: all columns that it reads, see Statement
	File      string
}

// Checker is the part of an engine that reads tables and evaluates checks. An
// engine may leave all of it to another one.
type Checker interface {
	// Scan reads a table as strictly as Run does, only to report on it.
	Scan(ctx context.Context, input Input, progress func(Progress)) (ndjson.Report, error)
	// Hold reads a table and keeps it for the checks that follow, until
	// Forget. An engine that ChecksInPlace only reports on it.
	Hold(ctx context.Context, input Input) (ndjson.Report, error)
	// Check counts the rows that break a rule, and collects the first
	// MostMessages of its different messages in their order, if it has any.
	Check(ctx context.Context, rule *Check, inputs []Input) (Findings, error)
	// Columns finds out which columns a table has, whatever its definition
	// says. Nil: the engine cannot tell, or the table has no rows.
	Columns(ctx context.Context, input Input) ([]ndjson.FoundColumn, error)
	// Forget drops the named table if it was kept.
	Forget(ctx context.Context, table string) error
}

// Findings are what a check found.
type Findings struct {
	Rows     int64
	Messages []string
}

// MostMessages is how many different messages a check collects: the first ones
// in their order.
const MostMessages = 5

// SplitMessages cuts messages apart that a query has joined by the unit
// separator, chr(31), which no message has.
func SplitMessages(joined string) []string {
	if joined == "" {
		return nil
	}
	return strings.Split(joined, "\x1f")
}

// forbidden returns the columns that a table has and must not have.
func (c *Check) forbidden(t *Table) []string {
	var found []string
	for _, column := range t.Columns {
		if slices.ContainsFunc(c.Forbidden, func(name string) bool { return strings.EqualFold(name, column.Name) }) {
			found = append(found, column.Name)
		}
	}
	return found
}

// Judge makes a record of what a check found.
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
