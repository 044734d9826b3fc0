package survey

import (
	"stedi/pipeline"
)

// Learn adds to a view what a check has found since of tables that are still
// the ones that it has read. The view need not know them from a run.
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

// Expect finds the expected rows of all tables anew, from the rows of landing
// tables that the view knows or that were counted elsewhere.
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
