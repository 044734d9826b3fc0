package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
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

// checks reads checks/*.sql. Each is tried against the tables' columns.
func (l *loader) checks(ctx context.Context) error {
	files, err := definitionFiles(l.files, "checks", ".sql")
	if err != nil {
		return fmt.Errorf("checks: %w", err)
	}
	for _, file := range files {
		check, err := l.check(ctx, file)
		if err == nil && l.reads(append(check.Inputs, check.Table)) {
			var found []Column
			found, err = l.parser.Describe(ctx, check.SQL)
			check.Messages = slices.ContainsFunc(found, func(c Column) bool { return c.Name == "message" })
		}
		if err != nil {
			if err := l.note(errors.Join(faultsIn(file, err)...)); err != nil {
				return err
			}
			continue
		}
		l.lake.Checks = append(l.lake.Checks, check)
	}
	return nil
}

func (l *loader) check(ctx context.Context, file string) (*Check, error) {
	text, err := l.read(file)
	if err != nil {
		return nil, err
	}
	statement, err := l.parser.Parse(ctx, text)
	if err != nil {
		return nil, err
	}
	keys, doc := header(text)
	check := &Check{Name: nameOf(file), Table: keys["table"], Doc: doc, SQL: text, File: file, Forbidden: strings.Fields(keys["forbidden"])}
	_, check.Guard = keys["guard"]
	table := l.tables[check.Table]
	if table == nil && l.broken[strings.ToLower(check.Table)] {
		return check, nil // the table's file has a fault that is noted
	}
	if table == nil {
		return nil, &DefinitionError{File: file, Line: 1, Message: fmt.Sprintf("the header must say \"-- table: NAME\" with a table of the lake, not %q", check.Table)}
	}
	switch severity := keys["severity"]; severity {
	case "error":
	case "warning":
		check.Warning = true
	default:
		return nil, &DefinitionError{File: file, Line: 1, Message: fmt.Sprintf("the header must say \"-- severity: error\" or \"-- severity: warning\", not %q", severity)}
	}
	check.Watch = statement.Watch[table.Name]
	for _, name := range statement.Tables {
		input := l.tables[strings.ToLower(name)]
		if input == nil && l.broken[strings.ToLower(name)] {
			check.Inputs = append(check.Inputs, name)
			continue
		}
		if input == nil {
			return nil, l.missing(&Table{File: file, Made: &Transform{SQL: text}}, name)
		}
		check.Inputs = append(check.Inputs, input.Name)
	}
	if check.Guard && l.reads(append(check.Inputs, check.Table)) {
		return check, l.guardable(check, table)
	}
	return check, nil
}

// guardable makes sure that all that a guard reads is there when its table is
// about to be published.
func (l *loader) guardable(check *Check, table *Table) error {
	if table.IsLanding() {
		return &DefinitionError{File: check.File, Line: 1, Message: "a guard needs a derived table"}
	}
	before := map[string]bool{table.Name: true}
	l.lake.needs(table, before)
	for _, name := range check.Inputs {
		if !before[name] && !l.tables[name].IsLanding() {
			return &DefinitionError{File: check.File, Message: fmt.Sprintf("the guard reads %s, which is not built before %s", name, table.Name)}
		}
	}
	return nil
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

// judge makes a record of what a check found.
func (c *Check) judge(t *Table, found Findings) CheckRecord {
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

// check evaluates the rules at the end of a run, and remembers what they found.
func (r *run) check(ctx context.Context) error {
	o := &observation{known: r.known, files: map[string][]File{}}
	for _, t := range r.lake.Tables {
		if t.IsLanding() {
			o.files[t.Name] = r.landing[t.Name].files
		} else if m := r.manifests[t.Name]; m != nil {
			o.files[t.Name] = m.files()
		}
	}
	i := inspection{
		lake: r.lake, store: r.store, engine: r.engine, observation: o, allow: r.options.Allow,
		reports: r.readings, cache: checkCache{}, held: append(slices.Clone(r.kept), r.held...),
	}
	if r.engine.Capabilities().ChecksInPlace {
		i.held = r.lake.everything()
	}
	if _, err := readCache(ctx, r.store, checkCacheName, &i.cache); err != nil {
		return err
	}
	before := maps.Clone(i.cache)
	err := errors.Join(i.rules(ctx, r.record), i.release(ctx))
	if maps.EqualFunc(before, i.cache, func(a, b cachedCheck) bool { return a.Key == b.Key }) {
		return err
	}
	return errors.Join(err, writeJSON(ctx, r.store, checkCacheName, i.cache))
}

// guards are the rules that must hold before a table is published.
func (r *run) guards(t *Table) []*Check {
	var guards []*Check
	for _, c := range r.lake.Checks {
		if c.Guard && c.Table == t.Name {
			guards = append(guards, c)
		}
	}
	return guards
}

// watch returns the columns that the guards of a table need to see, if their
// different values are enough for each of them.
func (r *run) watch(t *Table) []string {
	var columns []string
	for _, c := range r.guards(t) {
		if len(c.Watch) == 0 {
			return nil
		}
		columns = append(columns, c.Watch...)
	}
	slices.Sort(columns)
	return slices.Compact(columns)
}

// guard evaluates the guards of a table over its new rows. Nothing is published
// that breaks one.
func (r *run) guard(ctx context.Context, job Job, rows Input, rest []PlanStep) error {
	t := job.Table
	if !r.engine.Capabilities().ChecksInPlace {
		if err := r.holdLanding(ctx, t, rest); err != nil {
			return err
		}
	}
	for _, c := range r.guards(t) {
		own := rows
		if len(job.Watch) > 0 {
			own = Input{Table: t, Watched: true}
		}
		record, err := r.ask(ctx, c, own)
		if err == nil && record.Failing > 0 && own.Watched {
			record, err = r.ask(ctx, c, rows) // for the exact number
		}
		if err != nil {
			return fmt.Errorf("guard %s: %w", c.Name, err)
		}
		if record.State == "fail" {
			return c.forbids(t, record)
		}
	}
	return nil
}

func (c *Check) forbids(t *Table, record CheckRecord) error {
	return Fail(BadData, t.Name, "Not published. Fix the transform, or the check in "+c.File+" if the check is wrong.",
		"guard %s failed: %d rows. %s", c.Name, record.Failing, record.Message)
}

// holdLanding reads a landing table that guards ask for into memory, if it is
// not large and no later step reads its files: each table has guards, and each
// of them would read it again.
func (r *run) holdLanding(ctx context.Context, t *Table, rest []PlanStep) error {
	for _, c := range r.guards(t) {
		for _, name := range c.Inputs {
			input := r.lake.Table(name)
			if !input.IsLanding() || slices.Contains(r.held, name) || r.reads(rest, name) || size(r.landing[name].files) > holdLimit {
				continue
			}
			found, err := r.stored(ctx, input, false)
			if err != nil {
				return err
			}
			if _, err := r.engine.Hold(ctx, found); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			r.held = append(r.held, name)
		}
	}
	return nil
}

// ask evaluates a guard over the given rows of its own table.
func (r *run) ask(ctx context.Context, c *Check, own Input) (CheckRecord, error) {
	var inputs []Input
	for _, name := range c.Inputs {
		if name == own.Table.Name {
			inputs = append(inputs, own)
			continue
		}
		input, err := r.input(ctx, r.lake.Table(name), r.engine.Capabilities().ChecksInPlace)
		if err != nil {
			return CheckRecord{}, err
		}
		inputs = append(inputs, input)
	}
	found, err := r.engine.Check(ctx, c, inputs)
	return c.judge(own.Table, found), err
}
