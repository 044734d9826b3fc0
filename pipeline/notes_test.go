package pipeline_test

import (
	"slices"
	"testing"

	"stedi/pipeline"
)

func TestNotesOfOneKindAreOneLine(t *testing.T) {
	var tables []pipeline.TableRecord
	for _, name := range []string{"a", "b"} {
		tables = append(tables, pipeline.TableRecord{Table: name, Notes: []string{
			"the keys of columns x, y differ in case 7 times in f.json", "2 files have the same content as another file, so " + name,
		}})
	}
	tables[0].Notes = append(tables[0].Notes, "the key of column z differs in case 2 times in g.json", "another", "column q is absent from every line in f.json")
	tables[1].Notes = append(tables[1].Notes, "another")
	var got []string
	for _, line := range pipeline.NoteLines(tables) {
		got = append(got, line.String())
	}
	want := []string{
		"note: a, b: the keys of some columns differ in case",
		"warning: a: 2 files have the same content as another file, so a",
		"note: a, b: another",
		"note: a: column q is absent from every line in f.json",
		"warning: b: 2 files have the same content as another file, so b",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the notes are\n%q\ninstead of\n%q", got, want)
	}
}
