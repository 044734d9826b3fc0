package definition

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
)

// checks reads checks/*.sql and validates each check against the columns of the
// tables.
func (l *loader) checks(ctx context.Context) error {
	files, err := TextFiles(l.files, "checks", ".sql")
	if err != nil {
		return fmt.Errorf("checks: %w", err)
	}
	for _, file := range files {
		check, err := l.check(ctx, file)
		if err == nil && l.reads(append(check.Inputs, check.Table)) {
			var found []pipeline.Column
			found, err = l.parser.Describe(ctx, check.SQL)
			check.Messages = slices.ContainsFunc(found, func(c pipeline.Column) bool { return c.Name == "message" })
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

func (l *loader) check(ctx context.Context, file string) (*pipeline.Check, error) {
	text, err := l.read(file)
	if err != nil {
		return nil, err
	}
	statement, err := l.parser.Parse(ctx, text)
	if err != nil {
		return nil, err
	}
	keys, doc := Header(text)
	check := &pipeline.Check{Name: NameOf(file), Table: keys["table"], Doc: doc, SQL: text, File: file, Forbidden: strings.Fields(keys["forbidden"])}
	_, check.Guard = keys["guard"]
	table := l.tables[check.Table]
	if table == nil && l.broken[strings.ToLower(check.Table)] {
		return check, nil // the error in the table's file is already noted
	}
	if table == nil {
		return nil, &Error{File: file, Line: 1, Message: fmt.Sprintf("the header must say \"-- table: NAME\" with a table of the lake, not %q", check.Table)}
	}
	switch severity := keys["severity"]; severity {
	case "error":
	case "warning":
		check.Warning = true
	default:
		return nil, &Error{File: file, Line: 1, Message: fmt.Sprintf("the header must say \"-- severity: error\" or \"-- severity: warning\", not %q", severity)}
	}
	check.Watch, check.Reads, check.Sets, check.Passing = statement.Watch[table.Name], statement.Reads, statement.Sets, statement.Passing
	for _, name := range statement.Tables {
		input := l.tables[strings.ToLower(name)]
		if input == nil && l.broken[strings.ToLower(name)] {
			check.Inputs = append(check.Inputs, name)
			continue
		}
		if input == nil {
			return nil, l.missing(&pipeline.Table{File: file, Transform: &pipeline.Transform{SQL: text}}, name)
		}
		check.Inputs = append(check.Inputs, input.Name)
	}
	if check.Guard && l.reads(append(check.Inputs, check.Table)) {
		return check, l.guardable(check, table)
	}
	return check, nil
}

// guardable makes sure that everything that a guard reads exists when its table
// is published.
func (l *loader) guardable(check *pipeline.Check, table *pipeline.Table) error {
	if table.IsLanding() {
		return &Error{File: check.File, Line: 1, Message: "a guard needs a derived table"}
	}
	before := map[string]bool{table.Name: true}
	l.lake.AddUpstream(table, before)
	for _, name := range check.Inputs {
		if !before[name] && !l.tables[name].IsLanding() {
			return &Error{File: check.File, Message: fmt.Sprintf("the guard reads %s, which is not built before %s", name, table.Name)}
		}
	}
	return nil
}
