package query

import (
	"os"
	"testing"
	"time"

	"stedi/pipeline"
)

// A count uses the recorded number of rows only while the files are the counted
// ones, and only if the query reads no column. The recorded number is wrong
// here, so that the answer shows where it comes from.
func TestCountsOfUnchangedFilesReadNoFile(t *testing.T) {
	const recorded = 10_000_000
	for _, c := range []struct {
		name, sql string
		derived   bool
		changed   bool
		want      int64
	}{
		{"landing", "SELECT count(*) FROM people", false, false, recorded},
		{"derived", "SELECT count(*) FROM people", true, false, recorded},
		{"a subquery", "SELECT count(*) FROM (SELECT p.name FROM people AS p) AS q", false, false, recorded},
		{"a column", "SELECT count(p.age) FROM people AS p", false, false, 2},
		{"a condition", "SELECT count(*) FROM people AS p WHERE p.name <> 'Ann'", false, false, 2},
		{"changed landing file", "SELECT count(*) FROM people", false, true, 3},
		{"changed derived file", "SELECT count(*) FROM people", true, true, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newLake(t)
			input := f.inputs["people"]
			if c.derived {
				input.Table.Transform = &pipeline.Transform{}
			}
			info, err := os.Stat(input.Files[0].Path)
			if err != nil {
				t.Fatal(err)
			}
			input.Known = &pipeline.KnownRows{Rows: recorded, Times: []time.Time{info.ModTime()}}
			f.inputs["people"] = input
			if c.changed {
				if err := os.Chtimes(input.Files[0].Path, time.Time{}, info.ModTime().Add(time.Second)); err != nil {
					t.Fatal(err)
				}
			}
			rows, err := rowsOf(t, f.open(t, Options{}), c.sql)
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) != 1 || rows[0][0] != c.want {
				t.Errorf("%v, want %d", rows, c.want)
			}
		})
	}
}

// A table may have a column of the name that the reader uses for its own.
func TestAColumnMayHaveTheNameOfTheReadersOwn(t *testing.T) {
	f := newLake(t)
	f.add(t, "odd", []pipeline.Column{{Name: "stedi_any"}, {Name: "Stedi_Any_"}}, `{"stedi_any":"a","Stedi_Any_":"b"}`+"\n")
	rows, err := rowsOf(t, f.open(t, Options{}), "SELECT o.stedi_any, o.stedi_any_, count(*) FROM odd AS o GROUP BY ALL")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1 || rows[0][0] != "a" || rows[0][1] != "b" || rows[0][2] != int64(1) {
		t.Errorf("%v", rows)
	}
}
