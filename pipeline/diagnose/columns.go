package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
)

// Ids of causes that are about columns.
const (
	personalData   = "personal_data"
	extraColumns   = "extra_columns"
	missingColumns = "missing_columns"
	wrongTypes     = "wrong_types"
)

var columnIDs = []string{personalData, extraColumns, missingColumns, wrongTypes}

// columnCauses are the causes that the columns of a table show.
func (s *session) columnCauses(l *loaded) []Cause {
	var personal, extra []string
	for _, name := range l.extra {
		if s.personalColumn(l.table.Name, name) {
			personal = append(personal, name)
		} else {
			extra = append(extra, name)
		}
	}
	var causes []Cause
	for _, one := range []struct {
		id      string
		columns []string
		title   string
		cause   string
		fix     string
	}{
		{personalData, personal, "Personal data in the table", "The table has %s, which identify people", "List the columns of the SELECT one by one, and leave these out."},
		{extraColumns, extra, "Extra columns", "The transform does not return %s", "List the columns of the SELECT one by one instead of SELECT *."},
		{missingColumns, l.missing, "Missing columns", "No row of the table has %s", "Add these columns to the SELECT."},
		{wrongTypes, l.mistyped, "Wrong types", "Values have another type than the transform returns in %s", "Keep the types of the upstream table, or CAST to them."},
	} {
		if len(one.columns) == 0 {
			continue
		}
		noun := "the column "
		if len(one.columns) > 1 {
			noun = "the columns "
		}
		what := fmt.Sprintf(one.cause, noun+joined(one.columns)) + "."
		c := Cause{ID: one.id, Certainty: Certain, Title: one.title, Cause: what, Fix: one.fix, Witness: []Witness{}}
		if m := s.known.about(one.id); m != nil {
			c.Title, c.Cause, c.Fix = m.Title, m.Cause+" "+what, m.Fix
		}
		causes = append(causes, c)
	}
	return causes
}

// personalColumn tells whether a table must not have a column because it
// identifies people: a check forbids it, or, in a lake without such a check, an
// upstream table is about people that it identifies.
func (s *session) personalColumn(table, name string) bool {
	forbids := false
	for _, c := range s.lake.Checks {
		for _, column := range c.Forbidden {
			forbids = true
			if c.Table == table && strings.EqualFold(column, name) {
				return true
			}
		}
	}
	return !forbids && s.identifies(name)
}

// identifies tells whether a column of that name identifies a person in some
// table.
func (s *session) identifies(name string) bool {
	for _, t := range s.lake.Tables {
		for _, column := range t.Subject {
			if strings.EqualFold(column, name) {
				return true
			}
		}
	}
	return slices.ContainsFunc(s.lake.Checks, func(c *pipeline.Check) bool {
		return slices.ContainsFunc(c.Forbidden, func(column string) bool { return strings.EqualFold(column, name) })
	})
}
