package survey

import (
	"stedi/pipeline"
)

// Learn adds the results of a later check to a view. It leaves out tables that
// have changed since that check, for which still returns false.
func (v *View) Learn(found *pipeline.Record, still func(t *TableView) bool) {
	for i := range v.Tables {
		t := &v.Tables[i]
		read := found.Table(t.Table)
		if read == nil || read.Missing || t.Missing || !still(t) {
			continue
		}
		if !t.Known {
			t.know(read)
		}
		t.Verdict, t.Failing = Unchecked, nil
		t.take(found.Checks)
	}
}

// Expect recomputes the expected rows of all tables from the rows of the landing
// tables, which are those of the view unless counted returns others.
func (v *View) Expect(lake *pipeline.Lake, counted func(t *TableView) (rows int64, known bool)) {
	counts := &pipeline.Record{}
	for i := range v.Tables {
		record := v.Tables[i].TableRecord
		if rows, known := counted(&v.Tables[i]); known {
			record.Rows = rows
		}
		counts.Tables = append(counts.Tables, record)
	}
	counts.Expect(lake)
	for i := range v.Tables {
		v.Tables[i].Expected = counts.Tables[i].Expected
	}
}
