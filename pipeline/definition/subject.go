package definition

import (
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
)

// subjects determines which columns identify a subject, such as a person. The
// header of a landing table states them,
//
//	-- subject: email, serialNumber
//	-- subject: user = email
//
// and a derived table has it from its upstream tables, by the names of its
// columns. Where a transform renames such a column, its own header says so.
func (l *loader) subjects() {
	spelled := map[string]string{} // kinds are compared without case
	for _, t := range l.lake.Tables {
		if l.broken[t.Name] {
			continue
		}
		if t.Transform != nil {
			t.Subject = l.lake.Inherited(t)
		}
		keys, _ := Header(t.SQL())
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
			i := slices.IndexFunc(t.Columns, func(c pipeline.Column) bool { return strings.EqualFold(c.Name, column) })
			if i < 0 || name == "" {
				l.faults = append(l.faults, &Error{File: t.File, Line: 1, Message: fmt.Sprintf("the header's subject is %.80q: name columns of the table, as in \"email, user = email\"", said)})
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
