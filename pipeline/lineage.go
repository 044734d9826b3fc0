package pipeline

import (
	"maps"
	"strings"
)

// Inherited returns the columns of a table that identify a subject in one of
// its inputs.
func (l *Lake) Inherited(t *Table) map[string]string {
	subject := map[string]string{}
	known := l.Identifying(t)
	for _, c := range t.Columns {
		name, ok := known[strings.ToLower(c.Name)]
		if _, taken := subject[name]; ok && !taken {
			subject[name] = c.Name
		}
	}
	return subject
}

// Identifying returns the columns that identify a subject in a derived table or
// its inputs: it maps the lower-case column name to the kind of identifier. A
// column that stands for different kinds is left out.
func (l *Lake) Identifying(t *Table) map[string]string {
	known, unclear := map[string]string{}, map[string]bool{}
	for _, input := range t.Transform.Inputs {
		for kind, column := range l.Table(input).Subject {
			column = strings.ToLower(column)
			if other, ok := known[column]; ok && other != kind {
				unclear[column] = true
			}
			known[column] = kind
		}
	}
	maps.DeleteFunc(known, func(column, _ string) bool { return unclear[column] })
	for kind, column := range t.Subject {
		known[strings.ToLower(column)] = kind
	}
	return known
}
