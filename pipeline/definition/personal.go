package definition

import (
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
)

// saysPersonal tells from the COMMENT of a column whether its values are
// personal data. The words before a colon say what the column is, as in
// 'key, personal: the address that the person gave'.
func saysPersonal(comment string) bool {
	words, _, _ := strings.Cut(comment, ":")
	for word := range strings.SplitSeq(words, ",") {
		if strings.TrimSpace(word) == "personal" {
			return true
		}
	}
	return false
}

// personal finds out which landing columns hold personal data, from headers
// besides the COMMENTs of columns,
//
//	-- personal: email, phone
//
// and which derived tables must hold none of them:
//
//	-- personal: none
func (l *loader) personal() {
	for _, t := range l.lake.Tables {
		if l.broken[t.Name] {
			continue
		}
		keys, _ := Header(t.SQL())
		said, ok := keys["personal"]
		switch {
		case !ok:
		case t.Transform != nil:
			if t.Anonymous = said == "none"; !t.Anonymous {
				l.faults = append(l.faults, &Error{File: t.File, Line: 1, Message: fmt.Sprintf("the header's personal is %.80q: write \"personal: none\" for a table that must not hold personal data; columns that hold it are marked where they land", said)})
			}
		default:
			l.markPersonal(t, said)
		}
	}
}

// markPersonal marks the columns of a landing table that a header lists.
func (l *loader) markPersonal(t *pipeline.Table, said string) {
	for name := range strings.SplitSeq(said, ",") {
		name = strings.TrimSpace(name)
		i := slices.IndexFunc(t.Columns, func(c pipeline.Column) bool { return strings.EqualFold(c.Name, name) })
		if i < 0 {
			l.faults = append(l.faults, &Error{File: t.File, Line: 1, Message: fmt.Sprintf("the header's personal is %.80q: name columns of the table, as in \"email, phone\"", said)})
			return
		}
		if !slices.Contains(t.Personal, t.Columns[i].Name) {
			t.Personal = append(t.Personal, t.Columns[i].Name)
		}
	}
}
