package pipeline_test

import (
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

func TestAllowanceAcceptsWhatMayBeLeftOut(t *testing.T) {
	landing := &pipeline.Table{Name: "t", Zone: pipeline.Landing}
	derived := &pipeline.Table{Name: "u", Zone: "trusted", Transform: &pipeline.Transform{}}
	line := ndjson.Reject{File: "t/a.json", Line: 3, Column: 7, Reason: "not JSON"}
	joined := ndjson.Reject{File: "t/a.json", Line: 1, Column: 9, Reason: "two objects on one line", Uncounted: true}
	whole := ndjson.Reject{File: "t/it's.gz", Reason: "a gzip file that is cut off", Uncounted: true}
	// 99 rows of 10 bytes in a.json, besides the rejected lines.
	report := func(lost int64, rejects ...ndjson.Reject) ndjson.Report {
		r := ndjson.Report{Rows: 99, Text: 990 + lost, RejectedBytes: lost, Bytes: 1000, Rejects: rejects}
		a := ndjson.FileReport{Name: "t/a.json", Size: 900, Rows: 99, Text: r.Text, RejectedBytes: lost}
		for _, reject := range rejects {
			if !reject.Whole() {
				a.Rejected++
			}
		}
		r.Rejected = a.Rejected
		r.Files = []ndjson.FileReport{a, {Name: "t/it's.gz", Size: 100}}
		return r
	}
	most := report(20, line, line)
	most.Rows, most.Files[0].Rows = 1, 1
	many := report(10, line)
	many.Rows = 81_280
	large := report(0, whole)
	large.Files[0].Size, large.Files[1].Size = 100, 900
	count := func(n int64) pipeline.Allowance { return pipeline.Allowance{Limit: pipeline.Limit{Count: n}} }
	percent := func(p float64) pipeline.Allowance { return pipeline.Allowance{Limit: pipeline.Limit{Percent: p}} }
	for _, test := range []struct {
		name   string
		table  *pipeline.Table
		report ndjson.Report
		allow  pipeline.Allowance
		fails  []string // text of the failure; empty: it is accepted
		never  string   // text that the failure must not contain
	}{
		{"nothing", landing, report(0), count(0), nil, ""},
		{"a line", landing, report(10, line), count(0), []string{"1 of 100 lines rejected, 0 allowed", "t/a.json:3:7: not JSON", "--max-rejects 1."}, ""},
		{"a line within a number", landing, report(10, line), count(1), nil, ""},
		{"a line within a share", landing, report(10, line), percent(1), nil, ""},
		{"a line beyond a share", landing, report(10, line), percent(0.5), []string{"0.5% allowed"}, ""},
		{"a line of many", landing, many, count(0), []string{"1 of 81,281 lines rejected, 0 allowed"}, ""},
		{"most of a file", landing, most, count(0), []string{"2 of 3 lines rejected", "Fix these lines."}, "--max-rejects"},
		{"a line of a derived table", derived, report(10, line), count(5), []string{"1 line cannot be read"}, "--max-rejects"},
		{"joined objects", landing, report(9000, joined), count(1_000_000), []string{"1 line may hold any number of rows: 90.1% of the bytes", "t/a.json:1:9"}, "--max-rejects"},
		{"joined objects beyond a share of bytes", landing, report(9000, joined), percent(90), []string{"90.1% of the bytes, 90% allowed"}, ""},
		{"joined objects within a share of bytes", landing, report(9000, joined), percent(91), nil, ""},
		{"a file", landing, report(0, whole), count(1_000_000), []string{"1 of 2 files cannot be read, 10.0% of the bytes", `--skip-file 't/it'\''s.gz'.`}, "--max-rejects"},
		{"a file, whatever the share", landing, report(0, whole), percent(100), []string{"cannot be read"}, "--max-rejects"},
		{"a file with most of the bytes", landing, large, count(0), []string{"90.0% of the bytes"}, "out with --skip-file"},
		{"a file of a derived table", derived, report(0, whole), percent(100), []string{"cannot be read"}, "--skip-file"},
	} {
		err := test.allow.Accept(test.table, test.report)
		if test.fails == nil {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		if pipeline.KindOf(err) != pipeline.BadData {
			t.Errorf("%s: kind %v, %v", test.name, pipeline.KindOf(err), err)
			continue
		}
		for _, want := range test.fails {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q is not in\n%v", test.name, want, err)
			}
		}
		if test.never != "" && strings.Contains(err.Error(), test.never) {
			t.Errorf("%s: %q is in\n%v", test.name, test.never, err)
		}
	}
}
