package pipeline

import (
	"slices"
	"strings"

	"stedi/pipeline/ndjson"
)

// NoteLine is all notes of one kind about tables.
type NoteLine struct {
	Label  string   // see NoteLabel
	Tables []string // in their order
	Text   string
}

// String is the line as text.
func (n NoteLine) String() string {
	return n.Label + ": " + strings.Join(n.Tables, ", ") + ": " + n.Text
}

// NoteLabel returns the label of a note about a table: "warning" for a file
// that is present twice, which changes the counts, otherwise "note".
func NoteLabel(note string) string {
	if ndjson.IsWarning(note) {
		return "warning"
	}
	return "note"
}

// sameNotes is what several notes of one kind say together.
var sameNotes = map[ndjson.NoteKind]string{
	ndjson.EmptyFile:    "some files have no lines",
	ndjson.AbsentColumn: "some columns are absent from every line of a file",
	ndjson.KeyCase:      "the keys of some columns differ in case",
	ndjson.UnknownKey:   "some keys are not a column, and were ignored",
}

// NoteLines returns the notes of tables: those of one kind, and those of the same
// text, as one line.
func NoteLines(tables []TableRecord) []NoteLine {
	var lines []NoteLine
	at := map[string]int{}
	for i := range tables {
		for _, text := range tables[i].Notes {
			kind := ndjson.KindOf(text)
			key := string(kind)
			if kind == "" {
				key = text
			}
			n, known := at[key]
			if !known {
				at[key] = len(lines)
				lines = append(lines, NoteLine{NoteLabel(text), []string{tables[i].Table}, text})
				continue
			}
			if kind != "" {
				lines[n].Text = sameNotes[kind]
			}
			if !slices.Contains(lines[n].Tables, tables[i].Table) {
				lines[n].Tables = append(lines[n].Tables, tables[i].Table)
			}
		}
	}
	return lines
}
