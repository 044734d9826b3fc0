package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// subjects finds out which columns identify a subject, such as a person. A
// header says it where the data lands,
//
//	-- subject: email, serialNumber
//	-- subject: user = email
//
// and a derived table has it from its upstream tables, by the names of its
// columns. Where a transform renames such a column, its own header says so.
func (l *loader) subjects() {
	spelled := map[string]string{} // kinds of names are compared without case
	for _, t := range l.lake.Tables {
		if l.broken[t.Name] {
			continue
		}
		text := t.DDL
		if t.Made != nil {
			text = t.Made.SQL
			t.Subject = l.lake.inherited(t)
		}
		keys, _ := header(text)
		said, ok := keys["subject"]
		if !ok {
			continue
		}
		t.Subject = map[string]string{}
		for part := range strings.SplitSeq(said, ",") {
			column, name, renamed := strings.Cut(part, "=")
			column, name = strings.TrimSpace(column), strings.TrimSpace(name)
			if !renamed {
				name = column
			}
			i := slices.IndexFunc(t.Columns, func(c Column) bool { return strings.EqualFold(c.Name, column) })
			if i < 0 || name == "" {
				l.faults = append(l.faults, &DefinitionError{File: t.File, Line: 1, Message: fmt.Sprintf("the header's subject is %.80q: name columns of the table, as in \"email, user = email\"", said)})
				break
			}
			folded := strings.ToLower(name)
			if _, ok := spelled[folded]; !ok {
				spelled[folded] = name
			}
			t.Subject[spelled[folded]] = t.Columns[i].Name
		}
	}
}

// inherited finds the columns of a table that identify a subject in one of its
// inputs.
func (l *Lake) inherited(t *Table) map[string]string {
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

// Identifying says which columns identify a subject in the inputs of a table
// that a transform makes or in itself: by lower-case name the kind of name. A
// column that stands for different kinds is left out.
func (l *Lake) Identifying(t *Table) map[string]string {
	known, unclear := map[string]string{}, map[string]bool{}
	for _, input := range t.Made.Inputs {
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
